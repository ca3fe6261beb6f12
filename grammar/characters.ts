// What a character can begin or be a part of, in tables.

import { tokenTable } from "./tokens.ts"

/** Operators and punctuation by the code of their first character, the longest first. */
export const symbols: readonly (readonly string[] | undefined)[] = symbolsByFirst()

function symbolsByFirst(): readonly (readonly string[] | undefined)[] {
  const found: string[][] = []
  const all = tokenTable.filter((token) => token.category === "operator" || token.category === "punctuation")
  for (const { kind } of all.sort((a, b) => b.kind.length - a.kind.length)) (found[kind.charCodeAt(0)] ??= []).push(kind)
  return found
}

export const wordCharacter = 1
export const digit = 2
/** What each ASCII character can be a part of. A new process runs a table sooner than comparisons or a pattern. */
export const classes: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /\d/.test(character) ? digit : /\w/.test(character) ? wordCharacter : 0
})

/** Behind the end of the text there is neither. */
export const isWord = (code: number): boolean => classes[code]! > 0

export const isDigit = (code: number): boolean => classes[code] === digit
