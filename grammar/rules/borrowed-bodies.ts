// Bodies without braces: behind a colon, by their indentation, or of one statement. Read as if the braces stood there.

import type { Edit } from "../../base/text/edit.ts"
import { span, type Span } from "../../base/text/span.ts"
import { nesting } from "../braces.ts"
import { lineEnd } from "../literals.ts"
import { ExpressionRules } from "./expressions.ts"

const hint = "a block stands between `{` and `}`."
const title = "Put it into braces"

export abstract class BorrowedBodies extends ExpressionRules {
  /** Before a body that does not begin with its brace. */
  protected readBody(): void {
    if (this.isRecorded || this.at("{") || this.hasFailed) return
    this.readBodyWord()
    if (this.at(":")) this.readColonBody()
    else if (this.token.startsLine && this.isDeeper(1, this.lastEnd) && this.bracesPair) this.readIndented()
  }

  /** `if x then {` and `while x do {` */
  protected readBodyWord(): void {
    if (this.isRecorded || !this.sameLine() || !(this.at("do") || this.at("then"))) return
    if (this.isCalledOrGiven(2)) return
    this.borrowedSurplus(this.token, hint)
    this.drop()
  }

  /** Behind a head where a `:` stands for something else as well: whether a body is indented below it. */
  protected atColonBody(): boolean {
    return this.at(":") && this.sameLine() && this.peek(2).startsLine && this.isDeeper(2, this.token.end)
  }

  /** `if x:` and what is indented below, or what follows on its line; `sign` is what the head of an arm needs as well. */
  protected readColonBody(sign = ""): boolean {
    const { start, end, startsLine } = this.token
    if (startsLine) return false
    const where = span(start, end)
    if (this.at("{", 2) && this.sameLine(2)) {
      this.borrowed({ where, text: ":", hint, title: "Remove it", edits: [{ span: where, text: "" }] })
      this.drop()
      return true
    }
    const [after, isAdopted] = this.bodyEnd(2, this.lastEnd)
    const edits: Edit[] = [{ span: where, text: `${sign}${this.peek(2).start > end && after > 2 ? " {" : " { "}` }]
    if (!isAdopted) edits.push(this.closing(after, start))
    this.borrowed({ where, text: ":", hint: sign === "" ? hint : `write \`${sign.trim()}\`, and ${hint}`, title, edits })
    if (isAdopted) this.adopt(start, this.peek(after).start)
    else this.readIn("}", after)
    this.readAs("{")
    if (sign !== "") this.readIn(sign.trim(), 1)
    return true
  }

  /** A head, and what is indented below it. */
  private readIndented(): void {
    const owner = this.lastEnd
    const [after] = this.bodyEnd(1, owner)
    const edits = [{ span: span(owner, owner), text: " {" }, this.closing(after, owner)]
    this.borrowed({ where: this.lastWord(), text: "block without braces", hint, title, edits })
    this.readIn("}", after)
    this.readIn("{", 1)
  }

  private lastWord(): Span {
    const { end, start } = this.peek(0)
    return span(start, end)
  }

  private isDeeper(ahead: number, owner: number): boolean {
    const { kind, start } = this.peek(ahead)
    return kind !== "EOF" && this.indentation(start) > this.indentation(Math.max(0, owner - 1))
  }

  /** The place of the token behind the body that begins at a place, and whether it is a brace that has lost its opening one. */
  private bodyEnd(from: number, owner: number): readonly [after: number, isBrace: boolean] {
    const isBelow = this.peek(from).startsLine
    let open = 0
    for (let ahead = from; ; ahead++) {
      const { kind, startsLine, start } = this.peek(ahead)
      const isLeft = startsLine && open === 0 && (!isBelow || !this.isDeeper(ahead, owner))
      const step = nesting(kind)
      if (kind === "EOF" || isLeft || (step < 0 && open === 0)) return [ahead, kind === "}" && this.braces.surplus.has(start)]
      open += step
    }
  }

  /** The brace that is missing at the end: on a line of its own where the body has its own lines. */
  private closing(after: number, owner: number): Edit {
    const { text } = this.tokens.source
    const last = this.peek(after - 1)
    const isShort = !text.slice(owner, last.start).includes("\n")
    const next = this.peek(after)
    if (isShort) return { span: span(last.end, last.end), text: last.start === owner ? "}" : " }" }
    const at = next.kind !== "EOF" && !next.startsLine ? last.end : lineEnd(text, last.end)
    const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", owner - 1) + 1))![0]
    return { span: span(at, at), text: `\n${indent}}` }
  }

  /** The brace at the end is the body's own: only its opening one is missing. */
  private adopt(opener: number, closer: number): void {
    const { ends, surplus, repaired } = this.braces
    this.braces = { ends: new Map(ends).set(opener, closer), surplus: new Set([...surplus].filter((start) => start !== closer)), repaired }
    this.closers = new Set(this.braces.ends.values())
  }
}
