// Two texts of the same tokens as edits: only what stands between tokens changes, and the few tokens that are normalised.

import type { Edit } from "../../base/text/edit.ts"
import type { Source } from "../../base/text/source.ts"
import { span } from "../../base/text/span.ts"
import { lex } from "../lexer.ts"

interface Part {
  readonly text: string
  readonly start: number
  readonly end: number
}

function partsOf(source: Source): readonly Part[] {
  const { tokens, trivia } = lex(source)
  return [...tokens, ...trivia.filter(({ kind }) => kind !== "whitespace")]
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => ({ text: source.text.slice(start, end), start, end }))
}

/** How far to look for where the two texts agree again. */
const lookAhead = 8

/** The edits that make `after` of the source's text, in order, each as small as the tokens allow. */
export function editsBetween(source: Source, after: string): readonly Edit[] {
  const before = source.text
  const olds = partsOf(source)
  const news = partsOf({ ...source, text: after })
  const edits: Edit[] = []
  let [oldEnd, newEnd, i, j] = [0, 0, 0, 0]
  const replace = (oldStart: number, newStart: number): void => {
    const text = after.slice(newEnd, newStart)
    if (before.slice(oldEnd, oldStart) !== text) edits.push({ span: span(oldEnd, oldStart), text })
  }
  while (i < olds.length || j < news.length) {
    const found = nextMatch(olds, news, i, j)
    if (found === undefined) break
    ;[i, j] = found
    replace(olds[i]!.start, news[j]!.start)
    oldEnd = olds[i++]!.end
    newEnd = news[j++]!.end
  }
  replace(before.length, after.length)
  return edits
}

function nextMatch(olds: readonly Part[], news: readonly Part[], i: number, j: number): [number, number] | undefined {
  for (let distance = 0; distance <= lookAhead; distance++) {
    for (let a = 0; a <= distance; a++) {
      const [old, made] = [olds[i + a], news[j + distance - a]]
      if (old !== undefined && made !== undefined && old.text === made.text) return [i + a, j + distance - a]
    }
  }
  return undefined
}
