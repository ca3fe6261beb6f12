// Words in a row: what most clauses are, and the base of every part without a layout of its own.

import { children } from "../../syntax/walk.ts"
import type { Node } from "../../syntax/nodes.ts"
import { keywordsOf } from "../../tokens.ts"
import { kindAt, offsetOf, take, takeComma, within, type Cursor } from "../cursor.ts"
import { concat, empty, fill, indent, line, type Doc } from "../doc.ts"

const noSpaceBefore = new Set([",", ")", "]", ":", ".", "?.", "?"])
const noSpaceAfter = new Set(["(", "[", ".", "?.", "@", "..."])
/** A line that is too long breaks behind its commas and before these. */
const breaksBefore = new Set(["on", "backoff", "factor", "else", "when", "then", "with", "within", "until", "as"])
const statementWords = new Set(keywordsOf("statement"))

/** Prints the node's tokens with single spaces, and its children by their own rules. */
export function flow(node: Node, cursor: Cursor): Doc {
  return words(node, cursor, (child) => cursor.print(child, cursor))
}

export function words(node: Node, cursor: Cursor, print: (child: Node) => Doc): Doc {
  const below = children(node)
  const parts: Doc[] = []
  let run: Doc[] = []
  let previous = ""
  let next = 0
  while (within(cursor, node) && !cursor.failed) {
    const kind = kindAt(cursor)
    const mayBreak = (previous === "," || breaksBefore.has(kind)) && !startsElse(cursor)
    if (previous !== "" && mayBreak) {
      parts.push(concat(run), indent(line))
      run = []
    } else if (previous !== "" && !noSpaceBefore.has(kind) && !noSpaceAfter.has(previous)) run.push(" ")
    while (next < below.length && below[next]!.span.end <= offsetOf(cursor)) next++
    const child = below[next]
    const from = cursor.index
    if (child !== undefined && child.span.start <= offsetOf(cursor)) run.push(print(child))
    else run.push(kind === "," ? takeComma(cursor) : take(cursor))
    if (cursor.index === from) cursor.failed = true
    previous = cursor.pieces[cursor.index - 1]?.kind ?? ""
  }
  return fill([...parts, concat(run)])
}

/** Whether the next piece would be something else at the start of a line. */
export function startsElse(cursor: Cursor): boolean {
  const kind = kindAt(cursor)
  return kind === "(" || kind === "[" || kind === "-" || (kind !== "within" && statementWords.has(kind))
}

/** One name or word. */
export function word(_: Node, cursor: Cursor): Doc {
  return cursor.index < cursor.pieces.length - 1 ? take(cursor) : empty
}
