// People: a typed answer, its time limit, and answers that come at the wrong time.

import { describe, expect, it } from "vitest"
import type { Envelope, Flow, Run, WorkflowSpec } from "../../runtime/contract.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testAgent, testHuman, testTool, type Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"

const done = (value: unknown): Envelope => ({ ok: true, value })
const flow = (body: (run: Run, input: Fields) => Flow<unknown>, spec: Partial<WorkflowSpec<Fields, unknown>> = {}) =>
  workflow({ name: "W", parameters: objectSchema, result: anything, ...spec }, body)
const answer = (v: unknown, at: number, step = "W/approve") => ({ name: `answer:${step}`.toUpperCase(), payload: { v, by: "ann" }, at })
const approve = testHuman("approve", { policy: { timeout: "1h" } })
const asks = flow(function* (run) { return yield* run.call(approve, { brief: "b" }) })

describe("a question", () => {
  it("is written by an activity with its deadline, and shown as waiting", async () => {
    const played = await play(asks, {}, () => done(null), { raise: [answer("yes", 5_000)] })
    expect(played.output).toBe("yes")
    expect(played.activities).toMatchObject([{ name: "approve", step: "W/approve", parameters: { brief: "b" }, deadline: Date.UTC(2030, 0, 1, 1) }])
    expect(played.statuses.flatMap(({ waiting }) => waiting)).toContainEqual({ step: "W/approve", for: "answer", until: Date.UTC(2030, 0, 1, 1) })
  })

  it("takes an answer that came before it was asked", async () => {
    const first = flow(function* (run) {
      yield* run.call(testTool("slow"), {})
      return yield* run.call(approve, {})
    })
    const played = await play(first, {}, () => ({ envelope: done(null), afterMs: 9_000 }), { raise: [answer("early", 1)] })
    expect(played.output).toBe("early")
  })

  it("ignores answers of another type and empty events, and goes on waiting", async () => {
    const raise = [answer(7, 100), { name: "answer:W/approve", payload: null, at: 150 }, answer("yes", 200)]
    expect((await play(asks, {}, () => done(null), { raise })).output).toBe("yes")
  })

  it("is a timeout when nobody answers, and then the fallback's", async () => {
    expect((await play(asks, {}, () => done(null))).failure).toMatchObject({ kind: "timeout", message: "nobody answered within 1h", step: "W/approve" })
    const rejects = testHuman("approve", { policy: { timeout: "1h", fallback: { *value() { return "reject" } } } })
    const played = await play(flow(function* (run) { return yield* run.call(rejects, {}) }), {}, () => done(null), { raise: [answer(7, 10)] })
    expect(played.output).toBe("reject")
    expect(played.elapsedMs).toBe(3_600_000)
  })

  it("asked again after a timeout gets the answer that comes then: the lost wait does not swallow it", async () => {
    const manual = { by: "ops" } as const
    const played = await play(flow(function* (run) { return yield* run.call(approve, {}, { manual }) }), {}, (name) =>
      name === "agentflow.park"
        ? { envelope: done(null), raise: [{ name: "answer:W/approve/manual", payload: { v: { action: "retry" } }, afterMs: 100 }] }
        : done(null), { raise: [answer("finally", 2 * 3_600_000 - 10_000)] })
    expect(played.output).toBe("finally")
  })

  it("leaves a late answer without effect", async () => {
    const waits = flow(function* (run) {
      const verdict = yield* run.call(approve, {}, { fallback: { *value() { return "reject" } } })
      yield* run.call(testTool("slow"), {})
      return verdict
    })
    const played = await play(waits, {}, (name) => ({ envelope: done(null), afterMs: name === "slow" ? 60_000 : 10 }), { raise: [answer("late", 3_610_000)] })
    expect(played.output).toBe("reject")
  })

  it("survives a store that is away for a moment", async () => {
    const played = await play(asks, {}, (_name, input) => (input.attempt < 3 ? { ok: false, kind: "unavailable", message: "away" } : done(null)),
      { raise: [answer("yes", 60_000)] })
    expect(played.output).toBe("yes")
  })

  it("checks `require`", async () => {
    const strict = testHuman("approve", { require: [{ holds: (result) => result !== "maybe", otherwise: () => "say yes or no" }] })
    const played = await play(flow(function* (run) { return yield* run.call(strict, {}) }), {}, () => done(null), { raise: [answer("maybe", 100), answer("no", 200)] })
    expect(played.output).toBe("no")
  })

  it("pauses the deadline of the step around it, never the run's", async () => {
    const helper = testAgent("Helper", { tools: [approve], policy: { deadline: "10s" } })
    const asked = (spec: Partial<WorkflowSpec<Fields, unknown>>) => play(flow(function* (run) { return yield* run.call(helper, {}) }, spec), {}, (name, input) => {
      if (name === "approve") return done(null)
      const toolCalls = [{ id: "1", name: "approve", arguments: {} }]
      const turn = input.step.endsWith("turn[1]") ? { finishReason: "tool_calls", toolCalls } : { finishReason: "stop", answer: { value: "done" } }
      return { envelope: { ok: true, value: turn, usage: { inputTokens: 1, outputTokens: 1 } }, afterMs: 4_000 }
    }, { raise: [answer("yes", 1_800_000, "W/Helper/turn[1]/approve")] })
    expect((await asked({})).output).toBe("done")
    expect((await asked({ deadline: "20m" })).failure).toMatchObject({ kind: "timeout", message: "the run's deadline of 20m has passed" })
  })
})
