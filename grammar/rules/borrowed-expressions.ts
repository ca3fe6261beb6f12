// What other languages write in expressions: read as what is meant, and said once.

import type { Edit } from "../../base/text/edit.ts"
import { span } from "../../base/text/span.ts"
import { nesting } from "../braces.ts"
import type { Token } from "../lexer.ts"
import type { Rule } from "./recorder.ts"
import type { ConditionalExpression, Expression, IndexExpression } from "../syntax/nodes.ts"
import { BorrowedCollections } from "./borrowed-collections.ts"

export const literalStarts: ReadonlySet<string> = new Set([
  "Number", "Money", "Duration", "StringStart", "BlockStart", "RawString", "true", "false", "nothing",
  "(", "[", "{", "-", "not", "!",
])

const lambdaStatements: ReadonlySet<string> = new Set(["let", "var", "if", "for", "match", "log", "const", "fail", "try"])

export abstract class BorrowedExpressions extends BorrowedCollections {
  abstract override readonly operation: Rule<Expression>
  /** While a condition is read, a `=` in it compares. */
  protected inCondition = false

  /**
   * `await f()`, `f"…"` and `new Page()`: said once, and read as what stands behind the word. Whether that is a text in `'`
   * with interpolations.
   */
  protected skipBorrowedPrefix(): boolean {
    const { token } = this
    if (token.kind !== "Identifier" && token.kind !== "new") return false
    const next = this.peek(2)
    if (next.startsLine) return false
    const word = this.text(token)
    if (word === "await" && (next.isName || next.kind === "(" && !next.glued)) this.borrowedSurplus(token, "every call is waited for.")
    else if (word === "new" && next.isName) this.borrowed({
      where: token, text: word, hint: "a record is written `{ field: value }`, and the time is `now()`.",
    })
    else if (word === "typeof" && next.isName) this.borrowed({ where: token, text: word, hint: "`match` tells the members of a union apart." })
    else if (next.glued && (next.kind === "StringStart" || next.kind === "BlockStart" || next.kind === "RawString") && /^(?:f|rf?|b|u)$/i.test(word)) {
      if (next.kind === "RawString" && this.formatted(token, next)) return true
      this.borrowedSurplus(token, "a text in `\"` has interpolations as it is.")
    } else return false
    this.drop()
    return false
  }

  /** `f'hello {name}'` */
  private formatted(prefix: Token, quoted: Token): boolean {
    const body = this.text(quoted).slice(1, -1)
    if (!/^r?f$/i.test(this.text(prefix)) || /["\\]/.test(body) || !body.includes("{")) return false
    const where = span(prefix.start, quoted.end)
    this.borrowed({
      where: prefix, text: "f", hint: "a text in `\"` has interpolations as it is.", title: 'Write it in `"`', edits: [{ span: where, text: `"${body}"` }],
    })
    this.drop()
    return true
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
    if (this.inCondition && token.kind === "=" && this.isOperand(2)) {
      this.borrowedToken(token, "==", "`=` gives a `var` its value; write `==`.")
      return this.readAs("==")
    }
    if (token.kind === "<" && this.at(">", 2) && this.peek(2).glued) return this.readUnequal()
    if (token.kind === "*" && this.at("*", 2) && this.peek(2).glued) {
      this.borrowed({ where: span(token.start, this.peek(2).end), text: "**", hint: "write `n * n`; other powers are the work of a tool.", isReadPast: true })
      return this.drop()
    }
    if ((token.kind === "in" && this.isOperand(2) && !this.isMeasure()) || (token.kind === "not" && this.at("in", 2))) return this.readMembership()
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
    else if (word === "instanceof" && this.isOperand(2)) {
      this.borrowed({ where: token, text: word, hint: "`match` tells the members of a union apart.", isReadPast: true })
      this.readAs("==")
    }
  }

  private readUnequal(): void {
    const where = span(this.token.start, this.peek(2).end)
    this.borrowed({ where, text: "<>", hint: "write `!=`.", title: "Write `!=`", edits: [{ span: where, text: "!=" }] })
    this.drop(2)
    this.readAs("!=", 1, where.end)
  }

  /** `$1 in`, and `5 failures in 1m` */
  private isMeasure(): boolean {
    const { kind } = this.peek(0)
    return kind === "Number" || kind === "Money" || this.at("Duration", 2)
  }

  /** `x in list` and `x not in list` */
  private readMembership(): void {
    const isNot = this.at("not")
    const where = span(this.token.start, this.peek(isNot ? 2 : 1).end)
    const hint = "write `list.some(each => each == x)`, or `text.includes(part)`."
    this.borrowed({ where, text: isNot ? "not in" : "in", hint, isReadPast: true })
    if (isNot) this.drop(2)
    this.readAs("==")
  }

  /** `a if c else b` of Python, or `f() if c`: an `if` behind a value with no block behind it on its line. */
  protected atTrailingIf(hasElse: boolean): boolean {
    if (this.token.kind !== "if" || this.token.startsLine || this.isRecorded) return false
    let open = 0
    for (let ahead = 2; ; ahead++) {
      const { kind, startsLine } = this.peek(ahead)
      if (open === 0 && kind === "else") return hasElse
      const step = nesting(kind)
      if (kind === "EOF" || startsLine || (open === 0 && step < 0)) return !hasElse && ahead > 2
      if (open === 0 && kind === "{") return false
      open += step
    }
  }

  protected trailingIf(start: number, then: Expression): ConditionalExpression {
    const word = this.token
    this.consume()
    const condition = this.operation()
    const link = this.token
    this.need("else")
    const asked = this.tokens.source.text.slice(condition.span.start, condition.span.end)
    this.borrowed({
      where: span(word.start, link.end), text: "x if c else y", hint: "write `c ? x : y`.", title: "Write `c ? x : y`",
      edits: [{ span: span(start, start), text: `${asked} ? ` }, { span: span(word.start, link.end), text: ":" }],
    })
    const otherwise = this.expression()
    return this.node<ConditionalExpression>(start, { kind: "conditional", condition, then, otherwise })
  }

  /** `lambda x: …` of Python. */
  protected readLambdaWord(): void {
    if (!this.at("Identifier") || !this.atName(2) || this.spelt() !== "lambda") return
    let colon = 3
    while (this.at(",", colon) && this.atName(colon + 1)) colon += 2
    if (!this.at(":", colon)) return
    const [word, first, sign] = [this.token, this.peek(2), this.peek(colon)]
    const isOne = colon === 3
    this.borrowed({
      where: span(word.start, sign.end), text: "lambda", hint: isOne ? "write `x => …`." : "write `(x, y) => …`.", title: "Write it with `=>`",
      edits: [{ span: span(word.start, first.start), text: isOne ? "" : "(" }, { span: span(sign.start, sign.end), text: isOne ? " =>" : ") =>" }],
    })
    this.readAs("=>", colon)
    if (!isOne) this.readIn(")", colon)
    if (isOne) this.drop()
    else this.readAs("(")
  }

  /** `x => { let y = x … }` */
  protected atLambdaBlock(): boolean {
    if (!this.at("{") || this.isRecorded || this.reported) return false
    return !this.at(":", 3) && (lambdaStatements.has(this.spelt(2)) ? this.atName(3) || !this.at(",", 3) && !this.at("}", 3) : this.atName(2) && this.at("=", 3))
  }

  protected lambdaBlock(): Expression {
    const { start } = this.token
    const closer = this.closerOf(1)
    const where = span(start, closer === 0 ? this.token.end : this.peek(closer).end)
    this.borrowed({ where, text: "x => { … }", hint: "a lambda is one expression, as in `x => x.title`; statements for each item stand in a `for x in list { … }`." })
    this.skipGroup()
    return this.missing("an expression")
  }

  /** `list[0:2]` */
  protected readSlice(): void {
    if (this.isRecorded) return
    let [open, colon, ahead] = [0, 0, 1]
    for (; open >= 0; ahead++) {
      const { kind, startsLine } = this.peek(ahead)
      if (kind === "EOF" || startsLine || kind === "?" || kind === "=>") return
      if (open === 0 && kind === ":" && colon === 0) colon = ahead
      open += nesting(kind)
    }
    const closer = ahead - 1
    if (colon === 0 || !this.at("]", closer)) return
    const where = span(this.token.start, this.peek(closer - 1).end)
    this.borrowed({ where, text: "[a:b]", hint: "a list has `.take(2)` for its first items, a text `.slice(0, 2)`.", isReadPast: true })
    for (let last = closer - 1; last >= Math.max(colon, 2); last--) this.drop(last)
    if (colon === 1) this.readAs("Number")
  }

  /** `0..3`, behind its first point. */
  protected readRange(): void {
    if (this.isRecorded || !this.at(".") || !this.token.glued) return
    const where = span(this.lastEnd - 1, this.token.end)
    this.borrowed({ where, text: "..", hint: "a number of rounds is `repeat up to 3 times { … }`, and a list is written out, as in `[1, 2, 3]`." })
    this.consume()
    if (this.at("=")) this.consume()
    if (this.at("Number")) this.readAs("Identifier")
  }

  /** `f(*list)`, `f(**fields)` and `f(...list)` */
  protected atUnpacked(): boolean {
    return !this.isRecorded && (this.at("*") || this.at("...")) && this.isUnpackable()
  }

  private isUnpackable(): boolean {
    const first = this.at("*") && this.at("*", 2) ? 3 : 2
    return this.isOperand(first) || this.at("{", first)
  }

  protected readUnpacked(): void {
    if (!this.atUnpacked()) return
    const count = this.at("*", 2) ? 2 : 1
    const where = span(this.token.start, this.peek(count).end)
    this.borrowed({ where, text: this.tokens.source.text.slice(where.start, where.end), hint: "every argument is written out: its number and its names are those of the parameters.", isReadPast: true })
    for (let sign = 0; sign < count; sign++) this.drop()
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
    this.readUnpacked()
    if (this.isRecorded || !this.atName() || !this.at("=", 2) || !this.at(")", this.closerOf(0))) return
    const sign = this.peek(2)
    this.borrowed({
      where: sign, text: "=", hint: `an argument is named with \`:\`, as in \`${this.spelt()}: …\`.`,
      title: "Write `:`", edits: [{ span: span(this.token.end, this.peek(3).start), text: ": " }],
    })
    this.readAs(":", 2)
  }
}
