// Statements, blocks, and the block forms that may stand as a whole right-hand side.

import type { Rule } from "../recovery.ts"
import type {
  AssignStatement, Block, Branch, CallStatement, CatchClause, Clause, ContinueStatement, DoBlock, Expression, FailStatement,
  ForStatement, IfStatement, LetStatement, LogStatement, MatchArm, MatchStatement, MemberPattern, Name, ParallelStatement, Pattern,
  LiteralPattern, NothingPattern, ElsePattern, TypePattern, PublishStatement, RaceStatement, RepeatStatement, ReturnStatement,
  RightHandSide, SagaStatement, SleepStatement, Statement, TryStatement, ValueStatement, WaitStatement, WhileStatement,
  WithinStatement,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { ClauseRules, callClauseWords, clauseWords } from "./clauses.ts"

type BlockFormStatement = Exclude<RightHandSide, Expression | DoBlock>

const statementWords = keywordsOf("statement")
const statementWordSet: ReadonlySet<string> = new Set(statementWords)
const hardStatements: ReadonlySet<string> = new Set(["let", "var", "return", "if", "match", "for", "while", "try"])

export abstract class StatementRules extends ClauseRules {
  private openMatches = 0

  private atStatement(): boolean {
    if (this.at("{")) return this.atRecord()
    return this.atExpression() || this.atRunClause() || statementWordSet.has(this.peek().kind) || (this.atName() && this.at("=", 2))
  }

  /** A word that other statements begin with, used as a name here. */
  private atNameStatement(): boolean {
    const kind = this.peek().kind
    if (!statementWordSet.has(kind)) return true
    return !hardStatements.has(kind) && this.atPlainName()
  }

  readonly block: Rule<Block> = this.RULE("block", () => {
    const start = this.start()
    const statements: Statement[] = []
    this.nested(() => this.statementsInBraces(statements), () => {})
    return this.node<Block>(start, { kind: "block", statements })
  })

  /** The clauses of a run come first in a workflow's body. */
  protected statementsInBraces(statements: Statement[], clauses?: Clause[]): void {
    this.braced(
      {
        begins: () => this.atStatement(),
        resumes: () => this.peek().startsLine && (this.atStatement() || this.atRunClause()),
        expected: () => this.unexpected("a statement or `}`"),
        item: () => this.statementInto(statements, clauses),
        ends: () => this.openMatches > 0 && this.atArm(),
      },
      () => {
        if (clauses !== undefined) this.clausesInto(clauses, () => this.atRunClause())
      },
    )
    if (!this.RECORDING_PHASE) this.checkValues(statements, clauses !== undefined)
  }

  private statementInto(statements: Statement[], clauses: Clause[] | undefined): void {
    if (!this.RECORDING_PHASE && this.strayWord(statements, clauses)) return
    const statement = this.sub(this.statement)
    statements.push(statement)
    if (this.RECORDING_PHASE || this.hasFailed) return
    if (this.sameLine() && this.at("{")) this.unexpected("the end of the statement")
    if (statement.kind !== "value") return
    if (this.sameLine() && !this.at("}") && !this.at("HoleEnd") && !this.at("=>")) {
      this.report("AF1008", statement.span, {})
      this.fail()
    }
  }

  private bareInto(statements: Statement[]): void {
    if (this.RECORDING_PHASE || !this.strayWord(statements, undefined)) statements.push(this.sub(this.statement))
  }

  /** A clause between statements, or a word that is followed by something no name is followed by. */
  private strayWord(statements: readonly Statement[], clauses: Clause[] | undefined): boolean {
    const token = this.peek()
    const kind = token.kind
    const where = { start: token.startOffset, end: token.end }
    if (this.atRunClause()) {
      const next = this.peek(2)
      const standsAlone = next.kind === "}" || (next.startsLine && !next.glued)
      if (!standsAlone) {
        const isEarly = clauses !== undefined && statements.every((statement) => statement.kind === "value")
        if (clauses === undefined) this.report("AF1012", where, { word: kind })
        else if (!isEarly) this.report("AF1013", where, { word: kind })
        const clause = this.sub(this.clause)
        if (isEarly) clauses.push(clause)
        return true
      }
    }
    if (!this.atName() || statementWordSet.has(kind)) return false
    const next = this.peek(2)
    if (next.startsLine || next.kind === "=" || !this.startsOperand(next.kind)) return false
    this.unknownWord([...statementWords, ...clauseWords], "a statement")
    this.skipLine()
    // A misspelt clause has others behind it, which are no clauses of the run.
    while (this.atCallClause()) this.sub(this.clause)
    return true
  }

  private startsOperand(kind: string): boolean {
    return ["Identifier", "Number", "Money", "Duration", "StringStart", "BlockStart", "RawString", "true", "false", "nothing", "{"].includes(kind)
      || (this.atName(2) && !this.at("and", 2) && !this.at("or", 2))
  }

  /** An expression that is no call does nothing, unless it is the value of its block. */
  private checkValues(statements: readonly Statement[], isWorkflow: boolean): void {
    for (const [index, statement] of statements.entries()) {
      if (statement.kind !== "value" || statement.recovered === true || statement.value.recovered === true) continue
      if (index === statements.length - 1 && !isWorkflow) continue
      statements = Object.assign(statements, { [index]: { ...statement, recovered: true } })
      this.reportLate("AF1008", statement.span, {})
    }
  }

  readonly statement: Rule<Statement> = this.RULE("statement", (): Statement => {
    if (!this.RECORDING_PHASE && this.atNameStatement()) return this.sub(this.simpleStatement)
    return this.firstOf<Statement>((this.statements ??= [
      { ALT: () => this.sub(this.letStatement) },
      { ALT: () => this.sub(this.returnStatement) },
      { ALT: () => this.sub(this.failStatement) },
      { ALT: () => this.sub(this.logStatement) },
      { ALT: () => this.sub(this.sleepStatement) },
      { ALT: () => this.sub(this.publishStatement) },
      { ALT: () => this.sub(this.continueStatement) },
      { ALT: () => this.sub(this.blockForm) },
      { ALT: () => this.sub(this.simpleStatement) },
    ]))
  })
  private statements?: { ALT: () => Statement }[]

  readonly blockForm: Rule<BlockFormStatement> = this.RULE("blockForm", () => this.one<BlockFormStatement>((this.blockForms ??= [
    { ALT: () => this.sub(this.ifStatement) },
    { ALT: () => this.sub(this.matchStatement) },
    { ALT: () => this.sub(this.forStatement) },
    { ALT: () => this.sub(this.repeatStatement) },
    { ALT: () => this.sub(this.whileStatement) },
    { ALT: () => this.sub(this.parallelStatement) },
    { ALT: () => this.sub(this.raceStatement) },
    { ALT: () => this.sub(this.tryStatement) },
    { ALT: () => this.sub(this.withinStatement) },
    { ALT: () => this.sub(this.sagaStatement) },
    { ALT: () => this.sub(this.waitStatement) },
  ])))
  private blockForms?: { ALT: () => BlockFormStatement }[]

  /** Soft words begin a block form only with what belongs behind them, so that they stay names. */
  private atBlockForm(): boolean {
    switch (this.peek().kind) {
      case "if": case "match": case "for": case "while": case "try":
        return true
      case "parallel": case "race": case "saga":
        return this.at("{", 2)
      case "repeat":
        return this.at("up", 2)
      case "wait":
        return this.at("for", 2)
      case "within":
        return callClauseWords.has(this.peek(2).kind)
      default:
        return false
    }
  }

  readonly rightHandSide: Rule<RightHandSide, [string?]> = this.RULE("rightHandSide", (expected = "a value"): RightHandSide =>
    this.either<RightHandSide, RightHandSide>(
      () => this.atBlockForm(),
      () => this.sub(this.blockForm),
      () => this.either<RightHandSide, RightHandSide>(
        () => this.at("do") && this.at("{", 2),
        () => this.sub(this.doBlock),
        () => this.subWith(this.expression, expected),
      ),
    ),
  )

  readonly doBlock: Rule<DoBlock> = this.RULE("doBlock", () => {
    const start = this.start()
    this.need("do")
    const body = this.sub(this.block)
    return this.node<DoBlock>(start, { kind: "do", body })
  })

  /** The clauses after a right-hand side; after something that is no call they are read and refused. */
  private clausesAfter(value: RightHandSide): readonly Clause[] {
    if (this.RECORDING_PHASE) return this.sub(this.callClauses)
    if (!this.atCallClause() || (this.hasFailed && this.sameLine())) return []
    if (value.kind !== "call") {
      const token = this.peek()
      this.report("AF1012", { start: token.startOffset, end: token.end }, { word: token.kind })
    }
    return this.sub(this.callClauses)
  }

  // ---------------------------------------------------------------- simple statements

  readonly letStatement: Rule<LetStatement> = this.RULE("letStatement", () => {
    const start = this.start()
    const mutable = this.either(() => this.at("let"), () => (this.need("let"), false), () => (this.need("var"), true))
    const name = this.subWith(this.name)
    const type = this.maybe(":", () => (this.need(":"), this.subWith(this.type)))
    this.need("=", "`=` and a value")
    const value = this.subWith(this.rightHandSide)
    const clauses = this.clausesAfter(value)
    return this.sparse<LetStatement>(start, { kind: "let", mutable, name, type, value, clauses })
  })

  /** An assignment, a call, or the value of a block. */
  readonly simpleStatement: Rule<Statement> = this.RULE("simpleStatement", () =>
    this.either<Statement, Statement>(() => this.atName() && this.at("=", 2), () => this.sub(this.assignStatement), () => this.sub(this.callStatement)),
  )

  readonly assignStatement: Rule<AssignStatement> = this.RULE("assignStatement", () => {
    const start = this.start()
    const name = this.subWith(this.name)
    this.need("=")
    const value = this.subWith(this.rightHandSide)
    const clauses = this.clausesAfter(value)
    return this.node<AssignStatement>(start, { kind: "assign", name, value, clauses })
  })

  readonly callStatement: Rule<CallStatement | ValueStatement> = this.RULE("callStatement", () => {
    const start = this.start()
    const value = this.subWith(this.expression, "a statement")
    const clauses = this.maybe(() => value.kind === "call", () => this.clausesAfter(value)) ?? []
    return value.kind === "call"
      ? this.node<CallStatement>(start, { kind: "callStatement", call: value, clauses })
      : this.node<ValueStatement>(start, { kind: "value", value })
  })

  readonly returnStatement: Rule<ReturnStatement> = this.RULE("returnStatement", () => {
    const start = this.start()
    this.need("return")
    const value = this.maybe(() => this.sameLine() && (this.atExpression() || this.atBlockForm()), () => this.subWith(this.rightHandSide))
    const clauses = value === undefined ? [] : this.clausesAfter(value)
    return this.sparse<ReturnStatement>(start, { kind: "return", value, clauses })
  })

  readonly failStatement: Rule<FailStatement> = this.RULE("failStatement", () => {
    const start = this.start()
    let message: Expression | undefined
    let data: Expression | undefined
    this.need("fail")
    const error = this.subWith(this.name, "the name of an error")
    this.maybe(() => this.at("(") && this.sameLine(), () => {
      const opener = this.peek()
      this.need("(")
      this.maybe(() => !this.at(")"), () => {
        message = this.subWith(this.expression, "a message")
        this.maybe(",", () => {
          this.need(",")
          data = this.maybe(() => !this.at(")"), () => this.subWith(this.expression, "the error's fields"))
        })
      })
      this.close(")", opener)
    })
    return this.sparse<FailStatement>(start, { kind: "fail", error, message, data })
  })

  readonly logStatement: Rule<LogStatement> = this.RULE("logStatement", () => {
    const start = this.start()
    this.need("log")
    const message = this.subWith(this.expression, "a text in quotes")
    return this.node<LogStatement>(start, { kind: "log", message })
  })

  readonly sleepStatement: Rule<SleepStatement> = this.RULE("sleepStatement", () => {
    const start = this.start()
    this.need("sleep")
    const until = this.maybe(() => this.at("until") && !this.atPlainName(), () => (this.need("until"), this.subWith(this.expression, "a time")))
    const duration = this.maybe(() => until === undefined, () => this.subWith(this.expression, "a time span such as `5m`, or `until` and a time"))
    return this.sparse<SleepStatement>(start, { kind: "sleep", duration, until })
  })

  readonly publishStatement: Rule<PublishStatement> = this.RULE("publishStatement", () => {
    const start = this.start()
    this.need("publish")
    const value = this.subWith(this.expression, "a value")
    this.need("to")
    const topic = this.subWith(this.template, "a topic, in quotes")
    return this.node<PublishStatement>(start, { kind: "publish", value, topic })
  })

  readonly continueStatement: Rule<ContinueStatement> = this.RULE("continueStatement", () => {
    const start = this.start()
    this.need("continue")
    this.need("as", "`as new` and the arguments")
    this.need("new")
    const values = this.sub(this.arguments)
    return this.node<ContinueStatement>(start, { kind: "continueAsNew", arguments: values })
  })

  // ---------------------------------------------------------------- block forms

  /** Before a block a brace is the block's, so a condition that begins with one is missing. */
  private condition(expected: string): Expression {
    if (!this.RECORDING_PHASE && this.at("{")) return this.missing(expected)
    return this.subWith(this.expression, expected)
  }

  readonly ifStatement: Rule<IfStatement> = this.RULE("ifStatement", () => {
    const start = this.start()
    this.need("if")
    const condition = this.condition("a condition")
    const then = this.sub(this.block)
    const otherwise = this.maybe("else", () => {
      this.need("else")
      return this.either<Block | IfStatement | undefined, Block>(
        () => this.at("if"),
        () => this.nested<IfStatement | undefined>(() => this.sub(this.ifStatement), () => undefined),
        () => this.sub(this.block),
      )
    })
    return this.sparse<IfStatement>(start, { kind: "if", condition, then, otherwise })
  })

  readonly matchStatement: Rule<MatchStatement> = this.RULE("matchStatement", () => {
    const start = this.start()
    const arms: MatchArm[] = []
    this.need("match")
    const subject = this.condition("a value to match")
    const clauses = this.clausesAfter(subject)
    this.openMatches++
    this.nested(
      () => this.braced({
        begins: () => this.atPattern(),
        expected: "a pattern or `}`",
        item: () => {
          arms.push(this.sub(this.arm))
          this.accept(",")
        },
      }),
      () => {},
    )
    this.openMatches--
    return this.node<MatchStatement>(start, { kind: "match", subject, clauses, arms })
  })

  /** The next arm on a line of its own: no statement starts like it. */
  private atArm(): boolean {
    if (!this.peek().startsLine || !this.atPattern()) return false
    return this.at("=>", 2) || (this.at(".", 2) && this.at("=>", 4))
  }

  private atPattern(): boolean {
    return this.atName() || ["else", "nothing", "true", "false", "Number", "Money", "Duration", "-", "StringStart", "RawString"].includes(this.peek().kind)
  }

  readonly arm: Rule<MatchArm> = this.RULE("arm", () => {
    const start = this.start()
    const patterns: Pattern[] = []
    patterns.push(this.sub(this.pattern))
    this.some(() => this.at(",") || this.at("|"), () => {
      this.one([{ ALT: () => this.need(",") }, { ALT: () => this.need("|") }])
      patterns.push(this.sub(this.pattern))
    })
    this.need("=>", "`=>` and what happens")
    const bare = !this.at("{")
    const body = this.either(() => !bare, () => this.sub(this.block), () => this.sub(this.bareBlock))
    return this.node<MatchArm>(start, { kind: "arm", patterns, body, bare })
  })

  /** One statement in the place of a block. */
  readonly bareBlock: Rule<Block> = this.RULE("bareBlock", () => {
    const statements: Statement[] = []
    const start = this.start()
    const isNextArm = !this.RECORDING_PHASE && this.atArm()
    if (this.RECORDING_PHASE || (!isNextArm && this.atStatement() && !this.atRunClause())) this.bareInto(statements)
    else this.mismatch("a statement, a value or a block")
    return this.node<Block>(start, { kind: "block", statements })
  })

  readonly pattern: Rule<Pattern> = this.RULE("pattern", (): Pattern => {
    const start = this.start()
    return this.firstOf<Pattern>([
      { ALT: () => (this.need("else"), this.node<ElsePattern>(start, { kind: "elsePattern" })) },
      { ALT: () => (this.need("nothing"), this.node<NothingPattern>(start, { kind: "nothingPattern" })) },
      {
        ALT: () => {
          const type = this.subWith(this.name)
          return this.either<Pattern, Pattern>(
            () => this.at("."),
            () => {
              this.need(".")
              const member = this.member("a member's name")
              return this.node<MemberPattern>(start, { kind: "memberPattern", type, member })
            },
            () => {
              const binding = this.maybe(() => this.atName() && this.sameLine(), () => this.subWith(this.name))
              return this.sparse<TypePattern>(start, { kind: "typePattern", type, binding })
            },
          )
        },
      },
      {
        ALT: () => {
          const value = this.sub(this.signedLiteral)
          return this.node<LiteralPattern>(start, { kind: "literalPattern", value })
        },
      },
    ])
  })

  readonly forStatement: Rule<ForStatement> = this.RULE("forStatement", () => {
    const start = this.start()
    let atATime: Expression | undefined
    let failures: ForStatement["failures"] = "stop"
    this.need("for")
    const variable = this.subWith(this.name)
    const index = this.maybe(",", () => (this.need(","), this.subWith(this.name)))
    this.need("in")
    const items = this.condition("a list")
    this.some(() => this.at(","), () => {
      this.need(",")
      this.either(
        () => (this.at("skip") || this.at("collect")) && this.at("failures", 2),
        () => {
          failures = this.either(() => this.at("skip"), () => (this.need("skip"), "skip" as const), () => (this.need("collect"), "collect" as const))
          this.need("failures")
        },
        () => {
          atATime = this.condition("`5 at a time`, `skip failures` or `collect failures`")
          this.need("at", "`at a time`")
          this.need("Identifier", "`a time`")
          this.need("time")
        },
      )
    })
    const body = this.sub(this.block)
    return this.sparse<ForStatement>(start, { kind: "for", variable, index, items, atATime, failures, body })
  })

  readonly repeatStatement: Rule<RepeatStatement> = this.RULE("repeatStatement", () => {
    const start = this.start()
    this.need("repeat")
    this.need("up", "`up to` and a number of times")
    this.need("to")
    const times = this.condition("a number of times")
    this.need("times")
    const body = this.sub(this.block)
    const until = this.maybe("until", () => (this.need("until"), this.subWith(this.expression, "a condition")))
    return this.sparse<RepeatStatement>(start, { kind: "repeat", times, body, until })
  })

  readonly whileStatement: Rule<WhileStatement> = this.RULE("whileStatement", () => {
    const start = this.start()
    this.need("while")
    const condition = this.condition("a condition")
    const times = this.maybe("up", () => {
      this.need("up")
      this.need("to")
      const bound = this.condition("a number of times")
      this.need("times")
      return bound
    })
    const body = this.sub(this.block)
    return this.sparse<WhileStatement>(start, { kind: "while", condition, times, body })
  })

  readonly parallelStatement: Rule<ParallelStatement> = this.RULE("parallelStatement", () => {
    const start = this.start()
    this.need("parallel")
    const branches = this.sub(this.branches)
    return this.node<ParallelStatement>(start, { kind: "parallel", branches })
  })

  readonly raceStatement: Rule<RaceStatement> = this.RULE("raceStatement", () => {
    const start = this.start()
    this.need("race")
    const branches = this.sub(this.branches)
    return this.node<RaceStatement>(start, { kind: "race", branches })
  })

  readonly branches: Rule<readonly Branch[]> = this.RULE("branches", () => {
    const branches: Branch[] = []
    this.nested(
      () => this.braced({
        begins: () => this.atName(),
        resumes: () => this.atName() && this.at("=", 2),
        expected: "a branch, `name = call`, or `}`",
        item: () => {
          branches.push(this.sub(this.branch))
          this.accept(",")
        },
      }),
      () => {},
    )
    return branches
  })

  readonly branch: Rule<Branch> = this.RULE("branch", () => {
    const start = this.start()
    const name = this.subWith(this.name)
    this.need("=", "`=` and the branch's call")
    const value = this.subWith(this.rightHandSide)
    const clauses = this.clausesAfter(value)
    return this.node<Branch>(start, { kind: "branch", name, value, clauses })
  })

  readonly tryStatement: Rule<TryStatement> = this.RULE("tryStatement", () => {
    const start = this.start()
    const catches: CatchClause[] = []
    this.need("try")
    const body = this.sub(this.block)
    if (!this.RECORDING_PHASE && !this.at("catch")) this.mismatch("`catch`")
    this.some(() => this.at("catch"), () => catches.push(this.sub(this.catchClause)))
    return this.node<TryStatement>(start, { kind: "try", body, catches })
  })

  readonly catchClause: Rule<CatchClause> = this.RULE("catchClause", () => {
    const start = this.start()
    this.need("catch")
    const names: readonly Name[] = this.maybe(() => this.atName(), () => this.sub(this.names)) ?? []
    const bound = this.maybe("as", () => (this.need("as"), this.subWith(this.name)))
    const isLone = bound === undefined && names.length === 1
    const body = this.sub(this.block)
    return this.sparse<CatchClause>(start, { kind: "catch", kinds: isLone ? [] : names, binding: isLone ? names[0] : bound, body })
  })

  readonly withinStatement: Rule<WithinStatement> = this.RULE("withinStatement", () => {
    const start = this.start()
    this.need("within")
    if (!this.RECORDING_PHASE && !callClauseWords.has(this.peek().kind)) this.mismatch("a clause such as `budget $0.50`")
    const clauses: Clause[] = []
    this.some(() => callClauseWords.has(this.peek().kind), () => {
      clauses.push(this.sub(this.clause))
      this.accept(",")
    })
    const body = this.sub(this.block)
    return this.node<WithinStatement>(start, { kind: "within", clauses, body })
  })

  readonly sagaStatement: Rule<SagaStatement> = this.RULE("sagaStatement", () => {
    const start = this.start()
    this.need("saga")
    const body = this.sub(this.block)
    return this.node<SagaStatement>(start, { kind: "saga", body })
  })

  readonly waitStatement: Rule<WaitStatement> = this.RULE("waitStatement", () => {
    const start = this.start()
    this.need("wait")
    this.need("for", "`for` and an event")
    const event = this.subWith(this.name, "the name of an event")
    const by = this.maybe("by", () => (this.need("by"), this.subWith(this.expression, "a condition")))
    const timeout = this.maybe("timeout", () => (this.need("timeout"), this.subWith(this.expression, "a time span such as `2d`")))
    return this.sparse<WaitStatement>(start, { kind: "wait", event, by, timeout })
  })
}
