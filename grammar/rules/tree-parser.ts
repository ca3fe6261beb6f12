// What every rule stands on: looking at tokens, making nodes, and reporting what is wrong, once.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic, type Code, type Extras, type FactsOf } from "../../base/diagnostics/report.ts"
import { span, type Span } from "../../base/text/span.ts"
import { beginsDeclaration } from "../anchors.ts"
import { bracesPair, braceRepairs, noBraces, surplusBrace, type Braces } from "../braces.ts"
import { choices } from "../choices.generated.ts"
import { isRead } from "../consequences.ts"
import type { Token, Tokens } from "../lexer.ts"
import { describeToken } from "../messages.ts"
import type { Alternatives, Recorder, Rule } from "./recorder.ts"
import type { MissingExpression, Name, Node, NodeBase } from "../syntax/nodes.ts"
import { children } from "../syntax/walk.ts"
import { keywords } from "../tokens.ts"

/** What a rule gives for a node: all but what `node` adds, absent parts as undefined. */
type Parts<N extends NodeBase> = Omit<{ [K in keyof N]: undefined extends N[K] ? N[K] | undefined : N[K] }, "id" | "span" | "recovered">
type Loose<N extends NodeBase> = { readonly [K in keyof Parts<N>]: Parts<N>[K] | (K extends OptionalKeys<N> ? undefined : never) }
type OptionalKeys<N> = { [K in keyof N]-?: object extends Pick<N, K> ? K : never }[keyof N]

const nowhere: Token = { kind: "EOF", start: 0, end: 0, isName: false, startsLine: true, glued: false, triviaBefore: 0 }

/** By the choice's index in its rule: the number of the alternative that begins with a token of the kind. */
type Choices = readonly ReadonlyMap<string, number>[]

function choicesOf(rule: string): Choices {
  return choices[rule]!.map((table) => new Map(Object.entries(table)))
}

export abstract class TreeParser {
  /** Where the grammar is recorded for its analysis, nothing is parsed. */
  protected readonly recorder: Recorder | undefined
  protected readonly isRecorded: boolean
  private read: readonly Token[] = []
  /** Index of the next token in what was read. */
  protected next = 0
  /** The next token: nearly all that rules ask for, so that it is no call. */
  protected token: Token = nowhere
  /** Where the token before it ends. */
  protected lastEnd = 0
  private choices: Choices = []
  protected tokens: Tokens = { source: { path: "", text: "", version: 0 }, tokens: [], trivia: [], diagnostics: [], isLocal: true }
  protected diagnostics: Diagnostic[] = []
  protected endToken: Token = nowhere
  protected nextId = 0
  /** The nodes that were made so far, where somebody keeps them. */
  protected made: { span: Span }[] = []
  /** How often something was reported, repaired or passed over in silence. */
  protected troubles = 0
  protected depth = 0
  /** Where the current item first failed, or -1. Nodes that are finished after that and hold the place are `recovered`. */
  protected failedAt = -1
  /** One syntax error per item: set once one is reported. */
  protected reported = false
  protected unitStart = 0
  /** The start of the token that the last node without text stands before. */
  private emptyBefore = -1
  protected lastReportedAt = -1
  protected bracesPair = true
  /** What is known of the braces where they do not pair, and the closing ones that do. */
  protected braces: Braces = noBraces
  protected closers: ReadonlySet<number> = new Set()

  constructor(recorder?: Recorder) {
    this.recorder = recorder
    this.isRecorded = recorder !== undefined
  }

  protected begin(tokens: Tokens): void {
    const { length } = tokens.source.text
    this.tokens = tokens
    this.read = tokens.tokens
    this.diagnostics = [...tokens.diagnostics]
    this.braces = braceRepairs(tokens)
    this.closers = new Set(this.braces.ends.values())
    this.bracesPair = bracesPair(tokens.tokens)
    this.endToken = { ...nowhere, start: length, end: length, triviaBefore: tokens.trivia.length }
    this.nextId = this.depth = this.unitStart = this.next = this.lastEnd = this.troubles = 0
    this.made = []
    this.token = this.read[0] ?? this.endToken
    this.failedAt = this.lastReportedAt = this.emptyBefore = -1
    this.reported = false
  }

  // ---------------------------------------------------------------- rules

  /** A rule of the grammar, as its analysis names it. */
  protected rule<T, Arguments extends unknown[]>(name: string, rule: Rule<T, Arguments>): Rule<T, Arguments> {
    const { recorder } = this
    if (recorder !== undefined) {
      const recorded = recorder.rule(name, rule)
      return (...values) => recorder.subrule(recorded, values.length === 0 ? undefined : values)
    }
    return choices[name] === undefined ? rule : (this.withChoices(name, rule as Rule<T, unknown[]>) as Rule<T, unknown[]>)
  }

  /** No rule takes more than two values; to spread them would take longer than what most rules do. */
  private withChoices<T>(name: string, rule: Rule<T, unknown[]>): Rule<T, [unknown?, unknown?]> {
    let own: Choices | undefined
    return (first, second) => {
      const outer = this.choices
      own ??= choicesOf(name)
      this.choices = own
      const result = rule(first, second)
      this.choices = outer
      return result
    }
  }

  /** The alternative that the analysis found for the next token; where there is none, the first reports what it lacks. */
  protected choose<T>(index: 0 | 1 | 2, alternatives: Alternatives<T>): T {
    if (this.recorder !== undefined) return this.recorder.choice(index, alternatives)
    const token = this.token
    const table = this.choices[index]!
    const chosen = table.get(token.kind) ?? (token.isName ? table.get("Name") : undefined) ?? 0
    return alternatives[chosen]!.ALT()
  }

  protected consume(): void {
    this.lastEnd = this.token.end
    this.token = this.read[++this.next] ?? this.endToken
  }

  /** The next tokens are a part that is known. */
  protected pass(tokens: number): void {
    this.next += tokens
    this.lastEnd = this.read[this.next - 1]!.end
    this.token = this.read[this.next] ?? this.endToken
  }

  /** The next token's place in the file: what is read may be without tokens of another language. */
  protected nextIndex(): number {
    const { tokens } = this.tokens
    if (this.read === tokens || this.token === this.endToken) return this.token === this.endToken ? tokens.length : this.next
    let index = Math.min(this.next, tokens.length - 1)
    while (index > 0 && tokens[index]!.start > this.token.start) index--
    while (index + 1 < tokens.length && tokens[index + 1]!.start <= this.token.start) index++
    return index
  }

  /** Whether the token starts a line that begins a declaration. */
  protected beginsDeclaration(): boolean {
    return beginsDeclaration(this.tokens.source.text, this.read, this.next)
  }

  private reread(ahead: number, count: number, ...tokens: readonly Token[]): void {
    this.read = this.read.toSpliced(this.next + ahead - 1, count, ...tokens)
    this.token = this.read[this.next] ?? this.endToken
  }

  /** Reads on as if the token were not there. */
  protected drop(ahead = 1): void {
    const [{ startsLine }, after] = [this.peek(ahead), this.peek(ahead + 1)]
    if (startsLine && after !== this.endToken) this.reread(ahead, 2, { ...after, startsLine })
    else this.reread(ahead, 1)
  }

  /** Reads on as if the token were two, the second of which has no width. */
  protected split(first: string, second: string): void {
    const { token } = this
    this.reread(1, 1, { ...token, kind: first, isName: false }, { ...token, kind: second, start: token.end, isName: false, startsLine: false })
  }

  /** Reads on as if the token were of the kind. */
  protected readAs(kind: string, ahead = 1, end = this.peek(ahead).end): void {
    this.reread(ahead, 1, { ...this.peek(ahead), kind, end, isName: kind === "Identifier" })
  }

  /** Reads on as if a token of the kind stood behind the one before that place; it has no width. */
  protected readIn(kind: string, ahead: number): void {
    const { triviaBefore } = this.peek(ahead)
    const at = ahead === 1 ? this.lastEnd : this.peek(ahead - 1).end
    this.reread(ahead, 0, { kind, start: at, end: at, isName: false, startsLine: false, glued: true, triviaBefore })
  }

  // ---------------------------------------------------------------- looking

  /** The token that many places on; 1 is the next. */
  protected peek(ahead: number): Token {
    return this.read[this.next + ahead - 1] ?? this.endToken
  }

  protected at(kind: string, ahead = 1): boolean {
    return (ahead === 1 ? this.token : this.peek(ahead)).kind === kind
  }

  protected atEnd(): boolean {
    return this.token === this.endToken
  }

  protected atName(ahead = 1): boolean {
    return (ahead === 1 ? this.token : this.peek(ahead)).isName
  }

  protected atWord(ahead = 1): boolean {
    const { kind, isName } = this.peek(ahead)
    return isName || keywords.has(kind)
  }

  protected sameLine(ahead = 1): boolean {
    return !(ahead === 1 ? this.token : this.peek(ahead)).startsLine
  }

  protected get hasFailed(): boolean {
    return this.failedAt !== -1
  }

  protected text(token: Token): string {
    return this.tokens.source.text.slice(token.start, token.end)
  }

  // ---------------------------------------------------------------- nodes

  /** Finishes a node that began at `start`; `parts` becomes the node. One that has read nothing stands right behind the last token. */
  protected node<N extends NodeBase>(start: number, parts: Omit<N, "id" | "span" | "recovered">): N {
    const node = parts as { -readonly [K in keyof N]: N[K] }
    const end = this.lastEnd
    node.id = this.nextId++
    node.span = { start: start < end ? start : end, end }
    if (this.emptyBefore >= start) node.span = this.spanAround(node as unknown as Node)
    if (this.failedAt >= start) node.recovered = true
    this.made.push(node)
    return node
  }

  /** As `node`, for kinds with optional parts: undefined parts are left out. */
  protected sparse<N extends NodeBase>(start: number, parts: Loose<N>): N {
    const given = parts as Readonly<Record<string, unknown>>
    let present: Record<string, unknown> | undefined
    for (const key in given) {
      if (given[key] !== undefined) continue
      present = {}
      for (const other in given) if (given[other] !== undefined) present[other] = given[other]
      break
    }
    return this.node<N>(start, (present ?? given) as Omit<N, "id" | "span" | "recovered">)
  }

  /** A node that begins with one that has read nothing begins there too. */
  private spanAround(node: Node): Span {
    const { start, end } = node.span
    return span(Math.min(start, children(node)[0]?.span.start ?? start), end)
  }

  private emptyNode<N extends NodeBase>(parts: Omit<N, "id" | "span" | "recovered">): N {
    const node = parts as { -readonly [K in keyof N]: N[K] }
    node.id = this.nextId++
    node.span = { start: Math.min(this.token.start, this.lastEnd), end: this.lastEnd }
    node.recovered = true
    this.emptyBefore = this.token.start
    this.troubles++
    return node
  }

  protected missing(expected: string): MissingExpression {
    this.mismatch(expected)
    return this.emptyNode<MissingExpression>({ kind: "missing" })
  }

  protected missingName(expected: string): Name {
    this.mismatch(expected)
    return this.emptyNode<Name>({ kind: "name", text: "" })
  }

  // ---------------------------------------------------------------- reports

  /** What stands where something else was expected: the end of a line is named as such. */
  protected found(): { readonly found: string; readonly where: Span } {
    const token = this.token
    const end = this.lastEnd
    if (token === this.endToken) return { found: "the end of the file", where: span(end, end) }
    if (token.startsLine && token.start !== 0) return { found: "the end of the line", where: span(end, end) }
    return { found: describeToken(token.kind, this.text(token)), where: span(token.start, token.end) }
  }

  protected mismatch(expected: string, extras?: Extras): void {
    const { found, where } = this.found()
    this.report("AF1001", where, { expected, found }, extras)
    this.fail()
  }

  /** As `mismatch`, where an item should begin: what stands there is named, wherever it stands. */
  protected unexpected(expected: string): void {
    const token = this.token
    const isSurplus = this.braces.surplus.has(token.start)
    const facts = isSurplus
      ? { expected: expected.replace(/ or `}`$/, ""), found: surplusBrace }
      : { expected, found: describeToken(token.kind, this.text(token)) }
    this.report("AF1001", span(token.start, token.end), facts)
    this.fail()
  }

  protected missingComma(): void {
    const at = this.lastEnd
    const edits = [{ span: span(at, at), text: "," }]
    const found = describeToken(this.token.kind, this.text(this.token))
    this.report("AF1010", span(at, at), { found }, {
      fixes: [{ title: "Add the comma", path: this.tokens.source.path, edits, applicability: "machine" }],
    })
  }

  /** The current item is a consequence of one that was reported: nothing more is said about it. */
  protected unreported(): void {
    this.troubles++
    this.reported = true
  }

  /** Marks the current item as broken at the next token. */
  protected fail(): void {
    this.troubles++
    if (this.failedAt === -1) this.failedAt = this.token.start
  }

  /** At most one per item and one per place, and none where the lexer has reported something already. */
  protected report<C extends Code>(code: C, where: Span, facts: FactsOf<C>, extras: Extras = {}): void {
    if (this.isRecorded) return
    this.troubles++
    const place = this.token.start
    const isKnown = this.reported || place === this.lastReportedAt || this.lexerReported(place)
    this.reported = true
    this.lastReportedAt = place
    if (isKnown) return
    this.diagnostics.push(diagnostic(code, { path: this.tokens.source.path, span: where }, facts, extras))
  }

  /** A mistake that shows only once a whole body is read. */
  protected reportLate<C extends Code>(code: C, where: Span, facts: FactsOf<C>): void {
    this.troubles++
    this.diagnostics.push(diagnostic(code, { path: this.tokens.source.path, span: where }, facts))
  }

  /** A quote that is missing or too many on the line is the mistake, and not what the rest of the line then looks like. */
  protected lexerReported(place: number): boolean {
    const { source: { text }, diagnostics } = this.tokens
    const onLine = (start: number): boolean => !text.slice(Math.min(start, place), Math.max(start, place)).includes("\n")
    return diagnostics.some((found) => {
      const { code, span: { start, end } } = found
      if (isRead(found)) return false
      return (start <= place && end >= Math.min(this.unitStart, place)) || (code === "AF1002" && onLine(start))
    })
  }
}
