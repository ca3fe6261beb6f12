// Units: the parts that are printed or, when they hold a syntax error, left as they stand.

import type { Node } from "../../syntax/nodes.ts"
import { indexAt, takeUpTo, type Cursor } from "../cursor.ts"
import type { Doc } from "../doc.ts"

/** Prints the node, whose last piece is the one before `end`; what can't be printed in full is copied. */
export function unit(node: Node, cursor: Cursor): Doc {
  const { index, announced } = cursor
  const end = Math.max(indexAt(cursor, node.span.end), index + 1)
  if (node.recovered !== true && !cursor.frozen.has(node.span.start)) {
    const doc = cursor.print(node, cursor)
    if (!cursor.failed && cursor.index === end && !answer(cursor, index, end)) return doc
  }
  cursor.index = index
  cursor.announced = announced
  return copy(cursor, end)
}

/** The pieces up to the index as they stand in the text. */
export function copy(cursor: Cursor, end: number): Doc {
  cursor.failed = false
  answer(cursor, cursor.index, end)
  cursor.copiedTo = end
  return takeUpTo(cursor, end)
}

/** Takes the syntax errors between the two pieces; says whether there were any. */
function answer({ problems, pieces }: Cursor, from: number, to: number): boolean {
  if (problems.size === 0) return false
  const start = pieces[from]!.start
  const end = pieces[to - 1]!.end
  const found = [...problems].filter((offset) => start <= offset && offset <= end)
  for (const offset of found) problems.delete(offset)
  return found.length > 0
}
