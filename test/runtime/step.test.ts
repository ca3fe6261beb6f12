// One step and its clauses: retry, deadline, fallback, manual.

import { describe, expect, it } from "vitest"
import type { Envelope, Flow, Run, WorkflowSpec } from "../../runtime/contract.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool, type Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"

const done = (value: unknown): Envelope => ({ ok: true, value })
const failed = (kind: string, more: object = {}): Envelope => ({ ok: false, kind, message: `it is ${kind}`, ...more })

function flow(body: (run: Run, input: Fields) => Flow<unknown>, spec: Partial<WorkflowSpec<Fields, unknown>> = {}) {
  return workflow({ name: "W", parameters: objectSchema, result: anything, ...spec }, body)
}

describe("a step", () => {
  it("is one activity with path, attempt, key and start", async () => {
    const played = await play(flow(function* (run) { return yield* run.call(testTool("ping"), { a: 1 }) }), {}, () => done("pong"))
    expect(played.output).toBe("pong")
    expect(played.activities).toMatchObject([{ name: "ping", step: "W/ping", attempt: 1, parameters: { a: 1 } }])
    expect(played.activities[0]?.key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it("gets a path of its own when a name is used twice, or the name that the call gives", async () => {
    const ping = testTool("ping")
    const played = await play(flow(function* (run) {
      yield* run.call(ping, {})
      yield* run.call(ping, {})
      yield* run.call(ping, {}, { as: "other" })
    }), {}, () => done(null))
    expect(played.activities.map(({ step }) => step)).toEqual(["W/ping", "W/ping#2", "W/other"])
    expect(new Set(played.activities.map(({ key }) => key)).size).toBe(3)
  })

  it("fails as internal when the host fails the task, or the answer is no envelope", async () => {
    const body = function* (run: Run) { return yield* run.call(testTool("ping"), {}) }
    expect((await play(flow(body), {}, () => ({ broken: "not registered" }))).failure).toMatchObject({ kind: "internal", message: "not registered", step: "W/ping" })
    expect((await play(flow(body), {}, () => ({ envelope: 7 as unknown as Envelope }))).failure).toMatchObject({ kind: "internal" })
  })

  it("refuses an input that does not fit before any step, and keeps the record in the message", async () => {
    const strict = { parameters: { json: true, validate: () => false } as const }
    const played = await play(flow(function* (run) { return yield* run.call(testTool("ping"), {}) }, strict), {}, () => done(1))
    expect(played.activities).toEqual([])
    expect(played.failure).toMatchObject({ kind: "invalid_input", undone: [] })
    expect(played.error?.message.startsWith("invalid_input: ")).toBe(true)
    expect(played.error?.constructor.name).toBe("RunFailed")
  })

  it("carries a declared error and a bug of the body to the record", async () => {
    expect((await play(flow(function* () { throw new FlowError("Revision", "again", { n: 1 }) }), {}, () => done(1))).failure)
      .toMatchObject({ kind: "Revision", message: "again", data: { n: 1 } })
    expect((await play(flow(function* () { throw new TypeError("x is not y") }), {}, () => done(1))).failure)
      .toMatchObject({ kind: "internal", message: "TypeError: x is not y" })
  })
})

describe("retry", () => {
  const starts = async (policy: Parameters<typeof testTool>[1], script: (attempt: number) => Envelope) => {
    const body = function* (run: Run) { return yield* run.call(testTool("ping", policy), {}) }
    const played = await play(flow(body), {}, (_name, input) => ({ envelope: script(input.attempt), afterMs: 0 }))
    return { ...played, starts: played.activities.map(({ at }) => at - (played.activities[0]?.at ?? 0)) }
  }

  it("waits first, doubled, up to the maximum, as durable timers", async () => {
    const played = await starts(
      { policy: { retry: { times: 4, backoff: { first: "1s", max: "5s" } } } },
      (attempt) => (attempt < 5 ? failed("unavailable") : done("ok")),
    )
    expect(played.starts).toEqual([0, 1_000, 3_000, 7_000, 12_000])
    expect(played.output).toBe("ok")
    expect(played.statuses.some(({ waiting }) => waiting[0]?.for === "retry" && waiting[0].attempt === 2)).toBe(true)
  })

  it("gives up after `times`, and takes only the kinds it names", async () => {
    const twice = await starts({ policy: { retry: { times: 2 } } }, () => failed("network"))
    expect(twice.activities).toHaveLength(3)
    expect(twice.failure).toMatchObject({ kind: "network" })
    expect((await starts({ policy: { retry: { times: 2 } } }, () => failed("denied"))).activities).toHaveLength(1)
    expect((await starts({ policy: { retry: { times: 2, on: ["denied"] } } }, () => failed("denied"))).activities).toHaveLength(3)
    expect((await starts({ policy: { retry: "never" } }, () => failed("network"))).activities).toHaveLength(1)
  })

  it("lets Retry-After win when it is longer", async () => {
    const longer = await starts({ policy: { retry: { times: 1 } } }, (n) => (n === 1 ? failed("rate_limited", { retryAfterMs: 7_000 }) : done(1)))
    expect(longer.starts).toEqual([0, 7_000])
    const shorter = await starts({ policy: { retry: { times: 1 } } }, (n) => (n === 1 ? failed("rate_limited", { retryAfterMs: 10 }) : done(1)))
    expect(shorter.starts).toEqual([0, 1_000])
  })

  it("draws jitter below the plain wait, the same in every run", async () => {
    const policy = { policy: { retry: { times: 3, jitter: true, backoff: { first: "10s" } } } } as const
    const first = await starts(policy, (n) => (n < 4 ? failed("timeout") : done(1)))
    const second = await starts(policy, (n) => (n < 4 ? failed("timeout") : done(1)))
    expect(first.starts).toEqual(second.starts)
    const waits = first.starts.slice(1).map((at, index) => at - (first.starts[index] ?? 0))
    for (const [index, wait] of waits.entries()) expect(wait).toBeLessThan(10_000 * 2 ** index)
    expect(new Set(waits.map((wait, index) => wait / 2 ** index)).size).toBe(3)
  })

  it("never retries an open circuit, and an interrupted attempt is no retry", async () => {
    const open = await starts({ policy: { retry: { times: 3, on: ["circuit_open", "network"] } } }, () => failed("circuit_open"))
    expect(open.activities).toHaveLength(1)
    const cut = await starts({ policy: { retry: { times: 1 } } }, (n) => [failed("interrupted"), failed("network"), failed("interrupted"), done("ok")][n - 1] as Envelope)
    expect(cut.output).toBe("ok")
    expect(cut.activities.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    expect(new Set(cut.activities.map(({ key }) => key)).size).toBe(1)
  })

  it("takes the nearest clause per kind: call, tool, the workflow's steps", async () => {
    const ping = testTool("ping", { policy: { timeout: "2s" } })
    const body = function* (run: Run) {
      try { yield* run.call(ping, {}) } catch (thrown) { caught(thrown) }
      try { yield* run.call(ping, {}, { as: "near", retry: "never", timeout: "1s" }) } catch (thrown) { caught(thrown) }
    }
    const played = await play(flow(body, { steps: { retry: { times: 1 }, timeout: "9s" } }), {}, () => failed("network"))
    expect(played.activities.map((input) => [input.step, (input as { timeoutMs?: number }).timeoutMs]))
      .toEqual([["W/ping", 2_000], ["W/ping", 2_000], ["W/near", 1_000]])
  })
})

describe("deadline", () => {
  it("ends a wait between attempts", async () => {
    const ping = testTool("ping", { policy: { retry: { times: 9, backoff: { first: "10s" } }, deadline: "15s" } })
    const played = await play(flow(function* (run) { return yield* run.call(ping, {}) }), {}, () => ({ envelope: failed("network"), afterMs: 0 }))
    expect(played.failure).toMatchObject({ kind: "timeout", step: "W/ping" })
    expect(played.elapsedMs).toBe(15_000)
    expect(played.activities).toHaveLength(2)
  })

  it("leaves an attempt in flight behind and lets the fallback answer", async () => {
    const ping = testTool("ping", { policy: { deadline: "5s", fallback: { on: ["timeout"], *value() { return "stale" } } } })
    const played = await play(flow(function* (run) { return yield* run.call(ping, {}) }), {}, () => ({ envelope: done("late"), afterMs: 60_000 }))
    expect(played.output).toBe("stale")
    expect(played.elapsedMs).toBe(5_000)
  })

  it("of the run fails every further step, and no catch, fallback or skip takes it", async () => {
    const ping = testTool("ping", { policy: { fallback: { *value() { return "no" } } } })
    const body = function* (run: Run) {
      return yield* run.each("all", [1, 2, 3, 4], { failures: "skip" }, function* (inner) {
        try { return yield* inner.call(ping, {}) } catch (thrown) { return caught(thrown).kind }
      })
    }
    const played = await play(flow(body, { deadline: "25s" }), {}, () => ({ envelope: done(1), afterMs: 10_000 }))
    expect(played.failure).toMatchObject({ kind: "timeout", message: "the run's deadline of 25s has passed" })
    expect(played.activities).toHaveLength(3)
    expect(played.elapsedMs).toBe(30_000)
  })
})

describe("fallback", () => {
  const withFallback = (kind: string, on?: string[]) => {
    const cached = testTool("cached")
    const ping = testTool("ping", { policy: { fallback: { ...(on ? { on } : {}), *value(run, parameters) { return yield* run.call(cached, parameters) } } } })
    return play(flow(function* (run) { return yield* run.call(ping, { q: 1 }) }), {}, (name) => (name === "cached" ? done("old") : failed(kind)))
  }

  it("answers with a call under the step's path", async () => {
    const played = await withFallback("unavailable")
    expect(played.output).toBe("old")
    expect(played.activities[1]).toMatchObject({ step: "W/ping/fallback/cached", parameters: { q: 1 } })
  })

  it("takes the kinds it names, by default all but budget_exceeded and cancelled", async () => {
    expect((await withFallback("denied", ["unavailable"])).failure?.kind).toBe("denied")
    expect((await withFallback("budget_exceeded")).failure?.kind).toBe("budget_exceeded")
    expect((await withFallback("budget_exceeded", ["budget_exceeded"])).output).toBe("old")
  })
})

describe("manual", () => {
  const manual = { by: "ops", within: "4h" } as const
  const answer = (v: unknown, afterMs = 1_000) => ({ name: "answer:W/ping/manual", payload: { v, by: "ann" }, afterMs })
  const parked = (raise: readonly ReturnType<typeof answer>[], succeedsAt = 99) =>
    play(flow(function* (run) { return yield* run.call(testTool("ping"), { q: 1 }, { manual }) }), {}, (name, input) =>
      name === "ping" ? (input.attempt >= succeedsAt ? done("pong") : failed("denied")) : { envelope: done(null), raise })

  it("parks the step with what a person needs", async () => {
    const played = await parked([answer({ action: "fail" })])
    expect(played.activities[1]).toMatchObject({
      name: "agentflow.park", step: "W/ping/manual",
      parameters: { callable: "ping", by: "ops", error: { kind: "denied", step: "W/ping" }, parameters: { q: 1 } },
    })
    expect(played.statuses.flatMap(({ waiting }) => waiting)).toContainEqual(
      expect.objectContaining({ step: "W/ping/manual", for: "manual", error: "denied: it is denied" }))
    expect(played.failure).toMatchObject({ kind: "denied", step: "W/ping" })
  })

  it("retries with the next attempt number", async () => {
    const played = await parked([answer({ action: "retry" })], 2)
    expect(played.output).toBe("pong")
    expect(played.activities.map(({ step, attempt }) => [step, attempt])).toEqual([["W/ping", 1], ["W/ping/manual", 1], ["W/ping", 2]])
  })

  it("skips with a value, ignores what is no decision, and fails when nobody decides", async () => {
    expect((await parked([answer("what?", 1), answer(null, 2), answer({ action: "skip", value: "by hand" })])).output).toBe("by hand")
    const lapsed = await parked([])
    expect(lapsed.failure?.kind).toBe("denied")
    expect(lapsed.elapsedMs).toBeGreaterThanOrEqual(4 * 3_600_000)
  })
})

describe("values of the run", () => {
  it("draws time and uuids that replay, and logs once", async () => {
    const played = await play(flow(function* (run) {
      const first = run.uuid()
      run.log("before")
      yield* run.call(testTool("ping"), {})
      run.log("after")
      return { first, second: run.uuid(), now: run.now() }
    }), {}, () => done(1))
    const output = played.output as { first: string; second: string; now: string }
    expect(output.first).not.toBe(output.second)
    expect(output.now).toBe("2030-01-01T00:00:00.010Z")
    expect(played.logs.map(({ message }) => message)).toEqual(["before", "after"])
  })

  it("knows which errors a catch takes", () => {
    expect(catches(new FlowError("denied", ""))).toBe(true)
    expect(catches(new FlowError("cancelled", ""))).toBe(false)
    expect(catches(new FlowError("cancelled", ""), "cancelled")).toBe(true)
    expect(catches(new FlowError("denied", ""), "timeout")).toBe(false)
    expect(() => caught(new TypeError("bug"))).toThrow("bug")
  })
})
