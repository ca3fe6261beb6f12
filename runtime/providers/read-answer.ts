// Reads the JSON of an answer. Models wrap it in a code fence or a sentence often enough to allow for that.

export function readAnswer(text: string): { readonly value: unknown } | undefined {
  const trimmed = text.trim()
  const fenced = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/i.exec(trimmed)?.[1]
  return parsed(fenced ?? trimmed)
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
