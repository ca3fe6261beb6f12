// Blocks: parallel and race, within and saga, loops, and leaving from inside them.

import { describe, expect, it } from "vitest"
import type { Flow, Run } from "../../runtime/contract.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { testAgent, testHuman, testTool } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { ActivityScript } from "../harness/fake-context.ts"
import { book, done, failed, flow, parametersOf, ping, stepsOf } from "../harness/flows.ts"

const itemOf = (input: { parameters: unknown }): number => (input.parameters as { n: number }).n
/** Calls take `n` ms and give `n`; a negative one fails. */
const timed: ActivityScript = (_name, input) => {
  const n = itemOf(input)
  return { afterMs: Math.abs(n), envelope: n < 0 ? failed("denied") : done(n) }
}
const pinging = (n: number) => function* (run: Run): Flow<number> { return (yield* run.call(ping, { n })) as number }

describe("parallel", () => {
  it("gives every branch's value under its name, in the time of the slowest", async () => {
    const played = await play(flow(function* (run) {
      const { a, b } = yield* run.parallel("offers", { a: pinging(300), b: pinging(100) })
      return { sum: a + b }
    }), {}, timed)
    expect(played.output).toEqual({ sum: 400 })
    expect(stepsOf(played)).toEqual(["W/offers/a/ping", "W/offers/b/ping"])
    expect(played.elapsedMs).toBe(300)
  })

  it("cancels the rest on the first failure, waits for what is in flight, and compensates it", async () => {
    const played = await play(flow(function* (run) {
      yield* run.parallel("both", {
        *a(run) {
          yield* run.call(book, { n: 200 })
          yield* run.call(ping, { n: 1 })
        },
        b: pinging(-50),
      })
    }), {}, (name, input, ...rest) => (name === "cancel" ? done() : timed(name, input, ...rest)))
    expect(played.failure).toMatchObject({ kind: "denied", step: "W/both/b/ping", undone: ["W/both/a/book"] })
    expect(parametersOf(played, "ping")).toEqual([{ n: -50 }])
  })
})

describe("race", () => {
  it("gives the first that succeeds, told apart by its name", async () => {
    const played = await play(flow(function* (run) {
      const first = yield* run.race("first", { slow: pinging(500), quick: pinging(20), broken: pinging(-5) })
      if (first.winner === "quick") return first.value + 1
      return first
    }), {}, timed)
    expect(played.output).toBe(21)
  })

  it("undoes what the others did, also when it ends later, while the run goes on", async () => {
    const played = await play(flow(function* (run) {
      yield* run.race("first", {
        *slow(run) { return yield* run.call(book, { n: 500 }) },
        *quick(run) {
          yield* run.call(book, { n: 10 })
          return yield* run.call(ping, { n: 10 })
        },
        *early(run) {
          yield* run.call(book, { n: 5 })
          yield* run.sleep("1d")
        },
      })
      return yield* run.call(ping, { n: 40 })
    }), {}, (name, input, ...rest) => (name === "cancel" ? done() : timed(name, input, ...rest)))
    expect(played.output).toBe(40)
    expect(played.elapsedMs).toBe(510)
    expect(parametersOf(played, "cancel")).toEqual([{ n: 5, booking: 5 }, { n: 500, booking: 500 }])
  })

  it("keeps the winner's undos for the run", async () => {
    const played = await play(flow(function* (run) {
      yield* run.race("first", { *a(run) { return yield* run.call(book, { n: 1 }) }, b: pinging(50) })
      throw new FlowError("Late", "late")
    }), {}, (name, input, ...rest) => (name === "cancel" ? done() : timed(name, input, ...rest)))
    expect(played.failure).toMatchObject({ kind: "Late", undone: ["W/first/a/book"] })
  })

  it("raises the first failure when all fail, and never wins against a budget", async () => {
    const all = await play(flow(function* (run) { return yield* run.race("first", { a: pinging(-20), b: pinging(-10) }) }), {}, timed)
    expect(all.failure).toMatchObject({ kind: "denied", step: "W/first/b/ping" })
    const broke = await play(flow(function* (run) { return yield* run.race("first", { a: pinging(20), b: pinging(10) }) }, { budget: { calls: 1 } }), {}, timed)
    expect(broke.failure?.kind).toBe("budget_exceeded")
  })

  it("is a time limit with a sleep in it: a wait for a person ends at once", async () => {
    const ask = testHuman("ask")
    const played = await play(flow(function* (run) {
      const first = yield* run.race("first", { *answer(run) { return yield* run.call(ask, {}) }, *late(run) { yield* run.sleep("1h") } })
      return first.winner
    }), {}, () => done())
    expect(played.output).toBe("late")
    expect(played.elapsedMs).toBe(3_600_000)
  })
})

describe("within", () => {
  it("holds its steps to its own budget inside the others, and charges all", async () => {
    const played = await play(flow(function* (run) {
      try {
        yield* run.within("cheap", { budget: { calls: 2 } }, function* (run) {
          for (const n of [1, 2, 3]) yield* run.call(ping, { n })
        })
      } catch (thrown) { if (!catches(caught(thrown), "budget_exceeded")) throw thrown }
      yield* run.call(ping, { n: 4 })
    }, { budget: { calls: 4 } }), {}, timed)
    expect(stepsOf(played)).toEqual(["W/cheap/ping", "W/cheap/ping#2", "W/ping"])
    expect(played.statuses.at(-1)?.spent.calls).toBe(3)
  })

  it("gives the value of its budget's else, and only of its own budget", async () => {
    const block = (run: Run): Flow<unknown> => run.within("cheap", {
      budget: { calls: 2 }, overBudget: { *return() { return "enough" } },
    }, function* (run) { for (;;) yield* run.call(ping, { n: 1 }) })
    expect((await play(flow(block), {}, timed)).output).toBe("enough")
    expect((await play(flow(block, { budget: { calls: 1 } }), {}, timed)).failure?.kind).toBe("budget_exceeded")
  })

  it("has a deadline of its own, and a fallback", async () => {
    const played = await play(flow(function* (run) {
      return yield* run.within("quick", { deadline: "1s", fallback: { *value(run) { return yield* run.call(ping, { n: 1 }) } } }, function* (run) {
        yield* run.call(ping, { n: 600 })
        yield* run.call(ping, { n: 900 })
        return "in time"
      })
    }), {}, timed)
    expect(played.output).toBe(1)
    expect(stepsOf(played).at(-1)).toBe("W/quick/fallback/ping")
    expect(played.elapsedMs).toBe(1_001)
  })

  it("gives its steps defaults: nearer than the workflow's, further than the callable's", async () => {
    const own = testTool("own", { policy: { retry: "never" } })
    const attempts = async (tool: typeof own): Promise<number> => {
      const played = await play(flow(function* (run) {
        return yield* run.within("outer", { retry: { times: 9 }, timeout: "5s" }, (run) =>
          run.within("inner", { retry: { times: 2 } }, (run) => run.call(tool, {})))
      }, { steps: { retry: { times: 5 } } }), {}, () => failed("network"))
      expect((played.activities[0] as { timeoutMs?: number }).timeoutMs).toBe(5_000)
      return played.activities.length
    }
    expect(await attempts(ping)).toBe(3)
    expect(await attempts(own)).toBe(1)
  })

  it("stops its deadline while a person is asked", async () => {
    const played = await play(flow(function* (run) {
      return yield* run.within("quick", { deadline: "1s" }, (run) => run.call(testHuman("ask"), {}))
    }), {}, () => ({ envelope: done(), raise: [{ name: "answer:W/quick/ask", payload: { v: "yes" }, afterMs: 60_000 }] }))
    expect(played.output).toBe("yes")
  })
})

describe("saga", () => {
  const script: ActivityScript = (name) => (name === "ping" ? failed("denied") : done())

  it("compensates on leaving by error, then re-raises; the steps outside stay", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 0 })
      try {
        yield* run.saga("trip", function* (run) {
          yield* run.call(book, { n: 1 })
          yield* run.call(book, { n: 2 })
          yield* run.call(ping, {})
        })
      } catch (thrown) { if (!catches(caught(thrown), "denied")) throw thrown }
      return "caught"
    }), {}, script)
    expect(played.output).toBe("caught")
    expect(parametersOf(played, "cancel")).toEqual([{ n: 2, booking: null }, { n: 1, booking: null }])
  })

  it("hands its undos to the enclosing one on success, in the order of start", async () => {
    const played = await play(flow(function* (run) {
      yield* run.call(book, { n: 1 })
      yield* run.saga("trip", (run) => run.call(book, { n: 2 }))
      yield* run.call(book, { n: 3 })
      yield* run.call(ping, {})
    }), {}, script)
    expect(played.failure?.undone).toEqual(["W/book#2", "W/trip/book", "W/book"])
  })

  it("tells when something is left: an undo that failed for good in a block that was caught", async () => {
    const stubborn = testTool("stubborn", { policy: { retry: "never" } })
    const sticky = testTool("sticky", { compensate: (undo) => undo.call(stubborn, {}) })
    const played = await play(flow(function* (run) {
      try {
        yield* run.saga("trip", function* (run) {
          yield* run.call(sticky, {})
          yield* run.call(ping, {})
        })
      } catch (thrown) { caught(thrown) }
      return "done"
    }, { deadLetter: { topic: "failed" } }), {}, (name) => (name === "ping" || name === "stubborn" ? failed("denied") : done()))
    expect(played.output).toBe("done")
    expect(played.activities.at(-1)).toMatchObject({
      name: "agentflow.deadletter", parameters: { topic: "failed", failure: { undoFailed: [{ step: "W/trip/sticky/undo/stubborn" }] } },
    })
    expect(played.logs.at(-1)?.message).toContain("not undone: W/trip/sticky/undo/stubborn")
  })
})

describe("loops", () => {
  it("names the rounds, ends with break, and fails when its bound is used up", async () => {
    const revise = (enough: number) => flow(function* (run) {
      let count = 0
      for (const round of run.loop("revise", { atMost: 3 })) {
        yield* round.call(ping, { n: 1 })
        count += 1
        if (count === enough) break
      }
      return count
    })
    const played = await play(revise(2), {}, timed)
    expect(played.output).toBe(2)
    expect(stepsOf(played)).toEqual(["W/revise[0]/ping", "W/revise[1]/ping"])
    expect((await play(revise(9), {}, timed)).failure).toMatchObject({ kind: "loop_exhausted", step: "W/revise" })
  })

  it("asks its condition before each round and after the last that is allowed", async () => {
    const count = (until: number) => flow(function* (run) {
      let n = 0
      for (const round of run.loop("while", { atMost: 3, while: () => n < until })) n += (yield* round.call(ping, { n: 1 })) as number
      return n
    })
    expect((await play(count(0), {}, timed)).output).toBe(0)
    expect((await play(count(3), {}, timed)).output).toBe(3)
    expect((await play(count(4), {}, timed)).failure?.kind).toBe("loop_exhausted")
  })
})

describe("finish", () => {
  it("ends the run from inside: siblings are awaited, nothing is compensated, no catch sees it", async () => {
    const played = await play(flow(function* (run) {
      try {
        yield* run.saga("trip", (run) => run.each("all", [10, 400], { atATime: 2 }, function* (run, n) {
          yield* run.call(book, { n })
          if (n === 10) return run.finish({ found: n })
          return yield* run.call(ping, { n })
        }))
      } catch (thrown) { caught(thrown) }
      return "not reached"
    }), {}, timed)
    expect(played.output).toEqual({ found: 10 })
    expect(stepsOf(played, "ping")).toEqual([])
    expect(stepsOf(played, "cancel")).toEqual([])
    expect(played.elapsedMs).toBe(400)
  })

  it("makes its branch of a race the winner", async () => {
    const played = await play(flow(function* (run) {
      yield* run.race("first", {
        *a(run) {
          yield* run.call(ping, { n: 5 })
          return run.finish("a")
        },
        *b(run) { return yield* run.call(book, { n: 9 }) },
      })
    }), {}, (name, input, ...rest) => (name === "cancel" ? done() : timed(name, input, ...rest)))
    expect(played.output).toBe("a")
    expect(parametersOf(played, "cancel")).toEqual([{ n: 9, booking: 9 }])
  })

  it("holds an agent's tools together like any other step", async () => {
    const helper = testAgent("helper", { tools: [book] })
    const turn = (value: object) => ({ ...done(value), usage: { inputTokens: 1, outputTokens: 1 } })
    const played = await play(flow(function* (run) {
      yield* run.saga("help", function* (run) {
        yield* run.call(helper, {})
        yield* run.call(ping, {})
      })
    }), {}, (name, input) => {
      if (name === "ping") return failed("denied")
      if (name !== "helper") return done("b1")
      return input.step.endsWith("[1]")
        ? turn({ finishReason: "tool_calls", toolCalls: [{ id: "1", name: "book", arguments: { n: 1 } }] })
        : turn({ finishReason: "stop", answer: { value: "ok" } })
    })
    expect(played.failure?.undone).toEqual(["W/help/helper/turn[1]/book"])
  })
})
