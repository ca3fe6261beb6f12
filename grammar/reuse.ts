// What a parse keeps for the next one: declarations that a change of the text does not touch stay the nodes that they are.

import type { Span } from "../base/text/span.ts"
import { indentationAt } from "./anchors.ts"
import type { Braces } from "./braces.ts"
import type { Token, Tokens } from "./lexer.ts"
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
  readonly tokens: Tokens
  readonly parts: readonly Part[]
  readonly braces: Braces
  readonly bracesPair: boolean
  /** No node has this id or a higher one. */
  readonly nextId: number
}

/** So many tokens behind a declaration may be looked at to find its end: those that show where the next one begins. */
const lookahead = 3

/** Finds the part that stands at a token, or undefined when its text, or what it was read by, is not the same. */
export type Finder = (index: number, afterBroken: boolean) => Part | undefined

/** For the tokens of a later text. A part that is found is moved to where it is now: it is one of the later text from then on. */
export function partsOf(before: Parsed, now: Pick<Parsed, "tokens" | "braces" | "bracesPair">): Finder {
  if (before.bracesPair !== now.bracesPair || rootIndentation(before.tokens) !== rootIndentation(now.tokens)) return () => undefined
  const byStart = new Map(before.parts.map((part) => [before.tokens.tokens[part.from]!.start, part]))
  const { same, sameEnd } = sameEnds(before.tokens.source.text, now.tokens.source.text)
  const shift = now.tokens.source.text.length - before.tokens.source.text.length
  const firstSame = before.tokens.source.text.length - sameEnd
  return (index, afterBroken) => {
    const { start } = now.tokens.tokens[index]!
    for (const delta of shift === 0 ? [0] : [0, shift]) {
      const part = byStart.get(start - delta)
      if (part === undefined || part.afterBroken !== afterBroken || (part.from === 0) !== (index === 0)) continue
      const [from, to] = around(before.tokens, part.from, part.to)
      if (!(to < same && delta === 0) && !(from >= firstSame && delta === shift)) continue
      const there = around(now.tokens, index, index + part.to - part.from)
      if (there[0] !== from + delta || there[1] !== to + delta || !sameTokens(before.tokens, now.tokens, part, index)) continue
      if (isDoubtful(now.tokens, now.braces, there)) continue
      return move(part, index, delta)
    }
    return undefined
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

function rootIndentation({ tokens, source: { text } }: Tokens): number {
  return tokens.length === 0 ? 0 : indentationAt(text, tokens[0]!.start)
}

function sameEnds(before: string, after: string): { readonly same: number; readonly sameEnd: number } {
  const shorter = Math.min(before.length, after.length)
  let same = 0
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same++
  let sameEnd = 0
  while (sameEnd < shorter - same && before.charCodeAt(before.length - 1 - sameEnd) === after.charCodeAt(after.length - 1 - sameEnd)) sameEnd++
  return { same, sameEnd }
}

function sameTokens(before: Tokens, now: Tokens, part: Part, index: number): boolean {
  const delta = now.tokens[index]!.start - before.tokens[part.from]!.start
  for (let at = 0; at < part.to - part.from + lookahead; at++) {
    const [old, other] = [before.tokens[part.from + at], now.tokens[index + at]]
    if (old === undefined || other === undefined) return old === other
    if (!isSame(old, other, delta)) return false
  }
  return true
}

function isSame(old: Token, other: Token, delta: number): boolean {
  return old.kind === other.kind && old.start + delta === other.start && old.end + delta === other.end && old.startsLine === other.startsLine && old.glued === other.glued
}

function move(part: Part, from: number, delta: number): Part {
  if (delta !== 0) {
    for (const node of part.nodes) node.span = { start: node.span.start + delta, end: node.span.end + delta }
  }
  return { ...part, from, to: from + part.to - part.from }
}
