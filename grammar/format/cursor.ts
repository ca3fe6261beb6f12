// The way through a file's tokens: every rule takes them in order, so none is lost and each brings its comments along.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Syntax } from "../parse.ts"
import type { Node } from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { gapsOf, inlineDoc, ownDoc, piecesOf, trailingDoc, type Gap, type Piece } from "./comments.ts"
import { blankline, comma, concat, empty, hardline, lines, type Doc } from "./doc.ts"

export type Rule<N extends Node = Node> = (node: N, cursor: Cursor) => Doc

/** Where printing stands; rules move it on, and a rule that meets what it does not expect sets `failed`. */
export interface Cursor {
  readonly text: string
  readonly pieces: readonly Piece[]
  readonly gaps: readonly Gap[]
  /** The index of the closing brace of each opening one. */
  readonly closers: ReadonlyMap<number, number>
  readonly print: (node: Node, cursor: Cursor) => Doc
  /** Where the nodes start that are copied, whatever they hold. */
  readonly frozen: ReadonlySet<number>
  /** Offsets of syntax errors that no printed part has answered for yet. */
  readonly problems: Set<number>
  index: number
  /** The index of the piece whose own-line comments are printed already. */
  announced: number
  /** Where the last copied part ended. */
  copiedTo: number
  failed: boolean
}

interface Options {
  readonly diagnostics: readonly Diagnostic[]
  readonly frozen: ReadonlySet<number>
  readonly print: Cursor["print"]
}

export function cursorOf({ tokens }: Syntax, { diagnostics, frozen, print }: Options): Cursor {
  const pieces = piecesOf(tokens)
  return {
    text: tokens.source.text,
    pieces,
    gaps: gapsOf(tokens, pieces),
    closers: closersOf(pieces),
    print,
    frozen,
    problems: new Set(diagnostics.map(({ span }) => span.start)),
    index: 0,
    announced: -1,
    copiedTo: -1,
    failed: false,
  }
}

function closersOf(pieces: readonly Piece[]): ReadonlyMap<number, number> {
  const closers = new Map<number, number>()
  const open: number[] = []
  pieces.forEach(({ kind }, index) => {
    if (kind === "{") open.push(index)
    else if (kind === "}" && open.length > 0) closers.set(open.pop()!, index)
  })
  return closers
}

export const kindAt = (cursor: Cursor, ahead = 0): string => cursor.pieces[cursor.index + ahead]?.kind ?? "EOF"
export const offsetOf = (cursor: Cursor): number => cursor.pieces[cursor.index]?.start ?? cursor.text.length
export const gapBefore = (cursor: Cursor, index: number = cursor.index): Gap => cursor.gaps[index]!

/** Whether the next piece belongs to the node. */
export function within(cursor: Cursor, node: Node): boolean {
  const piece = cursor.pieces[cursor.index]!
  return piece.kind !== "EOF" && piece.start < node.span.end
}

/** The index of the first piece at or behind the offset. */
export function indexAt({ pieces }: Cursor, offset: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (pieces[middle]!.start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The next piece with its comments; `shown` is printed in its place. */
export function take(cursor: Cursor, kind?: string, shown?: string): Doc {
  if (kind !== undefined && kind !== kindAt(cursor)) return nothing(cursor)
  return takeUpTo(cursor, cursor.index + 1, shown)
}

function nothing(cursor: Cursor): Doc {
  cursor.failed = true
  return empty
}

/** The own-line comments before the next piece, each on its line, with the empty lines between them. */
export function leading(cursor: Cursor): readonly Doc[] {
  if (cursor.announced === cursor.index) return []
  cursor.announced = cursor.index
  const { own, blankBefore } = gapBefore(cursor)
  if (own.length === 0) return []
  const docs = own.flatMap((comment, index) => {
    const separator = comment.blankBefore ? blankline : hardline
    return index > 0 ? [separator, ownDoc(comment)] : [ownDoc(comment)]
  })
  return [...docs, blankBefore && kindAt(cursor) !== "}" && kindAt(cursor) !== "EOF" ? blankline : hardline]
}

/** The pieces up to the index as they stand in the text, with the comments around them. */
export function takeUpTo(cursor: Cursor, end: number, shown?: string): Doc {
  if (end <= cursor.index || end >= cursor.pieces.length) return nothing(cursor)
  const first = cursor.pieces[cursor.index]!
  const last = cursor.pieces[end - 1]!
  const before = gapBefore(cursor)
  const text = shown ?? cursor.text.slice(first.start, last.end)
  const own = cursor.announced === cursor.index ? [] : before.own.map(ownDoc)
  const inline = before.inlineLeading.flatMap((comment) => [inlineDoc(comment), " "])
  cursor.index = end
  const [start = "", ...below] = text.split("\n")
  const body = below.length === 0 ? text : lines(start, below.map((line) => ({ text: line, relative: false })))
  return concat([...own, ...inline, body, ...behind(cursor, last.kind)])
}

/** The comments behind the piece that has just been taken. */
export function behind(cursor: Cursor, kind: string): readonly Doc[] {
  const { inlineTrailing, trailing } = gapBefore(cursor)
  const isOpener = kind === "(" || kind === "["
  const inline = inlineTrailing.flatMap((comment, index) => [index === 0 && isOpener ? "" : " ", inlineDoc(comment)])
  return [...trailing.map(trailingDoc), ...inline]
}

/** The comma where the source has one, without it: its comments alone. */
export function dropComma(cursor: Cursor, kind = ","): Doc {
  if (kindAt(cursor) !== kind) return empty
  const { own, inlineLeading } = gapBefore(cursor)
  cursor.index++
  return concat([...own.map(ownDoc), ...inlineLeading.flatMap((comment) => [" ", inlineDoc(comment)]), ...behind(cursor, kind)])
}

/** A comma, which stands before the comments that end its line, unless that would put a statement's word at a line's start. */
export function takeComma(cursor: Cursor): Doc {
  const { own, inlineLeading } = gapBefore(cursor)
  cursor.index++
  const above = [...own.map(ownDoc), ...(own.length > 0 ? [hardline] : []), ...inlineLeading.flatMap((comment) => [inlineDoc(comment), " "])]
  return concat([...(statementWords.has(kindAt(cursor)) ? [...above, ","] : [comma, ...above]), ...behind(cursor, ",")])
}

/** Whether the piece is a comma behind comments that end a line; it goes before them. */
export function isLostComma(cursor: Cursor, index: number = cursor.index): boolean {
  if (cursor.pieces[index]?.kind !== ",") return false
  const { own, trailing } = gapBefore(cursor, index)
  return own.length + trailing.length > 0
}

const statementWords = new Set(keywordsOf("statement"))

/** Whether the next piece would be something else at the start of a line. */
export function startsElse(cursor: Cursor): boolean {
  const kind = kindAt(cursor)
  return kind === "(" || kind === "[" || kind === "-" || statementWords.has(kind)
}
