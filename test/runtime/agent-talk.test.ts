// What an agent knows before it is asked, and who else may answer: history, memory, handoffs.

import { describe, expect, it } from "vitest"
import type { Agent, ChatMessage, Envelope, Message } from "../../runtime/contract.ts"
import { cheap, objectSchema, schemaOf, testAgent, testHuman } from "../harness/callables.ts"
import type { Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { ActivityScript, Played } from "../harness/fake-context.ts"
import { book, done, failed, flow, ping, stepsOf } from "../harness/flows.ts"

const turn = (value: object): Envelope => ({ ...done(value), usage: { inputTokens: 100, outputTokens: 10 } } as Envelope)
const answer = (value: unknown): Envelope => turn({ finishReason: "stop", answer: { value } })
const calling = (...calls: { name: string; arguments?: unknown }[]): Envelope =>
  turn({ finishReason: "tool_calls", toolCalls: calls.map((call, index) => ({ id: `c${index}`, arguments: {}, ...call })) })
const said = (played: Played, name: string, index = 0): readonly Message[] =>
  (played.activities.filter((activity) => activity.name === name)[index]?.parameters as { messages: Message[] }).messages

describe("history", () => {
  it("stands between the instructions and the prompt", async () => {
    const earlier: ChatMessage[] = [{ role: "user", content: "Hi" }, { role: "assistant", content: "Hello" }]
    const helper = testAgent("helper", { instructions: () => "Be kind.", history: ({ messages }) => messages as ChatMessage[] })
    const played = await play(flow((run) => run.call(helper, { messages: earlier })), {}, () => answer("ok"))
    expect(said(played, "helper")).toEqual([{ role: "system", content: "Be kind." }, ...earlier, { role: "user", content: "Do it." }])
  })
})

describe("memory", () => {
  const store = new Map<string, ChatMessage[]>()
  const script: ActivityScript = (name, input) => {
    if (name !== "agentflow.memory") return answer(`answer to ${String((input.parameters as { messages: Message[] }).messages.length)} messages`)
    const { action, by, messages, keep } = input.parameters as { action: string; by: string; messages: ChatMessage[]; keep: number }
    if (action === "append") store.set(by, [...(store.get(by) ?? []), ...messages].slice(-keep))
    return done(store.get(by) ?? [])
  }

  it("brings back what was said under the same key, by durable steps", async () => {
    const helper = testAgent("helper", { memory: { by: ({ customer }) => String(customer), keep: 3 }, prompt: ({ question }) => String(question) })
    const played = await play(flow(function* (run) {
      yield* run.call(helper, { customer: "a", question: "one" })
      yield* run.call(helper, { customer: "b", question: "other" })
      yield* run.call(helper, { customer: "a", question: "two" })
      return yield* run.call(helper, { customer: "a", question: "three" })
    }), {}, script)
    expect(played.output).toBe("answer to 4 messages")
    expect(said(played, "helper", 3).map(({ content }) => content)).toEqual(["answer to 1 messages", "two", "answer to 3 messages", "three"])
    expect(stepsOf(played, "agentflow.memory").slice(0, 2)).toEqual(["W/helper/memory", "W/helper/memory#2"])
  })

  it("drops what is oldest where the model has no room for it", async () => {
    const tight = { ...cheap, context: 1_600, output: 300 }
    const helper = testAgent("helper", { models: [{ model: tight }], memory: { by: () => "long", keep: 9 }, prompt: ({ question }) => String(question) })
    store.set("long", [{ role: "user", content: "x".repeat(6_000) }, { role: "assistant", content: "short" }])
    const played = await play(flow((run) => run.call(helper, { question: "now" })), {}, script)
    expect(said(played, "helper").map(({ content }) => content)).toEqual(["short", "now"])
  })

  it("loses no answer because it can't be remembered", async () => {
    const helper = testAgent("helper", { memory: { by: () => "k" } })
    const played = await play(flow((run) => run.call(helper, {})), {}, (name, input) =>
      name === "helper" ? answer("ok") : (input.parameters as { action: string }).action === "get" ? done([]) : failed("denied"))
    expect(played.output).toBe("ok")
    expect(played.logs[0]?.message).toContain("not remembered")
  })
})

describe("people as tools", () => {
  it("are asked by a durable step, and their answer goes to the model", async () => {
    const helper = testAgent("helper", { tools: [testHuman("boss", { parameters: objectSchema })] })
    const played = await play(flow((run) => run.call(helper, {})), {}, (name, input) => {
      if (name === "boss") return { envelope: done(), raise: [{ name: `answer:${input.step}`, payload: { v: "do it" }, afterMs: 60_000 }] }
      return input.step.endsWith("[1]") ? calling({ name: "boss", arguments: { q: "May I?" } }) : answer("done")
    })
    expect(played.output).toBe("done")
    expect(played.activities[1]).toMatchObject({ step: "W/helper/turn[1]/boss", parameters: { q: "May I?" } })
    expect(said(played, "helper", 1).at(-1)).toMatchObject({ role: "tool", content: "do it" })
  })
})

describe("handoffs", () => {
  const order = schemaOf<Fields>({ type: "object", description: "Refunds an order." }, (value) => typeof (value as Fields | null)?.["order"] === "string", "needs an order")
  const refunds = testAgent("refunds", { parameters: order, instructions: () => "You refund.", prompt: ({ order }) => `Refund ${String(order)}.`, tools: [book] })
  const triage: Agent<Fields, unknown> = testAgent("triage", { instructions: () => "You sort.", tools: [ping], handoffs: () => [refunds] })

  it("move the conversation to another agent, whose parameters the model fills", async () => {
    const played = await play(flow((run) => run.call(triage, {}), { budget: { turns: 5 } }), {}, (name, input) => {
      if (name === "ping") return done("pong")
      if (name === "refunds") return answer("refunded")
      return input.step.endsWith("[1]") ? calling({ name: "ping" }) : calling({ name: "hand_over_to_refunds", arguments: { order: "o1" } })
    })
    expect(played.output).toBe("refunded")
    expect(stepsOf(played)).toEqual(["W/triage/turn[1]", "W/triage/turn[1]/ping", "W/triage/turn[2]", "W/triage/turn[3]"])
    expect(played.activities[0]?.parameters).toMatchObject({ tools: [{ name: "ping" }, { name: "hand_over_to_refunds", description: "Hands the conversation over to refunds, who answers it. Refunds an order." }] })
    const talk = said(played, "refunds")
    expect(talk.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "assistant", "tool", "user"])
    expect(talk[0]).toEqual({ role: "system", content: "You refund." })
    expect(talk.at(-1)).toEqual({ role: "user", content: "Refund o1." })
    expect(played.statuses.at(-1)?.spent.turns).toBe(3)
  })

  it("answer every call beside them, and refuse parameters that do not fit", async () => {
    const played = await play(flow((run) => run.call(triage, {})), {}, (name, input) => {
      if (name === "ping") return done("pong")
      if (name === "refunds") return answer("refunded")
      return input.step.endsWith("[1]")
        ? calling({ name: "hand_over_to_refunds", arguments: { order: 5 } })
        : calling({ name: "ping" }, { name: "hand_over_to_refunds", arguments: { order: "o1" } }, { name: "hand_over_to_refunds", arguments: { order: "o2" } })
    })
    expect(played.output).toBe("refunded")
    const answers = said(played, "refunds").filter(({ role }) => role === "tool").map(({ content }) => content)
    expect(answers).toEqual([
      expect.stringContaining("needs an order"), JSON.stringify({ handedOverTo: "refunds" }), expect.stringContaining("goes to refunds already"), "pong",
    ])
  })

  it("stay inside the first agent's budget, so that a circle of them ends", async () => {
    const left: Agent<Fields, unknown> = testAgent("left", { budget: { turns: 4 }, handoffs: () => [right] })
    const right: Agent<Fields, unknown> = testAgent("right", { handoffs: () => [left], parameters: objectSchema })
    const played = await play(flow((run) => run.call(left, {})), {}, (name) => calling({ name: name === "left" ? "hand_over_to_right" : "hand_over_to_left" }))
    expect(played.failure?.kind).toBe("budget_exceeded")
    expect(played.activities.map(({ name }) => name)).toEqual(["left", "right", "left", "right"])
  })
})
