// The clauses of a step: how it is retried, limited, paid for, replaced and undone.

import type { Rule } from "./recorder.ts"
import type {
  AcceptClause, BudgetAmount, BudgetClause, BudgetElse, CacheClause, CircuitClause, CompensateClause, DeadlineClause,
  Expression, FallbackClause, LimitClause, ManualClause, Name, NumberExpression, RetryClause, StepsUseClause, TimeoutClause, UseClause,
} from "../syntax/nodes.ts"
import { TypeRules } from "./types.ts"

const units = { tokens: "tokens", turns: "turns", calls: "calls" } as const

export abstract class StepClauseRules extends TypeRules {
  /** `on a, b`, unless it starts a trigger. */
  protected kinds(): readonly Name[] {
    return (
      this.maybe(() => this.at("on") && !this.atTrigger(), () => {
        this.need("on")
        return this.names()
      }) ?? []
    )
  }

  private atTrigger(): boolean {
    if (this.at("schedule", 2) || this.at("topic", 2)) return this.at("StringStart", 3) || this.at("RawString", 3)
    return this.at("http", 2) && this.atName(3) && !this.at("backoff", 3)
  }

  readonly retry: Rule<RetryClause> = this.rule("retry", () => {
    const start = this.token.start
    let times: Expression | undefined
    let first: Expression | undefined
    let max: Expression | undefined
    let factor: Expression | undefined
    let on: readonly Name[] = []
    let jitter = false
    this.need("retry")
    const never = this.either(() => this.at("never"), () => this.need("never"), () => {
      times = this.expression("a number of times, or `never`")
      this.needTimes()
      return false
    })
    this.some(() => this.at("on") ? !this.atTrigger() : this.at("backoff") || this.at("factor") || this.at("jitter"), () => {
      this.one([
        {
          ALT: () => {
            this.need("on")
            on = on.concat(this.names())
          },
        },
        {
          ALT: () => {
            this.need("backoff")
            first = this.expression("a time span such as `1s`")
            max = this.following("to", "a time span such as `30s`")
          },
        },
        { ALT: () => (this.need("factor"), (factor = this.expression("a number"))) },
        { ALT: () => (jitter = this.need("jitter")) },
      ])
    })
    const backoff = first === undefined ? undefined : max === undefined ? { first } : { first, max }
    return this.sparse<RetryClause>(start, { kind: "retry", never, times, on, backoff, factor, jitter })
  })

  /** A bare number is what other libraries take. */
  private needTimes(): void {
    const end = this.lastEnd
    const fix = { title: "Add `times`", path: this.tokens.source.path, edits: [{ span: { start: end, end }, text: " times" }], applicability: "machine" as const }
    if (this.isRecorded || this.at("times")) this.need("times")
    else this.mismatch("`times`", { fixes: [fix] })
  }

  readonly timeout: Rule<TimeoutClause> = this.rule("timeout", () => {
    const start = this.token.start
    this.need("timeout")
    const duration = this.expression("a time span such as `20s`")
    return this.node<TimeoutClause>(start, { kind: "timeout", duration })
  })

  readonly deadline: Rule<DeadlineClause> = this.rule("deadline", () => {
    const start = this.token.start
    this.need("deadline")
    const duration = this.expression("a time span such as `5m`")
    return this.node<DeadlineClause>(start, { kind: "deadline", duration })
  })

  readonly circuit: Rule<CircuitClause> = this.rule("circuit", () => {
    const start = this.token.start
    this.need("circuit")
    this.need("opens")
    this.need("after")
    const failures = this.expression("a number of failures")
    this.need("failures")
    this.need("in")
    const window = this.expression("a time span such as `1m`")
    this.need(",")
    this.need("retries")
    this.need("after")
    const retryAfter = this.expression("a time span such as `30s`")
    return this.node<CircuitClause>(start, { kind: "circuit", failures, window, retryAfter })
  })

  readonly limit: Rule<LimitClause> = this.rule("limit", () => {
    const start = this.token.start
    let rate: LimitClause["rate"]
    let atOnce: Expression | undefined
    this.need("limit")
    const part = (): void => {
      const count = this.expression("a number of calls")
      this.either(
        () => this.at("at"),
        () => {
          this.need("at")
          this.need("once")
          atOnce = count
        },
        () => {
          this.need("per", "`per` and a time span, or `at once`")
          rate = { count, per: this.expression("a time span such as `1m`") }
        },
      )
    }
    part()
    this.maybe(",", () => (this.need(","), part()))
    return this.sparse<LimitClause>(start, { kind: "limit", rate, atOnce })
  })

  readonly cache: Rule<CacheClause> = this.rule("cache", () => {
    const start = this.token.start
    const by: Expression[] = []
    this.need("cache")
    const duration = this.expression("a time span such as `1h`")
    this.maybe("by", () => {
      this.need("by")
      by.push(this.expression())
      this.some(() => this.at(","), () => (this.need(","), void by.push(this.expression())))
    })
    return this.node<CacheClause>(start, { kind: "cache", duration, by })
  })

  readonly budget: Rule<BudgetClause> = this.rule("budget", () => {
    const start = this.token.start
    const amounts: BudgetAmount[] = []
    this.need("budget")
    amounts.push(this.budgetAmount())
    this.some(() => this.at(","), () => (this.need(","), void amounts.push(this.budgetAmount())))
    const otherwise = this.maybe("else", () => this.budgetElse())
    return this.sparse<BudgetClause>(start, { kind: "budget", amounts, otherwise })
  })

  readonly budgetAmount: Rule<BudgetAmount> = this.rule("budgetAmount", () => {
    const start = this.token.start
    const amount = this.expression("an amount such as `20k tokens` or `$0.50`")
    const unit = units[this.token.kind as keyof typeof units] as (typeof units)[keyof typeof units] | undefined
    this.maybe(() => unit !== undefined, () => {
      this.oneOf("tokens", "turns", "calls")
    })
    if (!this.isRecorded && unit === undefined && amount.kind === "number") this.needUnit(amount)
    return this.node<BudgetAmount>(start, { kind: "budgetAmount", amount, unit: unit ?? "dollars" })
  })

  private needUnit({ text, span: { start, end } }: NumberExpression): void {
    const path = this.tokens.source.path
    const dollars = { title: `Write \`$${text}\``, path, edits: [{ span: { start, end: start }, text: "$" }], applicability: "maybe" as const }
    const tokens = { title: `Write \`${text} tokens\``, path, edits: [{ span: { start: end, end }, text: " tokens" }], applicability: "maybe" as const }
    this.mismatch("`tokens`, `turns` or `calls`, or an amount such as `$0.50`", { fixes: text.includes(".") ? [dollars] : /^\d+$/.test(text) ? [tokens, dollars] : [tokens] })
  }

  readonly budgetElse: Rule<BudgetElse> = this.rule("budgetElse", () => {
    const start = this.token.start
    this.need("else")
    if (!this.isRecorded && !["fail", "return", "use", "ask"].includes(this.token.kind)) {
      this.mismatch("`fail`, `return`, `use` or `ask`")
      return this.node<BudgetElse>(start, { kind: "budgetElse", action: "fail" })
    }
    const action = this.token.kind as BudgetElse["action"]
    const value = this.one<Expression | undefined>([
      { ALT: () => void this.need("fail") },
      { ALT: () => (this.need("return"), this.expression("a value")) },
      { ALT: () => (this.need("use"), this.nameExpression()) },
      { ALT: () => (this.need("ask"), this.expression("a call of a human")) },
    ])
    return this.sparse<BudgetElse>(start, { kind: "budgetElse", action, value })
  })

  readonly fallback: Rule<FallbackClause> = this.rule("fallback", () => {
    const start = this.token.start
    this.need("fallback")
    const value = this.expression("a value or a call")
    const on = this.kinds()
    return this.node<FallbackClause>(start, { kind: "fallback", value, on })
  })

  readonly compensate: Rule<CompensateClause> = this.rule("compensate", () => {
    const start = this.token.start
    this.need("compensate")
    const call = this.expression("a call")
    return this.node<CompensateClause>(start, { kind: "compensate", call })
  })

  readonly manual: Rule<ManualClause> = this.rule("manual", () => {
    const start = this.token.start
    this.need("manual")
    this.need("by")
    const by = this.template("who decides, in quotes")
    const within = this.following("within", "a time span such as `4h`")
    return this.sparse<ManualClause>(start, { kind: "manual", by, within })
  })

  readonly use: Rule<UseClause> = this.rule("use", () => {
    const start = this.token.start
    this.need("use")
    const policy = this.name("a policy's name")
    return this.node<UseClause>(start, { kind: "use", policy })
  })

  readonly stepsUse: Rule<StepsUseClause> = this.rule("stepsUse", () => {
    const start = this.token.start
    this.need("steps")
    this.need("use")
    const policy = this.name("a policy's name")
    return this.node<StepsUseClause>(start, { kind: "stepsUse", policy })
  })

  readonly acceptRule: Rule<AcceptClause> = this.rule("acceptRule", () => {
    const start = this.token.start
    this.need("accept")
    const rule = this.maybe(() => this.atName(), () => this.name())
    const why = this.template("the reason, in quotes")
    return this.sparse<AcceptClause>(start, { kind: "accept", rule, why })
  })
}
