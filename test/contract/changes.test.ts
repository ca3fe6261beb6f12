// What a step writes: of an instance only what has changed, and nothing twice.

import { expect, it } from "vitest"
import { step } from "../../engine/step.ts"
import type { Effect, Input, Instance } from "../../engine/types.ts"
import { changes } from "../../sidecar/store/changes.ts"

it("puts an instance when its status changes, touches it at a turn, and leaves it alone at an answer", () => {
  let instance: Instance | null = null
  let now = 1_000
  const written = (input: Input): readonly string[] => {
    const before = instance
    const result = step(before, input, (now += 10))
    instance = result.instance
    return changes("a", before, instance, result.effects as readonly Effect[]).map(({ kind }) => kind)
  }
  const turn = (...actions: Extract<Input, { kind: "turnCompleted" }>["actions"]): readonly string[] => {
    written({ kind: "turnBegun" })
    return written({ kind: "turnCompleted", executionId: "e", actions })
  }
  const answer = (taskId: number): Input => ({ kind: "activityCompleted", generation: 1, taskId, failed: false, result: "1" })
  expect(written({ kind: "start", instanceId: "a", executionId: "e", name: "flow" })).toEqual(["putInstance", "putInbox"])
  expect(turn({ kind: "scheduleTask", id: 1, name: "s" })).toEqual(["putInstance", "appendHistory", "deleteInbox", "putActivity"])
  expect(written(answer(1))).toEqual(["putInbox"])
  expect(turn({ kind: "scheduleTask", id: 2, name: "s" })).toEqual(["touchInstance", "appendHistory", "deleteInbox", "putActivity"])
  expect(written({ kind: "suspend" })).toEqual(["putInstance", "putInbox"])
  expect(written({ kind: "resume" })).toEqual(["putInstance", "putInbox"])
  expect(written(answer(2))).toEqual(["putInbox"])
  expect(turn({ kind: "complete", id: 3, status: "completed", result: "2" })).toEqual(["putInstance", "appendHistory", "deleteInbox", "clearTimers"])
})
