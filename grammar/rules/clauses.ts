// Clauses: what may go wrong and what is done about it, one rule per kind.

import type { Rule } from "../recovery.ts"
import type {
  AcceptClause, AnnounceClause, ApproveClause, BodyClause, BudgetAmount, BudgetClause, BudgetElse, CacheClause, CircuitClause,
  Clause, CompensateClause, ConcurrencyClause, DeadLetterClause, DeadlineClause, EffectClause, Expression, FailsClause,
  FallbackClause, HandoffsClause, HeaderClause, HistoryClause, IdempotentClause, IrreversibleClause, LimitClause, ManualClause,
  MemoryClause, ModelClause, Name, OnHttpClause, OnScheduleClause, OnTopicClause, PriceClause, RequireClause, RetryClause,
  SizeClause, StepsUseClause, TextClause, TimeoutClause, ToolsClause, UseClause,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { TypeRules } from "./types.ts"

/** What may stand after a call and on a `within`. */
export const callClauseWords: ReadonlySet<string> = new Set([
  "retry", "timeout", "deadline", "circuit", "limit", "cache", "budget", "fallback", "compensate", "manual", "use", "accept",
])
/** What may stand at the top of a workflow's body. */
const runClauseWords: ReadonlySet<string> = new Set([...callClauseWords, "on", "dead", "concurrency", "steps"])
export const clauseWords: readonly string[] = keywordsOf("clause")
const clauseWordSet: ReadonlySet<string> = new Set(clauseWords)
const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
/** The words of other languages, and what they are called here, if they are needed at all. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ["const", "let"], ["throw", "fail"], ["raise", "fail"], ["switch", "match"], ["print", "log"], ["foreach", "for"], ["interface", "type"],
  ["await", ""], ["async", ""],
])
const units = { tokens: "tokens", turns: "turns", calls: "calls" } as const

export abstract class ClauseRules extends TypeRules {
  /** In the body of a tool, an agent, a human, a model or a policy there are only clauses. */
  protected atClause(): boolean {
    return clauseWordSet.has(this.peek().kind)
  }

  /** Among statements a word of a clause may be a name as well. */
  protected atCallClause(): boolean {
    return callClauseWords.has(this.peek().kind) && !this.atPlainName()
  }

  protected atRunClause(): boolean {
    return runClauseWords.has(this.peek().kind) && !this.atPlainName()
  }

  protected unknownWord(known: readonly string[], what: string): void {
    if (!this.atName()) return this.unexpected(what)
    const token = this.peek()
    const word = this.text(token)
    const foreign = foreignWords.get(word)
    const near = foreign === "" ? undefined : (foreign ?? nearest(word, known))
    const where = { start: token.startOffset, end: token.end }
    const fixes = near === undefined ? [] : [{
      title: `Write \`${near}\``,
      path: this.tokens.source.path,
      edits: [{ span: where, text: near }],
      applicability: foreign === undefined ? ("machine" as const) : ("maybe" as const),
    }]
    this.report("AF1009", where, { word, hint: near === undefined ? `expected ${what}.` : `did you mean \`${near}\`?` }, { fixes })
    this.fail()
  }

  /** `{ clauses }` */
  readonly clauseBody: Rule<readonly Clause[]> = this.RULE("clauseBody", () => {
    const clauses: Clause[] = []
    this.braced({
      begins: () => this.atClause(),
      expected: () => this.unknownWord(clauseWords, "a clause or `}`"),
      item: () => {
        clauses.push(this.sub(this.clause))
        this.accept(",")
      },
    })
    return clauses
  })

  /** The clauses after a call; each is repaired on its own line. */
  readonly callClauses: Rule<readonly Clause[]> = this.RULE("callClauses", () => {
    const clauses: Clause[] = []
    this.clausesInto(clauses, () => this.atCallClause())
    return clauses
  })

  protected clausesInto(clauses: Clause[], when: () => boolean): void {
    this.some(when, () =>
      this.unit(() => {
        clauses.push(this.sub(this.clause))
        this.accept(",")
        if (this.hasFailed) this.skipLine()
      }),
    )
  }

  readonly clause: Rule<Clause> = this.RULE("clause", () => this.one<Clause>((this.clauses ??= [
    { ALT: () => this.sub(this.retry) },
    { ALT: () => this.sub(this.timeout) },
    { ALT: () => this.sub(this.deadline) },
    { ALT: () => this.sub(this.circuit) },
    { ALT: () => this.sub(this.limit) },
    { ALT: () => this.sub(this.cache) },
    { ALT: () => this.sub(this.budget) },
    { ALT: () => this.sub(this.fallback) },
    { ALT: () => this.sub(this.compensate) },
    { ALT: () => this.sub(this.manual) },
    { ALT: () => this.sub(this.use) },
    { ALT: () => this.sub(this.stepsUse) },
    { ALT: () => this.sub(this.effect) },
    { ALT: () => this.sub(this.irreversible) },
    { ALT: () => this.sub(this.idempotent) },
    { ALT: () => this.sub(this.acceptRule) },
    { ALT: () => this.sub(this.header) },
    { ALT: () => this.sub(this.body) },
    { ALT: () => this.sub(this.fails) },
    { ALT: () => this.sub(this.require) },
    { ALT: () => this.sub(this.approve) },
    { ALT: () => this.sub(this.model) },
    { ALT: () => this.sub(this.textClause) },
    { ALT: () => this.sub(this.history) },
    { ALT: () => this.sub(this.tools) },
    { ALT: () => this.sub(this.handoffs) },
    { ALT: () => this.sub(this.memory) },
    { ALT: () => this.sub(this.announce) },
    { ALT: () => this.sub(this.trigger) },
    { ALT: () => this.sub(this.deadLetter) },
    { ALT: () => this.sub(this.concurrency) },
    { ALT: () => this.sub(this.price) },
    { ALT: () => this.sub(this.size) },
  ])))
  private clauses?: { ALT: () => Clause }[]

  // ---------------------------------------------------------------- steps

  /** `on a, b`, unless it starts a trigger. */
  private kinds(): readonly Name[] {
    return (
      this.maybe(() => this.at("on") && !this.atTrigger(), () => {
        this.need("on")
        return this.sub(this.names)
      }) ?? []
    )
  }

  private atTrigger(): boolean {
    if (this.at("schedule", 2) || this.at("topic", 2)) return this.at("StringStart", 3) || this.at("RawString", 3)
    return this.at("http", 2) && this.atName(3) && !this.at("backoff", 3)
  }

  readonly retry: Rule<RetryClause> = this.RULE("retry", () => {
    const start = this.start()
    let times: Expression | undefined
    let first: Expression | undefined
    let max: Expression | undefined
    let factor: Expression | undefined
    let on: readonly Name[] = []
    let jitter = false
    this.need("retry")
    const never = this.either(() => this.at("never"), () => this.need("never"), () => {
      times = this.subWith(this.expression, "a number of times, or `never`")
      this.need("times")
      return false
    })
    this.some(() => this.at("on") ? !this.atTrigger() : this.at("backoff") || this.at("factor") || this.at("jitter"), () => {
      this.one([
        {
          ALT: () => {
            this.need("on")
            on = on.concat(this.sub(this.names))
          },
        },
        {
          ALT: () => {
            this.need("backoff")
            first = this.subWith(this.expression, "a time span such as `1s`")
            max = this.maybe("to", () => (this.need("to"), this.subWith(this.expression, "a time span such as `30s`")))
          },
        },
        { ALT: () => (this.need("factor"), (factor = this.subWith(this.expression, "a number"))) },
        { ALT: () => (jitter = this.need("jitter")) },
      ])
    })
    const backoff = first === undefined ? undefined : max === undefined ? { first } : { first, max }
    return this.sparse<RetryClause>(start, { kind: "retry", never, times, on, backoff, factor, jitter })
  })

  readonly timeout: Rule<TimeoutClause> = this.RULE("timeout", () => {
    const start = this.start()
    this.need("timeout")
    const duration = this.subWith(this.expression, "a time span such as `20s`")
    return this.node<TimeoutClause>(start, { kind: "timeout", duration })
  })

  readonly deadline: Rule<DeadlineClause> = this.RULE("deadline", () => {
    const start = this.start()
    this.need("deadline")
    const duration = this.subWith(this.expression, "a time span such as `5m`")
    return this.node<DeadlineClause>(start, { kind: "deadline", duration })
  })

  readonly circuit: Rule<CircuitClause> = this.RULE("circuit", () => {
    const start = this.start()
    this.need("circuit")
    this.need("opens")
    this.need("after")
    const failures = this.subWith(this.expression, "a number of failures")
    this.need("failures")
    this.need("in")
    const window = this.subWith(this.expression, "a time span such as `1m`")
    this.need(",")
    this.need("retries")
    this.need("after")
    const retryAfter = this.subWith(this.expression, "a time span such as `30s`")
    return this.node<CircuitClause>(start, { kind: "circuit", failures, window, retryAfter })
  })

  readonly limit: Rule<LimitClause> = this.RULE("limit", () => {
    const start = this.start()
    let rate: LimitClause["rate"]
    let atOnce: Expression | undefined
    this.need("limit")
    const part = (): void => {
      const count = this.subWith(this.expression, "a number of calls")
      this.either(
        () => this.at("at"),
        () => {
          this.need("at")
          this.need("once")
          atOnce = count
        },
        () => {
          this.need("per", "`per` and a time span, or `at once`")
          rate = { count, per: this.subWith(this.expression, "a time span such as `1m`") }
        },
      )
    }
    part()
    this.maybe(",", () => (this.need(","), part()))
    return this.sparse<LimitClause>(start, { kind: "limit", rate, atOnce })
  })

  readonly cache: Rule<CacheClause> = this.RULE("cache", () => {
    const start = this.start()
    const by: Expression[] = []
    this.need("cache")
    const duration = this.subWith(this.expression, "a time span such as `1h`")
    this.maybe("by", () => {
      this.need("by")
      by.push(this.subWith(this.expression))
      this.some(() => this.at(","), () => (this.need(","), void by.push(this.subWith(this.expression))))
    })
    return this.node<CacheClause>(start, { kind: "cache", duration, by })
  })

  readonly budget: Rule<BudgetClause> = this.RULE("budget", () => {
    const start = this.start()
    const amounts: BudgetAmount[] = []
    this.need("budget")
    amounts.push(this.sub(this.budgetAmount))
    this.some(() => this.at(","), () => (this.need(","), void amounts.push(this.sub(this.budgetAmount))))
    const otherwise = this.maybe("else", () => this.sub(this.budgetElse))
    return this.sparse<BudgetClause>(start, { kind: "budget", amounts, otherwise })
  })

  readonly budgetAmount: Rule<BudgetAmount> = this.RULE("budgetAmount", () => {
    const start = this.start()
    const amount = this.subWith(this.expression, "an amount such as `20k tokens` or `$0.50`")
    const unit = units[this.peek().kind as keyof typeof units] as (typeof units)[keyof typeof units] | undefined
    this.maybe(() => unit !== undefined, () => {
      this.one([{ ALT: () => this.need("tokens") }, { ALT: () => this.need("turns") }, { ALT: () => this.need("calls") }])
    })
    if (!this.RECORDING_PHASE && unit === undefined && amount.kind === "number") this.mismatch("`tokens`, `turns` or `calls`")
    return this.node<BudgetAmount>(start, { kind: "budgetAmount", amount, unit: unit ?? "dollars" })
  })

  readonly budgetElse: Rule<BudgetElse> = this.RULE("budgetElse", () => {
    const start = this.start()
    this.need("else")
    if (!this.RECORDING_PHASE && !["fail", "return", "use", "ask"].includes(this.peek().kind)) {
      this.mismatch("`fail`, `return`, `use` or `ask`")
      return this.node<BudgetElse>(start, { kind: "budgetElse", action: "fail" })
    }
    const action = this.peek().kind as BudgetElse["action"]
    const value = this.one<Expression | undefined>([
      { ALT: () => void this.need("fail") },
      { ALT: () => (this.need("return"), this.subWith(this.expression, "a value")) },
      { ALT: () => (this.need("use"), this.sub<Expression>(this.nameExpression)) },
      { ALT: () => (this.need("ask"), this.subWith(this.expression, "a call of a human")) },
    ])
    return this.sparse<BudgetElse>(start, { kind: "budgetElse", action, value })
  })

  readonly fallback: Rule<FallbackClause> = this.RULE("fallback", () => {
    const start = this.start()
    this.need("fallback")
    const value = this.subWith(this.expression, "a value or a call")
    const on = this.kinds()
    return this.node<FallbackClause>(start, { kind: "fallback", value, on })
  })

  readonly compensate: Rule<CompensateClause> = this.RULE("compensate", () => {
    const start = this.start()
    this.need("compensate")
    const call = this.subWith(this.expression, "a call")
    return this.node<CompensateClause>(start, { kind: "compensate", call })
  })

  readonly manual: Rule<ManualClause> = this.RULE("manual", () => {
    const start = this.start()
    this.need("manual")
    this.need("by")
    const by = this.subWith(this.template, "who decides, in quotes")
    const within = this.maybe("within", () => (this.need("within"), this.subWith(this.expression, "a time span such as `4h`")))
    return this.sparse<ManualClause>(start, { kind: "manual", by, within })
  })

  readonly use: Rule<UseClause> = this.RULE("use", () => {
    const start = this.start()
    this.need("use")
    const policy = this.subWith(this.name, "a policy's name")
    return this.node<UseClause>(start, { kind: "use", policy })
  })

  readonly stepsUse: Rule<StepsUseClause> = this.RULE("stepsUse", () => {
    const start = this.start()
    this.need("steps")
    this.need("use")
    const policy = this.subWith(this.name, "a policy's name")
    return this.node<StepsUseClause>(start, { kind: "stepsUse", policy })
  })

  readonly acceptRule: Rule<AcceptClause> = this.RULE("acceptRule", () => {
    const start = this.start()
    this.need("accept")
    const rule = this.maybe(() => this.atName(), () => this.subWith(this.name))
    const why = this.subWith(this.template, "the reason, in quotes")
    return this.sparse<AcceptClause>(start, { kind: "accept", rule, why })
  })

  // ---------------------------------------------------------------- tools

  readonly effect: Rule<EffectClause> = this.RULE("effect", () => {
    const start = this.start()
    const effect = this.either(() => this.at("reads"), () => (this.need("reads"), "reads" as const), () => (this.need("writes"), "writes" as const))
    return this.node<EffectClause>(start, { kind: "effect", effect })
  })

  readonly irreversible: Rule<IrreversibleClause> = this.RULE("irreversible", () => {
    const start = this.start()
    this.need("irreversible")
    const why = this.subWith(this.template, "the reason, in quotes")
    return this.node<IrreversibleClause>(start, { kind: "irreversible", why })
  })

  readonly idempotent: Rule<IdempotentClause> = this.RULE("idempotent", () => {
    const start = this.start()
    this.need("idempotent")
    return this.node<IdempotentClause>(start, { kind: "idempotent" })
  })

  readonly header: Rule<HeaderClause> = this.RULE("header", () => {
    const start = this.start()
    this.need("header")
    const name = this.subWith(this.template, "the header's name, in quotes")
    this.need(":")
    const value = this.subWith(this.expression, "the header's value")
    return this.node<HeaderClause>(start, { kind: "header", name, value })
  })

  readonly body: Rule<BodyClause> = this.RULE("body", () => {
    const start = this.start()
    this.need("body")
    const value = this.subWith(this.expression, "the body's value")
    return this.node<BodyClause>(start, { kind: "body", value })
  })

  readonly fails: Rule<FailsClause> = this.RULE("fails", () => {
    const start = this.start()
    this.need("fails")
    const errors = this.sub(this.names)
    return this.node<FailsClause>(start, { kind: "fails", errors })
  })

  readonly require: Rule<RequireClause> = this.RULE("require", () => {
    const start = this.start()
    this.need("require")
    const condition = this.subWith(this.expression, "a condition")
    this.need("else")
    const otherwise = this.subWith(this.expression, "the reason, in quotes")
    return this.node<RequireClause>(start, { kind: "require", condition, otherwise })
  })

  readonly approve: Rule<ApproveClause> = this.RULE("approve", () => {
    const start = this.start()
    this.need("approve")
    this.need("by")
    const by = this.subWith(this.expression, "a call of a human")
    const when = this.maybe("when", () => (this.need("when"), this.subWith(this.expression, "a condition")))
    return this.sparse<ApproveClause>(start, { kind: "approve", by, when })
  })

  // ---------------------------------------------------------------- models, agents and humans

  readonly model: Rule<ModelClause> = this.RULE("model", () => {
    const start = this.start()
    const then: { readonly model: Name; readonly on: readonly Name[] }[] = []
    this.need("model")
    const model = this.subWith(this.name, "a model's name")
    const when = this.maybe("when", () => {
      this.need("when")
      const condition = this.subWith(this.expression, "a condition")
      this.need("else")
      return { condition, otherwise: this.subWith(this.name, "a model's name") }
    })
    this.some(() => this.at("then"), () => {
      this.need("then")
      const next = this.subWith(this.name, "a model's name")
      then.push({ model: next, on: this.kinds() })
    })
    return this.sparse<ModelClause>(start, { kind: "modelClause", model, when, then })
  })

  readonly textClause: Rule<TextClause> = this.RULE("textClause", () => {
    const start = this.start()
    const role = this.peek().kind as TextClause["role"]
    this.one([{ ALT: () => this.need("instructions") }, { ALT: () => this.need("prompt") }, { ALT: () => this.need("ask") }])
    const value = this.subWith(this.expression, "a text in quotes")
    return this.node<TextClause>(start, { kind: "text", role, value })
  })

  readonly history: Rule<HistoryClause> = this.RULE("history", () => {
    const start = this.start()
    this.need("history")
    const value = this.subWith(this.expression, "a list of messages")
    return this.node<HistoryClause>(start, { kind: "history", value })
  })

  readonly tools: Rule<ToolsClause> = this.RULE("tools", () => {
    const start = this.start()
    this.need("tools")
    const names = this.sub(this.names)
    return this.node<ToolsClause>(start, { kind: "tools", names })
  })

  readonly handoffs: Rule<HandoffsClause> = this.RULE("handoffs", () => {
    const start = this.start()
    this.need("handoffs")
    const names = this.sub(this.names)
    return this.node<HandoffsClause>(start, { kind: "handoffs", names })
  })

  readonly memory: Rule<MemoryClause> = this.RULE("memory", () => {
    const start = this.start()
    this.need("memory")
    this.need("by")
    const by = this.subWith(this.expression, "a key")
    const keep = this.maybe("keep", () => (this.need("keep"), this.subWith(this.expression, "a number of messages")))
    return this.sparse<MemoryClause>(start, { kind: "memory", by, keep })
  })

  readonly announce: Rule<AnnounceClause> = this.RULE("announce", () => {
    const start = this.start()
    this.need("announce")
    this.need("topic")
    const topic = this.subWith(this.template, "a topic, in quotes")
    return this.node<AnnounceClause>(start, { kind: "announce", topic })
  })

  readonly price: Rule<PriceClause> = this.RULE("price", () => {
    const start = this.start()
    this.need("price")
    const input = this.subWith(this.expression, "the price of the input, such as `$0.15`")
    this.need("in")
    this.need(",")
    const output = this.subWith(this.expression, "the price of the output, such as `$0.60`")
    this.out()
    this.need("per")
    const per = this.subWith(this.expression, "a number of tokens such as `1M`")
    this.need("tokens")
    return this.node<PriceClause>(start, { kind: "price", input, output, per })
  })

  /** `out` is no keyword: it is too good a name for a result. */
  private out(): void {
    if (!this.RECORDING_PHASE && this.text(this.peek()) !== "out") this.mismatch("`out`")
    else this.need("Identifier")
  }

  readonly size: Rule<SizeClause> = this.RULE("size", () => {
    const start = this.start()
    const what = this.either(() => this.at("context"), () => (this.need("context"), "context" as const), () => (this.need("output"), "output" as const))
    const tokens = this.subWith(this.expression, "a number of tokens such as `128k`")
    return this.node<SizeClause>(start, { kind: "size", what, tokens })
  })

  // ---------------------------------------------------------------- workflows

  readonly trigger: Rule<OnScheduleClause | OnTopicClause | OnHttpClause> = this.RULE("trigger", () => {
    const start = this.start()
    this.need("on")
    if (!this.RECORDING_PHASE && !this.at("schedule") && !this.at("topic") && !this.at("http")) {
      this.mismatch("`schedule`, `topic` or `http`")
      return this.node<OnTopicClause>(start, { kind: "onTopic", topic: this.subWith(this.template) })
    }
    return this.one<OnScheduleClause | OnTopicClause | OnHttpClause>([
      {
        ALT: () => {
          this.need("schedule")
          const cron = this.subWith(this.template, "a schedule, in quotes")
          const input = this.maybe("with", () => (this.need("with"), this.subWith(this.expression, "the workflow's input")))
          return this.sparse<OnScheduleClause>(start, { kind: "onSchedule", cron, input })
        },
      },
      {
        ALT: () => {
          this.need("topic")
          const topic = this.subWith(this.template, "a topic, in quotes")
          return this.node<OnTopicClause>(start, { kind: "onTopic", topic })
        },
      },
      {
        ALT: () => {
          this.need("http")
          const method = this.sub(this.method)
          const path = this.subWith(this.template, "a path, in quotes")
          return this.node<OnHttpClause>(start, { kind: "onHttp", method, path })
        },
      },
    ])
  })

  readonly method: Rule<string> = this.RULE("method", () => {
    const token = this.peek()
    if (!this.RECORDING_PHASE && !this.at("Identifier")) {
      this.mismatch("an HTTP method such as `GET`")
      return ""
    }
    const word = this.text(token)
    const where = { start: token.startOffset, end: token.end }
    if (!httpMethods.includes(word)) {
      const near = httpMethods.find((method) => method === word.toUpperCase()) ?? nearest(word.toUpperCase(), httpMethods)
      const hint = near === undefined ? `write one of ${httpMethods.map((method) => `\`${method}\``).join(", ")}.` : `did you mean \`${near}\`?`
      const fixes = near === undefined ? [] : [{
        title: `Write \`${near}\``, path: this.tokens.source.path, edits: [{ span: where, text: near }], applicability: "machine" as const,
      }]
      this.report("AF1014", where, { word, hint }, { fixes })
    }
    this.need("Identifier")
    return word
  })

  readonly deadLetter: Rule<DeadLetterClause> = this.RULE("deadLetter", () => {
    const start = this.start()
    this.need("dead")
    this.need("letter")
    const topic = this.subWith(this.template, "a topic, in quotes")
    return this.node<DeadLetterClause>(start, { kind: "deadLetter", topic })
  })

  readonly concurrency: Rule<ConcurrencyClause> = this.RULE("concurrency", () => {
    const start = this.start()
    this.need("concurrency")
    const limit = this.subWith(this.expression, "a number of runs")
    const by = this.maybe("by", () => (this.need("by"), this.subWith(this.expression, "a key")))
    const overflow = this.maybe(() => this.at("queue") || this.at("drop") || this.at("join"), () => {
      const word = this.peek().kind as "queue" | "drop" | "join"
      this.one([{ ALT: () => this.need("queue") }, { ALT: () => this.need("drop") }, { ALT: () => this.need("join") }])
      return word
    })
    return this.sparse<ConcurrencyClause>(start, { kind: "concurrency", limit, by, overflow })
  })
}
