// Blocks, and the statements that have none.

import { foreignClauses, foreignStatements } from "../borrowed.ts"
import type { Rule } from "./recorder.ts"
import type {
  AssignStatement, Block, CallStatement, Clause, ContinueStatement, Expression, FailStatement, LetStatement,
  LogStatement, PublishStatement, ReturnStatement, RightHandSide, SleepStatement, Statement, ValueStatement,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { BorrowedStatements } from "./borrowed-statements.ts"
import { callClauseWords, clauseWords } from "./clauses.ts"

const statementWords = keywordsOf("statement")
const statementWordSet: ReadonlySet<string> = new Set(statementWords)
const operandStarts: ReadonlySet<string> = new Set([
  "Identifier", "Number", "Money", "Duration", "StringStart", "BlockStart", "RawString", "true", "false", "nothing", "{",
])
const hardStatements: ReadonlySet<string> = new Set(["let", "var", "return", "if", "match", "for", "while", "try"])

export abstract class StatementRules extends BorrowedStatements {
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
    this.readBodyWord()
    if (this.atBareStatement()) this.nested(() => this.bareStatement(statements), () => {})
    else this.nested(() => this.statementsInBraces(statements), () => {})
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
    if (this.sameLine(2) && !this.at("}", 2)) {
      this.borrowed({ where: this.token, text: ",", hint: "a line break ends a statement, and several values stand in one text: `\"{a} {b}\"`." })
      return this.fail()
    }
    this.borrowedSurplus(this.token, "a line break ends a statement.")
    this.drop()
  }

  private statementInto(statements: Statement[], clauses: Clause[] | undefined): void {
    if (!this.isRecorded && this.strayWord(statements, clauses)) return
    const statement = this.statement()
    statements.push(statement)
    if (this.isRecorded || this.hasFailed) return
    if (this.atTrailingIf(false)) return void (statements[statements.length - 1] = this.trailingCondition(statement))
    if (this.sameLine() && this.at("catch")) return this.trailingCatch()
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
    if (this.readBorrowedStatement()) return false
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
    if (!this.atForeignBlock() && !this.atForeignHead(next) && (next.startsLine || next.kind === "=" || !this.startsOperand(next.kind))) return false
    if (!this.calledWithoutParentheses(next)) {
      this.unknownWord([...statementWords, ...clauseWords], "a statement", foreignStatements.has(this.text(token)) ? foreignStatements : foreignClauses)
    }
    this.skipLine()
    // A misspelt clause has others behind it, which are no clauses of the run.
    while (this.atCallClause()) this.clause()
    return true
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
    this.readNew()
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
    if (!this.isRecorded && value.kind === "nameExpression" && this.at("{") && this.sameLine()) this.eventFields(value.name.text)
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
