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
    const start = this.start()
    const steps: TestStep[] = []
    this.need("test")
    const name = this.subWith(this.template, "the test's name, in quotes")
    this.braced({
      begins: () => this.atStep(),
      expected: () => this.unknownWord(stepWords, "`given`, `run`, `send`, `advance`, `crash`, `fault`, `expect` or `}`"),
      item: () => steps.push(this.sub(this.testStep)),
    })
    return this.sparse<TestDeclaration>(start, { kind: "test", doc, name, steps })
  })

  private atStep(): boolean {
    return stepWordSet.has(this.peek().kind)
  }

  readonly testStep: Rule<TestStep> = this.rule("testStep", () => this.one<TestStep>((this.testSteps ??= [
    { ALT: () => this.sub(this.given) },
    { ALT: () => this.sub(this.runStep) },
    { ALT: () => this.sub(this.send) },
    { ALT: () => this.sub(this.advance) },
    { ALT: () => this.sub(this.crash) },
    { ALT: () => this.sub(this.fault) },
    { ALT: () => this.sub(this.expect) },
  ])))
  private testSteps?: { ALT: () => TestStep }[]

  readonly given: Rule<GivenStep> = this.rule("given", () => {
    const start = this.start()
    const outcomes: GivenOutcome[] = []
    this.need("given")
    const callable = this.subWith(this.name, "the name of a callable")
    outcomes.push(this.sub(this.outcome))
    this.some(() => this.at("then") || (this.at(",") && this.at("then", 2)), () => {
      this.accept(",")
      this.need("then")
      outcomes.push(this.sub(this.outcome))
    })
    return this.node<GivenStep>(start, { kind: "given", callable, outcomes })
  })

  readonly outcome: Rule<GivenOutcome> = this.rule("outcome", () => {
    const start = this.start()
    let action: GivenOutcome["action"] = "returns"
    let value: Expression | undefined
    let error: Name | undefined
    if (!this.isRecorded && !["returns", "fails", "takes", "answers"].includes(this.peek().kind)) {
      this.mismatch("`returns`, `fails`, `takes` or `answers`")
      return this.node<GivenOutcome>(start, { kind: "outcome", action, always: false })
    }
    this.one<unknown>([
      { ALT: () => (this.need("returns"), (value = this.subWith(this.expression, "a value"))) },
      { ALT: () => (this.need("fails"), (action = "fails"), (error = this.subWith(this.name, "an error kind"))) },
      { ALT: () => (this.need("takes"), (action = "takes"), (value = this.subWith(this.expression, "a time span such as `5s`"))) },
      { ALT: () => (this.need("answers"), (action = "answers"), (value = this.subWith(this.expression, "a value"))) },
    ])
    const takes = this.following("takes", "a time span such as `5s`")
    const costs = this.following("costs", "an amount such as `$0.01`")
    const retryAfter = this.retryAfter()
    const hasTimes = (): boolean => this.sameLine() && this.atExpression() && !this.at("then") && !this.at("always") && !this.atStep()
    const times = this.maybe(hasTimes, () => {
      const count = this.subWith(this.expression, "a number of times")
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
      return this.subWith(this.expression, "a time span such as `2s`")
    })
  }

  readonly runStep: Rule<RunStep> = this.rule("runStep", () => {
    const start = this.start()
    this.need("run")
    const call = this.subWith(this.expression, "a call of a workflow")
    return this.node<RunStep>(start, { kind: "run", call })
  })

  readonly send: Rule<SendStep> = this.rule("send", () => {
    const start = this.start()
    this.need("send")
    this.maybe(() => this.at("event") && this.atName(2), () => this.need("event"))
    const event = this.subWith(this.name, "the name of an event")
    const value = this.maybe("{", () => this.sub<Expression>(this.record))
    return this.sparse<SendStep>(start, { kind: "send", event, value })
  })

  readonly advance: Rule<AdvanceStep> = this.rule("advance", () => {
    const start = this.start()
    this.need("advance")
    const duration = this.subWith(this.expression, "a time span such as `2d`")
    return this.node<AdvanceStep>(start, { kind: "advance", duration })
  })

  readonly crash: Rule<CrashStep> = this.rule("crash", () => {
    const start = this.start()
    this.need("crash")
    const everywhere = this.everywhere(["before", "in", "after"], "`everywhere`, or `before`, `in` or `after` and what is called")
    let point: CrashStep["point"]
    const step = this.maybe(() => pointWords.has(this.peek().kind), () => {
      point = this.peek().kind as CrashStep["point"]
      this.oneOf("before", "in", "after")
      return this.subWith(this.name, "the name of what is called")
    })
    const at = this.maybe(() => !everywhere && this.at("at") && this.sameLine(), () => {
      this.need("at")
      return this.subWith(this.expression, "a number")
    })
    return this.sparse<CrashStep>(start, { kind: "crash", everywhere, point, step, at })
  })

  /** Where no place follows, only this word can. */
  private everywhere(places: readonly string[], expected: string): boolean {
    return this.either(
      () => !this.sameLine() || !["at", ...places].includes(this.peek().kind),
      () => this.need("everywhere", expected),
      () => false,
    )
  }

  readonly fault: Rule<FaultStep> = this.rule("fault", () => {
    const start = this.start()
    this.need("fault")
    if (this.accept("everywhere")) return this.node<FaultStep>(start, { kind: "fault", everywhere: true })
    const error = this.subWith(this.name, "`everywhere`, or an error kind")
    let point: FaultStep["point"]
    const step = this.maybe(() => this.at("in") || this.at("after"), () => {
      point = this.peek().kind as FaultStep["point"]
      this.oneOf("in", "after")
      return this.subWith(this.name, "the name of what is called")
    })
    const at = this.maybe(() => this.at("at") && this.sameLine(), () => {
      this.need("at")
      return this.subWith(this.expression, "a number")
    })
    const retryAfter = this.retryAfter()
    return this.sparse<FaultStep>(start, { kind: "fault", everywhere: false, error, point, step, at, retryAfter })
  })

  readonly expect: Rule<ExpectStep> = this.rule("expect", () => {
    const start = this.start()
    this.need("expect")
    const subject = this.subWith(this.expression, "what is expected, such as `completed`")
    if (!this.isRecorded && subject.kind === "binary" && comparisons.has(subject.operator)) {
      const { operator, right } = subject
      const parts = { kind: "predicate", word: "comparison", operator, values: [right] } as const
      const predicate = this.node<ExpectPredicate>(right.span.start, parts)
      return this.node<ExpectStep>(start, { kind: "expect", subject: subject.left, predicate })
    }
    const failed = subject?.kind === "nameExpression" && subject.name.text === "failed"
    const predicate = this.maybe(
      () => (failed && this.atName() && this.sameLine() && !this.atStep()) || predicateWords.has(this.peek().kind),
      () => this.either(() => failed, () => this.sub(this.failedKind), () => this.sub(this.predicate)),
    )
    return this.sparse<ExpectStep>(start, { kind: "expect", subject, predicate })
  })

  readonly failedKind: Rule<ExpectPredicate> = this.rule("failedKind", () => {
    const start = this.start()
    const values: Expression[] = []
    values.push(this.sub(this.nameExpression))
    return this.node<ExpectPredicate>(start, { kind: "predicate", word: "failed", values })
  })

  readonly predicate: Rule<ExpectPredicate> = this.rule("predicate", () => {
    const start = this.start()
    const values: Expression[] = []
    let how: string | undefined
    let word = this.peek().kind as ExpectPredicate["word"]
    this.one([...predicateWords].map((kind) => ({ ALT: () => void this.need(kind) })))
    this.either(
      () => howWords.has(this.peek().kind),
      () => {
        how = this.peek().kind
        this.oneOf("once", "never", "undone")
      },
      () => {
        this.maybe(() => word === "called" && this.at("with"), () => {
          this.need("with")
          word = "with"
        })
        this.maybe(() => this.sameLine() && this.atExpression() && !this.atStep(), () => {
          values.push(this.subWith(this.expression, "a value"))
          this.some(() => this.at(","), () => (this.need(","), void values.push(this.subWith(this.expression))))
          this.accept("times")
        })
      },
    )
    return this.sparse<ExpectPredicate>(start, { kind: "predicate", word, how, values })
  })
}
