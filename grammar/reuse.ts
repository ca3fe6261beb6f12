// What a parse keeps for the next one: declarations that a change of the text does not touch stay the nodes that they are.

import type { Span } from "../base/text/span.ts"
import { indentationAt } from "./anchors.ts"
import type { Braces } from "./braces.ts"
import type { Tokens } from "./lexer.ts"
import type { Kept } from "./relex.ts"
import type { Declaration } from "./syntax/nodes.ts"

/** A declaration that was read without any repair, with all nodes in it. */
export interface Part {
  readonly item: Declaration
  readonly nodes: readonly { span: Span }[]
  /** Indices of its first token and of the one behind its last. */
  readonly from: number
  readonly to: number
  /** Whether what stands before it was broken: its first line may be read in another way then. */
  readonly afterBroken: boolean
}

export interface Parsed {
  readonly parts: readonly Part[]
  /** How far the first line with a token is indented. */
  readonly indentation: number
  readonly bracesPair: boolean
  /** No node has this id or a higher one. */
  readonly nextId: number
}

/** So many tokens behind a declaration may be looked at to find its end: those that show where the next one begins. */
const lookahead = 3

/** Finds the part that stands at a token, or undefined when its text, or what it was read by, is not the same. */
export type Finder = (index: number, afterBroken: boolean) => Part | undefined

interface Now extends Pick<Parsed, "bracesPair" | "indentation"> {
  readonly tokens: Tokens
  readonly braces: Braces
  readonly kept: Kept
}

/** For the tokens of a later text. A part that is found is moved to where it is now: it is one of the later text from then on. */
export function partsOf(before: Parsed, { tokens, braces, kept: { front, back, shift, shiftTokens }, bracesPair, indentation }: Now): Finder {
  if (before.bracesPair !== bracesPair || before.indentation !== indentation) return () => undefined
  const byFirst = new Map(before.parts.map((part) => [part.from, part]))
  const firstBehind = tokens.tokens.length - back
  return (index, afterBroken) => {
    const isBehind = index >= firstBehind
    const part = byFirst.get(isBehind ? index - shiftTokens : index)
    if (part === undefined || part.afterBroken !== afterBroken || (part.from === 0) !== (index === 0)) return undefined
    const size = part.to - part.from
    if (!isBehind && index + size + lookahead > front) return undefined
    return isDoubtful(tokens, braces, around(tokens, index, index + size)) ? undefined : move(part, index, isBehind ? shift : 0)
  }
}

/** Whether the lexer or the pairing of braces has found something in the range: what is read there hangs on more than its tokens. */
export function isDoubtful({ diagnostics }: Tokens, braces: Braces, [from, to]: readonly [number, number]): boolean {
  const isInside = (at: number): boolean => from <= at && at <= to
  if (diagnostics.some(({ span }) => span.start <= to && from <= span.end)) return true
  for (const [start, end] of braces.ends) if (isInside(start) || isInside(end)) return true
  for (const start of braces.surplus) if (isInside(start)) return true
  return false
}

/** The range of the text that decides how the tokens are read: from the end of the one before them, with some behind them. */
export function around({ tokens, source: { text } }: Tokens, from: number, to: number): readonly [number, number] {
  return [from === 0 ? 0 : tokens[from - 1]!.end, tokens[to + lookahead - 1]?.end ?? text.length]
}

export function rootIndentation({ tokens, source: { text } }: Tokens): number {
  return tokens.length === 0 ? 0 : indentationAt(text, tokens[0]!.start)
}

function move(part: Part, from: number, delta: number): Part {
  if (delta !== 0) {
    for (const node of part.nodes) node.span = { start: node.span.start + delta, end: node.span.end + delta }
  }
  return { ...part, from, to: from + part.to - part.from }
}
