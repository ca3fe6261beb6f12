// Compensation: what succeeded is undone once, last started first, whatever happened in between.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Envelope, Flow, Run, WorkflowSpec } from "../../runtime/contract.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { nextUndo, registerUndo } from "../../runtime/policy/compensation.ts"
import type { UndoStack } from "../../runtime/policy/compensation.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool, type Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { Played } from "../harness/fake-context.ts"

const done = (value: unknown): Envelope => ({ ok: true, value })
const failed = (kind: string, more: object = {}): Envelope => ({ ok: false, kind, message: kind, ...more })
const flow = (body: (run: Run, input: Fields) => Flow<unknown>, spec: Partial<WorkflowSpec<Fields, unknown>> = {}) =>
  workflow({ name: "W", parameters: objectSchema, result: anything, ...spec }, body)

const cancel = testTool("cancel")
const book = testTool("book", {
  compensate(run, parameters, result) { return run.call(cancel, { ...parameters, booking: result }) },
})
const undone = (played: Played): unknown[] => played.activities.filter(({ name }) => name === "cancel").map(({ parameters }) => parameters)

describe("compensation", () => {
  it("undoes in reverse order with parameters and result, as steps below the step", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* run.call(book, { n: 2 })
      throw new FlowError("Sold", "out")
    }), {}, (name, input) => done(name === "book" ? `b${(input.parameters as { n: number }).n}` : null))
    expect(undone(played)).toEqual([{ n: 2, booking: "b2" }, { n: 1, booking: "b1" }])
    expect(played.activities[2]?.step).toBe("W/book#2/undo/cancel")
    expect(played.failure).toMatchObject({ kind: "Sold", undone: ["W/book#2", "W/book"], undoFailed: [] })
    expect(played.statuses.map(({ phase }) => phase)).toContain("compensating")
    expect(played.statuses.at(-1)?.phase).toBe("done")
  })

  it("discards the stack on success, and keeps steps of a caught try", async () => {
    expect(undone(await play(flow(function* (run) { return yield* run.call(book, {}) }), {}, () => done(1)))).toEqual([])
    const played = await play(flow(function* (run) {
      try {
        yield* run.call(book, { n: 1 })
        yield* run.call(testTool("bad"), {})
      } catch (thrown) { if (!catches(caught(thrown))) throw thrown }
      throw new FlowError("Late", "later")
    }), {}, (name) => (name === "bad" ? failed("denied") : done("b")))
    expect(undone(played)).toEqual([{ n: 1, booking: "b" }])
  })

  it("takes the call's undo before the tool's", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 }, { compensate(inner) { return inner.call(cancel, { mine: true }) } })
      throw new FlowError("Sold", "out")
    }), {}, () => done(1))
    expect(undone(played)).toEqual([{ mine: true }])
  })

  it("retries an undo five times unless its tool says otherwise, and goes on when it fails", async () => {
    const stubborn = testTool("stubborn", { policy: { retry: "never" } })
    const other = testTool("other", { compensate(run) { return run.call(stubborn, {}) } })
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* run.call(other, {})
      yield* run.call(book, { n: 2 })
      throw new FlowError("Sold", "out")
    }), {}, (name, input) => {
      if (name === "stubborn") return failed("unavailable")
      return name === "cancel" && (input.parameters as { n: number }).n === 2 && input.attempt < 6 ? failed("unavailable") : done("b")
    })
    expect(played.failure).toMatchObject({
      kind: "Sold", undone: ["W/book#2", "W/book"], undoFailed: [{ kind: "unavailable", step: "W/other/undo/stubborn" }],
    })
    expect(undone(played)).toHaveLength(7)
  })

  it("runs an undo that no budget and no deadline allows any more", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* run.call(book, { n: 2 })
    }, { budget: { calls: 1 } }), {}, () => done("b"))
    expect(played.failure).toMatchObject({ kind: "budget_exceeded", undone: ["W/book"] })
    const late = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* run.call(book, { n: 2 })
    }, { deadline: "5s" }), {}, () => ({ envelope: done("b"), afterMs: 10_000 }))
    expect(late.failure).toMatchObject({ kind: "timeout", undone: ["W/book"] })
  })

  it("undoes a maybe-done step when the undo needs no result, and names it otherwise", async () => {
    const blind = testTool("blind", { compensateNeedsResult: false, compensate(run, parameters) { return run.call(cancel, parameters) } })
    const unknown = (which: typeof blind) => play(flow(function* (run) { return yield* run.call(which, { n: 1 }) }), {},
      (name) => (name === "cancel" ? done(null) : failed("timeout", { maybeDone: true })))
    expect((await unknown(blind)).failure).toMatchObject({ kind: "timeout", undone: ["W/blind"], undoUnknown: [] })
    const named = await unknown(book)
    expect(named.failure).toMatchObject({ kind: "timeout", undone: [], undoUnknown: ["W/book"] })
    expect(undone(named)).toEqual([])
  })

  it("remembers that an earlier attempt may have worked", async () => {
    const blind = testTool("blind", {
      policy: { retry: { times: 1 } }, compensateNeedsResult: false, compensate(run, parameters) { return run.call(cancel, parameters) },
    })
    const played = await play(flow(function* (run) { return yield* run.call(blind, {}) }), {}, (name, input) =>
      name === "cancel" ? done(1) : input.attempt === 1 ? failed("timeout", { maybeDone: true }) : failed("denied"))
    expect(played.failure).toMatchObject({ kind: "denied", undone: ["W/blind"] })
  })

  it("takes a step that no worker knows as not done", async () => {
    const blind = testTool("blind", { compensateNeedsResult: false, compensate(run, parameters) { return run.call(cancel, parameters) } })
    const failing = (errorType: string) => play(flow(function* (run) { return yield* run.call(blind, {}) }), {}, (name) =>
      name === "cancel" ? done(null) : { broken: "the host failed it", errorType })
    expect((await failing("ActivityNotRegisteredError")).failure).toMatchObject({ kind: "internal", undone: [] })
    expect((await failing("TooLarge")).failure).toMatchObject({ kind: "internal", undone: ["W/blind"] })
  })

  it("waits for a step that its deadline left in flight, then undoes what it did", async () => {
    const slow = testTool("book", { policy: { deadline: "1s" }, ...(book.spec.compensate ? { compensate: book.spec.compensate } : {}) })
    const outcome = (envelope: Envelope) => play(flow(function* (run) { return yield* run.call(slow, { n: 1 }) }), {}, (name) =>
      name === "cancel" ? done(null) : { envelope, afterMs: 9_000 })
    const worked = await outcome(done("late"))
    expect(undone(worked)).toEqual([{ n: 1, booking: "late" }])
    expect(worked.failure).toMatchObject({ kind: "timeout", undone: ["W/book"] })
    expect((await outcome(failed("denied"))).failure).toMatchObject({ undone: [], undoUnknown: [] })
    expect((await outcome(failed("timeout", { maybeDone: true }))).failure).toMatchObject({ undone: [], undoUnknown: ["W/book"] })
  })

  it("registers what a failing sibling found in flight", async () => {
    const played = await play(flow(function* (run) {
      return yield* run.each("all", [0, 1, 2], { atATime: 3 }, function* (inner, n) {
        return yield* inner.call(n === 1 ? testTool("bad") : book, { n })
      })
    }), {}, (name, input) => {
      if (name === "bad") return { envelope: failed("denied"), afterMs: 1 }
      // The first started ends last: the order of the undo is that of the start all the same.
      return { envelope: done("b"), afterMs: 100 - (input.parameters as { n: number }).n }
    })
    expect(undone(played)).toEqual([{ n: 2, booking: "b" }, { n: 0, booking: "b" }])
  })

  it("property: each completed step with an undo is undone exactly once, in reverse order of start", async () => {
    const step = fc.record({
      group: fc.integer({ min: 0, max: 2 }), afterMs: fc.integer({ min: 0, max: 40 }),
      outcome: fc.constantFrom("ok", "ok", "ok", "denied", "unknown"), undoFails: fc.boolean(),
    })
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 3 }), async (steps, atATime) => {
      const stepOf = (input: { parameters: unknown }): (typeof steps)[number] => steps[(input.parameters as { n: number }).n] as never
      const once = testTool("cancel", { policy: { retry: "never" } })
      const reserve = testTool("book", { compensate(run, parameters, result) { return run.call(once, { ...parameters, booking: result }) } })
      const completed = new Set<string>()
      const played = await play(flow(function* (run) {
        for (const group of [0, 1, 2]) {
          const members = steps.flatMap((one, n) => (one.group === group ? [n] : []))
          yield* run.each("group", members, { atATime }, function* (inner, n) { return yield* inner.call(reserve, { n }) })
        }
        throw new FlowError("End", "the end")
      }), {}, (name, input) => {
        const { outcome, afterMs, undoFails } = stepOf(input)
        if (name === "cancel") return undoFails ? failed("denied") : done(null)
        if (outcome === "ok") completed.add(input.step)
        return { afterMs, envelope: outcome === "ok" ? done("b") : failed("denied", { maybeDone: outcome === "unknown" }) }
      })
      const started = played.activities.filter(({ name }) => name === "book").map((input) => input.step)
      const expected = started.filter((path) => completed.has(path)).reverse()
      const attempted = played.activities.filter(({ name }) => name === "cancel").map((input) => input.step.replace("/undo/cancel", ""))
      expect(attempted).toEqual(expected)
      const { undone: worked = [], undoFailed = [] } = played.failure ?? {}
      expect(worked.length + undoFailed.length).toBe(expected.length)
    }), { seed: 12, numRuns: 120 })
  })
})

describe("the undo stack", () => {
  it("property: gives back every undo once, last started first, in whatever order they came", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 99 })), (starts) => {
      let stack: UndoStack<null> = starts.reduce<UndoStack<null>>((all, start) => registerUndo(all, { start, step: `s${start}`, action: null }), [])
      const popped: number[] = []
      for (let next = nextUndo(stack); next; next = nextUndo(stack)) {
        popped.push(next.undo.start)
        stack = next.rest
      }
      expect(popped).toEqual([...starts].sort((left, right) => right - left))
    }), { seed: 13 })
  })
})
