// Events add up to facts: each counts once, nothing counts after the end.

import { describe, expect, it } from "vitest"
import { fold, noFacts } from "../../engine/apply.ts"
import { decodeEvent, decodeEvents, encodeEvent, encodeEvents } from "../../engine/codec.ts"
import { defaultChildId, delayMsMax, delayUntil, wireTaskId } from "../../engine/timers.ts"
import type { HistoryEvent } from "../../engine/types.ts"
import { kinds } from "./world.ts"

const at = { eventId: -1, timestampMs: 1 }
const begun: HistoryEvent = {
  ...at, kind: "executionStarted", name: "flow", instanceId: "a", executionId: "e", input: "1",
}
const over: HistoryEvent = { ...at, eventId: 9, kind: "executionCompleted", status: "completed", result: "2" }

function accepted(...events: readonly HistoryEvent[]): readonly string[] {
  return kinds(fold(noFacts, events).accepted)
}

describe("fold", () => {
  it("knows name, input and end", () => {
    const { facts } = fold(noFacts, [begun, over])
    expect(facts).toMatchObject({ name: "flow", executionId: "e", input: "1", started: true, completion: over })
  })

  it("takes one start and one end", () => {
    expect(accepted(begun, begun, over, over)).toEqual(["executionStarted", "executionCompleted"])
  })

  it("takes nothing after the end", () => {
    expect(accepted(begun, over, { ...at, kind: "eventRaised", name: "x" }, { ...at, kind: "executionSuspended" }))
      .toEqual(["executionStarted", "executionCompleted"])
  })

  it("takes one answer for each task, timer and child, whose ids are apart", () => {
    const opened: HistoryEvent[] = [
      { ...at, eventId: 1, kind: "taskScheduled", name: "t" }, { ...at, eventId: 2, kind: "timerCreated", fireAtMs: 5 },
      { ...at, eventId: 3, kind: "childCreated", instanceId: "c", name: "n" },
    ]
    const { facts } = fold(noFacts, [begun, ...opened])
    expect([...facts.open.keys()]).toEqual(["task:1", "timer:2", "child:3"])
    const answers: HistoryEvent[] = [
      { ...at, kind: "taskCompleted", taskId: 1 }, { ...at, kind: "taskFailed", taskId: 1 },
      { ...at, kind: "timerFired", timerId: 2, fireAtMs: 5 }, { ...at, kind: "timerFired", timerId: 2, fireAtMs: 5 },
      { ...at, kind: "childFailed", taskId: 3 }, { ...at, kind: "childCompleted", taskId: 3 },
      { ...at, kind: "taskCompleted", taskId: 2 },
    ]
    const result = fold(facts, answers)
    expect(kinds(result.accepted)).toEqual(["taskCompleted", "timerFired", "childFailed"])
    expect(result.facts.open.size).toBe(0)
    expect(facts.open.size).toBe(3)
  })

  it("drops a second suspend, a second resume and a second terminate", () => {
    const suspend: HistoryEvent = { ...at, kind: "executionSuspended" }
    const resume: HistoryEvent = { ...at, kind: "executionResumed" }
    const terminate: HistoryEvent = { ...at, kind: "executionTerminated", recursive: true, output: "1" }
    const events = [begun, resume, suspend, suspend, resume, resume, suspend, terminate, terminate]
    const { facts, accepted: taken } = fold(noFacts, events)
    expect(kinds(taken)).toEqual([
      "executionStarted", "executionSuspended", "executionResumed", "executionSuspended", "executionTerminated",
    ])
    expect(facts).toMatchObject({ suspended: true, termination: { recursive: true, output: "1" } })
  })
})

describe("codec", () => {
  it("keeps an event and marks its version", () => {
    expect(decodeEvent(encodeEvent(begun))).toEqual(begun)
    expect(JSON.parse(encodeEvent(begun))).toMatchObject({ v: 1 })
  })

  it("puts events together, a large one with few others, and reads them back", () => {
    const sized = (input: string): HistoryEvent => ({ kind: "eventRaised", eventId: -1, timestampMs: 1, name: "e", input })
    const events = [begun, sized("a"), sized("x".repeat(999_000)), sized("y".repeat(2_000_000)), sized("b"), sized("c")]
    const rows = encodeEvents(events)
    expect(rows.map(({ index }) => index)).toEqual([0, 3, 4])
    expect(rows.flatMap(({ text }) => decodeEvents(text) ?? [])).toEqual(events)
    expect(encodeEvents([])).toEqual([])
    expect(decodeEvents(encodeEvent(begun))).toEqual([begun])
    expect(decodeEvents(`[${encodeEvent(begun)},{"v":2}]`)).toBeUndefined()
  })

  it("refuses what it does not know", () => {
    const strange = [
      { v: 2, kind: "eventRaised", eventId: -1, timestampMs: 1 },
      { v: 1, kind: "toString", eventId: -1, timestampMs: 1 },
      { v: 1, kind: "eventRaised", eventId: "1", timestampMs: 1 },
    ]
    for (const text of ["", "[]", "null", "{}", ...strange.map((one) => JSON.stringify(one))]) {
      expect(decodeEvent(text)).toBeUndefined()
    }
  })
})

describe("ids and delays", () => {
  it("wire ids are plain in generation 1 and distinct later", () => {
    expect(wireTaskId(1, 7)).toBe(7)
    expect(new Set([1, 2, 3, 2047].map((generation) => wireTaskId(generation, 7))).size).toBe(4)
    expect(wireTaskId(2047, 2 ** 20 - 1)).toBeLessThan(2 ** 31)
    expect(wireTaskId(2048, 7)).toBe(7)
  })

  it("children are numbered in hex", () => {
    expect([1, 255, 70_000].map((id) => defaultChildId("p", id))).toEqual(["p:0001", "p:00ff", "p:11170"])
  })

  it("delays are whole, never negative and never too long for a platform timer", () => {
    expect([delayUntil(10.2, 5), delayUntil(3, 5), delayUntil(Number.MAX_SAFE_INTEGER, 0)]).toEqual([6, 0, delayMsMax])
  })
})
