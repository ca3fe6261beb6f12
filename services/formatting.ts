// Formatting of a file, of a range, and of what was just typed.

import type { Edit } from "../base/text/edit.ts"
import type { Span } from "../base/text/span.ts"
import { format, formatRange } from "../grammar/format/format.ts"
import { lineStart } from "./text.ts"
import type { Workspace } from "./workspace.ts"

export function formatDocument(workspace: Workspace, path: string): readonly Edit[] {
  const document = workspace.document(path)
  return document === undefined ? [] : format(document.source).edits
}

export function formatSelection(workspace: Workspace, path: string, range: Span): readonly Edit[] {
  const document = workspace.document(path)
  return document === undefined ? [] : formatRange(document.source, range)
}

export const typedTriggers = ["}", "\n"] as const

/** After `}` the construct that it closes, after a newline the line before; nothing behind the cursor moves. */
export function formatTyped(workspace: Workspace, path: string, offset: number, typed: string): readonly Edit[] {
  const document = workspace.document(path)
  if (document === undefined || document.parsed.diagnostics.length > 0) return []
  const { text } = document
  if (typed === "}") return formatRange(document.source, { start: offset - 1, end: offset }).filter(({ span }) => span.end <= offset)
  const end = lineStart(text, offset) - 1
  const start = lineStart(text, end)
  if (start >= end) return []
  return formatRange(document.source, { start, end }).filter(({ span, text: replacement }) => span.start >= start && span.end < end && !replacement.includes("\n"))
}
