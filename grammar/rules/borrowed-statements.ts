// What other languages write as statements without blocks: read as what is meant, and said once.

import { span } from "../../base/text/span.ts"
import { foreignStatements } from "../borrowed.ts"
import type { Token } from "../lexer.ts"
import type { AssignStatement, BinaryExpression, Block, IfStatement, Name, NameExpression, NumberExpression, Statement } from "../syntax/nodes.ts"
import { BlockFormRules } from "./block-forms.ts"
import type { Rule } from "./recorder.ts"

const bareStatements: ReadonlySet<string> = new Set(["return", "fail", "log", "sleep", "publish", "let", "var"])

export abstract class BorrowedStatements extends BlockFormRules {
  abstract readonly statement: Rule<Statement>

  /** `switch (x) {` and its like. */
  protected atForeignBlock(): boolean {
    if (!this.at("Identifier") || !this.at("(", 2) || !foreignStatements.has(this.spelt())) return false
    const closer = this.closerOf(2)
    return closer > 0 && this.at("{", closer + 1)
  }

  /** `const x = …`, and `await`, which the expression reads past. */
  protected readBorrowedWord(next: Token): boolean {
    if (!this.at("Identifier") || next.startsLine) return false
    const word = this.spelt()
    if (word === "await") return next.isName || next.kind === "("
    if ((word === "yield" || word === "call") && next.isName && this.isCalledOrGiven(3)) {
      this.borrowedSurplus(this.token, foreignStatements.get(word)!.hint)
      this.drop()
      return true
    }
    if ((word !== "const" && word !== "val") || !(next.isName || next.kind === "{" || next.kind === "[")) return false
    if (next.isName) this.borrowedToken(this.token, "let", "write `let`, or `var` for what is assigned again.")
    this.readAs("let")
    return true
  }

  /** `n++` or `++n` as a whole statement. */
  protected atIncrement(sign: number): boolean {
    const [first, second, after] = [this.peek(sign), this.peek(sign + 1), this.peek(sign + 2)]
    if ((first.kind !== "+" && first.kind !== "-") || second.kind !== first.kind || !second.glued) return false
    if (sign === 1) return after.isName && !after.startsLine
    return after.startsLine || after.kind === "}" || after.kind === "EOF" || /^[ \t]*;/.test(this.tokens.source.text.slice(second.end, after.start))
  }

  protected atCompound(): boolean {
    const { kind } = this.peek(2)
    return (kind === "+" || kind === "-" || kind === "*" || kind === "/") && this.at("=", 3) && this.peek(3).glued
  }

  protected step(): AssignStatement {
    const start = this.token.start
    const isPrefix = !this.atName()
    const [name, sign] = isPrefix ? [this.peek(3), this.token] : [this.token, this.peek(2)]
    const where = span(start, this.peek(3).end)
    const write = `${this.text(name)} = ${this.text(name)} ${sign.kind} 1`
    this.borrowed({ where, text: sign.kind.repeat(2), hint: `write \`${write}\`.`, title: `Write \`${write}\``, edits: [{ span: where, text: write }] })
    if (isPrefix) (this.consume(), this.consume())
    const target = this.name()
    if (!isPrefix) (this.consume(), this.consume())
    const end = this.lastEnd
    const left = this.node<NameExpression>(end, { kind: "nameExpression", name: this.node<Name>(end, { kind: "name", text: target.text }) })
    const right = this.node<NumberExpression>(end, { kind: "number", value: 1, text: "1" })
    const value = this.node<BinaryExpression>(end, { kind: "binary", operator: sign.kind === "+" ? "+" : "-", left, right })
    return this.node<AssignStatement>(start, { kind: "assign", name: target, value, clauses: [] })
  }

  protected compound(): AssignStatement {
    const start = this.token.start
    const name = this.name()
    const sign = this.token
    const where = span(sign.start, this.peek(2).end)
    this.consume()
    this.consume()
    const value = this.rightHandSide()
    const inner = value.kind === "conditional" || (value.kind === "binary" && !(sign.kind === "+" && "+-*/%".includes(value.operator)))
    const around = inner ? [{ span: span(value.span.start, value.span.start), text: "(" }, { span: span(value.span.end, value.span.end), text: ")" }] : []
    const write = `= ${name.text} ${sign.kind}`
    const [open, close] = around
    const edits = [{ span: where, text: write }, ...(open === undefined ? [] : [open, close!])]
    const hint = `write \`${name.text} ${write} …\`.`
    this.borrowed({ where, text: `${sign.kind}=`, hint, title: `Write \`${name.text} ${write} …\``, edits })
    return this.node<AssignStatement>(start, { kind: "assign", name, value, clauses: this.clausesAfter(value) })
  }

  protected readMut(): void {
    if (this.isRecorded || !this.at("let") || this.spelt(2) !== "mut" || !this.atName(3)) return
    const where = span(this.token.start, this.peek(2).end)
    this.borrowed({ where, text: "let mut", hint: "write `var`.", title: "Write `var`", edits: [{ span: where, text: "var" }] })
    this.drop(2)
    this.readAs("var")
  }

  /** `let x := 1`, and `let { a, b } = …`, which has no name. */
  protected readBorrowedLet(): void {
    const token = this.token
    if (this.atName() && this.at(",", 2) && this.sameLine(2)) return this.readSeveral()
    if (token.kind === "{" || token.kind === "[") {
      const closer = this.closerOf(1)
      if (closer === 0 || !this.at("=", closer + 1)) return
      const where = span(token.start, this.peek(closer).end)
      const hint = token.kind === "{" ? "name the value and read its fields, as in `page.title`." : "name the value and read its items, as in `pages[0]`."
      this.borrowed({ where, text: token.kind === "{" ? "let { … } =" : "let [ … ] =", hint })
      for (let ahead = 0; ahead < closer; ahead++) this.drop()
      return
    }
    if (this.at(":", 2) && this.at("=", 3) && this.peek(3).glued) {
      const where = span(this.peek(2).start, this.peek(3).end)
      this.borrowed({ where, text: ":=", hint: "write `=`.", title: "Write `=`", edits: [{ span: where, text: "=" }] })
      this.drop(2)
    }
  }

  /** `let a, b = …`, of which the first is read. */
  private readSeveral(): void {
    let last = 1
    while (this.at(",", last + 1) && this.atName(last + 2) && this.sameLine(last + 2)) last += 2
    if (last === 1) return
    this.borrowed({ where: span(this.token.start, this.peek(last).end), text: "a, b", hint: "every name has a statement and a value of its own, such as `let a = pair.first`.", isReadPast: true })
    for (; last > 1; last--) this.drop(last)
  }

  /** Statements that other languages begin with another word, or with none; whether one is read as what was meant. */
  protected readBorrowedStatement(): boolean {
    const [token, next] = [this.token, this.peek(2)]
    if (this.readPause()) return true
    if (this.atClauseOnBlock()) {
      const where = span(token.start, token.end)
      const hint = `write \`within ${token.kind} … { … }\`.`
      this.borrowed({ where, text: `${token.kind} … {`, hint, title: "Write `within`", edits: [{ span: span(token.start, token.start), text: "within " }] })
      this.readIn("within", 1)
      return true
    }
    if (token.kind !== "Identifier" || next.startsLine) return false
    if (next.kind === ":" && this.isGivenLater()) {
      const hint = `write \`let ${this.spelt()}: …\`, or \`var\` where it is assigned again.`
      this.borrowed({ where: token, text: `${this.spelt()}: … =`, hint, title: "Write `let`", edits: [{ span: span(token.start, token.start), text: "let " }] })
      this.readIn("let", 1)
      return true
    }
    if (next.kind === "," && this.atName(3)) this.readSeveral()
    return false
  }

  /** `wait 5s`, `wait for 5s` and `delay 5s` */
  private readPause(): boolean {
    const { token } = this
    const isWait = token.kind === "wait" || (token.kind === "Identifier" && /^(?:delay|pause)$/.test(this.spelt()))
    if (!isWait) return false
    const last = this.at("for", 2) ? 2 : 1
    if (!this.at("Duration", last + 1) || !this.sameLine(last + 1)) return false
    const where = span(token.start, this.peek(last).end)
    this.borrowed({ where, text: this.tokens.source.text.slice(where.start, where.end), hint: "write `sleep`.", title: "Write `sleep`", edits: [{ span: where, text: "sleep" }] })
    if (last === 2) this.drop(2)
    this.readAs("sleep")
    return true
  }

  /** `x: int = 5` */
  private isGivenLater(): boolean {
    for (let ahead = 3; ahead < 12 && this.sameLine(ahead); ahead++) {
      const { kind } = this.peek(ahead)
      if (kind === "=") return ahead > 3
      if (kind === "EOF" || kind === "{" || kind === "(" || kind === "}" || kind === ":") return false
    }
    return false
  }

  /** `finally:` */
  protected atForeignHead(next: Token): boolean {
    return next.kind === ":" && !next.startsLine && this.at("Identifier") && foreignStatements.has(this.spelt())
  }

  /** `get topic`, where a tool has that name. */
  protected calledWithoutParentheses(next: Token): boolean {
    const { token } = this
    const word = this.text(token)
    if (next.kind === "{" || !new RegExp(`\\b(?:tool|agent|human|workflow)\\s+${word}\\b`).test(this.tokens.source.text)) return false
    const isAlone = this.peek(3).startsLine || this.peek(3).kind === "}" || this.peek(3).kind === "EOF"
    const edits = [{ span: span(token.end, next.start), text: "(" }, { span: span(next.end, next.end), text: ")" }]
    this.borrowed({
      where: token, text: `${word} x`, hint: `a call has parentheses: \`${word}(x)\`.`, title: "Write the parentheses", ...(isAlone && next.isName ? { edits, applicability: "maybe" } : {}),
    })
    this.fail()
    return true
  }

  /** `f() if c` */
  protected trailingCondition(statement: Statement): IfStatement {
    const word = this.token
    const { start } = statement.span
    this.consume()
    const condition = this.expression("a condition")
    const asked = this.tokens.source.text.slice(condition.span.start, condition.span.end)
    this.borrowed({
      where: span(word.start, condition.span.end), text: "… if c", hint: "write `if c { … }`.", title: "Write `if` first",
      edits: [{ span: span(start, start), text: `if ${asked} { ` }, { span: span(statement.span.end, condition.span.end), text: " }" }],
    })
    const then: Block = { kind: "block", statements: [statement], id: this.nextId++, span: statement.span }
    return this.node<IfStatement>(start, { kind: "if", condition, then })
  }

  /** `f() catch e { … }` */
  protected trailingCatch(): void {
    const hint = "write `try { … } catch e { … }`, or `fallback` and a value behind the call."
    this.borrowed({ where: this.token, text: "f() catch", hint })
    this.fail()
  }

  /** `if c return x`: one statement, on the line of its head, without braces. */
  protected atBareStatement(): boolean {
    const { kind, startsLine } = this.token
    if (startsLine || kind === "{" || kind === ":" || this.isRecorded || this.hasFailed || !this.bracesPair) return false
    if (bareStatements.has(kind)) return !this.atPlainName()
    return this.atName() && (this.at("=", 2) || (this.at("(", 2) && this.peek(2).glued)) && !this.hasBraceOnLine()
  }

  private hasBraceOnLine(): boolean {
    for (let ahead = 1; ; ahead++) {
      const { kind, startsLine } = this.peek(ahead)
      if (startsLine || kind === "EOF") return false
      if (kind === "{") return true
    }
  }

  protected bareStatement(statements: Statement[]): void {
    const { start, end } = this.token
    const statement = this.statement()
    statements.push(statement)
    const close = statement.span.end
    this.borrowed({
      where: span(start, end), text: "block without braces", hint: "a block stands between `{` and `}`.", title: "Put it into braces",
      edits: [{ span: span(start, start), text: "{ " }, { span: span(close, close), text: " }" }],
    })
  }

  /** `publish Paid { orderId: id } to "orders"` */
  protected eventFields(name: string): void {
    this.borrowed({ where: this.token, text: `${name} { … }`, hint: `write \`${name}(field: …)\`, as in a call.` })
    this.skipGroup()
  }

  /** `fail new OutOfStock(…)` */
  protected readNew(): void {
    if (this.isRecorded || !this.at("new") || !this.atName(2) || !this.sameLine(2)) return
    this.borrowedSurplus(this.token, "an error has no constructor.")
    this.drop()
  }
}
