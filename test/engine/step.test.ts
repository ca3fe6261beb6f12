// What each input does to an instance.

import { describe, expect, it } from "vitest"
import { statusOf, summarize, wantsTurn } from "../../engine/instance.ts"
import type { Action, Input } from "../../engine/types.ts"
import {
  alive, answer, begin, complete, emptyWorld, feed, inboxKinds, kinds, startOf, started, task, taskDone, turn,
} from "./world.ts"

describe("start", () => {
  it("makes a pending instance that wants a turn", () => {
    const world = started()
    expect(summarize(alive(world))).toEqual({
      id: "a", generation: 1, executionId: "a-1", name: "flow", status: "pending", input: "1",
      createdAtMs: 1_001, updatedAtMs: 1_001, continued: false,
    })
    expect(wantsTurn(alive(world))).toBe(true)
  })

  it("refuses an active id and takes an ended one with the next generation", () => {
    const world = started()
    feed(world, startOf())
    expect(world.refusal).toBe("alreadyActive")
    feed(world, ...turn(complete(1)), startOf("a", { input: "2" }))
    expect(world.refusal).toBeUndefined()
    expect(alive(world)).toMatchObject({ generation: 2, history: [] })
    expect(summarize(alive(world))).toMatchObject({ status: "pending", input: "2" })
  })

  it("tells the parent of a child whose id is taken", () => {
    const world = started()
    const parent = { instanceId: "p", generation: 3, taskId: 4, name: "n" }
    expect(feed(world, startOf("a", { parent }))).toEqual([{
      kind: "send", to: "p", input: {
        kind: "childEnded", generation: 3, taskId: 4, status: "failed",
        failure: { errorType: "InstanceIdConflict", errorMessage: "an active workflow with ID 'a' already exists" },
      },
    }])
  })

  it("holds one that is scheduled for later until its timer fires", () => {
    const world = emptyWorld()
    const effects = feed(world, startOf("a", { scheduledStartMs: 5_000 }))
    expect(effects).toEqual([{ kind: "setTimer", generation: 1, timerId: 0, fireAtMs: 5_000 }])
    feed(world, begin)
    expect([wantsTurn(alive(world)), alive(world).turn]).toEqual([false, undefined])
    feed(world, { kind: "timerFired", generation: 1, timerId: 0, fireAtMs: 5_000 })
    expect(wantsTurn(alive(world))).toBe(true)
  })

  it("is the only input for an instance that is not there", () => {
    const world = emptyWorld()
    feed(world, { kind: "raiseEvent", name: "x" })
    expect([world.instance, world.refusal]).toEqual([null, "notFound"])
  })
})

describe("a turn", () => {
  it("is frozen: a second beginning changes nothing, what arrives meanwhile waits", () => {
    const world = started(begin)
    const frozen = alive(world).turn
    feed(world, { kind: "raiseEvent", name: "x" }, begin)
    expect(alive(world).turn).toBe(frozen)
    feed(world, answer())
    expect(inboxKinds(world)).toEqual(["eventRaised"])
    expect(kinds(alive(world).history)).toEqual(["orchestratorStarted", "executionStarted"])
  })

  it("has a clock that does not run backwards", () => {
    const world = started(...turn())
    const before = alive(world).updatedAtMs
    world.now = 10
    feed(world, { kind: "raiseEvent", name: "x" }, begin)
    expect(alive(world).turn?.events[0]?.timestampMs).toBe(before)
  })

  it("schedules activities and timers with the ids of their actions", () => {
    const world = started(begin)
    const effects = feed(world, answer(task(1), { id: 2, kind: "createTimer", fireAtMs: 9_000 }))
    expect(effects).toEqual([
      { kind: "runActivity", generation: 1, taskId: 1, name: "task 1", input: "1" },
      { kind: "setTimer", generation: 1, timerId: 2, fireAtMs: 9_000 },
    ])
    expect(alive(world).history.slice(2)).toMatchObject([
      { kind: "taskScheduled", eventId: 1 }, { kind: "timerCreated", eventId: 2 },
    ])
  })

  it("is ignored when none was begun", () => {
    const world = started()
    const before = world.instance
    feed(world, answer(complete(1)))
    expect(world.instance).toBe(before)
  })

  it("keeps the custom status when the worker reports none", () => {
    const world = started(begin, { kind: "turnCompleted", actions: [], executionId: "x", customStatus: "half" })
    feed(world, { kind: "raiseEvent", name: "x" }, begin, { kind: "turnCompleted", actions: [], executionId: "x" })
    expect(summarize(alive(world)).customStatus).toBe("half")
  })

  it("fails the instance when it asks for something that nobody knows", () => {
    const world = started(...turn({ id: 1, kind: "unsupported", type: "terminateOrchestration" }))
    expect(summarize(alive(world))).toMatchObject({ status: "failed", failure: { errorType: "UnsupportedAction" } })
  })
})

describe("answers", () => {
  it("count once and only in their generation", () => {
    const world = started(...turn(task(1), task(2)), taskDone(1), taskDone(1), taskDone(2, 2), taskDone(3))
    expect(inboxKinds(world)).toEqual(["taskCompleted"])
    feed(world, begin, taskDone(1), answer(), taskDone(1))
    expect(inboxKinds(world)).toEqual([])
  })

  it("carry failures with their causes", () => {
    const failure = { errorType: "A", errorMessage: "a", innerFailure: { errorType: "B", errorMessage: "b" } }
    const failed: Input = { kind: "activityCompleted", generation: 1, taskId: 1, failed: true, failure }
    const world = started(...turn(task(1)), failed)
    expect(alive(world).inbox[0]?.event).toMatchObject({ kind: "taskFailed", failure })
  })
})

describe("the end", () => {
  const parent = { instanceId: "p", generation: 2, taskId: 7, name: "n" }

  it("clears timers and tells the parent", () => {
    const world = emptyWorld()
    feed(world, startOf("a", { parent }), begin)
    expect(feed(world, answer(complete(1, "5")))).toEqual([
      { kind: "clearTimers" },
      {
        kind: "send", to: "p",
        input: { kind: "childEnded", generation: 2, taskId: 7, status: "completed", result: "5" },
      },
    ])
    const completedAtMs: unknown = expect.any(Number)
    expect(summarize(alive(world))).toMatchObject({ status: "completed", output: "5", completedAtMs })
  })

  it("lets nothing in any more", () => {
    const world = started(...turn(task(1)))
    feed(world, { kind: "terminate", recursive: false, output: "1" })
    feed(world, ...turn({ id: 2, kind: "complete", status: "terminated" }))
    const before = world.instance
    const late: Input[] = [
      taskDone(1), { kind: "raiseEvent", name: "x" }, { kind: "suspend" }, { kind: "resume" }, begin,
      { kind: "terminate", recursive: false },
    ]
    feed(world, ...late)
    expect(world.instance).toBe(before)
  })

  it("by a recursive terminate goes on to the children that still run", () => {
    const child = (id: number): Action => ({ id, kind: "createChild", name: "c" })
    const world = started(...turn(child(1), child(2)))
    feed(world, { kind: "childEnded", generation: 1, taskId: 1, status: "completed" })
    feed(world, { kind: "terminate", recursive: true, output: "9" })
    const effects = feed(world, ...turn({ id: 3, kind: "complete", status: "terminated", result: "9" }))
    const input = { kind: "terminate", recursive: true, output: "9" }
    expect(effects.slice(1)).toEqual([{ kind: "send", to: "a:0002", input }])
  })
})

describe("suspend and resume", () => {
  it("are shown at once and never doubled", () => {
    const world = started(...turn(), { kind: "suspend" }, { kind: "suspend" })
    expect([statusOf(alive(world)), inboxKinds(world)]).toEqual(["suspended", ["executionSuspended"]])
    feed(world, { kind: "resume" }, { kind: "resume" })
    expect([statusOf(alive(world)), inboxKinds(world)]).toEqual(["running", ["executionSuspended", "executionResumed"]])
  })
})

describe("an event for another instance", () => {
  const send: Action = { id: 1, kind: "sendEvent", instanceId: "other", name: "go", input: "1" }

  it("goes out once, also when a worker asks for it again in a later turn", () => {
    const world = started()
    expect(feed(world, ...turn(send))).toEqual([{ kind: "send", to: "other", input: { kind: "raiseEvent", name: "go", input: "1" } }])
    feed(world, { kind: "suspend" })
    expect(feed(world, ...turn(send))).toEqual([])
    expect(alive(world).history.filter(({ kind }) => kind === "eventSent")).toMatchObject([{ eventId: 1, instanceId: "other", name: "go", input: "1" }])
  })
})

describe("continue as new", () => {
  const renew = (...carried: readonly string[]): Action => ({
    id: 5, kind: "continueAsNew", input: "2",
    carriedEvents: carried.map((name) => ({ kind: "eventRaised", eventId: 0, timestampMs: 0, name })),
  })

  it("begins a new history with carried events, then unread ones, and drops answers to old work", () => {
    const world = started(...turn(task(1), task(2)), begin, taskDone(1), { kind: "raiseEvent", name: "unread" })
    feed(world, { kind: "raiseEvent", name: "first" }, begin, { kind: "raiseEvent", name: "during" }, taskDone(2))
    feed(world, answer(renew("carried")), taskDone(2))
    expect(alive(world)).toMatchObject({ generation: 2, history: [], continued: true })
    expect(inboxKinds(world)).toEqual(["executionStarted", "eventRaised", "eventRaised"])
    const names = alive(world).inbox.map(({ event }) => event.kind === "eventRaised" ? event.name : "")
    expect(names).toEqual(["", "carried", "during"])
    expect(summarize(alive(world))).toMatchObject({ status: "running", input: "2", executionId: "next" })
  })

  it("keeps a suspend and a terminate that the worker read but did not act on", () => {
    const world = started(...turn(), { kind: "raiseEvent", name: "x" }, { kind: "suspend" })
    feed(world, { kind: "terminate", recursive: false, output: "1" })
    feed(world, ...turn(renew()))
    expect(inboxKinds(world)).toEqual(["executionStarted", "executionSuspended", "executionTerminated"])
  })

  it("keeps the parent", () => {
    const parent = { instanceId: "p", generation: 2, taskId: 7, name: "n" }
    const world = emptyWorld()
    feed(world, startOf("a", { parent }), ...turn(renew()))
    expect(alive(world).facts.parent).toEqual(parent)
  })
})

describe("purge", () => {
  it("refuses a living instance, forgets an ended one and its children on request", () => {
    const world = started(...turn({ id: 1, kind: "createChild", name: "c", instanceId: "kid" }))
    feed(world, { kind: "purge", recursive: true })
    expect(world.refusal).toBe("notEnded")
    feed(world, { kind: "raiseEvent", name: "x" }, ...turn(complete(2)))
    const input: Input = { kind: "purge", recursive: true }
    expect(feed(world, input)).toEqual([{ kind: "send", to: "kid", input }])
    expect(world.instance).toBeNull()
  })
})
