// A file's syntax as formatted text.

import type { Phase } from "../../base/diagnostics/diagnostic.ts"
import type { Syntax } from "../parse.ts"
import { cursorOf, gapBefore, leading } from "./cursor.ts"
import { blankline, concat, hardline } from "./doc.ts"
import { layout } from "./layout.ts"
import { print } from "./print.ts"
import { itemStyle, rowsOf } from "./rules/body.ts"

export const lineWidth = 100

/** The declarations that start at `frozen` are copied. */
export function printFile({ value, diagnostics }: Phase<Syntax>, frozen: ReadonlySet<number> = new Set()): string {
  const cursor = cursorOf(value, { diagnostics, frozen, print })
  const end = cursor.pieces.length - 1
  const rows = rowsOf(value.file.items, cursor, end, { ...itemStyle, rows: false })
  if (cursor.failed) return value.tokens.source.text
  const { own } = gapBefore(cursor)
  const comments = leading(cursor).slice(0, -1)
  const between = rows.length > 0 && comments.length > 0 ? [own[0]!.blankBefore ? blankline : hardline] : []
  const text = layout(concat([...rows, ...between, ...comments]), lineWidth)
  const last = value.tokens.tokens.at(-1)
  // Behind a text that nothing closes, a line break would be one more of its characters.
  const isOpen = last !== undefined && last.start === last.end
  return text === "" || isOpen || text.endsWith("\n") ? text : `${text}\n`
}
