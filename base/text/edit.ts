// Text edits: what a fix or the formatter proposes.

import type { Span } from "./span.ts"

export interface Edit {
  readonly span: Span
  readonly text: string
}

/** Applies edits that do not overlap; their order does not matter. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text
  for (const edit of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    result = result.slice(0, edit.span.start) + edit.text + result.slice(edit.span.end)
  }
  return result
}
