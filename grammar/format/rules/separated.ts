// Lists in brackets: on one line where it fits, else one item per line with a comma behind the last.

import type { Node } from "../../syntax/nodes.ts"
import { gapBefore, isLostComma, kindAt, leading, startsElse, take, takeComma, type Cursor } from "../cursor.ts"
import { blankline, comma, concat, empty, group, hardline, ifBreak, indent, line, softline, type Doc } from "../doc.ts"

/** A text this wide or narrower may stand before a record that is the last argument. */
const hugWidth = 60
const huggable = new Set(["record", "list"])

export interface Brackets {
  readonly open: string
  readonly close: string
  /** Whether the grammar takes a comma behind the last item. */
  readonly trailingComma: boolean
}

export const parentheses: Brackets = { open: "(", close: ")", trailingComma: true }
export const squareBrackets: Brackets = { open: "[", close: "]", trailingComma: true }

export function separated(items: readonly Node[], cursor: Cursor, { open, close, trailingComma }: Brackets): Doc {
  const hugs = canHug(items, cursor)
  const opener = take(cursor, open)
  const docs: Doc[] = []
  items.forEach((item, index) => {
    const isFirst = index === 0
    // At the start of a line the word of a statement would not be read as a name.
    const separator = hugs || isWord(cursor) ? (isFirst ? empty : " ") : isFirst ? softline : line
    const before = leading(cursor)
    docs.push(separator, ...before, cursor.print(item, cursor), commaBehind(cursor, close, index === items.length - 1))
  })
  const { own } = gapBefore(cursor)
  const dangling = leading(cursor).slice(0, -1)
  if (items.length === 0 && dangling.length === 0) return concat([opener, take(cursor, close)])
  if (hugs && dangling.length === 0) return concat([opener, ...docs, take(cursor, close)])
  const last = items.length > 0 && trailingComma && !isLostComma(cursor, cursor.index - 1) ? ifBreak(comma, empty) : empty
  const tail = dangling.length === 0 ? [] : [own[0]!.blankBefore && items.length > 0 ? blankline : hardline, ...dangling]
  return group(opener, indent(...docs, last, ...tail), softline, take(cursor, close))
}

function isWord(cursor: Cursor): boolean {
  return startsElse(cursor) && !["(", "[", "-"].includes(kindAt(cursor))
}

/** The comma between two items; the last one's is dropped, but not its comments. */
function commaBehind(cursor: Cursor, close: string, isLast: boolean): Doc {
  if (kindAt(cursor) === ",") {
    if (!isLast || kindAt(cursor, 1) !== close || isLostComma(cursor)) return takeComma(cursor)
    return dropLast(cursor)
  }
  if (!isLast) cursor.failed = true
  return empty
}

function dropLast(cursor: Cursor): Doc {
  return take(cursor, ",", "")
}

/** Whether the brackets may stand directly around a record or a list that is the last item. */
function canHug(items: readonly Node[], cursor: Cursor): boolean {
  const last = items.at(-1)
  if (last === undefined) return false
  const value = last.kind === "argument" ? last.value : last
  if (!huggable.has(value.kind)) return false
  const from = cursor.index + 1
  let width = 0
  for (let index = from; index < cursor.pieces.length && cursor.pieces[index]!.start < value.span.start; index++) {
    const { own, trailing, hasNewline } = gapBefore(cursor, index)
    if (own.length > 0 || trailing.length > 0) return false
    if (hasNewline && index === from && items.length > 1) return false
    width += cursor.pieces[index]!.end - cursor.pieces[index]!.start + 1
  }
  const isLone = items.slice(0, -1).every((item) => !huggable.has((item.kind === "argument" ? item.value : item).kind))
  return isLone && width <= hugWidth && (items.length > 1 || value.kind === "record" || last.kind === "argument")
}
