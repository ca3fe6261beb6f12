// What workflows written with the official SDK may expect of the sidecar.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ended, gate, startTestBed, startWorker, until } from "./harness.ts"
import type { Program, TestBed } from "./harness.ts"

const concurrency = { now: 0, most: 0 }
const calls: string[] = []
const gates = new Map<string, ReturnType<typeof gate>>()

const program: Program = {
  activities: {
    echo: (input) => input,
    add: ({ a, b }: { a: number; b: number }) => a + b,
    kind: (input: unknown) => input === undefined ? "undefined" : JSON.stringify(input),
    fail: (message: string) => { throw new TypeError(message) },
    record: (name: string) => { calls.push(name); return name },
    async busy(index: number) {
      concurrency.most = Math.max(concurrency.most, ++concurrency.now)
      await new Promise((resolve) => setTimeout(resolve, 2))
      concurrency.now--
      return index
    },
    async gated(name: string) {
      calls.push(name)
      await gates.get(name)?.opened
      return name
    },
  },
  workflows: {
    async *sequence(context, start: number) {
      let sum = start
      for (let i = 0; i < 5; i++) sum = yield context.callActivity("add", { a: sum, b: i }) as never
      return sum
    },
    async *fanOut(context, width: number) {
      const tasks = Array.from({ length: width }, (_, index) => context.callActivity("busy", index + 1))
      const all: number[] = yield context.whenAll(tasks as never) as never
      return all.reduce((sum, one) => sum + one, 0)
    },
    async *timer(context, seconds: number) {
      const before = context.getCurrentUtcDateTime().getTime()
      yield context.createTimer(seconds) as never
      return context.getCurrentUtcDateTime().getTime() - before >= seconds * 1000
    },
    async *twoEvents(context) {
      const first: unknown = yield context.waitForExternalEvent("Go") as never
      const second: unknown = yield context.waitForExternalEvent("go") as never
      return [first, second]
    },
    async *eventAfter(context, name: string) {
      yield context.callActivity("gated", name) as never
      return [yield context.waitForExternalEvent("go") as never, yield context.waitForExternalEvent("go") as never]
    },
    async *race(context) {
      const event = context.waitForExternalEvent("go")
      const winner: unknown = yield context.whenAny([event, context.createTimer(60)] as never) as never
      return winner === event ? "event" : "timer"
    },
    async *parent(context, input: { child: string; id?: string; input?: unknown }) {
      return yield context.callChildWorkflow(input.child, input.input, input.id) as never
    },
    async *catching(context, input: { child: string; id?: string; input?: unknown }) {
      try {
        return yield context.callChildWorkflow(input.child, input.input, input.id) as never
      } catch (error) {
        return `caught ${(error as Error).message}`
      }
    },
    async *failing(context, message: string) {
      return yield context.callActivity("fail", message) as never
    },
    async *catchActivity(context, message: string) {
      try {
        yield context.callActivity("fail", message) as never
        return "not reached"
      } catch (error) {
        return yield context.callActivity("echo", (error as Error).message) as never
      }
    },
    async *unknownActivity(context) {
      return yield context.callActivity("nobody", 1) as never
    },
    async *rounds(context, round: number) {
      if (round >= 30) return round
      yield context.callActivity("echo", round) as never
      context.continueAsNew(round + 1, false)
      return undefined
    },
    async *collect(context, seen: readonly number[]) {
      const event: number = yield context.waitForExternalEvent("tick") as never
      const all = [...seen, event]
      if (all.length === 4) return all
      context.continueAsNew(all, true)
      return undefined
    },
    async *staleAcrossGenerations(context, input: { round: number; name: string }) {
      if (input.round === 2) return yield context.callActivity("gated", `${input.name}-new`) as never
      const old = context.callActivity("gated", `${input.name}-old`)
      yield context.whenAny([old, context.waitForExternalEvent("renew")] as never) as never
      context.continueAsNew({ ...input, round: 2 }, false)
      return undefined
    },
    async *status(context) {
      context.setCustomStatus("half way")
      yield context.waitForExternalEvent("go") as never
      context.setCustomStatus("nearly")
      return "done"
    },
    async *kinds(context, inputs: readonly unknown[]) {
      const kinds: unknown[] = []
      for (const input of inputs) kinds.push(yield context.callActivity("kind", input) as never)
      return kinds
    },
    async *waitFor(context, name: string) {
      return yield context.waitForExternalEvent(name) as never
    },
  },
}

let bed: TestBed
beforeAll(async () => { bed = await startTestBed(program) })
afterAll(async () => { await bed.close() })

function close(name: string): void {
  gates.set(name, gate())
}

describe("activities", () => {
  it("run one after the other", async () => {
    expect(await bed.run("sequence", 10)).toMatchObject({ status: ended.completed, output: 20 })
  })

  it("fan out to 100, never more at once than an unpatched SDK has slots for", async () => {
    concurrency.most = 0
    expect(await bed.run("fanOut", 100)).toMatchObject({ status: ended.completed, output: 5050 })
    expect(concurrency.most).toBe(8)
  })

  it("fan out as wide as the worker announces", async () => {
    concurrency.most = 0
    const wide = await startWorker(program, { ...bed.sidecar, userAgent: "agentflow/1 items=64" })
    try {
      bed.worker.cut()
      expect(await bed.run("fanOut", 200)).toMatchObject({ output: 20100 })
      expect(concurrency.most).toBeGreaterThan(8)
      expect(concurrency.most).toBeLessThanOrEqual(62)
    } finally {
      Object.assign(bed, { worker: await startWorker(program, bed.sidecar) })
      await wide.stop()
    }
  })

  it("report failures with type and message, to be caught", async () => {
    const { output } = await bed.run("catchActivity", "no such page")
    expect(output).toContain("no such page")
  })

  it("fail the workflow when nobody catches", async () => {
    const result = await bed.run("failing", "broken")
    expect(result).toMatchObject({ status: ended.failed })
    expect(result.failure).toContain("broken")
    const view = await bed.own.get(result.id)
    expect(view?.failure?.stackTrace).toContain("at ")
  })

  it("fail when they are not registered", async () => {
    expect((await bed.run("unknownActivity")).failure).toContain("nobody")
  })

  it("receive falsy inputs as the SDK sends them, and wrapped ones whole", async () => {
    const inputs = [{ v: 0 }, { v: false }, { v: "" }, { v: null }, 1, "x"]
    expect((await bed.run("kinds", inputs)).output).toEqual(inputs.map((input) => JSON.stringify(input)))
  })

  it("take and return payloads beyond daprd's 4 MiB", async () => {
    const big = "x".repeat(5 * 1024 * 1024)
    const { output } = await bed.run("kinds", [big])
    expect((output as readonly string[])[0]).toHaveLength(big.length + 2)
  })
})

describe("timers and events", () => {
  it("a timer is never early by the workflow's clock", async () => {
    expect(await bed.run("timer", 0.3)).toMatchObject({ output: true })
  })

  it("events reach a waiting workflow, names compared without case", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("twoEvents")
    await bed.sdk.raiseEvent(id, "GO", { n: 1 })
    await bed.sdk.raiseEvent(id, "go", { n: 2 })
    expect((await bed.end(id)).output).toEqual([{ n: 1 }, { n: 2 }])
  })

  it("events raised before the wait are kept in order", async () => {
    close("late")
    const id = await bed.sdk.scheduleNewWorkflow("eventAfter", "late")
    await bed.sdk.raiseEvent(id, "go", 1)
    await bed.sdk.raiseEvent(id, "go", 2)
    gates.get("late")?.open()
    expect((await bed.end(id)).output).toEqual([1, 2])
  })

  it("falsy event payloads arrive", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("twoEvents")
    await bed.sdk.raiseEvent(id, "go", false)
    await bed.sdk.raiseEvent(id, "go", 0)
    expect((await bed.end(id)).output).toEqual([false, 0])
  })

  it("an event wins against a timer, whose end then disturbs nobody", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("race")
    await bed.sdk.raiseEvent(id, "go")
    expect(await bed.end(id)).toMatchObject({ status: ended.completed, output: "event" })
  })
})

describe("children", () => {
  it("return their result under a default id", async () => {
    const { id, output } = await bed.run("parent", { child: "sequence", input: 1 })
    expect(output).toBe(11)
    expect(await bed.own.get(`${id}:0001`)).toMatchObject({ name: "sequence", status: "completed", output: "11" })
  })

  it("report failures to be caught", async () => {
    expect((await bed.run("catching", { child: "failing", input: "kaput" })).output).toContain("kaput")
  })

  it("whose id is taken fail their parent at once", async () => {
    const taken = await bed.sdk.scheduleNewWorkflow("waitFor", "end")
    const { output } = await bed.run("catching", { child: "sequence", input: 1, id: taken })
    expect(output).toContain("already exists")
    await bed.sdk.raiseEvent(taken, "end", "mine")
    expect((await bed.end(taken)).output).toBe("mine")
  })
})

describe("continue as new", () => {
  it("runs generation after generation", async () => {
    const { id, output } = await bed.run("rounds", 0)
    expect(output).toBe(30)
    const history = await bed.own.history(id)
    expect(history.filter((event) => event.kind === "executionStarted")).toHaveLength(1)
  })

  it("carries unread events over", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("collect", [])
    for (const tick of [1, 2, 3, 4]) await bed.sdk.raiseEvent(id, "tick", tick)
    expect((await bed.end(id)).output).toEqual([1, 2, 3, 4])
  })

  it("keeps answers of an older generation out", async () => {
    close("gen-old")
    close("gen-new")
    const id = await bed.sdk.scheduleNewWorkflow("staleAcrossGenerations", { round: 1, name: "gen" })
    await until("the old activity runs", () => calls.includes("gen-old"))
    await bed.sdk.raiseEvent(id, "renew")
    await until("the new activity runs", () => calls.includes("gen-new"))
    gates.get("gen-old")?.open()
    await bed.run("sequence", 1)
    expect((await bed.own.get(id))?.status).toBe("running")
    gates.get("gen-new")?.open()
    expect((await bed.end(id)).output).toBe("gen-new")
  })
})

describe("status and history", () => {
  it("shows the custom status of the last turn", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("status")
    await until("the status is set", async () => (await bed.own.get(id))?.customStatus === "half way")
    await bed.sdk.raiseEvent(id, "go")
    await bed.end(id)
    expect((await bed.sdk.getWorkflowState(id, true))?.customStatus).toBe("nearly")
  })

  it("lists what happened, in order", async () => {
    const { id } = await bed.run("parent", { child: "sequence", input: 1 })
    const kinds = (await bed.own.history(id)).map((event) => event.kind)
    expect(kinds).toEqual([
      "orchestratorStarted", "executionStarted", "childCreated",
      "orchestratorStarted", "childCompleted", "executionCompleted",
    ])
  })

  it("an unregistered workflow fails by name", async () => {
    expect((await bed.run("nobody")).failure).toContain("nobody")
  })
})
