// Clauses beyond retry and time: the else of a budget, cache, limit, approval, dead letter.

import { describe, expect, it } from "vitest"
import type { Envelope, OverBudget } from "../../runtime/contract.ts"
import { FlowError } from "../../runtime/errors.ts"
import { cheap, dear, testAgent, testHuman, testTool } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { ActivityScript } from "../harness/fake-context.ts"
import { book, done, failed, flow, ping, stepsOf } from "../harness/flows.ts"

const confirm = testHuman("confirm", { policy: { timeout: "1h" } })
/** Every question is answered with `v` after a second. */
const answering = (v: unknown, rest: (name: string) => Envelope = () => done()): ActivityScript => (name, input) =>
  name === "confirm" && v !== undefined
    ? { envelope: done(), raise: [{ name: `answer:${input.step}`, payload: { v }, afterMs: 1_000 }] }
    : rest(name)
const asking: OverBudget<object, unknown> = { *ask(run, about) { return (yield* run.call(confirm, { about })) === "yes" } }

describe("the else of a budget", () => {
  const looping = (overBudget: OverBudget<object, unknown>) => flow(function* (run) {
    for (let count = 0; count < 5; count++) yield* run.call(ping, {})
    return "all"
  }, { budget: { calls: 2 }, overBudget })

  it("return: gives the value of what carries it", async () => {
    const played = await play(looping({ *return(run) { return `${(run.id)} stopped` } }), {}, () => done())
    expect(played.output).toBe("run-1 stopped")
    const ofCall = await play(flow((run) => run.each("all", [1, 2], {}, (run) =>
      run.call(testAgent("writer"), {}, { budget: { tokens: 10 }, overBudget: { *return() { return "too dear" } } }))), {}, () => done())
    expect(ofCall.output).toEqual(["too dear", "too dear"])
    expect(ofCall.activities).toEqual([])
  })

  it("ask: a yes adds the same amounts, again and again; a no is final", async () => {
    const more = await play(looping(asking), {}, answering("yes"))
    expect(more.output).toBe("all")
    expect(stepsOf(more, "confirm")).toEqual(["W/ping#3/else/confirm", "W/ping#5/else/confirm"])
    expect(more.statuses.at(-1)).toMatchObject({ budget: { calls: 6 }, spent: { calls: 5 } })
    const no = await play(looping(asking), {}, answering("no"))
    expect(no.failure?.kind).toBe("budget_exceeded")
  })

  it("ask: asks once for all that run out together", async () => {
    const played = await play(flow((run) => run.each("all", [1, 2, 3, 4], { atATime: 4 }, (run) => run.call(ping, {})),
      { budget: { calls: 2 }, overBudget: asking }), {}, answering("yes"))
    expect(played.output).toHaveLength(4)
    expect(stepsOf(played, "confirm")).toHaveLength(1)
  })

  it("use: another model where the first has no room", async () => {
    const writer = testAgent("writer", { models: [{ model: dear }], budget: { dollars: 0.004 }, overBudget: { use: cheap } })
    const played = await play(flow((run) => run.call(writer, {})), {}, () =>
      ({ ...done({ finishReason: "stop", answer: { value: "ok" } }), usage: { inputTokens: 10, outputTokens: 5 } }))
    expect(played.output).toBe("ok")
    expect(played.activities[0]?.parameters).toMatchObject({ model: { name: "cheap" } })
    expect(played.statuses.at(-1)?.spent.nanoDollars).toBe(20_000)
  })
})

describe("approve by", () => {
  const pay = testTool("pay", { approve: {
    when: ({ amount }) => (amount as number) > 100,
    *ask(run, { amount }) { return (yield* run.call(confirm, { amount })) === "yes" },
  } })

  it("asks before the call, and only when it has to", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(pay, { amount: 50 })
      yield* run.call(pay, { amount: 500 })
    }), {}, answering("yes"))
    expect(stepsOf(played)).toEqual(["W/pay", "W/pay#2/approve/confirm", "W/pay#2"])
  })

  it.each([["a no", "no"], ["no answer", undefined]])("makes %s denied, and calls nothing", async (_what, v) => {
    const played = await play(flow((run) => run.call(pay, { amount: 500 })), {}, answering(v))
    expect(played.failure).toMatchObject({ kind: "denied", step: "W/pay" })
    expect(stepsOf(played, "pay")).toEqual([])
  })

  it("holds when an agent, or an agent of an agent, reaches the tool", async () => {
    const inner = testAgent("inner", { tools: [pay] })
    const outer = testAgent("outer", { tools: [inner] })
    const turn = (value: object): Envelope => ({ ...done(value), usage: { inputTokens: 1, outputTokens: 1 } } as Envelope)
    const played = await play(flow((run) => run.call(outer, {})), {}, (name, input, ...rest) => {
      if (name === "confirm" || name === "pay") return answering("no")(name, input, ...rest)
      if (!input.step.endsWith("[1]")) return turn({ finishReason: "stop", answer: { value: "done" } })
      const call = name === "outer" ? { id: "1", name: "inner", arguments: {} } : { id: "2", name: "pay", arguments: { amount: 900 } }
      return turn({ finishReason: "tool_calls", toolCalls: [call] })
    })
    expect(played.output).toBe("done")
    expect(stepsOf(played, "confirm")).toEqual(["W/outer/turn[1]/inner/turn[1]/pay/approve/confirm"])
    expect(stepsOf(played, "pay")).toEqual([])
  })
})

describe("cache", () => {
  const look = testTool("look", { policy: { cache: { for: "1h", by: ({ url }) => [url] } } })
  const store = new Map<string, unknown>()
  const script: ActivityScript = (name, input) => {
    if (name !== "agentflow.cache") return done(`page of ${(input.parameters as { url: string }).url}`)
    const { action, key, value } = input.parameters as { action: string; key: string; value: unknown }
    if (action === "put") store.set(key, value)
    return done(action === "get" && store.has(key) ? { value: store.get(key) } : null)
  }

  it("gives what an earlier call with the same key gave, and registers no undo for it", async () => {
    store.clear()
    const body = flow(function* (run) {
      return [yield* run.call(look, { url: "a", n: 1 }), yield* run.call(look, { url: "a", n: 2 }), yield* run.call(look, { url: "b" })]
    })
    const played = await play(body, {}, script)
    expect(played.output).toEqual(["page of a", "page of a", "page of b"])
    expect(stepsOf(played, "look")).toEqual(["W/look", "W/look#3"])
    expect(played.activities[2]).toMatchObject({ step: "W/look/cache#2", parameters: { action: "put", forMs: 3_600_000 } })
    const cachedBook = { ...book, spec: { ...book.spec, policy: { cache: { for: "1h" } } } } as typeof book
    const failing = await play(flow(function* (run) {
      yield* run.call(cachedBook, { url: "x" })
      yield* run.call(cachedBook, { url: "x" })
      throw new FlowError("Sold", "out")
    }), {}, script)
    expect(failing.failure?.undone).toEqual(["W/book"])
  })

  it("is empty when its store can't be reached", async () => {
    const played = await play(flow((run) => run.call(look, { url: "a" })), {}, (name) => (name === "look" ? done("fresh") : failed("denied")))
    expect(played.output).toBe("fresh")
  })
})

describe("limit", () => {
  it("goes to the activity, which waits", async () => {
    const slow = testTool("slow", { policy: { limit: { rate: { times: 10, per: "1m" }, atOnce: 3 } } })
    const played = await play(flow((run) => run.call(slow, {})), {}, () => done())
    expect(played.activities[0]).toMatchObject({ limit: { times: 10, perMs: 60_000, atOnce: 3 } })
  })
})

describe("a workflow's own retry and fallback", () => {
  it("undo everything, then begin again under new names; the ledger goes on", async () => {
    let round = 0
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      return yield* run.call(testTool("busy", { policy: { retry: "never" } }), {})
    }, { policy: { retry: { times: 2, backoff: { first: "10s" } } }, budget: { calls: 20 } }), {}, (name) => {
      if (name === "busy") round += 1
      return name === "busy" && round < 3 ? failed("unavailable") : done("b")
    })
    expect(played.output).toBe("b")
    expect(stepsOf(played)).toEqual(["W/book", "W/busy", "W/book/undo/cancel", "W#2/book", "W#2/busy", "W#2/book/undo/cancel", "W#3/book", "W#3/busy"])
    expect(played.timers).toEqual([10_020 + 10, 10_030 + 20_030])
    expect(played.statuses.at(-1)?.spent.calls).toBe(6)
  })

  it("give another value when nothing else helps, but not to a run that was cancelled", async () => {
    const body = flow(function* (run) {
      yield* run.call(book, {})
      throw new FlowError("Sold", "out")
    }, { policy: { fallback: { *value(run) { return yield* run.call(ping, {}) } } } })
    const played = await play(body, {}, (name) => done(name))
    expect(played.output).toBe("ping")
    expect(stepsOf(played)).toEqual(["W/book", "W/book/undo/cancel", "W/fallback/ping"])
    const cancelled = await play(body, {}, (name) => done(name), { raise: [{ name: "agentflow.cancel", payload: {}, at: 5 }] })
    expect(cancelled.failure?.kind).toBe("cancelled")
  })
})

describe("dead letter", () => {
  it("is the last step of a failed run, with all that a person needs", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      throw new FlowError("Sold", "out")
    }, { deadLetter: { topic: "failed" } }), { topic: "chips" }, () => done("b"))
    expect(played.activities.at(-1)).toMatchObject({
      name: "agentflow.deadletter", step: "W/dead letter",
      parameters: { workflow: "W", topic: "failed", input: { topic: "chips" }, failure: { kind: "Sold", undone: ["W/book"] } },
    })
    expect(played.failure?.kind).toBe("Sold")
  })

  it("changes nothing about the failure when it can't be written", async () => {
    const played = await play(flow(function* () { throw new FlowError("Sold", "out") }, { deadLetter: { topic: "failed" } }), {}, () => failed("denied"))
    expect(played.failure?.kind).toBe("Sold")
  })
})
