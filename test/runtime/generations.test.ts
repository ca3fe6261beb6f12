// `continue as new`: a new history that still owes, has spent and waits for what the old one did.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarriedRun, Flow, Run, RunEnvelope, WorkflowSpec } from "../../runtime/contract.ts"
import { event } from "../../runtime/define.ts"
import { FlowError } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, schemaOf, testHuman, testTool } from "../harness/callables.ts"
import type { Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import { book, cancel, done, failed, flow, parametersOf, ping, stepsOf } from "../harness/flows.ts"

type Body = (run: Run, round: number) => Flow<unknown>

/** Runs the body once per history, `rounds` times. */
function again(rounds: number, body: Body, spec: Partial<WorkflowSpec<Fields, unknown>> = {}) {
  return flow(function* (run, { round = 1 }) {
    const value = yield* body(run, round as number)
    if ((round as number) < rounds) return run.continueAsNew({ round: (round as number) + 1 })
    return value
  }, { undos: () => [cancel], ...spec })
}

const Tick = event({ name: "Tick", schema: schemaOf<{ n: number }>({}, (value) => typeof (value as { n?: unknown } | null)?.n === "number") })

describe("continue as new", () => {
  it("starts again with new parameters; its steps have names, keys and children of their own", async () => {
    const played = await play(again(3, (run, round) => run.call(ping, { round })), {}, (_name, input) => done((input.parameters as Fields)["round"]))
    expect(played.output).toBe(3)
    expect(played.generations).toBe(3)
    expect(stepsOf(played)).toEqual(["W/ping", "W#2/ping", "W#3/ping"])
    expect(new Set(played.activities.map(({ key }) => key)).size).toBe(3)
  })

  it("goes on with the ledger and the deadline", async () => {
    const spending = await play(again(9, (run) => run.call(ping, {}), { budget: { calls: 3 } }), {}, () => done())
    expect(spending.failure).toMatchObject({ kind: "budget_exceeded", step: "W#4/ping" })
    const late = await play(again(9, (run) => run.sleep("40m"), { deadline: "1h" }), {}, () => done())
    expect(late.failure).toMatchObject({ kind: "timeout" })
    expect(late.elapsedMs).toBe(3_600_000)
  })

  it("undoes what the earlier histories did, last started first", async () => {
    const played = await play(again(3, function* (run, round) {
      yield* run.call(book, { round })
      if (round === 3) throw new FlowError("Sold", "out")
    }), {}, (name) => done(name === "book" ? "b" : null))
    expect(parametersOf(played, "cancel")).toEqual([3, 2, 1].map((round) => ({ round, booking: "b" })))
    expect(played.failure?.undone).toEqual(["W#3/book", "W#2/book", "W/book"])
    expect(stepsOf(played, "cancel")).toEqual(["W#3/book/undo/cancel", "W#2/book/undo/cancel", "W/book/undo/cancel"])
  })

  it("waits for what a deadline left in flight, and then knows whether to undo it", async () => {
    const slow = testTool("book", { policy: { deadline: "1s" }, compensate: (undo, parameters, result) => undo.call(cancel, { ...parameters, booking: result }) })
    const played = await play(again(2, function* (run, round) {
      if (round === 2) throw new FlowError("Sold", "out")
      try { yield* run.call(slow, { n: 1 }) } catch (thrown) { if (!(thrown instanceof FlowError)) throw thrown }
    }), {}, () => ({ envelope: done("late"), afterMs: 5_000 }))
    expect(parametersOf(played, "cancel")).toEqual([{ n: 1, booking: "late" }])
  })

  it("remembers an outcome that nobody knows", async () => {
    const played = await play(again(2, function* (run, round) {
      if (round === 2) throw new FlowError("Sold", "out")
      try { yield* run.call(book, {}) } catch (thrown) { if (!(thrown instanceof FlowError)) throw thrown }
    }), {}, () => failed("timeout", { maybeDone: true }))
    expect(played.failure).toMatchObject({ undone: [], undoUnknown: ["W/book"] })
  })

  it("leaves a loser of a race nothing to say to the next history", async () => {
    const played = await play(again(2, (run) => run.race("r", { *slow(run) { return yield* run.call(book, { n: 500 }) }, *quick(run) { yield* run.sleep("10ms") } })),
      {}, (name) => ({ envelope: done("b"), afterMs: name === "book" ? 500 : 10 }))
    expect(parametersOf(played, "cancel")).toHaveLength(2)
    expect(played.elapsedMs).toBeGreaterThanOrEqual(1_000)
  })

  it("keeps events that fitted nobody, and those that nobody has read", async () => {
    const wanted = [2, 3, 1]
    const played = await play(again(3, (run, round) => run.waitFor(Tick, { by: ({ n }) => n === wanted[round - 1] })), {}, () => done(),
      { raise: [1, 2, 3].map((n) => ({ name: "tick", payload: { n }, at: n * 10 })) })
    expect(played.output).toEqual({ n: 1 })
  })

  it("does not take an answer to an earlier history's question for its own", async () => {
    const ask = testHuman("ask", { policy: { timeout: "1h" } })
    const late = (name: string, afterMs: number) => ({ name, payload: { v: name }, afterMs })
    const played = await play(again(2, function* (run) {
      try { return yield* run.call(ask, {}) } catch (thrown) { if (!(thrown instanceof FlowError)) throw thrown }
      return "nobody"
    }), {}, (_name, input) => ({ envelope: done(), raise: [late(`answer:${input.step}`, input.step === "W/ask" ? 3_600_500 : 60_000)] }))
    expect(played.output).toBe("answer:W#2/ask")
  })

  it("remembers what a block could not undo", async () => {
    const stubborn = testTool("stubborn", { policy: { retry: "never" } })
    const sticky = testTool("sticky", { compensate: (undo) => undo.call(stubborn, {}) })
    const played = await play(again(2, function* (run, round) {
      if (round === 2) throw new FlowError("Sold", "out")
      try {
        yield* run.saga("trip", function* (run) {
          yield* run.call(sticky, {})
          yield* run.call(ping, {})
        })
      } catch (thrown) { if (!(thrown instanceof FlowError)) throw thrown }
    }), {}, (name) => (name === "sticky" ? done() : failed("denied")))
    expect(played.failure?.undoFailed).toMatchObject([{ step: "W/trip/sticky/undo/stubborn" }])
  })

  it("is refused once the run is cancelled", async () => {
    const played = await play(again(2, (run) => run.call(ping, {})), {}, () => ({ envelope: done(), afterMs: 100 }),
      { raise: [{ name: "agentflow.cancel", payload: {}, at: 50 }] })
    expect(played.failure?.kind).toBe("cancelled")
    expect(played.generations).toBe(1)
  })

  it("says which callable is missing from the undos", async () => {
    const played = await play(again(2, (run) => run.call(book, {}), { undos: () => [] }), {}, () => done())
    expect(played.failure?.message).toContain("cancel undoes a step")
  })

  it("keeps the allotment of a child", async () => {
    const child = workflow({ name: "Child", parameters: objectSchema, result: anything }, function* (run, { round = 1 }) {
      yield* run.call(ping, {})
      return (round as number) < 3 ? run.continueAsNew({ round: (round as number) + 1 }) : "done"
    })
    const played = await play(flow((run) => run.call(child, {}), { budget: { calls: 5 } }), {}, () => done(), { workflows: [child] })
    expect(played.output).toBe("done")
    expect(played.statuses.at(-1)?.spent.calls).toBe(3)
    expect((played.children[0]?.input as RunEnvelope & { carried: CarriedRun }).carried.caps).toEqual({ calls: 5 })
  })

  it("property: over any number of histories each completed step is undone exactly once, in reverse order", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom("ok", "denied"), { maxLength: 4 }), { minLength: 1, maxLength: 4 }), fc.boolean(), fc.integer({ min: 1, max: 3 }),
      async (plans, ends, atATime) => {
        const completed: string[] = []
        const played = await play(again(plans.length, function* (run, round) {
          yield* run.each("all", plans[round - 1] as string[], { atATime, failures: "skip" }, (run, outcome) => run.call(book, { outcome }))
          if (round === plans.length && ends) throw new FlowError("Sold", "out")
        }), {}, (name, input) => {
          if (name === "cancel") return done()
          const isOk = (input.parameters as Fields)["outcome"] === "ok"
          if (isOk) completed.push(input.step)
          return isOk ? done("b") : failed("denied")
        })
        expect(stepsOf(played, "cancel").map((step) => step.replace("/undo/cancel", ""))).toEqual(ends ? completed.toReversed() : [])
      },
    ), { seed: 31, numRuns: 60 })
  })
})
