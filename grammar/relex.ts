// The tokens of a text that was changed: read again where it is another one, moved where it is the same.

import type { Source } from "../base/text/source.ts"
import { lex, type Part, type Token, type Tokens, type Trivia } from "./lexer.ts"

/** The tokens at both ends of a text that are those of the text before it. */
export interface Kept {
  /** So many at the start, and nothing before or between them has changed. */
  readonly front: number
  /** So many at the end, and nothing behind them has changed, nor between each and the token before it. */
  readonly back: number
  /** By how many characters, and by how many tokens, those at the end have moved. */
  readonly shift: number
  readonly shiftTokens: number
}

export interface Relexed {
  readonly tokens: Tokens
  readonly kept: Kept
}

/** The characters at both ends of two texts that are the same. */
interface Ends {
  readonly same: number
  /** In the text before. */
  readonly firstSame: number
  readonly shift: number
}

/** Where old tokens make place: from the first on, up to the second. */
interface Gap {
  readonly from: number
  readonly to: number
}

const nothing: Kept = { front: 0, back: 0, shift: 0, shiftTokens: 0 }

/** What is read takes the tokens of the text before over: they are used up. */
export function relex(source: Source, before?: Tokens): Relexed {
  if (before === undefined) return { tokens: lex(source), kept: nothing }
  const ends = endsOf(before.source.text, source.text)
  return relexPart(source, before, ends) ?? relexAll(source, before, ends)
}

function endsOf(before: string, after: string): Ends {
  const shorter = Math.min(before.length, after.length)
  let same = 0
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same++
  let sameEnd = 0
  while (sameEnd < shorter - same && before.charCodeAt(before.length - 1 - sameEnd) === after.charCodeAt(after.length - 1 - sameEnd)) sameEnd++
  return { same, firstSame: before.length - sameEnd, shift: after.length - before.length }
}

function relexAll(source: Source, before: Tokens, ends: Ends): Relexed {
  const tokens = lex(source)
  return { tokens, kept: keptOf(before.tokens, tokens.tokens, { from: 0, to: before.tokens.length }, ends) }
}

/** Not where either text has a report: that may hang on what stands far away. */
function relexPart(source: Source, before: Tokens, ends: Ends): Relexed | undefined {
  if (!isAlone(before)) return undefined
  const old = before.tokens
  const { same, firstSame, shift } = ends
  const from = lineBefore(old, same)
  let next = from
  let depth = 0
  let to = old.length
  const meetsOld: Part["ends"] = ({ at, atLineStart, modes }) => {
    for (; next < old.length && old[next]!.start + shift < at; next++) depth += depthOf(old[next]!.kind)
    if (!atLineStart || modes.length > 0 || depth !== 0 || next === old.length) return false
    const { start, startsLine } = old[next]!
    const meets = start + shift === at && startsLine && start >= firstSame
    if (meets) to = next
    return meets
  }
  const isFirst = from === 0
  const read = lex(source, { from: isFirst ? 0 : old[from]!.start, triviaBefore: isFirst ? 0 : old[from]!.triviaBefore, ends: meetsOld })
  if (!isAlone(read)) return undefined
  const kept = keptOf(old, read.tokens, { from, to }, ends)
  const trivia = { from: isFirst ? 0 : old[from]!.triviaBefore, to: old[to]?.triviaBefore ?? before.trivia.length }
  const shiftTrivia = trivia.from + read.trivia.length - trivia.to
  if (shift !== 0 || shiftTrivia !== 0) {
    for (let index = to; index < old.length; index++) moveToken(old[index]!, shift, shiftTrivia)
    for (let index = trivia.to; index < before.trivia.length; index++) moveTrivia(before.trivia[index]!, shift)
  }
  return { tokens: { ...read, tokens: replaced(old, { from, to }, read.tokens), trivia: replaced(before.trivia, trivia, read.trivia) }, kept }
}

function isAlone({ diagnostics, isLocal }: Tokens): boolean {
  return diagnostics.length === 0 && isLocal
}

/** The last token before the place that starts a line outside of any text, or the first token. */
function lineBefore(tokens: readonly Token[], place: number): number {
  let found = 0
  let depth = 0
  for (let index = 0; index < tokens.length && tokens[index]!.start < place; index++) {
    const { kind, startsLine } = tokens[index]!
    if (startsLine && depth === 0) found = index
    depth += depthOf(kind)
  }
  return found
}

function depthOf(kind: string): number {
  switch (kind) {
    case "StringStart":
    case "BlockStart":
    case "HoleStart":
      return 1
    case "StringEnd":
    case "BlockEnd":
    case "HoleEnd":
      return -1
    default:
      return 0
  }
}

function keptOf(old: readonly Token[], read: readonly Token[], { from, to }: Gap, { same, firstSame, shift }: Ends): Kept {
  let front = from
  for (let other = read[0]; other !== undefined && other.end < same && isSame(old[front], other, 0); other = read[front - from]) front++
  let back = old.length - to
  let [last, lastRead] = [to - 1, read.length - 1]
  const isGapSame = (): boolean => last >= 0 && lastRead >= 0 && old[last]!.end >= firstSame && read[lastRead]!.end === old[last]!.end + shift
  while (isGapSame() && isSame(old[last], read[lastRead]!, shift)) {
    back++
    last--
    lastRead--
  }
  return { front, back: isGapSame() ? back : Math.max(0, back - 1), shift, shiftTokens: read.length - (to - from) }
}

function isSame(old: Token | undefined, other: Token, shift: number): boolean {
  return old !== undefined && old.kind === other.kind && old.start + shift === other.start && old.end + shift === other.end
    && old.startsLine === other.startsLine && old.glued === other.glued
}

type Movable<T> = { -readonly [Key in keyof T]: T[Key] }

/** In its place: thousands of new ones with each key would have to be collected again. */
function moveToken(token: Movable<Token>, shift: number, shiftTrivia: number): void {
  token.start += shift
  token.end += shift
  token.triviaBefore += shiftTrivia
}

function moveTrivia(trivia: Movable<Trivia>, shift: number): void {
  trivia.start += shift
  trivia.end += shift
}

/** More arguments than this do not fit on every stack. */
const argumentsMax = 10_000

function replaced<T>(all: readonly T[], { from, to }: Gap, by: readonly T[]): readonly T[] {
  if (by.length > argumentsMax) return [...all.slice(0, from), ...by, ...all.slice(to)]
  ;(all as T[]).splice(from, to - from, ...by)
  return all
}
