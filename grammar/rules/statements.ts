// Blocks, and the statements that have none.

import { span } from "../../base/text/span.ts"
import { foreignStatements } from "../borrowed.ts"
import type { Token } from "../lexer.ts"
import type { Rule } from "./recorder.ts"
import type {
  AssignStatement, Block, CallStatement, Clause, ContinueStatement, Expression, FailStatement, LetStatement,
  LogStatement, PublishStatement, ReturnStatement, RightHandSide, SleepStatement, Statement, ValueStatement,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { BlockFormRules } from "./block-forms.ts"
import { callClauseWords, clauseWords } from "./clauses.ts"

const statementWords = keywordsOf("statement")
const statementWordSet: ReadonlySet<string> = new Set(statementWords)
const operandStarts: ReadonlySet<string> = new Set([
  "Identifier", "Number", "Money", "Duration", "StringStart", "BlockStart", "RawString", "true", "false", "nothing", "{",
])
const hardStatements: ReadonlySet<string> = new Set(["let", "var", "return", "if", "match", "for", "while", "try"])

export abstract class StatementRules extends BlockFormRules {
  private atStatement(): boolean {
    if (this.at("{")) return this.atRecord()
    if (this.at("+") && this.atIncrement(1)) return true
    if (this.atExpression() || this.atRunClause() || statementWordSet.has(this.token.kind)) return true
    return this.atName() && this.at("=", 2)
  }

  /** A word that other statements begin with, used as a name here. */
  private atNameStatement(): boolean {
    const kind = this.token.kind
    if (!statementWordSet.has(kind)) return true
    return !hardStatements.has(kind) && this.atPlainName()
  }

  readonly block: Rule<Block> = this.rule("block", () => {
    const start = this.token.start
    const statements: Statement[] = []
    this.nested(() => this.statementsInBraces(statements), () => {})
    return this.node<Block>(start, { kind: "block", statements })
  })

  /** The clauses of a run come first in a workflow's body. */
  protected statementsInBraces(statements: Statement[], clauses?: Clause[]): void {
    this.braced(
      {
        begins: () => this.atStatement(),
        resumes: () => this.token.startsLine && (this.atStatement() || this.atRunClause()),
        expected: () => this.noStatement(),
        item: () => this.statementInto(statements, clauses),
        ends: () => this.openMatches > 0 && this.atArm(),
      },
      () => {
        if (clauses !== undefined) this.clausesInto(clauses, () => this.atRunClause())
      },
    )
    if (!this.isRecorded) this.checkValues(statements, clauses !== undefined)
  }

  private noStatement(): void {
    if (!this.at(",") || this.token.startsLine) return this.unexpected("a statement or `}`")
    this.borrowedSurplus(this.token, "a line break ends a statement.")
    this.drop()
  }

  private statementInto(statements: Statement[], clauses: Clause[] | undefined): void {
    if (!this.isRecorded && this.strayWord(statements, clauses)) return
    const statement = this.statement()
    statements.push(statement)
    if (this.isRecorded || this.hasFailed) return
    if (this.sameLine() && this.at("{")) this.unexpected("the end of the statement")
    if (statement.kind !== "value") return
    if (this.sameLine() && !this.at("}") && !this.at("HoleEnd") && !this.at("=>")) {
      statements[statements.length - 1] = { ...statement, recovered: true }
      this.report("AF1008", statement.span, {})
      this.fail()
    }
  }

  private bareInto(statements: Statement[]): void {
    if (this.isRecorded || !this.strayWord(statements, undefined)) statements.push(this.statement())
  }

  /** A clause between statements, or a word that is followed by something no name is followed by. */
  private strayWord(statements: readonly Statement[], clauses: Clause[] | undefined): boolean {
    const token = this.token
    const kind = token.kind
    const where = { start: token.start, end: token.end }
    if (this.atRunClause()) {
      const next = this.peek(2)
      const standsAlone = next.kind === "}" || (next.startsLine && !next.glued)
      if (!standsAlone) {
        const isLost = this.afterBroken && callClauseWords.has(kind)
        const isEarly = clauses !== undefined && statements.every((statement) => statement.kind === "value")
        if (isLost) this.unreported()
        else if (clauses === undefined) this.report("AF1012", where, { word: kind })
        else if (!isEarly) this.report("AF1013", where, { word: kind })
        const clause = this.clause()
        if (isEarly) clauses.push(clause)
        return true
      }
    }
    if (!this.atName() || statementWordSet.has(kind)) return false
    const next = this.peek(2)
    if (this.readBorrowedWord(next)) return false
    if (!this.atForeignBlock() && (next.startsLine || next.kind === "=" || !this.startsOperand(next.kind))) return false
    this.unknownWord([...statementWords, ...clauseWords], "a statement", foreignStatements)
    this.skipLine()
    // A misspelt clause has others behind it, which are no clauses of the run.
    while (this.atCallClause()) this.clause()
    return true
  }

  /** `switch (x) {` and its like. */
  private atForeignBlock(): boolean {
    if (!this.at("Identifier") || !this.at("(", 2) || !foreignStatements.has(this.spelt())) return false
    const closer = this.closerOf(2)
    return closer > 0 && this.at("{", closer + 1)
  }

  /** `const x = …`, and `await`, which the expression reads past. */
  private readBorrowedWord(next: Token): boolean {
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
  private atIncrement(sign: number): boolean {
    const [first, second, after] = [this.peek(sign), this.peek(sign + 1), this.peek(sign + 2)]
    if ((first.kind !== "+" && first.kind !== "-") || second.kind !== first.kind || !second.glued) return false
    if (sign === 1) return after.isName && !after.startsLine
    return after.startsLine || after.kind === "}" || after.kind === "EOF"
  }

  private atCompound(): boolean {
    const { kind } = this.peek(2)
    return (kind === "+" || kind === "-" || kind === "*" || kind === "/") && this.at("=", 3) && this.peek(3).glued
  }

  private step(): AssignStatement {
    const start = this.token.start
    const isPrefix = !this.atName()
    const [name, sign] = isPrefix ? [this.peek(3), this.token] : [this.token, this.peek(2)]
    const where = span(start, this.peek(3).end)
    const write = `${this.text(name)} = ${this.text(name)} ${sign.kind} 1`
    this.borrowed({ where, text: sign.kind.repeat(2), hint: `write \`${write}\`.`, title: `Write \`${write}\``, edits: [{ span: where, text: write }] })
    if (isPrefix) (this.consume(), this.consume())
    const target = this.name()
    if (!isPrefix) (this.consume(), this.consume())
    return this.node<AssignStatement>(start, { kind: "assign", name: target, value: this.missing("a value"), clauses: [] })
  }

  private compound(): AssignStatement {
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

  private startsOperand(kind: string): boolean {
    return operandStarts.has(kind)
      || (this.atName(2) && !this.at("and", 2) && !this.at("or", 2))
  }

  /** An expression that is no call does nothing, unless it is the value of its block. */
  private checkValues(statements: readonly Statement[], isWorkflow: boolean): void {
    for (const [index, statement] of statements.entries()) {
      if (statement.kind !== "value" || statement.recovered === true || statement.value.recovered === true) continue
      if (index === statements.length - 1 && !isWorkflow) continue
      statements = Object.assign(statements, { [index]: { ...statement, recovered: true } })
      // Where its body was not closed behind it, it was not finished either, which is reported already.
      if (statement.span.end === this.lastEnd) continue
      this.reportLate("AF1008", statement.span, {})
    }
  }

  readonly statement: Rule<Statement> = this.rule("statement", (): Statement => {
    if (!this.isRecorded && this.atNameStatement()) return this.simpleStatement()
    return this.firstOf<Statement>((this.statements ??= [
      { ALT: () => this.letStatement() },
      { ALT: () => this.returnStatement() },
      { ALT: () => this.failStatement() },
      { ALT: () => this.logStatement() },
      { ALT: () => this.sleepStatement() },
      { ALT: () => this.publishStatement() },
      { ALT: () => this.continueStatement() },
      { ALT: () => this.blockForm() },
      { ALT: () => this.simpleStatement() },
    ]))
  })
  private statements?: { ALT: () => Statement }[]

  readonly rightHandSide: Rule<RightHandSide, [string?]> = this.rule("rightHandSide", (expected = "a value"): RightHandSide =>
    this.either<RightHandSide, RightHandSide>(
      () => this.atBlockForm(),
      () => this.blockForm(),
      () => this.either<RightHandSide, RightHandSide>(
        () => this.at("do") && this.at("{", 2),
        () => this.doBlock(),
        () => this.expression(expected),
      ),
    ),
  )

  // ---------------------------------------------------------------- simple statements

  readonly letStatement: Rule<LetStatement> = this.rule("letStatement", () => {
    const start = this.token.start
    this.readMut()
    const mutable = this.either(() => this.at("let"), () => (this.need("let"), false), () => (this.need("var"), true))
    if (!this.isRecorded) this.readBorrowedLet()
    const name = this.name()
    const type = this.maybe(":", () => (this.need(":"), this.type()))
    this.need("=", "`=` and a value")
    const value = this.rightHandSide()
    const clauses = this.clausesAfter(value)
    return this.sparse<LetStatement>(start, { kind: "let", mutable, name, type, value, clauses })
  })

  private readMut(): void {
    if (this.isRecorded || !this.at("let") || this.spelt(2) !== "mut" || !this.atName(3)) return
    const where = span(this.token.start, this.peek(2).end)
    this.borrowed({ where, text: "let mut", hint: "write `var`.", title: "Write `var`", edits: [{ span: where, text: "var" }] })
    this.drop(2)
    this.readAs("var")
  }

  /** `let x := 1`, and `let { a, b } = …`, which has no name. */
  private readBorrowedLet(): void {
    const token = this.token
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

  /** An assignment, a call, or the value of a block. */
  readonly simpleStatement: Rule<Statement> = this.rule("simpleStatement", () => {
    if (!this.isRecorded) {
      if (this.atName() ? this.atIncrement(2) : this.at("+") && this.atIncrement(1)) return this.step()
      if (this.atName() && this.atCompound()) return this.compound()
    }
    return this.either<Statement, Statement>(
      () => this.atName() && this.at("=", 2),
      () => this.assignStatement(),
      () => this.callStatement(),
    )
  })

  readonly assignStatement: Rule<AssignStatement> = this.rule("assignStatement", () => {
    const start = this.token.start
    const name = this.name()
    this.need("=")
    const value = this.rightHandSide()
    const clauses = this.clausesAfter(value)
    return this.node<AssignStatement>(start, { kind: "assign", name, value, clauses })
  })

  readonly callStatement: Rule<CallStatement | ValueStatement> = this.rule("callStatement", () => {
    const start = this.token.start
    const value = this.expression("a statement")
    const clauses = this.maybe(() => value.kind === "call", () => this.clausesAfter(value)) ?? []
    return value.kind === "call"
      ? this.node<CallStatement>(start, { kind: "callStatement", call: value, clauses })
      : this.node<ValueStatement>(start, { kind: "value", value })
  })

  readonly returnStatement: Rule<ReturnStatement> = this.rule("returnStatement", () => {
    const start = this.token.start
    this.need("return")
    const hasValue = (): boolean => this.sameLine() && (this.atExpression() || this.atBlockForm())
    const value = this.maybe(hasValue, () => this.rightHandSide())
    const clauses = value === undefined ? [] : this.clausesAfter(value)
    return this.sparse<ReturnStatement>(start, { kind: "return", value, clauses })
  })

  readonly failStatement: Rule<FailStatement> = this.rule("failStatement", () => {
    const start = this.token.start
    let message: Expression | undefined
    let data: Expression | undefined
    this.need("fail")
    const error = this.name("the name of a declared error, such as `fail OutOfStock(\"why\")`")
    this.maybe(() => this.at("(") && this.sameLine(), () => {
      const opener = this.token
      this.need("(")
      this.maybe(() => !this.at(")"), () => {
        message = this.expression("a message")
        this.maybe(",", () => {
          this.need(",")
          data = this.maybe(() => !this.at(")"), () => this.expression("the error's fields"))
        })
      })
      this.close(")", opener)
    })
    return this.sparse<FailStatement>(start, { kind: "fail", error, message, data })
  })

  readonly logStatement: Rule<LogStatement> = this.rule("logStatement", () => {
    const start = this.token.start
    this.need("log")
    const message = this.expression("a text in quotes")
    return this.node<LogStatement>(start, { kind: "log", message })
  })

  readonly sleepStatement: Rule<SleepStatement> = this.rule("sleepStatement", () => {
    const start = this.token.start
    this.need("sleep")
    const isUntil = this.at("until") && !this.atPlainName()
    const until = this.maybe(() => isUntil, () => (this.need("until"), this.expression("a time")))
    const span = "a time span such as `5m`, or `until` and a time"
    const duration = this.maybe(() => !isUntil, () => this.expression(span))
    return this.sparse<SleepStatement>(start, { kind: "sleep", duration, until })
  })

  readonly publishStatement: Rule<PublishStatement> = this.rule("publishStatement", () => {
    const start = this.token.start
    this.need("publish")
    const value = this.expression("a value")
    this.need("to")
    const topic = this.template("a topic, in quotes")
    return this.node<PublishStatement>(start, { kind: "publish", value, topic })
  })

  readonly continueStatement: Rule<ContinueStatement> = this.rule("continueStatement", () => {
    const start = this.token.start
    this.need("continue")
    this.need("as", "`as new` and the arguments")
    this.need("new")
    const values = this.arguments()
    return this.node<ContinueStatement>(start, { kind: "continueAsNew", arguments: values })
  })

  /** One statement in the place of a block. */
  readonly bareBlock: Rule<Block> = this.rule("bareBlock", () => {
    const statements: Statement[] = []
    const start = this.token.start
    const isNextArm = !this.isRecorded && this.atArm()
    if (this.isRecorded || (!isNextArm && this.atStatement() && !this.atRunClause())) this.bareInto(statements)
    else this.mismatch("a statement, a value or a block")
    return this.node<Block>(start, { kind: "block", statements })
  })
}
