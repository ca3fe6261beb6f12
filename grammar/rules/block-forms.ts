// Block forms: statements with blocks, which give a value when they stand as a whole right-hand side.

import type { Rule } from "./recorder.ts"
import type {
  Block, Branch, CatchClause, Clause, DoBlock, Expression, ForStatement, IfStatement, MatchArm, MatchStatement,
  MemberPattern, Name, ParallelStatement, Pattern, LiteralPattern, NothingPattern, ElsePattern, TypePattern,
  RaceStatement, RepeatStatement, RightHandSide, SagaStatement, TryStatement, WaitStatement, WhileStatement,
  WithinStatement,
} from "../syntax/nodes.ts"
import { BorrowedForms, patternStarts } from "./borrowed-forms.ts"
import { callClauseWords } from "./clauses.ts"

type BlockFormStatement = Exclude<RightHandSide, Expression | DoBlock>

export abstract class BlockFormRules extends BorrowedForms {
  /** One statement in the place of a block. */
  abstract readonly bareBlock: Rule<Block>
  abstract readonly rightHandSide: Rule<RightHandSide, [string?]>
  protected openMatches = 0

  readonly blockForm: Rule<BlockFormStatement> = this.rule("blockForm", () => this.one<BlockFormStatement>((this.blockForms ??= [
    { ALT: () => this.ifStatement() },
    { ALT: () => this.matchStatement() },
    { ALT: () => this.forStatement() },
    { ALT: () => this.repeatStatement() },
    { ALT: () => this.whileStatement() },
    { ALT: () => this.parallelStatement() },
    { ALT: () => this.raceStatement() },
    { ALT: () => this.tryStatement() },
    { ALT: () => this.withinStatement() },
    { ALT: () => this.sagaStatement() },
    { ALT: () => this.waitStatement() },
  ])))
  private blockForms?: { ALT: () => BlockFormStatement }[]

  /** Soft words begin a block form only with what belongs behind them, so that they stay names. */
  protected atBlockForm(): boolean {
    switch (this.token.kind) {
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

  readonly doBlock: Rule<DoBlock> = this.rule("doBlock", () => {
    const start = this.token.start
    this.need("do")
    const body = this.block()
    return this.node<DoBlock>(start, { kind: "do", body })
  })

  /** The clauses after a right-hand side; after something that is no call they are read and refused. */
  protected clausesAfter(value: RightHandSide): readonly Clause[] {
    if (this.isRecorded) return this.callClauses()
    if (!this.atCallClause() || (this.hasFailed && this.sameLine())) return []
    if (this.token.startsLine && this.atClauseOnBlock()) return []
    if (value.kind !== "call") {
      const token = this.token
      this.report("AF1012", { start: token.start, end: token.end }, { word: token.kind })
    }
    return this.callClauses()
  }

  /** Before a block a brace is the block's, so a condition that begins with one is missing. */
  private condition(expected: string): Expression {
    if (!this.isRecorded && this.at("{")) {
      // No block, and no list of arms, begins like a record does.
      const isRecord = this.at("...", 2) || (this.atWord(2) && this.at(":", 3))
      if (!isRecord) return this.missing(expected)
      const record = this.expression(expected)
      const { start, end } = record.span
      const edits = [{ span: { start, end: start }, text: "(" }, { span: { start: end, end }, text: ")" }]
      const title = "Put it into parentheses"
      this.report("AF1016", record.span, {}, { fixes: [{ title, path: this.tokens.source.path, edits, applicability: "machine" }] })
      return record
    }
    return this.compared(expected)
  }

  private compared(expected: string): Expression {
    const { inCondition } = this
    this.inCondition = true
    const condition = this.expression(expected)
    this.inCondition = inCondition
    return condition
  }

  readonly ifStatement: Rule<IfStatement> = this.rule("ifStatement", () => {
    const start = this.token.start
    this.need("if")
    const condition = this.condition("a condition")
    const then = this.block()
    this.readElseIf()
    const otherwise = this.maybe("else", () => {
      this.need("else")
      return this.either<Block | IfStatement | undefined, Block>(
        () => this.at("if"),
        () => this.nested<IfStatement | undefined>(() => this.ifStatement(), () => undefined),
        () => this.block(),
      )
    })
    return this.sparse<IfStatement>(start, { kind: "if", condition, then, otherwise })
  })

  readonly matchStatement: Rule<MatchStatement> = this.rule("matchStatement", () => {
    const start = this.token.start
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
          arms.push(this.arm())
          this.accept(",")
        },
      }),
      () => {},
    )
    this.openMatches--
    return this.node<MatchStatement>(start, { kind: "match", subject, clauses, arms })
  })

  /** The next arm on a line of its own: no statement starts like it. */
  protected atArm(): boolean {
    if (!this.token.startsLine || !this.atPattern()) return false
    return this.at("=>", 2) || (this.at(".", 2) && this.at("=>", 4))
  }

  protected atPattern(): boolean {
    return this.atName() || patternStarts.has(this.token.kind)
  }

  readonly arm: Rule<MatchArm> = this.rule("arm", () => {
    const start = this.token.start
    const patterns: Pattern[] = []
    patterns.push(this.pattern())
    this.some(() => this.at(",") || this.at("|"), () => {
      this.one([{ ALT: () => this.need(",") }, { ALT: () => this.need("|") }])
      patterns.push(this.pattern())
    })
    this.readThinArrow("=>")
    this.readArmColon()
    this.need("=>", "`=>` and what happens")
    const bare = !this.at("{")
    const body = this.either(() => !bare, () => this.block(), () => this.bareBlock())
    return this.node<MatchArm>(start, { kind: "arm", patterns, body, bare })
  })

  readonly pattern: Rule<Pattern> = this.rule("pattern", (): Pattern => {
    this.readPattern()
    const start = this.token.start
    return this.firstOf<Pattern>([
      { ALT: () => (this.need("else"), this.node<ElsePattern>(start, { kind: "elsePattern" })) },
      { ALT: () => (this.need("nothing"), this.node<NothingPattern>(start, { kind: "nothingPattern" })) },
      {
        ALT: () => {
          const type = this.name()
          return this.either<Pattern, Pattern>(
            () => this.at("."),
            () => {
              this.need(".")
              const member = this.member("a member's name")
              return this.node<MemberPattern>(start, { kind: "memberPattern", type, member })
            },
            () => {
              const binding = this.maybe(() => this.atName() && this.sameLine(), () => this.name())
              return this.sparse<TypePattern>(start, { kind: "typePattern", type, binding })
            },
          )
        },
      },
      {
        ALT: () => {
          const value = this.signedLiteral()
          return this.node<LiteralPattern>(start, { kind: "literalPattern", value })
        },
      },
    ])
  })

  readonly forStatement: Rule<ForStatement> = this.rule("forStatement", () => {
    const start = this.token.start
    let atATime: Expression | undefined
    let failures: ForStatement["failures"] = "stop"
    this.need("for")
    if (!this.isRecorded && this.readBorrowedFor(start)) return this.loopWithoutList(start)
    const variable = this.name()
    const index = this.maybe(",", () => (this.need(","), this.name()))
    this.need("in")
    const items = this.condition("a list")
    this.some(() => this.at(","), () => {
      this.need(",")
      this.either(
        () => (this.at("skip") || this.at("collect")) && this.at("failures", 2),
        () => {
          failures = this.oneOf("skip", "collect")
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
    const body = this.block()
    return this.sparse<ForStatement>(start, { kind: "for", variable, index, items, atATime, failures, body })
  })

  readonly repeatStatement: Rule<RepeatStatement> = this.rule("repeatStatement", () => {
    const start = this.token.start
    this.readRepeat()
    this.need("repeat")
    this.need("up", "`up to` and a number of times")
    this.need("to")
    const times = this.condition("a number of times")
    this.need("times")
    const body = this.block()
    const until = this.following("until", "a condition")
    return this.sparse<RepeatStatement>(start, { kind: "repeat", times, body, until })
  })

  readonly whileStatement: Rule<WhileStatement> = this.rule("whileStatement", () => {
    const start = this.token.start
    this.need("while")
    const condition = this.condition("a condition")
    const times = this.maybe("up", () => {
      this.need("up")
      this.need("to")
      const bound = this.condition("a number of times")
      this.need("times")
      return bound
    })
    const body = this.block()
    return this.sparse<WhileStatement>(start, { kind: "while", condition, times, body })
  })

  readonly parallelStatement: Rule<ParallelStatement> = this.rule("parallelStatement", () => {
    const start = this.token.start
    this.need("parallel")
    const branches = this.branches()
    return this.node<ParallelStatement>(start, { kind: "parallel", branches })
  })

  readonly raceStatement: Rule<RaceStatement> = this.rule("raceStatement", () => {
    const start = this.token.start
    this.need("race")
    const branches = this.branches()
    return this.node<RaceStatement>(start, { kind: "race", branches })
  })

  readonly branches: Rule<readonly Branch[]> = this.rule("branches", () => {
    const branches: Branch[] = []
    this.nested(
      () => this.braced({
        begins: () => this.atName(),
        resumes: () => this.atName() && this.at("=", 2),
        expected: "a branch, `name = call`, or `}`",
        item: () => {
          branches.push(this.branch())
          this.accept(",")
        },
      }),
      () => {},
    )
    return branches
  })

  readonly branch: Rule<Branch> = this.rule("branch", () => {
    const start = this.token.start
    const name = this.name()
    this.need("=", "`=` and the branch's call")
    const value = this.rightHandSide()
    const clauses = this.clausesAfter(value)
    return this.node<Branch>(start, { kind: "branch", name, value, clauses })
  })

  readonly tryStatement: Rule<TryStatement> = this.rule("tryStatement", () => {
    const start = this.token.start
    const catches: CatchClause[] = []
    this.need("try")
    const body = this.block()
    this.readExcept()
    if (!this.isRecorded && !this.at("catch")) this.mismatch("`catch`")
    this.some(() => this.at("catch"), () => {
      catches.push(this.catchClause())
      this.readExcept()
    })
    return this.node<TryStatement>(start, { kind: "try", body, catches })
  })

  readonly catchClause: Rule<CatchClause> = this.rule("catchClause", () => {
    const start = this.token.start
    this.need("catch")
    this.readCaught()
    const names: readonly Name[] = this.maybe(() => this.atName(), () => this.names()) ?? []
    const bound = this.maybe("as", () => (this.need("as"), this.name()))
    const isLone = bound === undefined && names.length === 1
    const body = this.block()
    const [kinds, binding] = isLone ? [[], names[0]] : [names, bound]
    return this.sparse<CatchClause>(start, { kind: "catch", kinds, binding, body })
  })

  readonly withinStatement: Rule<WithinStatement> = this.rule("withinStatement", () => {
    const start = this.token.start
    this.need("within")
    const hasClause = this.isRecorded || callClauseWords.has(this.token.kind)
    if (!hasClause) this.mismatch("a clause such as `budget $0.50`")
    const clauses: Clause[] = []
    this.some(() => callClauseWords.has(this.token.kind), () => {
      clauses.push(this.clause())
      this.accept(",")
    })
    const body = this.block()
    return this.node<WithinStatement>(start, { kind: "within", clauses, body })
  })

  readonly sagaStatement: Rule<SagaStatement> = this.rule("sagaStatement", () => {
    const start = this.token.start
    this.need("saga")
    const body = this.block()
    return this.node<SagaStatement>(start, { kind: "saga", body })
  })

  readonly waitStatement: Rule<WaitStatement> = this.rule("waitStatement", () => {
    const start = this.token.start
    this.need("wait")
    this.need("for", "`for` and an event")
    const event = this.name("the name of an event")
    const by = this.following("by", "a condition")
    const timeout = this.following("timeout", "a time span such as `2d`")
    return this.sparse<WaitStatement>(start, { kind: "wait", event, by, timeout })
  })
}
