// Edits as a person makes them, and as nobody would: of words, braces, quotes, comments, whole lines and line ends.

import fc from "fast-check"
import { tokenTable } from "../../grammar/tokens.ts"

export interface RandomEdit {
  /** Where, in millionths of the text. */
  readonly at: number
  readonly length: number
  readonly text: string
}

const words = tokenTable.filter(({ pattern }) => typeof pattern === "string").map(({ pattern }) => pattern as string)
const pieces = [
  "", "", "x", "s", " ", "\n", "\r\n", "\n  ", "{", "}", "(", ")", '"', '"""', "'", "// c", "/*", "*/", "/// d\n", "\\", "é😀", "1", "20s", ";",
  "\ntype New { a: string }\n", "workflow W() { }\n", "let x = ", ".title", "retry 3 times", "import { a } from \"./b.agentflow\"\n",
]

export const randomEdit: fc.Arbitrary<RandomEdit> = fc.record({
  at: fc.nat(999_999), length: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(60)), text: fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...words)),
})

export function edited(text: string, { at, length, text: inserted }: RandomEdit): string {
  const start = Math.floor((at * (text.length + 1)) / 1_000_000)
  return text.slice(0, start) + inserted + text.slice(start + length)
}

/** Puts a word of the text where another one stands: most such texts can be parsed, and mean something else. */
export interface WordSwap {
  readonly at: number
  readonly from: number
}

export const wordSwap: fc.Arbitrary<WordSwap> = fc.record({ at: fc.nat(999_999), from: fc.nat(999_999) })

export function swapped(text: string, { at, from }: WordSwap): string {
  const found = [...text.matchAll(/[A-Za-z_]\w*|\d+/g)]
  if (found.length === 0) return text
  const [target, source] = [found[at % found.length]!, found[from % found.length]!]
  return text.slice(0, target.index) + source[0] + text.slice(target.index + target[0].length)
}
