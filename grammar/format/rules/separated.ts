// Lists in brackets: on one line where it fits, else one item per line with a comma behind the last.

import type { Node } from "../../syntax/nodes.ts"
import { gapBefore, kindAt, leading, take, takeComma, type Cursor } from "../cursor.ts"
import { comma, concat, empty, group, hardline, ifBreak, indent, line, softline, type Doc } from "../doc.ts"
import { startsElse } from "./flow.ts"

/** A text this wide or narrower may stand before a record that is the last argument. */
const hugWidth = 60
const huggable = new Set(["record", "list"])

export function separated(items: readonly Node[], cursor: Cursor, [open, close]: readonly [string, string]): Doc {
  const hugs = canHug(items, cursor)
  const opener = take(cursor, open)
  const docs: Doc[] = []
  let fixed = false
  items.forEach((item, index) => {
    fixed ||= startsElse(cursor) && !["(", "[", "-"].includes(kindAt(cursor))
    const before = leading(cursor)
    docs.push(concat([...before, cursor.print(item, cursor), commaBehind(cursor, close, index === items.length - 1)]))
  })
  const { own } = gapBefore(cursor)
  const dangling = leading(cursor).slice(0, -1)
  const closer = take(cursor, close)
  if (docs.length === 0 && dangling.length === 0) return concat([opener, closer])
  if (dangling.length === 0 && (fixed || hugs)) return concat([opener, ...docs.flatMap((doc, index) => (index > 0 ? [" ", doc] : [doc])), closer])
  const spaced = docs.flatMap((doc, index) => (index > 0 ? [line, doc] : [doc]))
  const last = docs.length > 0 ? ifBreak(comma, empty) : empty
  const tail = docs.length > 0 && own.length > 0 ? [hardline, ...dangling] : dangling
  return group(opener, indent(softline, ...spaced, last, ...tail), softline, closer)
}

/** The comma between two items; the last one's is dropped, but not its comments. */
function commaBehind(cursor: Cursor, close: string, isLast: boolean): Doc {
  if (kindAt(cursor) === ",") {
    if (!isLast || kindAt(cursor, 1) !== close) return takeComma(cursor)
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
