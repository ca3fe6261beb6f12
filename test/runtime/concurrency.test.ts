// `each`: order, width, failures, and what happens to the siblings of a failure.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { EachOptions, Envelope, Flow, Run } from "../../runtime/contract.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool, type Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { ActivityScript } from "../harness/fake-context.ts"

const ping = testTool("ping")
const done = (value: unknown): Envelope => ({ ok: true, value })
const failed = (kind: string): Envelope => ({ ok: false, kind, message: kind })
const flow = (body: (run: Run, input: Fields) => Flow<unknown>) => workflow({ name: "W", parameters: objectSchema, result: anything }, body)
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

function each(count: number, options: EachOptions, script: ActivityScript) {
  return play(flow(function* (run) {
    return yield* run.each("all", numbers(count), options, function* (inner, item) { return yield* inner.call(ping, { item }) })
  }), {}, script)
}

const itemOf = (input: { parameters: unknown }): number => (input.parameters as { item: number }).item

describe("each", () => {
  it("gives the results in the order of the items, whatever order they end in", async () => {
    const played = await each(6, { atATime: 3 }, (_name, input) => ({ envelope: done(itemOf(input) * 10), afterMs: 100 - itemOf(input) }))
    expect(played.output).toEqual([0, 10, 20, 30, 40, 50])
    expect(played.activities[3]?.step).toBe("W/all[3]/ping")
  })

  it("runs one at a time unless told, as many as it is told, and never more than 64", async () => {
    const width = async (options: EachOptions): Promise<number> => {
      const played = await each(150, options, (_name, input) => ({ envelope: done(itemOf(input)), afterMs: 1_000 }))
      return played.activities.filter(({ at }) => at === played.activities[0]?.at).length
    }
    expect(await width({})).toBe(1)
    expect(await width({ atATime: 5 })).toBe(5)
    expect(await width({ atATime: 1_000 })).toBe(64)
  })

  it("gives an empty list for no items, without waiting", async () => {
    expect((await each(0, { atATime: 5 }, () => done(1))).output).toEqual([])
  })

  it("stop: starts nothing more, waits for what is in flight, then raises the first failure", async () => {
    const played = await each(9, { atATime: 3 }, (_name, input) =>
      itemOf(input) === 1 ? { envelope: failed("denied"), afterMs: 5 } : { envelope: done(1), afterMs: 500 })
    expect(played.failure).toMatchObject({ kind: "denied", step: "W/all[1]/ping" })
    expect(played.activities).toHaveLength(3)
    expect(played.elapsedMs).toBe(500)
  })

  it("stop: ends the retry wait of a sibling at once", async () => {
    const patient = testTool("patient", { policy: { retry: { times: 9, backoff: { first: "1h", max: "1h" } } } })
    const played = await play(flow(function* (run) {
      return yield* run.each("all", [0, 1], { atATime: 2 }, function* (inner, item) { return yield* inner.call(item === 0 ? patient : ping, { item }) })
    }), {}, (name) => (name === "patient" ? failed("network") : { envelope: failed("denied"), afterMs: 50 }))
    expect(played.failure?.kind).toBe("denied")
    expect(played.elapsedMs).toBe(50)
  })

  it("stop: reaches the loops inside", async () => {
    const played = await play(flow(function* (run) {
      return yield* run.each("outer", [0, 1], { atATime: 2 }, function* (outer, which) {
        if (which === 1) return yield* outer.call(ping, { item: 99 })
        return yield* outer.each("inner", numbers(20), { atATime: 2 }, function* (inner, item) { return yield* inner.call(ping, { item }) })
      })
    }), {}, (_name, input) => (itemOf(input) === 99 ? { envelope: failed("denied"), afterMs: 15 } : { envelope: done(1), afterMs: 10 }))
    expect(played.failure?.kind).toBe("denied")
    expect(played.activities.map(({ step }) => step)).toEqual([
      "W/outer[0]/inner[0]/ping", "W/outer[0]/inner[1]/ping", "W/outer[1]/ping", "W/outer[0]/inner[2]/ping", "W/outer[0]/inner[3]/ping",
    ])
  })

  it("skip: drops what failed, but never budget_exceeded or cancelled", async () => {
    const script = (kind: string): ActivityScript => (_name, input) => (itemOf(input) % 2 === 0 ? done(itemOf(input)) : failed(kind))
    expect((await each(5, { atATime: 2, failures: "skip" }, script("denied"))).output).toEqual([0, 2, 4])
    expect((await each(5, { atATime: 2, failures: "skip" }, script("budget_exceeded"))).failure?.kind).toBe("budget_exceeded")
    expect((await each(5, { atATime: 2, failures: "skip" }, script("cancelled"))).failure?.kind).toBe("cancelled")
  })

  it("collects failures as values", async () => {
    const played = await play(flow(function* (run) {
      return yield* run.eachResult("all", [0, 1], { atATime: 2 }, function* (inner, item) { return yield* inner.call(ping, { item }) })
    }), {}, (_name, input) => (itemOf(input) === 0 ? done("yes") : failed("denied")))
    expect(played.output).toEqual([
      { ok: true, value: "yes" },
      { ok: false, error: { kind: "denied", message: "denied", step: "W/all[1]/ping" } },
    ])
  })

  it("property: whatever the durations, widths and failures, runs replay at every prefix and keep their promises", async () => {
    const item = fc.record({ afterMs: fc.integer({ min: 0, max: 30 }), outcome: fc.constantFrom("ok", "ok", "network", "denied", "interrupted") })
    await fc.assert(fc.asyncProperty(
      fc.array(item, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), fc.constantFrom("stop" as const, "skip" as const),
      async (items, atATime, failures) => {
        const retrying = testTool("ping", { policy: { retry: { times: 1, jitter: true, backoff: { first: "20ms" } } } })
        const played = await play(flow(function* (run) {
          return yield* run.each("all", items, { atATime, failures }, function* (inner, _item, index) { return yield* inner.call(retrying, { item: index }) })
        }), {}, (_name, input) => {
          const { afterMs, outcome } = items[itemOf(input)] as { afterMs: number; outcome: string }
          return { afterMs, envelope: outcome === "ok" || input.attempt > 1 ? done(itemOf(input)) : failed(outcome) }
        })
        const denied = items.flatMap(({ outcome }, index) => (outcome === "denied" ? [index] : []))
        const kept = numbers(items.length).filter((index) => !denied.includes(index))
        if (failures === "skip" || denied.length === 0) expect(played.output).toEqual(kept)
        else expect(played.failure?.kind).toBe("denied")
      },
    ), { seed: 11, numRuns: 120 })
  })
})
