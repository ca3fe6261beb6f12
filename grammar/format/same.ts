// The formatter's own check: the program before and after it, compared without positions.

import type { Syntax } from "../parse.ts"

/** Whether both have the same tree and the same comments in the same order. */
export function sameProgram(a: Syntax, b: Syntax): boolean {
  return sameComments(a, b) && sameTree(a.file, b.file)
}

function commentsOf({ tokens: { trivia, source } }: Syntax): readonly string[] {
  const kept = trivia.filter(({ kind }) => kind !== "whitespace")
  return kept.map(({ start, end }) => source.text.slice(start, end).replace(/\s+/g, " ").trim())
}

function sameComments(a: Syntax, b: Syntax): boolean {
  const [before, after] = [commentsOf(a), commentsOf(b)]
  return before.length === after.length && before.every((comment, index) => comment === after[index])
}

const positions = new Set(["id", "span"])

function sameTree(first: unknown, second: unknown): boolean {
  const open: [unknown, unknown][] = [[first, second]]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [a, b] = pair
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
      if (!Object.is(a, b)) return false
      continue
    }
    const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length) return false
    for (const key of keys) if (!positions.has(key)) open.push([left[key], right[key]])
  }
  return true
}
