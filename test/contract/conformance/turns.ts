// Table A.4: a turn, exactly: ids, actions, the events they become, correlation.

import { randomUUID } from "node:crypto"
import { expect } from "vitest"
import type { HistoryEvent } from "../../../engine/types.ts"
import { ended } from "../harness.ts"
import type { Host } from "./host.ts"
import { heldCall } from "./held-call.ts"
import { calls } from "./program.ts"
import { rawCall } from "./raw.ts"
import type { Case } from "./suite.ts"

async function historyOf(host: Host, name: string, input?: unknown): Promise<readonly HistoryEvent[]> {
  return host.own.history((await host.run(name, input)).id)
}

function one<Kind extends HistoryEvent["kind"]>(history: readonly HistoryEvent[], kind: Kind) {
  const found = history.filter((event) => event.kind === kind)
  expect(found, `exactly one ${kind}`).toHaveLength(1)
  return found[0] as Extract<HistoryEvent, { readonly kind: Kind }>
}

export const turnCases: readonly Case[] = [
  {
    row: "A.4 orchestratorStarted", name: "opens the history, before executionStarted",
    run: async (host) => {
      const [first, second] = await historyOf(host, "constant", 1)
      expect([first?.kind, second?.kind]).toEqual(["orchestratorStarted", "executionStarted"])
      expect([first?.eventId, second?.eventId]).toEqual([-1, -1])
    },
  },
  {
    row: "A.4 executionStarted", name: "holds name and input as they were given",
    run: async (host) => {
      const started = one(await historyOf(host, "constant", { a: [1, "ü"] }), "executionStarted")
      expect(started).toMatchObject({ name: "constant", input: "{\"a\":[1,\"ü\"]}" })
    },
  },
  {
    row: "A.4 ids", name: "start at 1 and are shared by activities, timers, children and the end, not by events",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("ids")
      await host.sdk.raiseEvent(id, "go")
      await host.end(id)
      const own = (await host.own.history(id)).filter(({ eventId }) => eventId >= 0)
      expect(own.map(({ kind, eventId }) => [kind, eventId])).toEqual([
        ["taskScheduled", 1], ["timerCreated", 2], ["childCreated", 3], ["executionCompleted", 4],
      ])
    },
  },
  {
    row: "A.4 scheduleTask", name: "becomes taskScheduled with name, input and the action's id",
    run: async (host) => {
      const scheduled = one(await historyOf(host, "call", { name: "echo", input: { a: 1 } }), "taskScheduled")
      expect(scheduled).toMatchObject({ eventId: 1, name: "echo", input: "{\"a\":1}" })
    },
  },
  {
    row: "A.4 scheduleTask", name: "tells the activity its instance and its task",
    run: async (host) => {
      const { id, output } = await host.run("call", { name: "about" })
      expect(output).toEqual({ instance: id, task: 1 })
    },
  },
  {
    row: "A.4 createTimer", name: "becomes timerCreated, and timerFired with its id",
    run: async (host) => {
      const history = await historyOf(host, "timer", 0.01)
      const [created, fired] = [one(history, "timerCreated"), one(history, "timerFired")]
      expect(created.eventId).toBe(1)
      expect(fired).toMatchObject({ eventId: -1, timerId: 1, fireAtMs: created.fireAtMs })
      // daprd may be a fraction of a millisecond early.
      expect(fired.timestampMs).toBeGreaterThan(created.fireAtMs - 1)
    },
  },
  {
    row: "A.4 createSubOrchestration", name: "becomes childCreated; the child knows its parent",
    run: async (host) => {
      const { id } = await host.run("parent", { child: "constant", input: 7 })
      const childId = `${id}:0001`
      await host.untilStatus(childId, "completed")
      expect(one(await host.own.history(id), "childCreated")).toMatchObject({
        eventId: 1, instanceId: childId, name: "constant", input: "7",
      })
      expect(one(await host.own.history(childId), "executionStarted").parent).toMatchObject({
        instanceId: id, taskId: 1, name: "parent",
      })
    },
  },
  {
    row: "A.4 completeOrchestration", name: "becomes executionCompleted with status and result",
    run: async (host) => {
      expect(one(await historyOf(host, "constant", [1]), "executionCompleted")).toMatchObject({
        eventId: 1, status: "completed", result: "[1]",
      })
    },
  },
  {
    row: "A.4 completeOrchestration", name: "leaves the result out when there is none",
    run: async (host) => {
      expect(one(await historyOf(host, "nothing"), "executionCompleted")).not.toHaveProperty("result")
      expect((await host.run("constant", null)).output).toBeUndefined()
    },
  },
  {
    row: "A.4 completeOrchestration", name: "reports a child's result to its parent as childCompleted",
    run: async (host) => {
      expect(one(await historyOf(host, "parent", { child: "constant", input: 7 }), "childCompleted")).toMatchObject({
        eventId: -1, taskId: 1, result: "7",
      })
    },
  },
  {
    row: "A.4 completeOrchestration", name: "reports a child's failure to its parent as childFailed",
    run: async (host) => {
      const failed = one(await historyOf(host, "parent", { child: "throws", input: "bad" }), "childFailed")
      expect(failed).toMatchObject({ taskId: 1, failure: { errorType: "RangeError", errorMessage: "bad" } })
    },
  },
  {
    row: "A.4 completeOrchestration", name: "reports a terminated child as childFailed without details",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("parent", { child: "waitFor", input: "never" })
      await host.untilStatus(`${id}:0001`, "running")
      await host.sdk.terminateWorkflow(`${id}:0001`, "stop")
      await host.end(id)
      expect(one(await host.own.history(id), "childFailed")).not.toHaveProperty("failure")
    },
  },
  {
    row: "A.4 continuedAsNew", name: "resets the history to one generation, name kept",
    run: async (host) => {
      const history = await historyOf(host, "rounds", 28)
      expect(one(history, "executionStarted")).toMatchObject({ name: "rounds", input: "30" })
      expect(history.map(({ kind }) => kind)).toEqual(["orchestratorStarted", "executionStarted", "executionCompleted"])
    },
  },
  {
    row: "A.4 pending actions", name: "of the completing turn never run",
    run: async (host) => {
      const key = randomUUID()
      const history = await historyOf(host, "forget", key)
      await host.run("sequence", 1)
      expect(calls.has(key)).toBe(false)
      expect(history.map(({ kind }) => kind)).not.toContain("taskScheduled")
    },
  },
  {
    row: "A.4 taskCompleted", name: "carries the task's id and its result",
    run: async (host) => {
      expect(one(await historyOf(host, "call", { name: "echo", input: "x" }), "taskCompleted")).toMatchObject({
        eventId: -1, taskId: 1, result: "\"x\"",
      })
    },
  },
  {
    row: "A.4 taskFailed", name: "carries the task's id and its failure",
    run: async (host) => {
      const { failure } = one(await historyOf(host, "call", { name: "fail", input: "no" }), "taskFailed")
      expect(failure).toMatchObject({ errorType: "TransferError", errorMessage: "no" })
      expect(failure?.stackTrace).toContain("at ")
    },
  },
  {
    row: "A.4 eventRaised", name: "keeps the name as it was raised, and the payload",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await host.sdk.raiseEvent(id, "Go", { n: 1 })
      expect(await host.end(id)).toMatchObject({ status: ended.completed, output: { n: 1 } })
      expect(one(await host.own.history(id), "eventRaised")).toMatchObject({
        eventId: -1, name: "Go", input: "{\"n\":1}",
      })
    },
  },
  {
    row: "A.4 sendEvent", name: "reaches the instance it names, and stands in the history of its sender", on: "sidecar",
    run: async (host) => {
      const to = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      const { id, status, output } = await host.run("sends", { to, name: "go", data: { n: 1 } })
      expect([status, output]).toEqual([ended.completed, "sent"])
      expect(await host.end(to)).toMatchObject({ status: ended.completed, output: { n: 1 } })
      expect((await host.own.history(id)).filter(({ eventId }) => eventId === 1)).toMatchObject([{ kind: "eventSent", instanceId: to, name: "go", input: "{\"n\":1}" }])
    },
  },
  {
    row: "A.4 sendEvent", name: "reaches nobody, and leaves no trace", on: "daprd",
    run: async (host) => {
      const to = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      const { id, status, output } = await host.run("sends", { to, name: "go", data: { n: 1 } })
      expect([status, output]).toEqual([ended.completed, "sent"])
      expect((await host.own.history(id)).filter(({ eventId }) => eventId === 1)).toEqual([])
      await host.sdk.raiseEvent(to, "go", "by hand")
      expect(await host.end(to)).toMatchObject({ status: ended.completed, output: "by hand" })
    },
  },
  {
    row: "A.4 duplicates", name: "of an activity's answer change nothing: the first one counts",
    run: async (host) => {
      const { id, open } = await heldCall(host)
      for (const value of ["\"first\"", "\"second\""]) await rawCall(host, "CompleteActivityTask", { instanceId: id, taskId: 1, result: { value } })
      open()
      expect(await host.end(id)).toMatchObject({ status: ended.completed, output: "first" })
      await host.run("sequence", 1)
      expect(one(await host.own.history(id), "taskCompleted")).toMatchObject({ taskId: 1, result: "\"first\"" })
    },
  },
  {
    row: "A.4 executionTerminated", name: "carries the output",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      await host.sdk.terminateWorkflow(id, { why: "test" })
      expect(one(await host.own.history(id), "executionTerminated")).toMatchObject({ output: "{\"why\":\"test\"}" })
    },
  },
  {
    row: "A.4 executionSuspended and executionResumed", name: "stand in the history",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await host.sdk.suspendWorkflow(id)
      await host.sdk.resumeWorkflow(id)
      await host.sdk.raiseEvent(id, "go")
      await host.end(id)
      const history = await host.own.history(id)
      const [suspended, resumed] = [one(history, "executionSuspended"), one(history, "executionResumed")]
      expect(history.indexOf(suspended)).toBeLessThan(history.indexOf(resumed))
    },
  },
  {
    row: "A.4 clock", name: "is the turn's timestamp and never runs backwards",
    run: async (host) => {
      const { id, output } = await host.run("clock")
      const turns = (await host.own.history(id)).filter(({ kind }) => kind === "orchestratorStarted")
      expect(output).toEqual(turns.map(({ timestampMs }) => Math.floor(timestampMs)))
    },
  },
]
