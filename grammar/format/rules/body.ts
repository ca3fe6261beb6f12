// Bodies in braces: what was written on one line stays there while it fits; else one row per line.

import type { Node } from "../../syntax/nodes.ts"
import { dropComma, gapBefore, indexAt, kindAt, leading, offsetOf, take, takeComma, type Cursor } from "../cursor.ts"
import { blankline, broken, comma, concat, empty, group, hardline, ifBreak, indent, line, lineOr, type Doc } from "../doc.ts"
import { copy, unit } from "./unit.ts"

export interface BodyStyle {
  /** "all": between items and, over several lines, behind the last. "flat": only on one line. */
  readonly commas: "none" | "all" | "flat"
  /** Whether several items may share a line. */
  readonly rows: boolean
}

export const clauseStyle: BodyStyle = { commas: "none", rows: true }
export const fieldStyle: BodyStyle = { commas: "none", rows: true }
export const listStyle: BodyStyle = { commas: "all", rows: true }
export const armStyle: BodyStyle = { commas: "flat", rows: false }
export const statementStyle: BodyStyle = { commas: "none", rows: false }

/** `{ items }` */
export function body(items: readonly Node[], cursor: Cursor, style: BodyStyle): Doc {
  const closer = cursor.closers.get(cursor.index)
  const opener = take(cursor, "{")
  if (closer === undefined) {
    cursor.failed = true
    return opener
  }
  const breaks = isSpread(items, cursor, closer, style)
  const rows = rowsOf(items, cursor, closer, style)
  const dangling = leading(cursor).slice(0, -1)
  if (rows.length === 0 && dangling.length === 0) {
    return concat([opener, gapBefore(cursor, cursor.index).hasNewline || !hasComments(cursor) ? empty : " ", take(cursor, "}")])
  }
  const contents = [...rows, ...(rows.length > 0 && dangling.length > 0 ? [hardline] : []), ...dangling]
  const parts = [opener, indent(line, ...contents), line, take(cursor, "}")]
  return breaks ? broken(...parts) : group(...parts)
}

function hasComments(cursor: Cursor): boolean {
  return gapBefore(cursor).inlineTrailing.length > 0
}

/** Whether the source puts the items on lines of their own. */
function isSpread(items: readonly Node[], cursor: Cursor, closer: number, style: BodyStyle): boolean {
  if (!style.rows && style.commas === "none" && items.length > 1) return true
  const starts = [...items.map(({ span }) => indexAt(cursor, span.start)), closer]
  return starts.some((index) => gapBefore(cursor, index).hasNewline) && (items.length > 0 || gapBefore(cursor, closer).own.length > 0)
}

/** The items of a body up to the piece `end`, with whatever the parser could make nothing of between them. */
export function rowsOf(items: readonly Node[], cursor: Cursor, end: number, style: BodyStyle): readonly Doc[] {
  const docs: Doc[] = []
  let row: Doc[] = []
  const endRow = (): void => {
    if (row.length > 0) docs.push(row.length === 1 ? row[0]! : group(...row))
    row = []
  }
  let next = 0
  while (cursor.index < end && !cursor.failed) {
    const before = gapBefore(cursor)
    const isFirst = docs.length === 0 && row.length === 0
    const sameRow = !isFirst && style.rows && !before.hasNewline
    const startsRow = !isFirst && !sameRow
    if (startsRow) endRow()
    if (startsRow && docs.length > 0) docs.push(separatorOf(cursor, style))
    const start = leading(cursor)
    const item = items[next]
    if (item !== undefined && offsetOf(cursor) >= item.span.start) next++
    const doc = itemOf(item, items[next], cursor, end)
    row.push(...(sameRow ? [lineOr(rowGap(before.spaces, style))] : []), ...start, doc, commaOf(cursor, end, style))
  }
  endRow()
  return docs
}

function rowGap(spaces: number, style: BodyStyle): string {
  if (style.commas !== "none") return " "
  return " ".repeat(spaces > 1 ? spaces : 3)
}

function separatorOf(cursor: Cursor, { rows, commas }: BodyStyle): Doc {
  const { own, blankBefore, hasNewline } = gapBefore(cursor)
  if (own.length > 0 ? own[0]!.blankBefore : blankBefore) return blankline
  return rows || hasNewline || commas === "none" ? hardline : line
}

/** One item, or a stretch of pieces that belong to none, copied to the end of its line. */
function itemOf(item: Node | undefined, following: Node | undefined, cursor: Cursor, end: number): Doc {
  const isItem = item !== undefined && offsetOf(cursor) >= item.span.start
  const limit = isItem ? following : item
  const stop = Math.min(end, limit === undefined ? end : indexAt(cursor, limit.span.start))
  const own = isItem ? Math.max(indexAt(cursor, item.span.end), cursor.index + 1) : cursor.index + 1
  let last = own
  if (isItem && cursor.pieces[last]?.kind === ",") last++
  if (last >= stop && isItem) return unit(item, cursor)
  if (isItem && gapBefore(cursor, last).hasNewline) return unit(item, cursor)
  while (last < stop && (!isItem || !gapBefore(cursor, last).hasNewline)) last++
  if (last === stop && stop < end && !gapBefore(cursor, stop).hasNewline) cursor.failed = true
  const failed = cursor.failed
  const doc = copy(cursor, last)
  cursor.failed = failed
  return doc
}

function commaOf(cursor: Cursor, end: number, { commas }: BodyStyle): Doc {
  const isLast = kindAt(cursor) === "," ? cursor.index + 1 >= end : cursor.index >= end
  const isPresent = kindAt(cursor) === "," && cursor.index < end
  if (commas === "all" && !isLast) return isPresent ? takeComma(cursor) : comma
  const dropped = isPresent ? dropComma(cursor) : empty
  if (commas === "none") return dropped
  if (commas === "all") return concat([ifBreak(comma, empty), dropped])
  return concat([isLast ? empty : ifBreak(empty, comma), dropped])
}
