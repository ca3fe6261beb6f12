// What other languages write in expressions: read as what is meant, and said once.

import type { Edit } from "../../base/text/edit.ts"
import { span } from "../../base/text/span.ts"
import type { Token } from "../lexer.ts"
import type { Expression, IndexExpression } from "../syntax/nodes.ts"
import { CollectionRules } from "./collections.ts"

export const literalStarts: ReadonlySet<string> = new Set([
  "Number", "Money", "Duration", "StringStart", "BlockStart", "RawString", "true", "false", "nothing",
  "(", "[", "{", "-", "not", "!",
])

export abstract class BorrowedExpressions extends CollectionRules {
  /** `await f()`, `f"…"` and `new Page()`: said once, and read as what stands behind the word. */
  protected skipBorrowedPrefix(): void {
    const { token } = this
    if (token.kind !== "Identifier" && token.kind !== "new") return
    const next = this.peek(2)
    if (next.startsLine) return
    const word = this.text(token)
    if (word === "await" && (next.isName || next.kind === "(" && !next.glued)) this.borrowedSurplus(token, "every call is waited for.")
    else if (word === "new" && next.isName) this.borrowed({
      where: token, text: word, hint: "a record is written `{ field: value }`, and the time is `now()`.",
    })
    else if (word === "typeof" && next.isName) this.borrowed({ where: token, text: word, hint: "`match` tells the members of a union apart." })
    else if (next.glued && (next.kind === "StringStart" || next.kind === "BlockStart" || next.kind === "RawString") && /^(?:f|rf?|b|u)$/i.test(word)) {
      this.borrowedSurplus(token, "a text in `\"` has interpolations as it is.")
    } else return
    this.drop()
  }

  /** `(x: string) => x`: a lambda's parameters have no types. */
  protected dropParameterTypes(): void {
    if (this.isRecorded || !this.at("(") || !this.atName(2) || !this.at(":", 3)) return
    const closer = this.closerOf(1)
    if (closer === 0 || !this.at("=>", closer + 1)) return
    const edits: Edit[] = []
    const surplus: number[] = []
    for (let at = 2, depth = 0, isType = false; at < closer; at++) {
      const { kind } = this.peek(at)
      if (depth === 0 && kind === ":") isType = true
      else if (depth === 0 && kind === ",") isType = false
      if (kind === "(" || kind === "[" || kind === "{") depth++
      else if (kind === ")" || kind === "]" || kind === "}") depth--
      if (isType) surplus.push(at)
      if (isType && kind === ":" && depth === 0) edits.push({ span: { start: this.peek(at).start, end: this.peek(at).end }, text: "" })
      else if (isType) edits[edits.length - 1] = { span: { start: edits.at(-1)!.span.start, end: this.peek(at).end }, text: "" }
    }
    const where = { start: this.token.start, end: this.peek(closer).end }
    this.borrowed({ where, text: "(x: type)", hint: "the parameters of a lambda have no types: write `x => …`.", edits, title: "Remove the types" })
    for (const at of surplus.reverse()) this.drop(at)
  }

  /** Words and signs between operands that other languages have. */
  protected readBorrowedOperator(): void {
    const token = this.token
    if (token.startsLine) return
    if (token.kind === "!" && token.glued && !this.isOperand(2)) {
      this.borrowed({ where: token, text: "!", hint: "write `?? …` with the value that stands in, or test it with `if … != nothing`." })
      return this.drop()
    }
    if (token.kind === "as" && this.atName(2) && !this.at("new", 2)) {
      this.borrowed({ where: token, text: "as", hint: "a value keeps its type; `let x: Type = …` says which one it should have." })
      this.drop()
      this.drop()
      while (this.at("[") && this.at("]", 2)) (this.drop(), this.drop())
      return
    }
    if (token.kind !== "Identifier" || this.isCalledOrGiven(2)) return
    const word = this.text(token)
    if ((word === "AND" || word === "OR") && this.isOperand(2)) {
      this.borrowedToken(token, word.toLowerCase())
      this.readAs(word.toLowerCase())
    } else if (word === "is" && this.isOperand(2)) this.readIs()
  }

  /** `is None` and `is not None` of Python. */
  protected readIs(): void {
    const isNot = this.at("not", 2)
    const last = this.peek(isNot ? 3 : 2)
    const isAbsent = /^(?:None|null|undefined|nil)$/.test(this.text(last))
    const operator = isNot ? "!=" : "=="
    const where = { start: this.token.start, end: isAbsent ? last.end : this.peek(isNot ? 2 : 1).end }
    const write = isAbsent ? `${operator} nothing` : operator
    this.borrowed({ where, text: isNot ? "is not" : "is", hint: `write \`${write}\`.`, title: `Write \`${write}\``, edits: [{ span: where, text: write }] })
    if (isNot) this.drop(2)
    this.readAs(operator)
    if (isAbsent) this.readAs("nothing", 2)
  }

  protected isOperand(ahead: number): boolean {
    const { kind, isName, startsLine } = this.peek(ahead)
    return !startsLine && (isName || (literalStarts.has(kind) && kind !== "{"))
  }

  /** `x => { return x }`: its opening brace, read past. */
  protected borrowedBody(): Token | undefined {
    if (this.isRecorded || !this.at("{") || !this.at("return", 2)) return undefined
    const opener = this.token
    const closer = this.closerOf(1)
    const end = this.peek(closer)
    const edits = [
      { span: span(opener.start, this.peek(3).start), text: "" },
      { span: span(this.peek(closer - 1).end, end.end), text: "" },
    ]
    this.borrowed({
      where: span(opener.start, this.peek(2).end), text: "{ return", hint: "a lambda is one expression, as in `x => x.title`.",
      title: "Leave the block out", ...(closer === 0 ? {} : { edits }),
    })
    this.consume()
    this.consume()
    return opener
  }

  /** `list?.[0]` */
  protected borrowedIndex(start: number, object: Expression): Expression {
    const end = this.lastEnd
    const where = { start: end - 2, end }
    this.borrowed({ where, text: "?.[", hint: "write `[…]`: an index may always miss.", title: "Remove the `?.`", edits: [{ span: where, text: "" }] })
    const opener = this.token
    this.need("[")
    const index = this.expression()
    this.close("]", opener)
    return this.node<IndexExpression>(start, { kind: "index", object, index })
  }

  /** `f(url = x)` of Python. */
  protected readNamedArgument(): void {
    if (this.isRecorded || !this.atName() || !this.at("=", 2)) return
    const sign = this.peek(2)
    this.borrowed({
      where: sign, text: "=", hint: `an argument is named with \`:\`, as in \`${this.spelt()}: …\`.`,
      title: "Write `:`", edits: [{ span: span(this.token.end, this.peek(3).start), text: ": " }],
    })
    this.readAs(":", 2)
  }
}
