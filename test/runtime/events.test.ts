// Waiting for time and events, publishing, settings, and being cancelled.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Flow, Run } from "../../runtime/contract.ts"
import { catches, caught } from "../../runtime/errors.ts"
import { event, setting } from "../../runtime/define.ts"
import { schemaOf, testAgent, testHuman, testTool, textSchema } from "../harness/callables.ts"
import { play, startTime } from "../harness/fake-context.ts"
import { book, done, failed, flow, parametersOf, ping, stepsOf } from "../harness/flows.ts"

interface Payment { readonly order: number }
const Paid = event({ name: "Paid", schema: schemaOf<Payment>({ type: "object" }, (value) => typeof (value as Payment | null)?.order === "number") })
const paid = (order: number, at: number, name = "Paid") => ({ name, payload: { order }, at })
const nothing = () => done()

describe("sleep", () => {
  it("waits for a duration or until a time, shows it, and does not wait for the past", async () => {
    const played = await play(flow(function* (run) {
      yield* run.sleep("5m")
      yield* run.sleepUntil(new Date(startTime + 600_000).toISOString())
      yield* run.sleepUntil("2020-01-01T00:00:00Z")
      return run.now()
    }), {}, nothing)
    expect(played.output).toBe(new Date(startTime + 600_000).toISOString())
    expect(played.timers).toEqual([300_000, 600_000])
    expect(played.statuses[0]?.waiting).toEqual([{ step: "W/sleep", for: "sleep", until: startTime + 300_000 }])
  })
})

describe("waitFor", () => {
  const one = (run: Run, order: number, timeout?: string): Flow<Payment> =>
    run.waitFor(Paid, { by: (payload) => payload.order === order, ...(timeout === undefined ? {} : { timeout }) })

  it("takes an event that came before the wait, or comes after it, whatever the case of its name", async () => {
    const played = await play(flow(function* (run) {
      yield* run.sleep("1s")
      const early = yield* run.waitFor(Paid)
      return [early, yield* run.waitFor(Paid)]
    }), {}, nothing, { raise: [paid(1, 10, "PAID"), paid(2, 5_000, "paid")] })
    expect(played.output).toEqual([{ order: 1 }, { order: 2 }])
    expect(played.statuses.flatMap(({ waiting }) => waiting).find((wait) => wait.for === "event")?.step).toBe("W/Paid#2")
  })

  it("keeps what fits nobody for later waits, in order", async () => {
    const played = await play(flow(function* (run) {
      const three = yield* one(run, 3)
      return [three, yield* run.waitFor(Paid), yield* run.waitFor(Paid)]
    }), {}, nothing, { raise: [paid(1, 10), { name: "Paid", payload: "no payment", at: 15 }, paid(2, 20), paid(3, 30)] })
    expect(played.output).toEqual([{ order: 3 }, { order: 1 }, { order: 2 }])
  })

  it("swallows nothing when its time is over", async () => {
    const played = await play(flow(function* (run) {
      try { yield* one(run, 1, "1s") } catch (thrown) { if (!catches(caught(thrown), "timeout")) throw thrown }
      return yield* one(run, 1)
    }), {}, nothing, { raise: [paid(1, 2_000)] })
    expect(played.output).toEqual({ order: 1 })
  })

  it("property: every event reaches the one wait that it fits, whatever order they come in", async () => {
    const times = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 5, maxLength: 5 })
    await fc.assert(fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (at, atATime) => {
      const played = await play(flow(function* (run) {
        const results = yield* run.eachResult("all", [0, 1, 2, 3, 4], { atATime }, function* (run, order) {
          if (order % 2 === 0) yield* run.sleep(order * 300)
          return (yield* one(run, order, "1h")).order
        })
        return results.map((result) => (result.ok ? result.value : result.error.kind))
      }), {}, nothing, { raise: at.map((time, order) => paid(order, time)) })
      expect(played.output).toEqual([0, 1, 2, 3, 4])
    }), { seed: 5, numRuns: 80 })
  })
})

describe("publish", () => {
  it("is a durable step with a key of its own", async () => {
    const played = await play(flow(function* (run) {
      yield* run.publish(Paid, { order: 1 }, { topic: "payments" })
      yield* run.publish(Paid, { order: 2 }, { topic: "payments", pubsub: "bus" })
    }), {}, (_name, input) => (input.attempt === 1 ? failed("unavailable") : done()))
    expect(played.activities.map(({ name, step, parameters }) => [name, step, parameters])).toContainEqual(
      ["agentflow.publish", "W/publish#2", { event: "Paid", topic: "payments", pubsub: "bus", payload: { order: 2 } }])
    expect(new Set(played.activities.map(({ key }) => key)).size).toBe(2)
  })
})

describe("settings", () => {
  const channel = setting({ name: "channel", schema: textSchema, default: "#market" })

  it("are read once by a step, then are the same everywhere", async () => {
    const writer = testAgent("writer", { prompt: (_parameters, settings) => `Write for ${settings(channel)}.` })
    const played = await play(flow(function* (run) {
      yield* run.call(writer, {})
      return run.setting(channel)
    }, { settings: [channel] }), {}, (name) => name === "agentflow.settings" ? done({ channel: "#test" })
      : { ...done({ finishReason: "stop", answer: { value: 1 } }), usage: { inputTokens: 1, outputTokens: 1 } })
    expect(played.output).toBe("#test")
    expect(played.activities[0]).toMatchObject({ step: "W/settings", parameters: { settings: [{ name: "channel", default: "#market" }] } })
    expect(JSON.stringify(played.activities[1])).toContain("Write for #test.")
  })

  it("end the run when one does not fit its type", async () => {
    const played = await play(flow(function* (run) { return run.setting(channel) }, { settings: [channel] }), {}, () => done({ channel: 5 }))
    expect(played.failure).toMatchObject({ kind: "invalid_input", message: "setting channel: the value is not a text" })
  })
})

describe("cancel", () => {
  const cancelAt = (at: number) => ({ raise: [{ name: "agentflow.cancel", payload: { by: "me" }, at }] })

  it("starts nothing more, waits for what is in flight, compensates, and fails as cancelled", async () => {
    const played = await play(flow(function* (run) {
      try {
        yield* run.call(book, { n: 1 })
        yield* run.call(book, { n: 2 })
        yield* run.call(ping, {})
      } catch (thrown) { if (!catches(caught(thrown), "cancelled")) throw thrown }
    }), {}, () => ({ envelope: done("b"), afterMs: 100 }), cancelAt(150))
    expect(played.failure).toMatchObject({ kind: "cancelled", undone: ["W/book#2", "W/book"] })
    expect(stepsOf(played, "ping")).toEqual([])
  })

  it.each([
    ["a sleep", (run: Run) => run.sleep("1d")],
    ["a wait for a person", (run: Run) => run.call(testHuman("ask"), {})],
    ["a wait for an event", (run: Run) => run.waitFor(Paid)],
    ["a wait between retries", (run: Run) => run.call(testTool("flaky", { policy: { retry: { times: 3, backoff: { first: "1d", max: "1d" } } } }), {})],
    ["blocks in blocks", (run: Run) => run.parallel("p", { *a(run) { yield* run.within("w", { deadline: "2d" }, (run) => run.sleep("1d")) }, *b(run) { yield* run.race("r", { *c(run) { yield* run.sleep("1d") } }) } })],
  ])("ends %s at once", async (_what, wait: (run: Run) => Flow<unknown>) => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* wait(run)
    }), {}, (name) => (name === "flaky" ? failed("network") : done()), cancelAt(5_000))
    expect(played.failure).toMatchObject({ kind: "cancelled", undone: ["W/book"] })
    expect(played.elapsedMs).toBeLessThan(6_000)
  })

  it("also ends a run whose last step was in flight", async () => {
    const played = await play(flow((run) => run.call(book, { n: 1 })), {}, () => ({ envelope: done("b"), afterMs: 100 }), cancelAt(50))
    expect(played.failure).toMatchObject({ kind: "cancelled", undone: ["W/book"] })
    expect(parametersOf(played, "cancel")).toEqual([{ n: 1, booking: "b" }])
  })
})
