// Words in a row: what most clauses are, and the base of every part without a layout of its own.

import { children } from "../../syntax/walk.ts"
import type { Node } from "../../syntax/nodes.ts"
import { gapBefore, kindAt, leading, offsetOf, startsElse, take, takeComma, within, type Cursor } from "../cursor.ts"
import { concat, fill, indent, join, line, type Doc } from "../doc.ts"

const noSpaceBefore = new Set([",", ")", "]", ":", ".", "?.", "?"])
const noSpaceAfter = new Set(["(", "[", ".", "?.", "@", "..."])
/** A line that is too long breaks behind its commas and before these. */
const breaksBefore = new Set(["on", "backoff", "factor", "else", "when", "then", "with", "within", "until", "as"])

/** Prints the node's tokens with single spaces, and its children by their own rules. */
export function flow(node: Node, cursor: Cursor): Doc {
  return words(node, cursor, (child) => cursor.print(child, cursor))
}

export function words(node: Node, cursor: Cursor, print: (child: Node) => Doc): Doc {
  const below = children(node)
  const docs: Doc[] = [...leading(cursor)]
  let runs: Doc[][] = [[]]
  const commented = isCommented(node, cursor)
  const filled = (): Doc => {
    const parts = join(line, runs.map(concat))
    return commented ? indent(fill(parts, { steps: false })) : fill(parts, { steps: true })
  }
  let previous = ""
  let next = 0
  while (within(cursor, node) && !cursor.failed) {
    const kind = kindAt(cursor)
    const mayBreak = breaksBefore.has(kind) || (previous === "," && !startsElse(cursor))
    if (previous !== "" && mayBreak) runs.push([])
    else if (previous !== "" && !noSpaceBefore.has(kind) && !noSpaceAfter.has(previous)) runs.at(-1)!.push(" ")
    while (next < below.length && below[next]!.span.end <= offsetOf(cursor)) next++
    const child = below[next]
    const from = cursor.index
    if (child === undefined || child.span.start > offsetOf(cursor)) runs.at(-1)!.push(kind === "," ? takeComma(cursor) : take(cursor))
    else if (child.kind !== "block") runs.at(-1)!.push(print(child))
    else {
      docs.push(filled(), print(child))
      runs = [[]]
    }
    if (cursor.index === from) cursor.failed = true
    previous = cursor.pieces[cursor.index - 1]?.kind ?? ""
  }
  return concat([...docs, filled()])
}

/** Whether a comment breaks the node's own line; then all that follows stands one step in. */
function isCommented(node: Node, cursor: Cursor): boolean {
  const below = children(node)
  const end = below.find(({ kind }) => kind === "block")?.span.start ?? node.span.end
  let next = 0
  for (let index = cursor.index + 1; index < cursor.pieces.length; index++) {
    const { start } = cursor.pieces[index]!
    if (start >= end) return false
    while (next < below.length && below[next]!.span.end <= start) next++
    const isInside = next < below.length && below[next]!.span.start < start
    const { own, trailing } = gapBefore(cursor, index)
    if (!isInside && own.length + trailing.length > 0) return true
  }
  return false
}
