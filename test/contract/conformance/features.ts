// Table A.5: what workflows may expect of timers, events, children, renewal, failures and values.

import { randomUUID } from "node:crypto"
import { expect } from "vitest"
import { ended } from "../harness.ts"
import { calls, closeGate } from "./program.ts"
import type { Case } from "./suite.ts"

const timerCases: readonly Case[] = [
  {
    row: "A.5 Timers", name: "are never early by the workflow's clock",
    // daprd may be a fraction of a millisecond early; that our sidecar never is stands in a test of the hub.
    run: async (host) => expect((await host.run("timer", 0.3)).output).toBeGreaterThanOrEqual(299),
  },
  {
    row: "A.5 Timers", name: "with a time in the past fire at once",
    run: async (host) => expect((await host.run("timerAt", "2001-01-01T00:00:00Z")).output).toBe("fired"),
  },
  {
    row: "A.5 Timers", name: "fire in the order of their times",
    run: async (host) => expect((await host.run("timers")).output).toBe("fast"),
  },
  {
    row: "A.5 Timers", name: "that lost a race disturb nobody",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("race", 60)
      await host.sdk.raiseEvent(id, "go")
      expect(await host.end(id)).toMatchObject({ status: ended.completed, output: "event" })
    },
  },
  {
    row: "A.5 Timers", name: "win a race against an event that does not come",
    run: async (host) => expect((await host.run("race", 0.02)).output).toBe("timer"),
  },
]

const eventCases: readonly Case[] = [
  {
    row: "A.5 External events", name: "reach a waiting workflow, names compared without case",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitForMany", ["Go", "go"])
      await host.sdk.raiseEvent(id, "GO", { n: 1 })
      await host.sdk.raiseEvent(id, "gO", { n: 2 })
      expect((await host.end(id)).output).toEqual([{ n: 1 }, { n: 2 }])
    },
  },
  {
    row: "A.5 External events", name: "raised before the wait are kept, in order",
    run: async (host) => {
      const name = randomUUID()
      const held = closeGate(name)
      const id = await host.sdk.scheduleNewWorkflow("gatedThenWait", { gate: name, events: ["go", "go", "go"] })
      for (const n of [1, 2, 3]) await host.sdk.raiseEvent(id, "go", n)
      held.open()
      expect((await host.end(id)).output).toEqual([1, 2, 3])
    },
  },
  {
    row: "A.5 External events", name: "of another name are left for who waits for them",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitForMany", ["first", "second"])
      await host.sdk.raiseEvent(id, "second", 2)
      await host.sdk.raiseEvent(id, "first", 1)
      expect((await host.end(id)).output).toEqual([1, 2])
    },
  },
  {
    row: "A.5 External events", name: "keep falsy payloads",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitForMany", ["go", "go", "go"])
      for (const payload of [false, 0, ""]) await host.sdk.raiseEvent(id, "go", payload)
      expect((await host.end(id)).output).toEqual([false, 0, ""])
    },
  },
  {
    row: "A.5 External events", name: "are swallowed by a waiter that lost its race",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("lostWaiter")
      await host.sdk.raiseEvent(id, "other")
      await expect.poll(async () => (await host.kinds(id)).includes("timerFired"), { timeout: 10_000 }).toBe(true)
      await host.sdk.raiseEvent(id, "go", "swallowed")
      await host.sdk.raiseEvent(id, "go", "heard")
      expect((await host.end(id)).output).toBe("heard")
    },
  },
]

const childCases: readonly Case[] = [
  {
    row: "A.5 Children", name: "have default ids made of the parent's and four hex digits",
    run: async (host) => {
      const { id, output } = await host.run("parent", { child: "sequence", input: 1 })
      expect(output).toBe(11)
      await host.untilStatus(`${id}:0001`, "completed")
      expect(await host.own.get(`${id}:0001`)).toMatchObject({ name: "sequence", output: "11" })
    },
  },
  {
    row: "A.5 Children", name: "take the id that they are given",
    run: async (host) => {
      const childId = randomUUID()
      expect((await host.run("parent", { child: "identity", id: childId })).output).toBe(childId)
    },
  },
  {
    row: "A.5 Children", name: "report failures with the child's message and outermost type",
    run: async (host) => {
      const { id, output } = await host.run("catchesChild", { child: "throws", input: "kaput" })
      expect(output).toEqual({ message: `${id}: Sub-orchestration task #1 failed: kaput`, type: "RangeError" })
    },
  },
  {
    row: "A.5 Children", name: "whose own child failed lose the root type",
    run: async (host) => {
      const deep = { child: "parent", input: { child: "throws", input: "deep" } }
      expect((await host.run("catchesChild", deep)).output).toMatchObject({
        message: expect.stringContaining("deep"), type: "TaskFailedError",
      })
    },
  },
  {
    row: "A.5 Children", name: "whose id is taken by another instance fail their parent at once", on: "sidecar",
    run: async (host) => {
      const taken = await host.sdk.scheduleNewWorkflow("waitFor", "end")
      const { output } = await host.run("catchesChild", { child: "constant", input: 1, id: taken })
      expect(output).toMatchObject({ message: expect.stringContaining("already exists"), type: "InstanceIdConflict" })
      await host.sdk.raiseEvent(taken, "end", "mine")
      expect((await host.end(taken)).output).toBe("mine")
    },
  },
]

const renewalCases: readonly Case[] = [
  {
    row: "A.5 Continue-as-new", name: "runs generation after generation",
    run: async (host) => expect((await host.run("rounds", 0)).output).toBe(30),
  },
  {
    row: "A.5 Continue-as-new", name: "may renew at once, over and over",
    run: async (host) => expect((await host.run("spins", 0)).output).toBe(25),
  },
  {
    row: "A.5 Continue-as-new", name: "carries unread events over when asked",
    run: async (host) => {
      const id = randomUUID()
      const held = closeGate(`collect ${id}`)
      await host.sdk.scheduleNewWorkflow("collect", { keep: true, seen: [] }, id)
      for (const tick of [1, 2]) await host.sdk.raiseEvent(id, "tick", tick)
      held.open()
      expect((await host.end(id)).output).toEqual([1, 2])
    },
  },
  {
    row: "A.5 Continue-as-new", name: "loses unread events when not asked",
    run: async (host) => {
      const id = randomUUID()
      const held = closeGate(`collect ${id}`)
      await host.sdk.scheduleNewWorkflow("collect", { keep: false, seen: [] }, id)
      for (const tick of [1, 2]) await host.sdk.raiseEvent(id, "tick", tick)
      held.open()
      await expect.poll(async () => (await host.own.get(id))?.input, { timeout: 10_000 }).toContain("[1]")
      await host.sdk.raiseEvent(id, "tick", 3)
      expect((await host.end(id)).output).toEqual([1, 3])
    },
  },
  {
    row: "A.5 Continue-as-new", name: "makes a falsy input absent",
    run: async (host) => expect((await host.run("renewWithout", 1)).output).toBe("nothing came"),
  },
  {
    row: "A.5 Continue-as-new", name: "keeps answers of an older generation out", on: "sidecar",
    run: async (host) => {
      const name = randomUUID()
      const [old, next] = [closeGate(`${name}-old`), closeGate(`${name}-new`)]
      const id = await host.sdk.scheduleNewWorkflow("staleAcrossGenerations", { round: 1, name })
      await host.untilCalled(`${name}-old`)
      await host.sdk.raiseEvent(id, "renew")
      await host.untilCalled(`${name}-new`)
      old.open()
      await host.run("sequence", 1)
      expect(await host.status(id)).toBe("running")
      next.open()
      expect((await host.end(id)).output).toBe(`${name}-new`)
    },
  },
  {
    row: "A.5 Continue-as-new", name: "takes an older generation's answer for its own", on: "daprd",
    run: async (host) => {
      const name = randomUUID()
      const [old, next] = [closeGate(`${name}-old`), closeGate(`${name}-new`)]
      const id = await host.sdk.scheduleNewWorkflow("staleAcrossGenerations", { round: 1, name })
      await host.untilCalled(`${name}-old`)
      await host.sdk.raiseEvent(id, "renew")
      await host.untilCalled(`${name}-new`)
      old.open()
      expect((await host.end(id)).output).toBe(`${name}-old`)
      next.open()
    },
  },
]

const statusCases: readonly Case[] = [
  {
    row: "A.5 Custom status", name: "is the text of the last turn",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("status")
      expect((await host.sdk.getWorkflowState(id, true))?.customStatus).toBe("half way")
      await host.sdk.raiseEvent(id, "go")
      await host.end(id)
      expect((await host.sdk.getWorkflowState(id, true))?.customStatus).toBe("nearly")
    },
  },
  {
    row: "A.5 Status enum", name: "is running, completed, failed, terminated, suspended in turn",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      const numberOf = async (of: string) => Number((await host.sdk.getWorkflowState(of, false))?.runtimeStatus)
      expect(await numberOf(id)).toBe(0)
      await host.sdk.suspendWorkflow(id)
      expect(await numberOf(id)).toBe(7)
      await host.sdk.terminateWorkflow(id, undefined)
      expect(await numberOf(id)).toBe(ended.terminated)
      expect((await host.run("constant", 1)).status).toBe(ended.completed)
      expect((await host.run("throws", "x")).status).toBe(ended.failed)
    },
  },
  {
    row: "A.5 GetInstance", name: "leaves payloads out unless asked for",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      const bare = await host.sdk.getWorkflowState(id, false)
      expect([bare?.serializedInput ?? "", bare?.serializedOutput ?? ""]).toEqual(["", ""])
      const full = await host.sdk.getWorkflowState(id, true)
      expect([full?.serializedInput, full?.serializedOutput]).toEqual(["1", "1"])
    },
  },
  {
    row: "A.5 isReplaying", name: "is false in the turn that makes the value",
    run: async (host) => expect((await host.run("replaying")).output).toEqual([true, false]),
  },
]

const failureCases: readonly Case[] = [
  {
    row: "A.5 Failure details", name: "of a workflow are type, message and stack",
    run: async (host) => {
      const { id, status, failure } = await host.run("throws", "out of range")
      expect([status, failure]).toEqual([ended.failed, "RangeError: out of range"])
      expect((await host.own.get(id))?.failure?.stackTrace).toContain("at ")
    },
  },
  {
    row: "A.5 Failure details", name: "of an activity reach who catches it",
    run: async (host) => {
      const { id, output } = await host.run("catches", { name: "fail", input: "no such page" })
      expect(output).toEqual({ message: `${id}: Activity task #1 failed: no such page`, type: "TransferError" })
    },
  },
  {
    row: "A.5 Failure details", name: "of an activity fail the workflow when nobody catches",
    run: async (host) => {
      const { status, failure } = await host.run("call", { name: "fail", input: "broken" })
      expect(status).toBe(ended.failed)
      expect(failure).toContain("TaskFailedError")
      expect(failure).toContain("broken")
    },
  },
  {
    row: "A.5 Failure details", name: "of a thrown text have its type only",
    run: async (host) => {
      expect((await host.run("catches", { name: "failText" })).output).toMatchObject({ type: "String" })
    },
  },
  {
    row: "A.5 Failure details", name: "without a message are not shown",
    run: async (host) => {
      const { status, failure } = await host.run("throws", "")
      expect([status, failure]).toEqual([ended.failed, undefined])
    },
  },
  {
    row: "A.5 Non-determinism", name: "fails the instance at once",
    run: async (host) => {
      expect(await host.run("wavering", randomUUID())).toMatchObject({
        status: ended.failed, failure: expect.stringMatching(/^NonDeterminismError: /),
      })
    },
  },
  {
    row: "A.5 Unregistered", name: "workflows fail by name",
    run: async (host) => {
      expect(await host.run("nobody")).toMatchObject({
        status: ended.failed, failure: expect.stringMatching(/^OrchestratorNotRegisteredError: .*nobody/),
      })
    },
  },
  {
    row: "A.5 Unregistered", name: "activities fail their task by name",
    run: async (host) => {
      expect((await host.run("catches", { name: "nobody" })).output).toMatchObject({
        message: expect.stringContaining("nobody"), type: "ActivityNotRegisteredError",
      })
    },
  },
  {
    row: "A.5 Retries", name: "are the workflow's own loop, each attempt a task",
    run: async (host) => {
      const key = randomUUID()
      expect((await host.run("retries", key)).output).toBe(3)
      expect(calls.get(key)).toBe(3)
    },
  },
]

const valueCases: readonly Case[] = [
  {
    row: "A.5 Values", name: "of an activity's input: falsy ones vanish, wrapped ones arrive whole",
    run: async (host) => {
      const wrapped = [{ v: 0 }, { v: false }, { v: "" }, { v: null }]
      const { output } = await host.run("kinds", [0, false, "", null, ...wrapped])
      const nothing = Array.from({ length: 4 }, () => "undefined")
      expect(output).toEqual([...nothing, ...wrapped.map((value) => JSON.stringify(value))])
    },
  },
  {
    row: "A.5 Values", name: "that JSON can't hold: dates are texts, NaN is null, maps are empty",
    run: async (host) => {
      expect((await host.run("call", { name: "date" })).output).toBe("1970-01-01T00:00:00.000Z")
      expect((await host.run("call", { name: "notANumber" })).output).toBeUndefined()
      expect((await host.run("call", { name: "map" })).output).toEqual({})
    },
  },
  {
    row: "A.5 Values", name: "of an activity that returns nothing: nothing",
    run: async (host) => expect((await host.run("call", { name: "nothing" })).output).toBeUndefined(),
  },
  {
    row: "A.5 Values", name: "a BigInt fails its activity, and its workflow",
    run: async (host) => {
      expect((await host.run("catches", { name: "big" })).output).toMatchObject({ type: "TypeError" })
      expect(await host.run("bigResult")).toMatchObject({ status: ended.failed })
    },
  },
  {
    row: "A.5 Values", name: "keep text of every script",
    run: async (host) => {
      const text = "ä ß 漢字 🙂 \u0000 \"\\ \u2028"
      expect((await host.run("call", { name: "echo", input: text })).output).toBe(text)
    },
  },
  {
    row: "A.6 Size limits", name: "let a result of 5 MiB through where the limit is above it",
    run: async (host) => {
      const bytes = 5 * 1024 * 1024
      expect((await host.run("call", { name: "text", input: bytes })).output).toHaveLength(bytes)
    },
  },
  {
    row: "A.6 Size limits", name: "let an input of 5 MiB through, in and out again", on: "sidecar",
    run: async (host) => {
      const big = "x".repeat(5 * 1024 * 1024)
      expect((await host.run("call", { name: "echo", input: big })).output).toHaveLength(big.length)
    },
  },
  {
    row: "A.3 Work items", name: "fan out to 50 activities and back",
    run: async (host) => expect((await host.run("fanOut", 50)).output).toBe(1275),
  },
  {
    row: "A.3 Work items", name: "run one activity after the other",
    run: async (host) => expect((await host.run("sequence", 10)).output).toBe(20),
  },
]

export const featureCases: readonly Case[] = [
  ...timerCases, ...eventCases, ...childCases, ...renewalCases, ...statusCases, ...failureCases, ...valueCases,
]
