// The words that rules are written with, and repair. A missing token is inserted and reported once; a broken item
// (statement, clause, field …) is skipped up to the next line where one of its kind can begin: soft keywords make a name a
// possible start of anything, so that a repair that stops at what could begin an item would stop at every name.

import { indentationAt } from "./anchors.ts"
import { span } from "../base/text/span.ts"
import type { Token } from "./lexer.ts"
import { describeKind } from "./messages.ts"
import type { Alternatives } from "./rules/recorder.ts"
import { TreeParser } from "./rules/tree-parser.ts"

/** No program that a person reads nests deeper, and no stack overflows: a small one lasts for about 150 levels. */
export const depthMax = 64
/** The longest chain of operators, members or calls: the tree is as deep, but was not built by recursion. */
export const chainMax = 256

/** How far a repair looks for the end of what is broken. */
const lookaheadMax = 500

export abstract class RecoveringParser extends TreeParser {
  /** Whether the item before this one was broken, so that what looks lost here may belong to it. */
  protected afterBroken = false

  /** Consumes a token of the kind; one that is not there is reported and thought of. */
  protected need(kind: string, expected?: string): boolean {
    if (this.recorder !== undefined) {
      this.recorder.consume(kind)
      return true
    }
    const token = this.token
    const found = token.kind
    const matches = found === kind || (kind === "Name" && token.isName) || (kind === "Word" && this.atWord())
    if (matches) this.consume()
    else this.mismatch(expected ?? describeKind(kind))
    return matches
  }

  /** An optional token. */
  protected accept(kind: string): boolean {
    if (this.recorder !== undefined) {
      this.recorder.option(() => this.recorder!.consume(kind))
      return false
    }
    if (!this.at(kind)) return false
    this.consume()
    return true
  }

  /** An optional part, taken when the next token is of the kind, or when the gate opens. */
  protected maybe<T>(when: string | (() => boolean), part: () => T): T | undefined {
    if (this.recorder !== undefined) return this.recorder.option(part)
    return (typeof when === "string" ? this.at(when) : when()) ? part() : undefined
  }

  /** One of the alternatives, told apart by their first tokens. */
  protected one<T>(alternatives: Alternatives<T>): T {
    return this.choose(0, alternatives)
  }

  /** A second choice in the same rule. */
  protected one1<T>(alternatives: Alternatives<T>): T {
    return this.choose(1, alternatives)
  }

  /** As `one`, where a soft keyword begins an alternative and is a name in a later one. */
  protected firstOf<T>(alternatives: Alternatives<T>): T {
    return this.choose(2, alternatives)
  }

  /** One of several words; a word that is none of them counts as the first. */
  protected oneOf<Kind extends string>(...kinds: readonly Kind[]): Kind {
    if (this.recorder !== undefined) {
      this.recorder.words(kinds)
      return kinds[0]!
    }
    const { kind } = this.token
    const found = kinds.find((each) => each === kind) ?? kinds[0]!
    this.need(found)
    return found
  }

  /** The first part when the gate is open, the second otherwise. */
  protected either<A, B>(first: () => boolean, part: () => A, other: () => B): A | B {
    if (this.recorder !== undefined) return this.recorder.either<A | B>([{ ALT: part }, { ALT: other }])
    return first() ? part() : other()
  }

  /** A repeated part, as long as the gate is open. */
  protected some(when: () => boolean, part: () => void): void {
    if (this.recorder !== undefined) return this.recorder.many(part)
    while (when()) {
      const before = this.token
      part()
      if (this.token === before) return
    }
  }

  /** Items separated by required commas; a trailing one is allowed. `begins` says whether an item can start here. */
  protected commas(closer: string, begins: () => boolean, item: () => void): void {
    if (this.recorder !== undefined) {
      this.recorder.separated(",", item)
      return void this.accept(",")
    }
    const oneLine = this.sameLine()
    while (!this.at(closer) && begins()) {
      const before = this.token
      item()
      if (this.accept(",")) continue
      // A brace behind an item is a block's more often than a record's without its comma.
      if (this.at(closer) || this.at("{") || !begins() || this.token === before) return
      if (this.token.startsLine && (oneLine || this.hasFailed)) return
      this.missingComma()
    }
  }

  /**
   * The items of a body up to its end, one repair per item: after a broken one goes on where `begins` holds again.
   * An item that starts with something else is reported as `expected`.
   */
  protected items(body: {
    readonly until: () => boolean
    readonly begins: () => boolean
    readonly expected: () => void
    readonly item: () => void
    /** Where the next item can begin after a broken one; by default only at the start of a line. */
    readonly resumes?: () => boolean
  }): void {
    if (this.recorder !== undefined) return this.recorder.many(body.item)
    const resumes = body.resumes ?? (() => this.token.startsLine && body.begins())
    while (!body.until()) {
      const before = this.token
      this.unit(() => {
        if (body.begins()) body.item()
        else body.expected()
        if (!this.hasFailed && (this.token === before || this.afterUnknown())) this.fail()
        if (this.hasFailed) this.skip(body.until, resumes, before)
      })
    }
  }

  /** Runs `part` as an item of its own: its errors are counted and marked apart from those around it. */
  protected unit(part: () => void): void {
    const { failedAt, reported } = this
    this.failedAt = -1
    this.reported = false
    this.unitStart = this.token.start
    part()
    this.afterBroken = this.reported || this.hasFailed
    this.failedAt = failedAt
    this.reported = reported
    this.unitStart = this.token.start
  }

  /** Skips over whole groups to where the body ends or an item resumes, and over `before` in any case. */
  private skip(until: () => boolean, resumes: () => boolean, before: Token): void {
    const open: string[] = []
    while (!this.atEnd() && !this.atDeclaration()) {
      if (open.length === 0 && (until() || (this.token !== before && resumes()))) return
      const { kind } = this.token
      if (kind === "{" || kind === "(" || kind === "[" || kind === "HoleStart") open.push(kind)
      else if (kind === "}") open.length = Math.max(0, open.lastIndexOf("{"))
      else if (kind === "HoleEnd") open.length = Math.max(0, open.lastIndexOf("HoleStart"))
      else if (kind === ")" || kind === "]") {
        if (open.at(-1) === (kind === ")" ? "(" : "[")) open.pop()
      }
      this.consume()
    }
    if (this.atDeclaration() && this.token === before) this.consume()
  }

  /** Skips over whole groups to the next line, or to the end of the body. */
  protected skipLine(): void {
    let open = 0
    while (!this.atEnd() && !this.atDeclaration() && (open > 0 || !(this.token.startsLine || this.at("}")))) {
      const { kind } = this.token
      if (kind === "{" || kind === "(" || kind === "[" || kind === "HoleStart") open++
      else if (kind === "}" || kind === ")" || kind === "]" || kind === "HoleEnd") open--
      this.consume()
    }
  }

  /** What follows a character that the lexer left out is a part of the same mistake. */
  private afterUnknown(): boolean {
    const { tokens } = this
    if (tokens.diagnostics.length === 0 || this.token.startsLine) return false
    const end = this.lastEnd
    for (let i = this.token.triviaBefore - 1; i >= 0 && tokens.trivia[i]!.start >= end; i--) {
      if (tokens.trivia[i]!.kind === "unknown" && tokens.source.text[tokens.trivia[i]!.start] !== ";") return true
    }
    return false
  }

  /** Skips the group that the next token opens, if it opens one. */
  protected skipGroup(): void {
    let open = 0
    do {
      const kind = this.token.kind
      if (kind === "{" || kind === "(" || kind === "[" || kind === "HoleStart") open++
      else if (kind === "}" || kind === ")" || kind === "]" || kind === "HoleEnd") open--
      if (open <= 0 && kind !== "}" && kind !== ")" && kind !== "]") return
      this.consume()
    } while (open > 0 && !this.atEnd() && !this.atDeclaration())
  }

  /** A declaration that starts its line closes whatever was left open before it. */
  protected atDeclaration(): boolean {
    return this.token.startsLine && this.beginsDeclaration()
  }

  protected close(closer: string, opener: Token): void {
    if (this.closes(closer, opener)) return
    this.fail()
    this.skipToCloser(closer, opener)
  }

  /** When the closer follows, on the same line or below on lines that belong to it, what stands before it is skipped. */
  private skipToCloser(closer: string, opener: Token): void {
    const outer = this.indentation(opener.start)
    let open = 0
    for (let ahead = 1; ahead < lookaheadMax; ahead++) {
      const token = this.peek(ahead)
      const { kind } = token
      if (kind === "EOF") return
      if (token.startsLine) {
        const indentation = this.indentation(token.start)
        if (indentation < outer || (indentation === outer && kind !== closer)) return
      }
      if (this.braces.surplus.has(token.start)) continue
      if (open === 0 && kind !== closer && (kind === ")" || kind === "]" || kind === "}" || kind === "HoleEnd")) return
      if (open === 0 && kind === closer) {
        for (; ahead > 0; ahead--) this.consume()
        return
      }
      if (kind === "{" || kind === "(" || kind === "[" || kind === "HoleStart") open++
      else if (kind === "}" || kind === ")" || kind === "]" || kind === "HoleEnd") open--
    }
  }

  /** A body without its end is whole all the same: what it holds was read, so it is not marked as broken. */
  protected closeBody(opener: Token): void {
    this.closes("}", opener, this.endsBody(opener))
  }

  /**
   * Whether the next token is the brace that closes the body. Where the braces do not pair, indentation tells which one
   * is missing or too many; where it says too little, a brace left of its line's start belongs to a body around.
   */
  protected endsBody(opener: Token): boolean {
    if (!this.at("}")) return false
    const { start } = this.token
    const end = this.braces.ends.get(opener.start)
    if (end !== undefined) return end === start
    if (this.braces.surplus.has(start)) return opener.kind !== "{" && this.isBraceOf(opener)
    return !this.closers.has(start) && this.braceIndentation(opener) === 0
  }

  /** The end of a body around this one, or where a brace that is missing should stand. */
  protected endsOuterBody(opener: Token): boolean {
    const { start } = this.token
    const end = this.braces.ends.get(opener.start)
    if (end !== undefined && end <= start) return true
    if (!this.at("}") || this.braces.surplus.has(start)) return false
    return this.closers.has(start) || this.braceIndentation(opener) < 0
  }

  /** Whether a brace that nothing opens is the end of a body that has lost its own, and begins with this token. */
  private isBraceOf(first: Token): boolean {
    const brace = this.token
    const [own, other] = [this.indentation(brace.start), this.indentation(first.start)]
    if (brace.startsLine) return first.startsLine ? own < other : own === other
    return !this.tokens.source.text.slice(first.start, brace.start).includes("\n")
  }

  private braceIndentation(opener: Token): number {
    const brace = this.token
    if (this.bracesPair || !brace.startsLine) return 0
    return this.indentation(brace.start) - this.indentation(opener.start)
  }

  protected indentation(offset: number): number {
    return indentationAt(this.tokens.source.text, offset)
  }

  private closes(closer: string, opener: Token, isThere = this.at(closer)): boolean {
    if (this.isRecorded || isThere) return this.need(closer)
    const { path } = this.tokens.source
    const related = [{ path, span: span(opener.start, opener.end), message: "opened here" }]
    const { found, where } = this.found()
    this.report("AF1007", where, { closing: closer, found }, { related })
    return false
  }

  /** Runs one more level of nesting, or reports that there are too many. */
  protected nested<T>(part: () => T, otherwise: () => T): T {
    if (!this.enter()) return otherwise()
    const result = part()
    this.leave()
    return result
  }

  /** Begins a level; where there are too many it is reported, skipped, and not to be left. */
  protected enter(): boolean {
    if (this.isRecorded) return true
    if (this.depth >= depthMax) {
      this.tooDeep(depthMax)
      this.skipGroup()
      return false
    }
    this.depth++
    return true
  }

  protected leave(): void {
    if (!this.isRecorded) this.depth--
  }

  protected tooDeep(limit: number): void {
    this.report("AF1011", this.found().where, { limit })
    this.fail()
  }
}
