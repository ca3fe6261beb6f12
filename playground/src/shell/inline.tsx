// A sentence with code between backticks.

export function Inline({ text }: { readonly text: string }) {
  const parts = text.split(/`([^`\n]+)`/)
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index} class="inline-code">{part}</code> : part))}</>
}
