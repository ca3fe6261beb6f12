// The agent loop: turns, tools, repairs, refusals, escalation, and what it may spend.

import { describe, expect, it } from "vitest"
import type { AgentSpec, Envelope, ModelTurn, ModelTurnInput, Usage, WorkflowSpec } from "../../runtime/contract.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, cheap, dear, objectSchema, schemaOf, testAgent, testTool, type Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { Reply } from "../harness/fake-context.ts"

const usage: Usage = { inputTokens: 100, outputTokens: 50 }
const turn = (value: Partial<ModelTurn>, used: Usage | undefined = usage): Envelope =>
  ({ ok: true, value: { finishReason: "stop", ...value }, ...(used ? { usage: used } : {}) })
const answers = (value: unknown): Envelope => turn({ text: JSON.stringify(value), answer: { value } })
const asks = (...calls: readonly [string, unknown, string?][]): Envelope => turn({
  finishReason: "tool_calls",
  toolCalls: calls.map(([name, args, malformed], index) => ({ id: `c${index}`, name, arguments: args, ...(malformed ? { malformed } : {}) })),
})
const wrong = (...problems: string[]): Envelope => turn({ text: "nonsense", problems })
const failed = (kind: string, more: object = {}): Envelope => ({ ok: false, kind, message: kind, ...more })

type Turns = (Envelope | Reply)[]

/** Runs one agent call; model turns take the script's entries in order, tools answer with `tool`. */
async function talk(spec: Partial<AgentSpec<Fields, unknown>>, script: Turns, options: {
  readonly workflow?: Partial<WorkflowSpec<Fields, unknown>>
  readonly tool?: (name: string, parameters: Fields) => Envelope | Reply
} = {}) {
  const helper = testAgent("Helper", spec)
  const body = workflow({ name: "W", parameters: objectSchema, result: anything, ...options.workflow }, function* (run) {
    return yield* run.call(helper, { topic: "tea" })
  })
  const entries = [...script]
  const played = await play(body, {}, (name, input) => {
    if (name === "Helper") return entries.shift() ?? failed("internal")
    return options.tool?.(name, input.parameters as Fields) ?? { ok: true, value: `${name} worked` }
  })
  const turns = played.activities.filter(({ name }) => name === "Helper") as unknown as (ModelTurnInput & { at: number })[]
  return { ...played, turns, account: played.statuses.at(-1) }
}

describe("an agent", () => {
  it("sends instructions, prompt, schema and limits in one turn, and settles with the usage", async () => {
    const played = await talk({ instructions: () => "Be kind.", prompt: ({ topic }) => `On ${topic}.`, budget: { tokens: 5_000 } }, [answers({ x: 1 })])
    expect(played.output).toEqual({ x: 1 })
    expect(played.turns[0]).toMatchObject({
      name: "Helper", step: "W/Helper/turn[1]", attempt: 1,
      parameters: {
        model: { name: "cheap", id: "cheap-1" }, tools: [], responseSchema: true, maxOutputTokens: 1_000,
        messages: [{ role: "system", content: "Be kind." }, { role: "user", content: "On tea." }],
      },
    })
    expect(played.account).toMatchObject({ spent: { tokens: 150, nanoDollars: 200_000, turns: 1, calls: 0 }, reserved: { tokens: 0, nanoDollars: 0, turns: 0 } })
  })

  it("fails before a call that the model's context has no room for, unless another model has", async () => {
    const small = { ...cheap, name: "small", context: 2_000, output: 500 }
    const long = { prompt: () => "word ".repeat(2_000) }
    const refused = await talk({ ...long, models: [{ model: small }], budget: { tokens: 50_000 } }, [answers(1)])
    expect(refused.turns).toEqual([])
    expect(refused.failure).toMatchObject({ kind: "too_large", step: "W/Helper/turn[1]", message: expect.stringMatching(/about 25\d\d tokens.*2000 of small/) })
    expect(refused.account).toMatchObject({ spent: { tokens: 0, turns: 0 }, reserved: { tokens: 0 } })
    const escalated = await talk({ ...long, models: [{ model: small }, { model: dear, on: ["too_large"] }] }, [answers(1)])
    expect(escalated.turns.map(({ parameters }) => parameters.model.name)).toEqual(["dear"])
    expect(escalated.output).toBe(1)
    // A tool's answer may be what is too much; the answer's length gives way first.
    const grown = await talk({ models: [{ model: small }], tools: [testTool("look")] }, [asks(["look", {}]), answers(1)], { tool: () => ({ ok: true, value: "x".repeat(6_000) }) })
    expect(grown.turns.map(({ parameters }) => parameters.maxOutputTokens)).toEqual([500, expect.any(Number)])
    expect(grown.turns[1]?.parameters.maxOutputTokens).toBeLessThan(500)
    const over = await talk({ models: [{ model: small }], tools: [testTool("look")] }, [asks(["look", {}]), answers(1)], { tool: () => ({ ok: true, value: "x".repeat(8_000) }) })
    expect([over.turns.length, over.failure?.kind]).toEqual([1, "too_large"])
  })

  it("reserves input and output before the call", async () => {
    const played = await talk({}, [answers(1)], { workflow: { budget: { tokens: 9_000 } } })
    const { allowance, maxOutputTokens } = (played.turns[0] as ModelTurnInput).parameters
    const during = played.statuses.find(({ reserved }) => reserved.tokens > 0)
    expect(during?.reserved).toEqual(allowance)
    expect(allowance.tokens).toBeGreaterThan(maxOutputTokens)
  })

  it("calls the tools of one turn in parallel, each as a step, and answers in order", async () => {
    const tools = [testTool("look"), testTool("find")]
    const played = await talk({ tools }, [asks(["look", { a: 1 }], ["find", {}], ["look", { a: 2 }]), answers("done")], {
      tool: (name, { a }) => ({ envelope: { ok: true, value: { name, a } }, afterMs: a === 1 ? 50 : 5 }),
    })
    const calls = played.activities.filter(({ name }) => name !== "Helper")
    expect(calls.map(({ step }) => step)).toEqual(["W/Helper/turn[1]/look", "W/Helper/turn[1]/find", "W/Helper/turn[1]/look#2"])
    expect(new Set(calls.map(({ at }) => at)).size).toBe(1)
    expect(played.turns[1]?.parameters.messages.slice(1)).toEqual([
      { role: "assistant", toolCalls: [
        { id: "c0", name: "look", arguments: { a: 1 } }, { id: "c1", name: "find", arguments: {} }, { id: "c2", name: "look", arguments: { a: 2 } },
      ] },
      { role: "tool", toolCallId: "c0", name: "look", content: "{\"name\":\"look\",\"a\":1}" },
      { role: "tool", toolCallId: "c1", name: "find", content: "{\"name\":\"find\"}" },
      { role: "tool", toolCallId: "c2", name: "look", content: "{\"name\":\"look\",\"a\":2}" },
    ])
  })

  it("tells the model about unknown tools, bad arguments and failures, and sends nothing for them", async () => {
    const strict = testTool("look", { parameters: schemaOf<Fields>({ type: "object" }, (value) => typeof (value as Fields)["q"] === "string", "q is missing") })
    const played = await talk({ tools: [strict] }, [
      asks(["nope", {}], ["look", { q: 1 }], ["look", null, "{q:"], ["look", { q: "x" }]), answers("done"),
    ], { tool: () => failed("not_found", { data: { id: 7 } }) })
    const contents = played.turns[1]?.parameters.messages.flatMap((message) => (message.role === "tool" ? [JSON.parse(message.content).error] : []))
    expect(contents).toMatchObject([
      { kind: "invalid_input", message: "there is no tool nope; there are: look" },
      { kind: "invalid_input" }, { kind: "invalid_input", message: "the arguments are not JSON" },
      { kind: "not_found", message: "not_found", data: { id: 7 } },
    ])
    expect(played.activities.filter(({ name }) => name === "look")).toHaveLength(1)
  })

  it("does not let the model talk past a spent budget", async () => {
    const played = await talk({ tools: [testTool("look")] }, [asks(["look", {}], ["look", {}]), answers("done")], { workflow: { budget: { calls: 1 } } })
    expect(played.failure).toMatchObject({ kind: "budget_exceeded", step: "W/Helper/turn[1]/look#2" })
  })
})

describe("repair", () => {
  it("says what is wrong and asks again", async () => {
    const played = await talk({}, [wrong("headline is missing"), answers("good")])
    expect(played.output).toBe("good")
    expect(played.turns[1]?.step).toBe("W/Helper/turn[2]")
    expect(played.turns[1]?.parameters.messages.slice(1)).toMatchObject([
      { role: "assistant", content: "nonsense" }, { role: "user", content: expect.stringContaining("- headline is missing") },
    ])
  })

  it("asks again when a requirement does not hold or the answer was cut", async () => {
    const require = [{ holds: (result: unknown) => result === "good", otherwise: (result: unknown) => `${String(result)} is not good` }]
    const played = await talk({ require }, [answers("bad"), turn({ text: "go", finishReason: "length" }), answers("good")])
    expect(played.output).toBe("good")
    const last = played.turns[2]?.parameters.messages.filter(({ role }) => role === "user")
    expect(last).toMatchObject([{}, { content: expect.stringContaining("bad is not good") }, { content: expect.stringContaining("too long") }])
  })

  it("ends as invalid_output after three repairs", async () => {
    const played = await talk({}, Array.from({ length: 9 }, () => wrong("no")))
    expect(played.turns).toHaveLength(4)
    expect(played.failure).toMatchObject({ kind: "invalid_output", step: "W/Helper/turn[4]", data: { problems: ["no"] } })
  })

  it("stays inside the turns of the budget", async () => {
    const played = await talk({ budget: { turns: 2 } }, Array.from({ length: 9 }, () => wrong("no")))
    expect(played.turns).toHaveLength(2)
    expect(played.failure).toMatchObject({ kind: "budget_exceeded", step: "W/Helper/turn[3]", data: { account: "Helper", unit: "turns", left: 0 } })
  })
})

describe("models", () => {
  it("refuses as refused, also by a content filter", async () => {
    expect((await talk({}, [turn({ refusal: "I can't" })])).failure).toMatchObject({ kind: "refused", message: "I can't" })
    expect((await talk({}, [turn({ finishReason: "content_filter" })])).failure?.kind).toBe("refused")
  })

  it("escalates on the kinds that lead there, keeping what the tools said and dropping the bad answers", async () => {
    const models = [{ model: cheap }, { model: dear, on: ["invalid_output", "refused"] }]
    const played = await talk({ models, tools: [testTool("look")] }, [asks(["look", {}]), wrong("a"), wrong("b"), wrong("c"), wrong("d"), answers("good")])
    expect(played.output).toBe("good")
    const last = played.turns.at(-1)
    expect(last).toMatchObject({ step: "W/Helper/turn[6]", parameters: { model: { name: "dear" } } })
    expect(last?.parameters.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"])
    expect((await talk({ models }, [failed("denied")])).failure?.kind).toBe("denied")
  })

  it("chooses by the parameters", async () => {
    const played = await talk({ chooseModel: ({ topic }) => (topic === "tea" ? dear : cheap) }, [answers(1)])
    expect(played.turns[0]?.parameters.model.name).toBe("dear")
  })

  it("retries a turn twice on transient kinds, without a reservation during the wait", async () => {
    const played = await talk({}, [failed("rate_limited", { retryAfterMs: 3_000 }), failed("unavailable"), answers("ok")])
    expect(played.output).toBe("ok")
    expect(played.turns.map(({ step, attempt }) => [step, attempt])).toEqual([["W/Helper/turn[1]", 1], ["W/Helper/turn[1]", 2], ["W/Helper/turn[1]", 3]])
    for (const { waiting, reserved } of played.statuses) if (waiting.length > 0) expect(reserved.tokens).toBe(0)
    expect((await talk({}, [failed("network"), failed("network"), failed("network")])).failure?.kind).toBe("network")
    expect((await talk({ policy: { retry: "never" } }, [failed("network")])).failure?.kind).toBe("network")
  })
})

describe("spending", () => {
  it("charges an unknown outcome in full, and a known failure nothing", async () => {
    const unknown = await talk({ policy: { retry: { times: 1 } } }, [failed("timeout", { maybeDone: true }), answers("ok")])
    const [first] = unknown.turns
    expect(unknown.account?.spent.tokens).toBe((first?.parameters.allowance.tokens ?? 0) + 150)
    expect(unknown.account?.spent.turns).toBe(2)
    const known = await talk({}, [failed("unavailable"), answers("ok")])
    expect(known.account?.spent.tokens).toBe(150)
  })

  it("charges an interrupted attempt in full and checks the budget again, with the next attempt and no retry", async () => {
    const played = await talk({ policy: { retry: "never" } }, [failed("interrupted"), answers("ok")])
    expect(played.output).toBe("ok")
    expect(played.turns.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(played.account?.spent.turns).toBe(2)
    const tight = await talk({ budget: { tokens: 1_300 } }, [failed("interrupted"), answers("ok")])
    expect(tight.turns).toHaveLength(1)
    expect(tight.failure?.kind).toBe("budget_exceeded")
  })

  it("shrinks the answer to what is left, and refuses when that is not useful", async () => {
    const some = await talk({ budget: { tokens: 700 } }, [answers("ok")])
    expect(some.output).toBe("ok")
    const [shrunk] = some.turns
    expect(shrunk?.parameters.allowance.tokens).toBe(700)
    expect(shrunk?.parameters.maxOutputTokens).toBeLessThan(700)
    const none = await talk({ budget: { tokens: 300 } }, [answers("ok")])
    expect(none.turns).toHaveLength(0)
    expect(none.failure).toMatchObject({ kind: "budget_exceeded", message: expect.stringContaining("the budget of Helper has 300 tokens left") })
    const poor = await talk({}, [answers("ok")], { workflow: { budget: { dollars: 0.0001 } } })
    expect(poor.failure).toMatchObject({ kind: "budget_exceeded", message: expect.stringContaining("the budget of W has $0.000100 left") })
  })

  it("charges what was reported when a provider goes over the allowance", async () => {
    const played = await talk({}, [turn({ answer: { value: 1 } }, { inputTokens: 9_000, outputTokens: 9_000 })], { workflow: { budget: { tokens: 10_000 } } })
    expect(played.account).toMatchObject({ spent: { tokens: 18_000 }, reserved: { tokens: 0 } })
    expect(played.logs.map(({ message }) => message)).toEqual([expect.stringContaining("the provider billed 18000 tokens")])
  })

  it("settles a turn that a deadline left behind at its allowance", async () => {
    const played = await talk({ policy: { deadline: "5s" } }, [{ envelope: answers("late"), afterMs: 60_000 }])
    expect(played.failure).toMatchObject({ kind: "timeout", step: "W/Helper/turn[1]" })
    expect(played.account?.spent).toEqual(played.turns[0]?.parameters.allowance)
    expect(played.account?.reserved.tokens).toBe(0)
  })
})
