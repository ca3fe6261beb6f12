// The clauses of tools, agents, humans, models and workflows.

import { nearest } from "../../base/diagnostics/suggest.ts"
import { span } from "../../base/text/span.ts"
import type { Rule } from "./recorder.ts"
import type {
  AnnounceClause, ApproveClause, BodyClause, ConcurrencyClause, DeadLetterClause, EffectClause, FailsClause,
  HandoffsClause, HeaderClause, HistoryClause, IdempotentClause, IrreversibleClause, MemoryClause, ModelClause, Name,
  OnHttpClause, OnScheduleClause, OnTopicClause, PriceClause, RequireClause, SizeClause, TextClause, ToolsClause,
} from "../syntax/nodes.ts"
import { StepClauseRules } from "./step-clauses.ts"

const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

export abstract class CallableClauseRules extends StepClauseRules {
  // ---------------------------------------------------------------- tools

  readonly effect: Rule<EffectClause> = this.rule("effect", () => {
    const start = this.token.start
    const effect = this.oneOf("reads", "writes")
    return this.node<EffectClause>(start, { kind: "effect", effect })
  })

  readonly irreversible: Rule<IrreversibleClause> = this.rule("irreversible", () => {
    const start = this.token.start
    this.need("irreversible")
    const why = this.template("the reason, in quotes")
    return this.node<IrreversibleClause>(start, { kind: "irreversible", why })
  })

  readonly idempotent: Rule<IdempotentClause> = this.rule("idempotent", () => {
    const start = this.token.start
    this.need("idempotent")
    return this.node<IdempotentClause>(start, { kind: "idempotent" })
  })

  readonly header: Rule<HeaderClause> = this.rule("header", () => {
    const start = this.token.start
    this.need("header")
    const name = this.template("the header's name, in quotes")
    this.need(":")
    const value = this.expression("the header's value")
    return this.node<HeaderClause>(start, { kind: "header", name, value })
  })

  readonly body: Rule<BodyClause> = this.rule("body", () => {
    const start = this.token.start
    this.need("body")
    const value = this.expression("the body's value")
    return this.node<BodyClause>(start, { kind: "body", value })
  })

  readonly fails: Rule<FailsClause> = this.rule("fails", () => {
    const start = this.token.start
    this.need("fails")
    const errors = this.names()
    return this.node<FailsClause>(start, { kind: "fails", errors })
  })

  readonly require: Rule<RequireClause> = this.rule("require", () => {
    const start = this.token.start
    this.need("require")
    const condition = this.expression("a condition")
    this.need("else")
    const otherwise = this.expression("the reason, in quotes")
    return this.node<RequireClause>(start, { kind: "require", condition, otherwise })
  })

  readonly approve: Rule<ApproveClause> = this.rule("approve", () => {
    const start = this.token.start
    this.need("approve")
    this.need("by")
    const by = this.expression("a call of a human")
    const when = this.following("when", "a condition")
    return this.sparse<ApproveClause>(start, { kind: "approve", by, when })
  })

  // ---------------------------------------------------------------- models, agents and humans

  readonly model: Rule<ModelClause> = this.rule("model", () => {
    const start = this.token.start
    const then: { readonly model: Name; readonly on: readonly Name[] }[] = []
    this.need("model")
    const model = this.name("a model's name")
    const when = this.maybe("when", () => {
      this.need("when")
      const condition = this.expression("a condition")
      this.need("else")
      return { condition, otherwise: this.name("a model's name") }
    })
    this.some(() => this.at("then"), () => {
      this.need("then")
      const next = this.name("a model's name")
      then.push({ model: next, on: this.kinds() })
    })
    return this.sparse<ModelClause>(start, { kind: "modelClause", model, when, then })
  })

  readonly textClause: Rule<TextClause> = this.rule("textClause", () => {
    const start = this.token.start
    const role = this.token.kind as TextClause["role"]
    this.oneOf("instructions", "prompt", "ask")
    const value = this.expression("a text in quotes")
    return this.node<TextClause>(start, { kind: "text", role, value })
  })

  readonly history: Rule<HistoryClause> = this.rule("history", () => {
    const start = this.token.start
    this.need("history")
    const value = this.expression("a list of messages")
    return this.node<HistoryClause>(start, { kind: "history", value })
  })

  /** `tools [a, b]` */
  private readBrackets(): void {
    if (this.isRecorded || !this.at("[")) return
    const closer = this.closerOf(1)
    if (closer === 0) return
    const [opener, end] = [this.token, this.peek(closer)]
    this.borrowed({
      where: span(opener.start, end.end), text: "[…]", hint: "the names stand without brackets, as in `tools search, fetchPage`.", title: "Remove the brackets",
      edits: [{ span: span(opener.start, opener.end), text: "" }, { span: span(end.start, end.end), text: "" }],
    })
    this.drop(closer)
    this.drop()
  }

  readonly tools: Rule<ToolsClause> = this.rule("tools", () => {
    const start = this.token.start
    this.need("tools")
    this.readBrackets()
    const names = this.names()
    return this.node<ToolsClause>(start, { kind: "tools", names })
  })

  readonly handoffs: Rule<HandoffsClause> = this.rule("handoffs", () => {
    const start = this.token.start
    this.need("handoffs")
    this.readBrackets()
    const names = this.names()
    return this.node<HandoffsClause>(start, { kind: "handoffs", names })
  })

  readonly memory: Rule<MemoryClause> = this.rule("memory", () => {
    const start = this.token.start
    this.need("memory")
    this.need("by")
    const by = this.expression("a key")
    const keep = this.following("keep", "a number of messages")
    return this.sparse<MemoryClause>(start, { kind: "memory", by, keep })
  })

  readonly announce: Rule<AnnounceClause> = this.rule("announce", () => {
    const start = this.token.start
    this.need("announce")
    this.need("topic")
    const topic = this.template("a topic, in quotes")
    return this.node<AnnounceClause>(start, { kind: "announce", topic })
  })

  readonly price: Rule<PriceClause> = this.rule("price", () => {
    const start = this.token.start
    this.need("price")
    const input = this.expression("the price of the input, such as `$0.15`")
    this.need("in")
    this.need(",")
    const output = this.expression("the price of the output, such as `$0.60`")
    this.out()
    this.need("per")
    const per = this.expression("a number of tokens such as `1M`")
    this.need("tokens")
    return this.node<PriceClause>(start, { kind: "price", input, output, per })
  })

  /** `out` is no keyword: it is too good a name for a result. */
  private out(): void {
    if (!this.isRecorded && this.text(this.token) !== "out") this.mismatch("`out`")
    else this.need("Identifier")
  }

  readonly size: Rule<SizeClause> = this.rule("size", () => {
    const start = this.token.start
    const what = this.oneOf("context", "output")
    const tokens = this.expression("a number of tokens such as `128k`")
    return this.node<SizeClause>(start, { kind: "size", what, tokens })
  })

  // ---------------------------------------------------------------- workflows

  readonly trigger: Rule<OnScheduleClause | OnTopicClause | OnHttpClause> = this.rule("trigger", () => {
    const start = this.token.start
    this.need("on")
    if (!this.isRecorded && !this.at("schedule") && !this.at("topic") && !this.at("http")) {
      this.mismatch("`schedule`, `topic` or `http`")
      return this.node<OnTopicClause>(start, { kind: "onTopic", topic: this.template() })
    }
    return this.one<OnScheduleClause | OnTopicClause | OnHttpClause>([
      {
        ALT: () => {
          this.need("schedule")
          const cron = this.template("a schedule, in quotes")
          const input = this.following("with", "the workflow's input")
          return this.sparse<OnScheduleClause>(start, { kind: "onSchedule", cron, input })
        },
      },
      {
        ALT: () => {
          this.need("topic")
          const topic = this.template("a topic, in quotes")
          return this.node<OnTopicClause>(start, { kind: "onTopic", topic })
        },
      },
      {
        ALT: () => {
          this.need("http")
          const method = this.method()
          const path = this.template("a path, in quotes")
          return this.node<OnHttpClause>(start, { kind: "onHttp", method, path })
        },
      },
    ])
  })

  readonly method: Rule<string> = this.rule("method", () => {
    const token = this.token
    if (!this.isRecorded && !this.at("Identifier")) {
      this.mismatch("an HTTP method such as `GET`")
      return ""
    }
    const word = this.text(token)
    const where = { start: token.start, end: token.end }
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

  readonly deadLetter: Rule<DeadLetterClause> = this.rule("deadLetter", () => {
    const start = this.token.start
    this.need("dead")
    this.need("letter")
    const topic = this.template("a topic, in quotes")
    return this.node<DeadLetterClause>(start, { kind: "deadLetter", topic })
  })

  readonly concurrency: Rule<ConcurrencyClause> = this.rule("concurrency", () => {
    const start = this.token.start
    this.need("concurrency")
    const limit = this.expression("a number of runs")
    const by = this.following("by", "a key")
    const overflow = this.maybe(() => this.at("queue") || this.at("drop") || this.at("join"), () => {
      const word = this.token.kind as "queue" | "drop" | "join"
      this.oneOf("queue", "drop", "join")
      return word
    })
    return this.sparse<ConcurrencyClause>(start, { kind: "concurrency", limit, by, overflow })
  })
}
