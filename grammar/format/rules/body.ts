// Bodies in braces: what was written on one line stays there while it fits; else one row per line.

import type { Node } from "../../syntax/nodes.ts"
import { dropComma, gapBefore, indexAt, isLostComma, kindAt, leading, offsetOf, take, takeComma, type Cursor } from "../cursor.ts"
import { blankline, comma, concat, empty, group, hardline, ifBreak, indent, line, lineOr, type Doc } from "../doc.ts"
import { copy, unit } from "./unit.ts"

export interface BodyStyle {
  /** "all": between items and, over several lines, behind the last. "flat": only on one line. */
  readonly commas: "none" | "all" | "flat"
  /** Whether several items may share a line. */
  readonly rows: boolean
  /** Whether an item with a syntax error is copied alone; else all of the body's statement is. */
  readonly units: boolean
}

export const itemStyle: BodyStyle = { commas: "none", rows: true, units: true }
export const memberStyle: BodyStyle = { commas: "all", rows: true, units: true }
export const entryStyle: BodyStyle = { commas: "all", rows: true, units: false }
export const armStyle: BodyStyle = { commas: "flat", rows: false, units: true }
export const statementStyle: BodyStyle = { commas: "none", rows: false, units: true }

/** `{ items }` */
export function body(items: readonly Node[], cursor: Cursor, style: BodyStyle): Doc {
  return group(openBody(items, cursor, style))
}

/** A body whose lines break with those of the group around it. */
export function openBody(items: readonly Node[], cursor: Cursor, style: BodyStyle): Doc {
  const closer = cursor.closers.get(cursor.index)
  const opener = take(cursor, "{")
  if (closer === undefined) {
    cursor.failed = true
    return opener
  }
  const edge = isSpread(items, cursor, closer, style) ? hardline : line
  const rows = rowsOf(items, cursor, closer, style)
  const { own, inlineTrailing } = gapBefore(cursor)
  const dangling = leading(cursor).slice(0, -1)
  if (rows.length === 0 && dangling.length === 0) return concat([opener, inlineTrailing.length > 0 ? " " : empty, take(cursor, "}")])
  const between = rows.length > 0 && dangling.length > 0 ? [own[0]!.blankBefore ? blankline : hardline] : []
  const last = style.commas === "all" && rows.length > 0 && !isLostComma(cursor, closer - 1) ? ifBreak(comma, empty) : empty
  return concat([opener, indent(edge, ...rows, last, ...between, ...dangling), edge, take(cursor, "}")])
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
  let count = 0
  const endRow = (): void => {
    docs.push(count > 1 ? group(...row) : concat(row))
    row = []
    count = 0
  }
  let next = 0
  while (cursor.index < end && !cursor.failed) {
    const before = gapBefore(cursor)
    const isGlued = count > 0 && !before.hasNewline && isBroken(items[next], cursor)
    const sameRow = isGlued || (count > 0 && style.rows && !before.hasNewline)
    if (count > 0 && !sameRow) {
      endRow()
      docs.push(separatorOf(cursor, style))
    }
    if (isGlued) row.push(" ".repeat(before.spaces))
    else if (sameRow) row.push(lineOr(rowGap(before.spaces, style)))
    else docs.push(...leading(cursor))
    const item = items[next]
    if (item !== undefined && offsetOf(cursor) >= item.span.start) next++
    row.push(itemOf(item, items[next], cursor, { end, units: style.units }), commaOf(items[next], cursor, end, style))
    count++
  }
  if (count > 0) endRow()
  return docs
}

/** Whether what stands before or behind the place is copied: then so is the space between. */
function isBroken(item: Node | undefined, { copiedTo, index, problems }: Cursor): boolean {
  if (copiedTo === index) return true
  if (item === undefined || problems.size === 0) return false
  return item.recovered === true || [...problems].some((offset) => item.span.start <= offset && offset <= item.span.end)
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
function itemOf(
  item: Node | undefined,
  following: Node | undefined,
  cursor: Cursor,
  { end, units }: { readonly end: number; readonly units: boolean },
): Doc {
  const isItem = item !== undefined && offsetOf(cursor) >= item.span.start
  if (isItem && !units) return cursor.print(item, cursor)
  const limit = isItem ? following : item
  const stop = Math.min(end, limit === undefined ? end : indexAt(cursor, limit.span.start))
  let last = isItem ? Math.max(indexAt(cursor, item.span.end), cursor.index + 1) : cursor.index + 1
  const behind = cursor.pieces[last]?.kind === "," ? last + 1 : last
  if (isItem && (behind >= stop || gapBefore(cursor, behind).hasNewline)) return unit(item, cursor)
  while (last < stop && !(isItem && gapBefore(cursor, last).hasNewline)) last++
  const runsOn = last === stop && stop < end && !gapBefore(cursor, stop).hasNewline
  const doc = copy(cursor, last)
  cursor.failed = runsOn || !units
  return doc
}

function commaOf(following: Node | undefined, cursor: Cursor, end: number, { commas }: BodyStyle): Doc {
  const isPresent = kindAt(cursor) === "," && cursor.index < end
  const isLast = cursor.index + (isPresent ? 1 : 0) >= end
  if (isBroken(following, cursor)) return isPresent ? takeComma(cursor) : empty
  // A minus that a comment parts from its number would go on with the arm before it.
  if (commas === "flat" && isPresent && kindAt(cursor, 1) === "-") return takeComma(cursor)
  // Without its comma, a comment between the two would belong to the next item.
  if (commas !== "all" && isPresent && gapBefore(cursor).inlineTrailing.length > 0) return takeComma(cursor)
  if (commas === "all" && (!isLast || isLostComma(cursor))) return isPresent ? takeComma(cursor) : comma
  const added = commas === "flat" && !isLast ? ifBreak(empty, comma) : empty
  return concat([added, isPresent ? dropComma(cursor) : empty])
}
