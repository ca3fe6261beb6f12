// What the bound reports: budgets that can't pay for one call, loops that spend without end; and whose numbers it uses.

import { describe, expect, it } from "vitest"
import { explanations } from "../../base/diagnostics/explanations.generated.ts"
import * as assumptions from "../../compiler/cost/assumptions.ts"
import { checkBounds } from "../../compiler/cost/check.ts"
import { repairTurnsMax, turnsMax } from "../../runtime/agent/loop.ts"
import { openConversation } from "../../runtime/agent/conversation.ts"
import { envelopeBytesMax } from "../../runtime/failure.ts"
import { usefulOutputTokens } from "../../runtime/policy/budget.ts"
import { agentRetry, inboxRetry, nextRetryMs, retryPlan, undoRetry } from "../../runtime/policy/retry.ts"
import { play } from "../harness/fake-context.ts"
import { planOf } from "./compile.ts"
import { workflowOf } from "./interpret.ts"

function found(text: string): readonly string[] {
  return checkBounds(planOf(text)).map(({ code, message, span }) => `${code} at \`${text.slice(span.start, span.end)}\`: ${message}`)
}

const model = `model m = openai("x") { price $1 in, $2 out per 1M tokens   context 8k   output 1k }\n`
const agent = (budget: string): string => `agent Say(topic: string): string { model m  prompt "Say {topic}"  ${budget} }\n`

describe("checkBounds", () => {
  it.each(["AF5004", "AF5005"])("gives %s for the example of its document", (code) => {
    const example = /```agentflow\n([\s\S]*?)```/.exec(explanations[code]!)![1]!
    expect(checkBounds(planOf(example)).map((each) => each.code)).toEqual([code])
  })

  it("reports a budget one token below the smallest allowance, and not one at it", () => {
    const needs = (budget: string): readonly string[] => found(`${model}${agent(budget)}workflow W(a: string): string { return Say(a) }`)
    // [[],{"type":"string"}] has 22 bytes, the message 32 without its topic, frames 64 + 8; and 256 tokens to answer.
    expect(needs("budget 382 tokens")).toEqual([])
    expect(needs("budget 381 tokens")).toEqual([
      "AF5004 at `agent Say`: The budget of Say is 381 tokens, but a call of Say needs at least 382.",
    ])
    // 126 tokens to read and 256 to write.
    expect(needs("budget $0.000637")).toHaveLength(1)
    expect(needs("budget $0.000638")).toHaveLength(0)
  })

  it("reports a workflow's budget for a call that every run makes, once", () => {
    const run = (body: string): readonly string[] =>
      found(`${model}${agent("budget 1k tokens")}workflow W(a: string): string {\n  budget 300 tokens\n  ${body}\n  return "x"\n}`)
    expect(run("Say(a)\n  Say(a)")).toEqual(["AF5004 at `workflow W`: The budget of W is 300 tokens, but a call of Say needs at least 382."])
    expect(run("if a.length > 3 { Say(a) }")).toEqual([])
    expect(run("if a.length > 3 { return a }\n  Say(a)")).toEqual([])
    expect(run(`match Say(a) { "x" => log "x"   else => log "y" }`)).toHaveLength(1)
  })

  it("warns of the outer loop only, and not where anything holds it", () => {
    const run = (clauses: string, body: string): readonly string[] =>
      found(`${model}${agent("budget 1k tokens")}workflow W(all: string[], few: Few): string {\n  ${clauses}\n  ${body}\n  return "x"\n}\ntype Few = string[] @maxItems(3)`)
    expect(run("", "for x in all { for y in all { Say(y) } }")).toHaveLength(1)
    expect(run("", "for x in all { Say(x) }")[0]).toContain("AF5005 at `all`")
    expect(run("budget 5k tokens", "for x in all { Say(x) }")).toEqual([])
    expect(run("budget $1.00", "for x in all { Say(x) }")).toEqual([])
    expect(run("", "for x in few { Say(x) }")).toEqual([])
    expect(run("", "for x in all.take(4) { Say(x) }")).toEqual([])
    expect(run("", "for x in all { log x }")).toEqual([])
  })
})

describe("the numbers that the bound takes over", () => {
  it("are the runtime's", () => {
    expect(assumptions.repairTurnsMax).toBe(repairTurnsMax)
    expect(assumptions.agentTurnsMax).toBe(turnsMax)
    expect(assumptions.usefulOutputTokens).toBe(usefulOutputTokens)
    expect(assumptions.envelopeBytesMax).toBe(envelopeBytesMax)
    const empty = openConversation({ messages: [], tools: [], responseSchema: {} }).inputTokensMax
    expect(empty).toBe(JSON.stringify([[], {}]).length + assumptions.framingTokensPerRequest)
    const message = { role: "user", content: "" } as const
    expect(openConversation({ messages: [message], tools: [], responseSchema: {} }).inputTokensMax - empty)
      .toBe(JSON.stringify(message).length + assumptions.framingTokensPerMessage)
  })

  it("hold for a model that asks for tools which it was not given", async () => {
    const plan = planOf(`${model}${agent("")}workflow W(a: string): string { return Say(a) }`)
    const asks = { finishReason: "tool_calls", toolCalls: [{ id: "c", name: "search", arguments: {} }] }
    const played = await play(workflowOf(plan, "W"), { a: "x" }, () => ({ ok: true, value: asks, usage: { inputTokens: 1, outputTokens: 1 } }))
    expect(played.failure?.kind).toBe("invalid_output")
    expect(played.activities).toHaveLength(assumptions.repairTurnsMax + 1)
  })

  it("wait as long between attempts as the runtime does", () => {
    for (const [retry, assumed] of [
      [agentRetry, assumptions.agentRetries], [undoRetry, assumptions.undoRetries], [inboxRetry, assumptions.inboxRetries],
      [{ times: 9, backoff: { first: 500, max: 3_000 }, factor: 3 }, assumptions.retriesOf({ never: false, times: 9, on: [], backoff: { firstMs: 500, maxMs: 3_000 }, factor: 3, jitter: false })],
      [{ times: 4, backoff: { first: 90_000 } }, assumptions.retriesOf({ never: false, times: 4, on: [], backoff: { firstMs: 90_000 }, jitter: true })],
    ] as const) {
      const waits = Array.from({ length: retry.times }, (_, retriesUsed) =>
        nextRetryMs(retryPlan(retry), { kind: "timeout", retriesUsed, step: "s", attempt: 1 })!)
      expect(assumed.times).toBe(retry.times)
      expect(assumptions.backoffMs(assumed)).toBe(waits.reduce((total, wait) => total + wait, 0))
    }
  })
})
