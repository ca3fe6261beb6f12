// Tools of the examples, as a project would write them.

import { ToolError } from "@agentflow/runtime"
import type { ToolContext } from "@agentflow/runtime"

export async function quick(sku: string, context: ToolContext): Promise<number | null> {
  const response = await context.fetch(`https://cache.example/prices/${encodeURIComponent(sku)}`)
  if (response.status === 404) return null
  return Number(await response.text())
}

export async function pages(handbook: string): Promise<{ number: number; text: string }[]> {
  if (handbook === "") throw new ToolError("not_found", "a handbook has a name")
  return [`${handbook}: how to begin.`, `${handbook}: how to go on.`].map((text, index) => ({ number: index + 1, text }))
}

export async function entry(word: string): Promise<string | number | string[] | null> {
  const glossary: Readonly<Record<string, string | number | string[]>> = { handbook: "Handbuch", house: ["Haus", "Heim"], 42: 42 }
  return glossary[word] ?? null
}
