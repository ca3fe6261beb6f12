// Text to tokens: a stack of modes over the token table, so that interpolation is real syntax and no text is lost.

import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../base/diagnostics/report.ts"
import type { Edit } from "../base/text/edit.ts"
import type { Source } from "../base/text/source.ts"
import { span, type Span } from "../base/text/span.ts"
import { nextDeclarationLine } from "./anchors.ts"
import { classes, digit, isDigit, isWord, special, sticky, symbols, wordCharacter } from "./characters.ts"
import { backtickEnd, badEscapes, fromBackticks, isHashComment, lineEnd, numberProblem, quotesOnLine } from "./literals.ts"
import { keywords } from "./tokens.ts"

/** `kind` is a kind of the token table. A closer that the text lacks is a token of no width. */
export interface Token {
  readonly kind: string
  readonly start: number
  readonly end: number
  /** It may be a name: an identifier or a soft keyword. */
  readonly isName: boolean
  /** The first token of its line. */
  readonly startsLine: boolean
  /** Directly after the token before it, without space. */
  readonly glued: boolean
  /** How many trivia stand before it in the file. */
  readonly triviaBefore: number
}

export type TriviaKind = "whitespace" | "docComment" | "lineComment" | "blockComment" | "unknown"

export interface Trivia {
  readonly kind: TriviaKind
  readonly start: number
  readonly end: number
}

/** Tokens and trivia together are the text, byte for byte. */
export interface Tokens {
  readonly source: Source
  readonly tokens: readonly Token[]
  readonly trivia: readonly Trivia[]
  readonly diagnostics: readonly Diagnostic[]
  /** Each line that begins outside of any text was read without a look at what stands further on. */
  readonly isLocal: boolean
}

/** What is open around the current position; `braces` counts the plain braces open in a hole. */
interface Mode {
  readonly kind: "string" | "block" | "backtick" | "hole"
  readonly start: number
  braces: number
}

interface State {
  readonly source: Source
  readonly text: string
  readonly modes: Mode[]
  /** How many `"` strings are open: while there is one, a newline ends them all. */
  openStrings: number
  /** Where the text that is open ends for want of its closer. */
  lostEnd: number
  at: number
  /** Nothing but trivia stands between the line's start and here. */
  atLineStart: boolean
  isLocal: boolean
  readonly tokens: Token[]
  readonly trivia: Trivia[]
  /** How many trivia stand before those. */
  readonly triviaBefore: number
  readonly diagnostics: Diagnostic[]
}

/** A part of the text may be read alone: from where a line begins outside of any text, with so many trivia before it, up to where `ends` says. */
export interface Part {
  readonly from: number
  readonly triviaBefore: number
  readonly ends?: (state: Readonly<State>) => boolean
}

const whole: Part = { from: 0, triviaBefore: 0 }

export function lex(source: Source, { from, triviaBefore, ends }: Part = whole): Tokens {
  const state: State = {
    source, text: source.text, modes: [], openStrings: 0, lostEnd: source.text.length, at: from, atLineStart: true, isLocal: true,
    tokens: [], trivia: [], triviaBefore, diagnostics: [],
  }
  while (state.at < state.text.length && ends?.(state) !== true) {
    if (state.at >= state.lostEnd) endLost(state)
    const { modes } = state
    const mode = modes.length === 0 ? undefined : modes[modes.length - 1]
    if (mode === undefined || mode.kind === "hole") lexCode(state, mode)
    else lexText(state, mode)
  }
  if (state.modes.length > 0) closeModes(state, 0)
  const { tokens, trivia, diagnostics, isLocal } = state
  return { source, tokens, trivia, diagnostics, isLocal }
}

const whitespacePattern = /[\s\uFEFF]+/y
const unknownPattern = /[^\s\w"'$@{}()[\],:.=!<>&|?+\-*/%]+/y
/** One that is cut off is no interpolation either. */
const unicodePattern = /\\u\{[0-9A-Fa-f]*(?:\}|(?=[\r\n]|$))/y
const looseNumberPattern = /\$?\d+(?:\.\d+)*\w*/y
const patterns = {
  docComment: sticky("docComment"), lineComment: sticky("lineComment"), blockComment: sticky("blockComment"), rawString: sticky("RawString"),
}
const numberPatterns = (["Duration", "Number", "Money"] as const).map((kind) => ({ kind, pattern: sticky(kind) }))

function end(state: State, pattern: RegExp): number {
  pattern.lastIndex = state.at
  return pattern.test(state.text) ? pattern.lastIndex : -1
}

function push(state: State, kind: string, to: number, isName = false): void {
  const { at, tokens, trivia } = state
  const glued = tokens.length > 0 && tokens[tokens.length - 1]!.end === at
  tokens.push({ kind, start: at, end: to, isName, startsLine: state.atLineStart, glued, triviaBefore: state.triviaBefore + trivia.length })
  state.atLineStart = false
  state.at = to
}

function skip(state: State, kind: TriviaKind, to: number): void {
  const start = state.at
  state.trivia.push({ kind, start, end: to })
  state.at = to
  if (state.atLineStart || kind === "lineComment" || kind === "docComment") return
  const newline = state.text.indexOf("\n", start)
  state.atLineStart = newline !== -1 && newline < to
}

function lexCode(state: State, hole: Mode | undefined): void {
  const { text, at } = state
  const code = text.charCodeAt(at)
  const kind = classes[code]
  if (kind === wordCharacter) {
    let to = at + 1
    while (classes[text.charCodeAt(to)]! > 0) to++
    const keyword = keywords.get(text.slice(at, to))
    // The table's own string: comparing kinds is then comparing references.
    return keyword === undefined ? push(state, "Identifier", to, true) : push(state, keyword.kind, to, keyword.category === "soft keyword")
  }
  if ((code === 32 || code === 10) && lexPlainSpace(state)) return
  if (kind === digit) return lexNumber(state)
  if (kind === special) switch (text[at]) {
    case '"':
      return lexQuote(state, hole)
    case "'":
      return lexRaw(state)
    case "`":
      return lexBacktick(state)
    case "#":
      return isHashComment(text, at, state.atLineStart) ? lexHash(state) : lexUnknown(state)
    case "$":
      return isDigit(text.charCodeAt(at + 1)) ? lexNumber(state) : lexUnknown(state)
    case "/":
      if (text[at + 1] === "/" || text[at + 1] === "*") return lexComment(state)
      break
    case "{":
      if (hole !== undefined) hole.braces++
      return push(state, "{", at + 1)
    case "}":
      if (hole === undefined) return push(state, "}", at + 1)
      if (hole.braces > 0) {
        hole.braces--
        return push(state, "}", at + 1)
      }
      state.modes.pop()
      return push(state, "HoleEnd", at + 1)
  }
  const candidates = symbols[code]
  if (candidates === undefined) return lexSpace(state)
  for (let index = 0; index < candidates.length; index++) {
    const symbol = candidates[index]!
    if (symbol.length > 1 && !text.startsWith(symbol, at)) continue
    return symbol.length === 2 && text[at + 2] === "=" && (symbol === "==" || symbol === "!=") ? lexStrict(state, symbol) : push(state, symbol, at + symbol.length)
  }
  return lexUnknown(state)
}

function borrowed(state: State, to: number, text: string, hint: string, title: string, edits: readonly Edit[]): void {
  const { source: { path }, at } = state
  const fixes = edits.length === 0 ? [] : [{ title, path, edits, applicability: "machine" as const }]
  state.diagnostics.push(diagnostic("AF1017", { path, span: span(at, to) }, { text, hint }, { fixes }))
}

/** `===` and `!==` of JavaScript. */
function lexStrict(state: State, symbol: string): void {
  const to = state.at + 3
  const title = `Write \`${symbol}\``
  borrowed(state, to, `${symbol}=`, `write \`${symbol}\`.`, title, [{ span: span(state.at, to), text: symbol }])
  push(state, symbol, to)
}

function lexHash(state: State): void {
  const { at, text } = state
  borrowed(state, at + 1, "#", "a comment begins with `//`.", "Write `//`", [{ span: span(at, at + 1), text: "//" }])
  skip(state, "lineComment", lineEnd(text, at))
}

/** A text in backticks is read like one in quotes, with its `${…}` as interpolations; one without its end is none. */
function lexBacktick(state: State): void {
  const { text, at } = state
  const closer = backtickEnd(text, at + 1)
  if (closer === -1) return lexUnknown(state)
  const written = fromBackticks(text.slice(at + 1, closer))
  const edits = written === undefined ? [] : [{ span: span(at, closer + 1), text: written }]
  borrowed(state, closer + 1, "backtick", "a text stands in `\"`, and its interpolations are `{…}`.", "Write it in quotes", edits)
  state.modes.push({ kind: "backtick", start: at, braces: 0 })
  push(state, "StringStart", at + 1)
}

/** Spaces and line feeds are nearly all that stands between tokens; false where more does. */
function lexPlainSpace(state: State): boolean {
  const { text, at, trivia } = state
  let to = at
  let hasLine = false
  for (let code = text.charCodeAt(to); code === 32 || code === 10; code = text.charCodeAt(to)) {
    if (code === 10) hasLine = true
    to++
  }
  if (hasLine && state.openStrings > 0) return false
  if (to < text.length && !(text.charCodeAt(to) > 32 && text.charCodeAt(to) < 127)) return false
  trivia.push({ kind: "whitespace", start: at, end: to })
  state.at = to
  if (hasLine) state.atLineStart = true
  return true
}

function lexSpace(state: State): void {
  const to = end(state, whitespacePattern)
  if (to === -1) return lexUnknown(state)
  const newline = state.openStrings > 0 ? state.text.indexOf("\n", state.at) : -1
  if (newline === -1 || newline >= to) return skip(state, "whitespace", to)
  const lineEnd = state.text[newline - 1] === "\r" ? newline - 1 : newline
  if (lineEnd > state.at) skip(state, "whitespace", lineEnd)
  closeModes(state, outermostString(state))
}

function lexNumber(state: State): void {
  for (let index = 0; index < numberPatterns.length; index++) {
    const { kind, pattern } = numberPatterns[index]!
    const to = end(state, pattern)
    if (to !== -1 && !isWord(state.text.charCodeAt(to))) return push(state, kind, to)
  }
  const to = end(state, looseNumberPattern)
  const text = state.text.slice(state.at, to)
  const where = { path: state.source.path, span: span(state.at, to) }
  const { hint, replacement } = numberProblem(text)
  const fixes = replacement === undefined ? [] : [{
    title: `Write \`${replacement}\``, path: where.path, edits: [{ span: where.span, text: replacement }], applicability: "maybe" as const,
  }]
  state.diagnostics.push(diagnostic("AF1006", where, { text, hint }, { fixes }))
  push(state, text.startsWith("$") ? "Money" : "Number", to)
}

function lexComment(state: State): void {
  if (state.text[state.at + 1] === "/") {
    const doc = end(state, patterns.docComment)
    const to = doc === -1 ? end(state, patterns.lineComment) : doc
    const trimmed = state.text[to - 1] === "\r" ? to - 1 : to
    return skip(state, doc === -1 ? "lineComment" : "docComment", trimmed)
  }
  let to = end(state, patterns.blockComment)
  if (to === -1) {
    to = state.text.length
    state.diagnostics.push(diagnostic("AF1003", { path: state.source.path, span: span(state.at, state.at + 2) }, {}))
  }
  if (state.openStrings > 0 && state.text.slice(state.at, to).includes("\n")) return closeModes(state, outermostString(state))
  skip(state, "blockComment", to)
}

function lexUnknown(state: State): void {
  const to = Math.max(end(state, unknownPattern), state.at + 1)
  const text = state.text.slice(state.at, to)
  const where = { path: state.source.path, span: span(state.at, to) }
  const fix = (title: string, replacement: string, applicability: "machine" | "maybe", spans: readonly Span[] = [where.span]) => ({
    fixes: [{ title, path: where.path, edits: spans.map((each) => ({ span: each, text: replacement })), applicability }],
  })
  if (/^;+$/.test(text)) state.diagnostics.push(diagnostic("AF1015", where, {}, fix("Remove it", "", "machine")))
  else if (/^[“”„«»]$/.test(text)) state.diagnostics.push(diagnostic("AF1005", where, { text }, fix('Write `"`', '"', "maybe", quotesOnLine(state.text, state.at))))
  else state.diagnostics.push(diagnostic("AF1005", where, { text }))
  skip(state, "unknown", to)
}

function lexRaw(state: State): void {
  const closed = end(state, patterns.rawString)
  if (closed !== -1) return push(state, "RawString", closed)
  const to = lineEnd(state.text, state.at)
  unterminated(state, state.at, to, "'")
  push(state, "RawString", to)
}

function unterminated(state: State, from: number, to: number, quote: string): void {
  const last = state.diagnostics.at(-1)
  // After a stray character on the same line the quote is a part of the same mistake.
  const isStray = last?.code === "AF1005" || last?.code === "AF1015"
  if (isStray && !state.text.slice(last.span.end, from).includes("\n")) return
  const hole = state.modes.find((mode) => mode.kind === "hole" && mode.start > from)
  const comment = hole === undefined ? undefined : state.trivia.findLast(({ kind, start }) => kind === "lineComment" && start > hole.start)
  const [start, end, message] = comment === undefined
    ? [hole?.start ?? 0, (hole?.start ?? 0) + 1, "this `{` opens an interpolation; `\\{` is a plain brace"]
    : [comment.start, comment.start + 2, "a comment begins here, up to the end of the line; `/` divides"]
  const related = hole === undefined ? [] : [{ path: state.source.path, span: span(start, end), message }]
  const facts = { quote: `\`${quote}\``, where: quote === '"""' ? "file" : "line" }
  state.diagnostics.push(diagnostic("AF1002", { path: state.source.path, span: span(from, to) }, facts, { related }))
}

function lexQuote(state: State, hole: Mode | undefined): void {
  const isBlock = state.text.startsWith('"""', state.at)
  const around = hole === undefined ? undefined : state.modes.at(-2)
  if (isBlock && around?.kind === "block") {
    unterminated(state, around.start, state.at + 3, '"""')
    return closeModes(state, state.modes.length - 1)
  }
  state.modes.push({ kind: isBlock ? "block" : "string", start: state.at, braces: 0 })
  if (!isBlock) state.openStrings++
  else if (state.modes.length === 1) state.lostEnd = lostEnd(state, state.at + 3)
  push(state, isBlock ? "BlockStart" : "StringStart", state.at + (isBlock ? 3 : 1))
}

/** A block that is not closed before the next declaration ends there, where the quotes of the file do not pair. */
function lostEnd(state: State, from: number): number {
  const { text } = state
  const closer = text.indexOf('"""', from)
  const declaration = nextDeclarationLine(text, from)
  if (declaration === -1 || (closer !== -1 && closer < declaration)) return text.length
  state.isLocal = false
  let closers = 0
  for (let at = closer; at !== -1; at = text.indexOf('"""', at + 3)) closers++
  return closers % 2 === 0 ? declaration : text.length
}

function endLost(state: State): void {
  state.lostEnd = state.text.length
  if (state.modes.length === 0) return
  closeModes(state, 0)
  state.atLineStart = true
}

function outermostString(state: State): number {
  return state.modes.findIndex((mode) => mode.kind === "string")
}

/** Ends every mode from `index` on with tokens of no width; one diagnostic for the outermost text that is cut off. */
function closeModes(state: State, index: number): void {
  const cut = state.modes[index]!
  if (cut.kind !== "hole") unterminated(state, cut.start, state.at, cut.kind === "block" ? '"""' : '"')
  while (state.modes.length > index) {
    const { kind } = state.modes.pop()!
    if (kind === "string") state.openStrings--
    push(state, kind === "hole" ? "HoleEnd" : kind === "block" ? "BlockEnd" : "StringEnd", state.at)
  }
}

const backslash = 92

/** Text up to the next hole, the closing quote or, in a `"` string, the end of the line. */
function lexText(state: State, mode: Mode): void {
  const { text } = state
  const isBacktick = mode.kind === "backtick"
  const closer = mode.kind === "block" ? '"""' : isBacktick ? "`" : '"'
  const opener = isBacktick ? "${" : "{"
  const [openerCode, closerCode] = [opener.charCodeAt(0), closer.charCodeAt(0)]
  let to = state.at
  let escaped = false
  const last = Math.max(state.lostEnd, state.at)
  for (; to < last; to++) {
    const code = text.charCodeAt(to)
    if (code === backslash && text[to + 1] !== "\n" && text[to + 1] !== "\r") {
      escaped = true
      unicodePattern.lastIndex = to
      to = unicodePattern.test(text) ? unicodePattern.lastIndex - 1 : to + 1
    } else if (code === backslash) escaped = true
    else if (code === openerCode && text.startsWith(opener, to)) break
    else if (code === closerCode && text.startsWith(closer, to)) break
    else if ((code === 10 || code === 13) && state.openStrings > 0 && (code === 10 || text[to + 1] === "\n")) break
  }
  to = Math.min(to, last)
  if (to > state.at) {
    if (escaped) state.diagnostics.push(...badEscapes(state.source, state.at, to))
    push(state, "Text", to)
  }
  if (to >= last) return
  if (text.startsWith(opener, to)) {
    state.modes.push({ kind: "hole", start: to, braces: 0 })
    return push(state, "HoleStart", to + opener.length)
  }
  if (text.startsWith(closer, to)) {
    state.modes.pop()
    if (mode.kind === "string") state.openStrings--
    else if (state.modes.length === 0) state.lostEnd = text.length
    return push(state, mode.kind === "block" ? "BlockEnd" : "StringEnd", to + closer.length)
  }
  closeModes(state, outermostString(state))
}
