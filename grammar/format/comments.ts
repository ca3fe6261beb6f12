// Where each comment belongs: behind the token before it, or before the token after it.

import type { Tokens, Trivia } from "../lexer.ts"
import { lines, ownComment, trailingComment, type Doc, type Lines } from "./doc.ts"

/** A token, or a run of characters that is none: whatever is neither space nor comment. */
export interface Piece {
  readonly kind: string
  readonly start: number
  readonly end: number
}

export interface Comment {
  readonly start: number
  readonly text: string
  readonly toLineEnd: boolean
  readonly gap: number
  /** An empty line stands before it. */
  readonly blankBefore: boolean
}

/** What stands between a piece and the one before it. */
export interface Gap {
  /** Behind the previous piece, at the end of its line. */
  readonly trailing: readonly Comment[]
  /** Behind the previous piece, on the line that goes on. */
  readonly inlineTrailing: readonly Comment[]
  /** On lines of their own. */
  readonly own: readonly Comment[]
  /** Before the piece, on its line. */
  readonly inlineLeading: readonly Comment[]
  readonly hasNewline: boolean
  /** An empty line stands directly before the piece. */
  readonly blankBefore: boolean
  /** How many characters stand between the two, when they are spaces on one line; otherwise 0. */
  readonly spaces: number
}

export function piecesOf({ tokens, trivia, source }: Tokens): readonly Piece[] {
  const unknown = trivia.filter((piece) => piece.kind === "unknown")
  // A closer that the text lacks is a token without text.
  const pieces: Piece[] = [...tokens.filter(({ start, end }) => end > start), ...unknown]
  if (unknown.length > 0) pieces.sort((a, b) => a.start - b.start || a.end - b.end)
  return [...pieces, { kind: "EOF", start: source.text.length, end: source.text.length }]
}

/** A comment before one of these belongs to what stands before the comment. */
const tight = new Set(["(", "[", ",", ")", "]", "}", ":", ".", "?.", "?", "HoleEnd"])

/** The gaps before each piece; the last one is the gap before the end of the file. */
export function gapsOf({ source: { text }, trivia }: Tokens, pieces: readonly Piece[]): readonly Gap[] {
  const comments = trivia.filter(({ kind }) => kind === "lineComment" || kind === "docComment" || kind === "blockComment")
  let next = 0
  return pieces.map((piece, index) => {
    const from = index === 0 ? 0 : pieces[index - 1]!.end
    const found: Trivia[] = []
    while (next < comments.length && comments[next]!.start < piece.start) found.push(comments[next++]!)
    return gap(text, from, piece, found, index === 0)
  })
}

function gap(text: string, from: number, piece: Piece, found: readonly Trivia[], isFirst: boolean): Gap {
  const between = (start: number, end: number): boolean => text.slice(start, end).includes("\n")
  const isBlank = (start: number, end: number): boolean => /\n[^\S\n]*\n/.test(text.slice(start, end))
  const trailing: Comment[] = []
  const inlineTrailing: Comment[] = []
  const own: Comment[] = []
  const inlineLeading: Comment[] = []
  let before = from
  for (const { kind, start, end } of found) {
    const space = text.slice(before, start)
    const joins = own.length > 0 && !between(before, start)
    const comment: Comment = {
      start,
      text: text.slice(start, end).trimEnd(),
      toLineEnd: kind !== "blockComment",
      gap: /^ +$/.test(space) ? space.length
        : kind === "blockComment" && /[([]$/.test(text[start - 1] ?? "") ? 0 : 1,
      blankBefore: isBlank(before, start),
    }
    before = end
    const isBehind = !isFirst && !between(from, start)
    const goesOn = kind === "blockComment" && piece.kind !== "EOF" && !between(end, piece.start)
    if (goesOn && tight.has(piece.kind) && !isFirst && own.length + trailing.length === 0) inlineTrailing.push(comment)
    else if (goesOn && tight.has(piece.kind) && !isFirst) own.push(comment)
    else if (goesOn) inlineLeading.push(comment)
    else if (isBehind) trailing.push(comment)
    else if (joins) own.push(joined(own.pop()!, comment))
    else own.push(comment)
  }
  const hasNewline = between(from, piece.start)
  return {
    trailing, inlineTrailing, own, inlineLeading, hasNewline,
    blankBefore: isBlank(before, piece.start),
    spaces: found.length === 0 && !hasNewline ? piece.start - from : 0,
  }
}

/** Two comments of one line. */
function joined(first: Comment, second: Comment): Comment {
  return { ...first, text: `${first.text} ${second.text}`, toLineEnd: second.toLineEnd }
}

/** The lines of a block comment; where each goes on with a star, they are lined up. */
function commentLines(text: string): Lines {
  const [first = "", ...rest] = text.split("\n")
  const isStarred = rest.every((line) => /^\s*\*/.test(line))
  return lines(
    first.trimEnd(),
    rest.map((line) => ({ text: isStarred ? ` ${line.trim()}` : line.trimEnd(), relative: isStarred })),
  )
}

export function inlineDoc({ text }: Comment): Doc {
  return commentLines(text)
}

export function trailingDoc({ text, gap: width, toLineEnd }: Comment): Doc {
  return trailingComment(commentLines(text), { gap: width, toLineEnd })
}

export function ownDoc({ text }: Comment): Doc {
  return ownComment(commentLines(text))
}
