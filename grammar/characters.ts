// What a character can begin or be a part of, in tables; what is read by patterns.

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
/** It may begin more than a symbol. */
export const special = -1
/** What each ASCII character can be a part of. A new process runs a table sooner than comparisons or a pattern. */
export const classes: Int8Array = new Int8Array(128)
for (const [from, to, kind] of [["0", "9", digit], ["A", "Z", wordCharacter], ["_", "_", wordCharacter], ["a", "z", wordCharacter]] as const) {
  classes.fill(kind, from.charCodeAt(0), to.charCodeAt(0) + 1)
}
for (const character of "\"'`#$/{}") classes[character.charCodeAt(0)] = special

/** Behind the end of the text there is neither. */
export const isWord = (code: number): boolean => classes[code]! > 0

export const isDigit = (code: number): boolean => classes[code] === digit

const withPatterns = tokenTable.filter(({ pattern }) => typeof pattern !== "string")

/** The pattern of a kind of token, at one place of a text. */
export function sticky(kind: string): RegExp {
  const { pattern } = withPatterns.find((token) => token.kind === kind)!
  return new RegExp(pattern as RegExp, "y")
}
