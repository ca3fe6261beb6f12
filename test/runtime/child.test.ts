// Workflows that call workflows: results and errors across the border, allotments, cancelling, and undoing a child.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Budget, Flow, Run, RunEnvelope, Workflow, WorkflowSpec } from "../../runtime/contract.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testAgent, testTool } from "../harness/callables.ts"
import type { Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { ActivityScript, Played } from "../harness/fake-context.ts"
import { book, cancel, done, failed, flow, parametersOf, ping, stepsOf } from "../harness/flows.ts"

function child(
  body: (run: Run, input: Fields) => Flow<unknown>, spec: Partial<WorkflowSpec<Fields, unknown>> = {},
): Workflow<Fields, unknown> {
  return workflow({ name: "Child", parameters: objectSchema, result: anything, ...spec }, body)
}

const playWith = (called: Workflow<Fields, unknown>, body: (run: Run) => Flow<unknown>, script: ActivityScript, spec: Partial<WorkflowSpec<Fields, unknown>> = {}, raise: { name: string; payload: unknown; at: number }[] = []): Promise<Played> =>
  play(flow(body, spec), {}, script, { workflows: [called], raise })

const allotments = (played: Played): unknown[] => played.children.map(({ input }) => (input as RunEnvelope).allotment)

describe("a child run", () => {
  it("gets its parameters, gives its value, and charges what it spent", async () => {
    const twice = child(function* (run, { n }) {
      yield* run.call(ping, {})
      yield* run.call(ping, {})
      return (n as number) * 2
    })
    const played = await playWith(twice, (run) => run.call(twice, { n: 21 }), () => done(), { budget: { calls: 5 } })
    expect(played.output).toBe(42)
    expect(played.statuses.at(-1)).toMatchObject({ spent: { calls: 2 }, reserved: { calls: 0 } })
    expect(played.children[0]?.id).toMatch(/^run-1:Child:[0-9a-f]{12}$/)
    expect(played.statuses.some(({ waiting }) => waiting.some((wait) => wait.for === "child"))).toBe(true)
  })

  it("is a plain run to everyone else", async () => {
    const one = child(function* (run) { return yield* run.call(ping, {}) })
    expect((await play(one, {}, () => done(7))).output).toBe(7)
  })

  it("fails with its kind, message and data, and can be caught and retried: each try is an instance of its own", async () => {
    let tries = 0
    const flaky = child(function* () { throw new FlowError("OutOfStock", "none left", { sku: "x" }) })
    const caughtOnce = await playWith(flaky, function* (run) {
      try { return yield* run.call(flaky, {}) } catch (thrown) {
        const error = caught(thrown)
        if (!catches(error, "OutOfStock")) throw thrown
        return [error.message, error.data, error.step]
      }
    }, () => done())
    expect(caughtOnce.output).toEqual(["none left", { sku: "x" }, "W/Child"])
    const busy = child(function* (run) { return yield* run.call(testTool("busy", { policy: { retry: "never" } }), {}) })
    const retried = await playWith(busy, (run) => run.call(busy, {}, { retry: { times: 2 } }),
      () => (++tries % 3 === 0 ? done("at last") : failed("unavailable")))
    // The script is asked once per activity: two children failed, the third did not.
    expect(retried.output).toBe("at last")
    expect(new Set(retried.children.map(({ id }) => id)).size).toBe(3)
  })

  it("charges what a failed child spent", async () => {
    const failing = child(function* (run) {
      yield* run.call(ping, {})
      throw new FlowError("Sold", "out")
    })
    const played = await playWith(failing, (run) => run.call(failing, {}), () => done(), { budget: { calls: 5 } })
    expect(played.statuses.at(-1)).toMatchObject({ spent: { calls: 1 }, reserved: { calls: 0 } })
  })

  it("undoes itself when it fails; its caller undoes it when it had completed", async () => {
    const booking = child(function* (run) {
      yield* run.call(book, { n: 1 })
      return "b1"
    })
    const failing = await playWith(booking, function* (run) {
      yield* run.call(booking, {}, { compensate: (undo, _parameters, result) => undo.call(cancel, { all: result }) })
      throw new FlowError("Late", "late")
    }, () => done())
    expect(failing.failure?.undone).toEqual(["W/Child"])
    expect(parametersOf(failing, "cancel")).toEqual([{ all: "b1" }])
  })

  it("can undo a step, with no budget left", async () => {
    const undoing = child(function* (run, { n }) { return yield* run.call(ping, { n }) })
    const reserve = testTool("reserve", { compensate: (undo, parameters) => undo.call(undoing, parameters) })
    const played = await playWith(undoing, function* (run) {
      yield* run.call(reserve, { n: 3 })
      yield* run.call(reserve, { n: 4 })
    }, () => done(), { budget: { calls: 1 } })
    expect(played.failure).toMatchObject({ kind: "budget_exceeded", undone: ["W/reserve"] })
    expect(parametersOf(played, "ping")).toEqual([{ n: 3 }])
  })
})

describe("an allotment", () => {
  const spender = (budget?: Budget) => child(function* (run) {
    for (;;) yield* run.call(ping, {})
  }, budget ? { budget } : {})

  it("is all that is left, at most what the call and the child allow", async () => {
    const free = spender()
    const played = await playWith(free, function* (run) {
      yield* run.call(ping, {})
      yield* run.call(free, {})
    }, () => done(), { budget: { calls: 4, dollars: 1 } })
    expect(allotments(played)).toEqual([{ calls: 3, nanoDollars: 1_000_000_000 }])
    expect(played.failure).toMatchObject({ kind: "budget_exceeded", step: "W/Child" })
    expect(stepsOf(played, "ping")).toHaveLength(4)
    const modest = spender({ calls: 2 })
    const both = await playWith(modest, (run) => run.call(modest, {}, { budget: { dollars: 0.5 } }), () => done(), { budget: { calls: 9 } })
    expect(allotments(both)).toEqual([{ calls: 2, nanoDollars: 500_000_000 }])
  })

  it("is a fair share where several run at a time", async () => {
    const free = spender()
    const played = await playWith(free, (run) => run.each("all", [1, 2], { atATime: 2 }, (run) => run.call(free, {})), () => done(), { budget: { calls: 10 } })
    expect(allotments(played)).toEqual([{ calls: 5 }, { calls: 5 }])
  })

  it("gives the else of the budget that was too tight, not of one that was not", async () => {
    const free = spender()
    const options = { budget: { calls: 2 }, overBudget: { *return() { return "enough" } } }
    expect((await playWith(free, (run) => run.call(free, {}, options), () => done())).output).toBe("enough")
    const modest = spender({ calls: 1 })
    expect((await playWith(modest, (run) => run.call(modest, {}, options), () => done())).failure?.kind).toBe("budget_exceeded")
  })

  it("property: whatever children spend, no cap is exceeded and nothing stays reserved", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ calls: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 3 }), fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      async (plans, cap, atATime, own) => {
        const worker = child(function* (run, { calls, fails }) {
          for (let count = 0; count < (calls as number); count++) yield* run.call(ping, { count })
          if (fails) throw new FlowError("Sold", "out")
        }, own === undefined ? {} : { budget: { calls: own } })
        const played = await playWith(worker, function* (run) {
          const results = yield* run.each("all", plans, { atATime }, function* (run, plan) {
            try { yield* run.call(worker, { ...plan }) } catch (thrown) {
              if (!catches(caught(thrown), "Sold", "budget_exceeded")) throw thrown
            }
          })
          return results.length
        }, (_name, input) => ({ envelope: done(), afterMs: 5 + (input.step.length % 7) }), { budget: { calls: cap } })
        expect(played.output).toBe(plans.length)
        for (const { spent, reserved } of played.statuses) expect(spent.calls + reserved.calls).toBeLessThanOrEqual(cap)
        expect(played.statuses.at(-1)).toMatchObject({ reserved: { calls: 0 }, spent: { calls: stepsOf(played, "ping").length } })
      },
    ), { seed: 21, numRuns: 60 })
  })
})

describe("cancelling a child", () => {
  const long = child(function* (run) {
    yield* run.call(book, { n: 1 })
    yield* run.sleep("1d")
  })

  it("is passed on by its caller, who waits until it has undone itself", async () => {
    const played = await playWith(long, (run) => run.call(long, {}), () => ({ envelope: done(), afterMs: 100 }), {},
      [{ name: "agentflow.cancel", payload: {}, at: 5_000 }])
    expect(played.failure?.kind).toBe("cancelled")
    expect(played.children[0]?.failure).toMatchObject({ kind: "cancelled", undone: ["Child/book"] })
    expect(stepsOf(played, "agentflow.cancel")).toEqual(["W/Child/cancel"])
  })

  it("happens when a sibling fails, at a deadline, and when it loses a race", async () => {
    const sibling = await playWith(long, (run) => run.parallel("p", { a: (run) => run.call(long, {}), *b(run) { yield* run.sleep("1m"); throw new FlowError("Sold", "out") } }), () => done())
    expect(sibling.failure?.kind).toBe("Sold")
    expect(sibling.children[0]?.failure?.undone).toEqual(["Child/book"])
    const late = await playWith(long, (run) => run.call(long, {}, { deadline: "1m" }), () => done())
    expect(late.failure).toMatchObject({ kind: "timeout", step: "W/Child" })
    const lost = await playWith(long, (run) => run.race("r", { a: (run) => run.call(long, {}), *b(run) { yield* run.sleep("1m") } }), () => done())
    expect(lost.output).toMatchObject({ winner: "b" })
    expect(lost.children[0]?.failure?.kind).toBe("cancelled")
  })
})

describe("a workflow as a tool of an agent", () => {
  it("is described like any tool and runs as a child", async () => {
    const lookup = child(function* (run, { q }) { return `${String(q)}: ${String(yield* run.call(ping, {}))}` })
    const helper = testAgent("helper", { tools: () => [lookup] })
    const played = await playWith(lookup, (run) => run.call(helper, {}), (name, input) => {
      if (name === "ping") return done("found")
      const turn = input.step.endsWith("[1]")
        ? { finishReason: "tool_calls", toolCalls: [{ id: "1", name: "Child", arguments: { q: "x" } }] }
        : { finishReason: "stop", answer: { value: "ok" } }
      return { ...done(turn), usage: { inputTokens: 1, outputTokens: 1 } }
    })
    expect(played.output).toBe("ok")
    expect(JSON.stringify(played.activities.at(-1)?.parameters)).toContain("x: found")
  })
})
