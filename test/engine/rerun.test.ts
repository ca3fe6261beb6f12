// A rerun takes over what was finished before the chosen step, and begins the rest again; and what floods an inbox.

import { describe, expect, it } from "vitest"
import { step } from "../../engine/step.ts"
import type { HistoryEvent, Instance, RerunInput } from "../../engine/types.ts"

const started = { eventId: -1, timestampMs: 1 }
const history: readonly HistoryEvent[] = [
  { kind: "orchestratorStarted", ...started },
  { kind: "executionStarted", ...started, name: "flow", instanceId: "old", executionId: "x", input: "0" },
  { kind: "taskScheduled", eventId: 1, timestampMs: 1, name: "a", input: "1" },
  { kind: "timerCreated", eventId: 2, timestampMs: 1, fireAtMs: 500 },
  { kind: "childCreated", eventId: 3, timestampMs: 1, instanceId: "old:0003", name: "child" },
  { kind: "orchestratorStarted", ...started },
  { kind: "taskCompleted", ...started, taskId: 1, result: "one" },
  { kind: "taskScheduled", eventId: 4, timestampMs: 1, name: "b", input: "2" },
  { kind: "orchestratorStarted", ...started },
  { kind: "taskCompleted", ...started, taskId: 4 },
  { kind: "executionCompleted", eventId: 5, timestampMs: 1, status: "completed" },
]

function rerun(more: Partial<RerunInput>, existing: Instance | null = null) {
  const input: RerunInput = { kind: "rerun", instanceId: "new", executionId: "y", history, eventId: 4, ...more }
  return step(existing, input, 900)
}

describe("a rerun", () => {
  it("keeps what was finished and begins again what was not, the chosen step last", () => {
    const { instance, effects } = rerun({})
    expect(instance?.history.map((event) => [event.kind, event.eventId])).toEqual([
      ["orchestratorStarted", -1], ["executionStarted", -1], ["taskScheduled", 1], ["orchestratorStarted", -1],
      ["taskCompleted", -1], ["timerCreated", 2], ["childCreated", 3], ["taskScheduled", 4],
    ])
    expect(effects).toMatchObject([
      { kind: "setTimer", timerId: 2, fireAtMs: 500 },
      { kind: "send", to: "new:0003", input: { kind: "start", name: "child", parent: { instanceId: "new", taskId: 3 } } },
      { kind: "runActivity", taskId: 4, name: "b", input: "2" },
    ])
    expect(instance).toMatchObject({ id: "new", generation: 1, turnNumber: 2, facts: { executionId: "y" } })
  })

  it("takes another input for the chosen step only, also none", () => {
    expect(rerun({ input: { value: "9" } }).effects.at(-1)).toMatchObject({ kind: "runActivity", input: "9" })
    expect(rerun({ input: {} }).effects.at(-1)).not.toHaveProperty("input")
    expect(rerun({ eventId: 1, input: { value: "9" } }).effects).toMatchObject([{ taskId: 1, input: "9" }])
  })

  it("names the child that it begins with", () => {
    expect(rerun({ eventId: 3, childInstanceId: "mine" }).effects.at(-1)).toMatchObject({ to: "mine" })
  })

  it("refuses what does not fit", () => {
    const refusal = (more: Partial<RerunInput>) => rerun(more).refusal
    expect(refusal({ eventId: 9 })).toBe("noSuchStep")
    expect(refusal({ eventId: 5 })).toBe("notAStep")
    expect(refusal({ eventId: 2, input: {} })).toBe("doesNotFit")
    expect(refusal({ eventId: 4, childInstanceId: "c" })).toBe("doesNotFit")
    expect(refusal({ history: history.slice(0, -1) })).toBe("notEnded")
    expect(rerun({}, rerun({}).instance).refusal).toBe("alreadyCreated")
  })
})

describe("an inbox", () => {
  it("takes events up to a number, and the orders of clients beyond it", () => {
    const { instance } = step(null, { kind: "start", instanceId: "i", executionId: "e", name: "f" }, 0)
    const entry = { sequence: 1, event: { kind: "eventRaised", ...started, name: "e" } as const }
    const full = instance && { ...instance, inbox: Array.from({ length: 10_000 }, () => entry) }
    expect(step(full, { kind: "raiseEvent", name: "e" }, 0).refusal).toBe("inboxFull")
    expect(step(full, { kind: "terminate", recursive: false }, 0).instance?.inbox).toHaveLength(10_001)
  })
})
