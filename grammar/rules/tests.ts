// The steps of a test.

import type { Rule } from "./recorder.ts"
import type {
  AdvanceStep, BinaryOperator, CrashStep, ExpectPredicate, ExpectStep, Expression, FaultStep, GivenOutcome, GivenStep,
  Name, RunStep, SendStep, TestDeclaration, TestStep,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { StatementRules } from "./statements.ts"

const stepWords = ["given", "run", "send", "advance", "crash", "fault", "expect"]
const stepWordSet: ReadonlySet<string> = new Set(stepWords.filter((word) => keywordsOf("test").includes(word)))
const comparisons: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["==", "!=", "<", "<=", ">", ">="])
const howWords: ReadonlySet<string> = new Set(["once", "never", "undone"])
const pointWords: ReadonlySet<string> = new Set(["before", "in", "after"])
const predicateWords: ReadonlySet<string> = new Set(["called", "effect", "with", "before", "after", "undone"])

export abstract class TestRules extends StatementRules {
  readonly testDeclaration: Rule<TestDeclaration> = this.rule("testDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    const steps: TestStep[] = []
    this.need("test")
    const name = this.template("the test's name, in quotes")
    this.braced({
      begins: () => this.atStep(),
      expected: () => this.unknownWord(stepWords, "`given`, `run`, `send`, `advance`, `crash`, `fault`, `expect` or `}`"),
      item: () => steps.push(this.testStep()),
    })
    return this.sparse<TestDeclaration>(start, { kind: "test", doc, name, steps })
  })

  private atStep(): boolean {
    return stepWordSet.has(this.token.kind)
  }

  readonly testStep: Rule<TestStep> = this.rule("testStep", () => this.one<TestStep>((this.testSteps ??= [
    { ALT: () => this.given() },
    { ALT: () => this.runStep() },
    { ALT: () => this.send() },
    { ALT: () => this.advance() },
    { ALT: () => this.crash() },
    { ALT: () => this.fault() },
    { ALT: () => this.expect() },
  ])))
  private testSteps?: { ALT: () => TestStep }[]

  readonly given: Rule<GivenStep> = this.rule("given", () => {
    const start = this.token.start
    const outcomes: GivenOutcome[] = []
    this.need("given")
    const callable = this.name("the name of a callable")
    outcomes.push(this.outcome())
    this.some(() => this.at("then") || (this.at(",") && this.at("then", 2)), () => {
      this.accept(",")
      this.need("then")
      outcomes.push(this.outcome())
    })
    return this.node<GivenStep>(start, { kind: "given", callable, outcomes })
  })

  readonly outcome: Rule<GivenOutcome> = this.rule("outcome", () => {
    const start = this.token.start
    let action: GivenOutcome["action"] = "returns"
    let value: Expression | undefined
    let error: Name | undefined
    if (!this.isRecorded && !["returns", "fails", "takes", "answers"].includes(this.token.kind)) {
      this.mismatch("`returns`, `fails`, `takes` or `answers`")
      return this.node<GivenOutcome>(start, { kind: "outcome", action, always: false })
    }
    this.one<unknown>([
      { ALT: () => (this.need("returns"), (value = this.expression("a value"))) },
      { ALT: () => (this.need("fails"), (action = "fails"), (error = this.name("an error kind"))) },
      { ALT: () => (this.need("takes"), (action = "takes"), (value = this.expression("a time span such as `5s`"))) },
      { ALT: () => (this.need("answers"), (action = "answers"), (value = this.expression("a value"))) },
    ])
    const takes = this.following("takes", "a time span such as `5s`")
    const costs = this.following("costs", "an amount such as `$0.01`")
    const retryAfter = this.retryAfter()
    const hasTimes = (): boolean => this.sameLine() && this.atExpression() && !this.at("then") && !this.at("always") && !this.atStep()
    const times = this.maybe(hasTimes, () => {
      const count = this.expression("a number of times")
      this.need("times")
      return count
    })
    const always = this.accept("always")
    return this.sparse<GivenOutcome>(start, { kind: "outcome", action, value, error, times, always, takes, costs, retryAfter })
  })

  /** What a service asks for with its refusal. */
  private retryAfter(): Expression | undefined {
    return this.maybe("retry", () => {
      this.need("retry")
      this.need("after")
      return this.expression("a time span such as `2s`")
    })
  }

  readonly runStep: Rule<RunStep> = this.rule("runStep", () => {
    const start = this.token.start
    this.need("run")
    const call = this.expression("a call of a workflow")
    return this.node<RunStep>(start, { kind: "run", call })
  })

  readonly send: Rule<SendStep> = this.rule("send", () => {
    const start = this.token.start
    this.need("send")
    this.maybe(() => this.at("event") && this.atName(2), () => this.need("event"))
    const event = this.name("the name of an event")
    const value = this.maybe("{", (): Expression => this.record())
    return this.sparse<SendStep>(start, { kind: "send", event, value })
  })

  readonly advance: Rule<AdvanceStep> = this.rule("advance", () => {
    const start = this.token.start
    this.need("advance")
    const duration = this.expression("a time span such as `2d`")
    return this.node<AdvanceStep>(start, { kind: "advance", duration })
  })

  readonly crash: Rule<CrashStep> = this.rule("crash", () => {
    const start = this.token.start
    this.need("crash")
    const everywhere = this.everywhere(["before", "in", "after"], "`everywhere`, or `before`, `in` or `after` and what is called")
    let point: CrashStep["point"]
    const step = this.maybe(() => pointWords.has(this.token.kind), () => {
      point = this.token.kind as CrashStep["point"]
      this.oneOf("before", "in", "after")
      return this.name("the name of what is called")
    })
    const at = this.maybe(() => !everywhere && this.at("at") && this.sameLine(), () => {
      this.need("at")
      return this.expression("a number")
    })
    return this.sparse<CrashStep>(start, { kind: "crash", everywhere, point, step, at })
  })

  /** Where no place follows, only this word can. */
  private everywhere(places: readonly string[], expected: string): boolean {
    return this.either(
      () => !this.sameLine() || !["at", ...places].includes(this.token.kind),
      () => this.need("everywhere", expected),
      () => false,
    )
  }

  readonly fault: Rule<FaultStep> = this.rule("fault", () => {
    const start = this.token.start
    this.need("fault")
    if (this.accept("everywhere")) return this.node<FaultStep>(start, { kind: "fault", everywhere: true })
    const error = this.name("`everywhere`, or an error kind")
    let point: FaultStep["point"]
    const step = this.maybe(() => this.at("in") || this.at("after"), () => {
      point = this.token.kind as FaultStep["point"]
      this.oneOf("in", "after")
      return this.name("the name of what is called")
    })
    const at = this.maybe(() => this.at("at") && this.sameLine(), () => {
      this.need("at")
      return this.expression("a number")
    })
    const retryAfter = this.retryAfter()
    return this.sparse<FaultStep>(start, { kind: "fault", everywhere: false, error, point, step, at, retryAfter })
  })

  readonly expect: Rule<ExpectStep> = this.rule("expect", () => {
    const start = this.token.start
    this.need("expect")
    const subject = this.expression("what is expected, such as `completed`")
    if (!this.isRecorded && subject.kind === "binary" && comparisons.has(subject.operator)) {
      const { operator, right } = subject
      const parts = { kind: "predicate", word: "comparison", operator, values: [right] } as const
      const predicate = this.node<ExpectPredicate>(right.span.start, parts)
      return this.node<ExpectStep>(start, { kind: "expect", subject: subject.left, predicate })
    }
    const failed = subject?.kind === "nameExpression" && subject.name.text === "failed"
    const predicate = this.maybe(
      () => (failed && this.atName() && this.sameLine() && !this.atStep()) || predicateWords.has(this.token.kind),
      () => this.either(() => failed, () => this.failedKind(), () => this.predicate()),
    )
    return this.sparse<ExpectStep>(start, { kind: "expect", subject, predicate })
  })

  readonly failedKind: Rule<ExpectPredicate> = this.rule("failedKind", () => {
    const start = this.token.start
    const values: Expression[] = []
    values.push(this.nameExpression())
    return this.node<ExpectPredicate>(start, { kind: "predicate", word: "failed", values })
  })

  readonly predicate: Rule<ExpectPredicate> = this.rule("predicate", () => {
    const start = this.token.start
    const values: Expression[] = []
    let how: string | undefined
    let word = this.token.kind as ExpectPredicate["word"]
    this.one([...predicateWords].map((kind) => ({ ALT: () => void this.need(kind) })))
    this.either(
      () => howWords.has(this.token.kind),
      () => {
        how = this.token.kind
        this.oneOf("once", "never", "undone")
      },
      () => {
        this.maybe(() => word === "called" && this.at("with"), () => {
          this.need("with")
          word = "with"
        })
        this.maybe(() => this.sameLine() && this.atExpression() && !this.atStep(), () => {
          values.push(this.expression("a value"))
          this.some(() => this.at(","), () => (this.need(","), void values.push(this.expression())))
          this.accept("times")
        })
      },
    )
    return this.sparse<ExpectPredicate>(start, { kind: "predicate", word, how, values })
  })
}
