// The conformance cases on our sidecar over gRPC, with each of its stores; and the list of cases itself.

import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { startSidecar } from "../../../sidecar/start.ts"
import { openMemoryStore } from "../../../sidecar/store/memory.ts"
import { temporaryFolder } from "../harness.ts"
import { cases, conformance } from "./suite.ts"

conformance({
  name: "sidecar, store in memory", kind: "sidecar",
  start: async () => {
    const sidecar = await startSidecar({ store: openMemoryStore() })
    return { ...sidecar, stop: sidecar.close }
  },
})

conformance({
  name: "sidecar, SQLite", kind: "sidecar",
  start: async () => {
    const folder = temporaryFolder()
    const sidecar = await startSidecar({ file: join(folder.path, "hub.db") })
    return { ...sidecar, stop: async () => { await sidecar.close(); folder.remove() } }
  },
})

/** What stands in the tables A.2, A.4 and A.5 of the protocol notes. */
const rows: readonly string[] = [
  "A.2 Hello", "A.2 GetWorkItems", "A.2 CompleteOrchestratorTask", "A.2 CompleteActivityTask", "A.2 StartInstance",
  "A.2 GetInstance", "A.2 WaitForInstanceStart", "A.2 WaitForInstanceCompletion", "A.2 RaiseEvent",
  "A.2 TerminateInstance", "A.2 SuspendInstance", "A.2 ResumeInstance", "A.2 PurgeInstances", "A.2 QueryInstances",
  "A.2 GetInstanceHistory", "A.2 ListInstanceIDs", "A.2 RerunWorkflowFromEvent", "A.2 errors",
  "A.4 orchestratorStarted", "A.4 executionStarted", "A.4 ids", "A.4 scheduleTask", "A.4 createTimer",
  "A.4 createSubOrchestration", "A.4 completeOrchestration", "A.4 continuedAsNew", "A.4 pending actions",
  "A.4 taskCompleted", "A.4 taskFailed", "A.4 eventRaised", "A.4 executionTerminated",
  "A.4 executionSuspended and executionResumed", "A.4 clock",
  "A.5 Timers", "A.5 External events", "A.5 Children", "A.5 Continue-as-new", "A.5 Terminate", "A.5 Suspend/resume",
  "A.5 Purge", "A.5 Custom status", "A.5 Status enum", "A.5 GetInstance", "A.5 Failure details",
  "A.5 Non-determinism", "A.5 Unregistered", "A.5 Retries", "A.5 Instance re-use", "A.5 startAt", "A.5 isReplaying",
  "A.5 Values", "A.5 Versions/patches", "A.5 Tracing",
]

describe("the cases", () => {
  it("cover each row, and are at least 60 that hold for all hosts", () => {
    expect(rows.filter((row) => !cases.some((one) => one.row === row))).toEqual([])
    expect(cases.filter(({ on }) => on === undefined).length).toBeGreaterThanOrEqual(60)
    const names = cases.map(({ row, name, on = "all" }) => `${row}: ${name} (${on})`)
    expect(names.length).toBe(new Set(names).size)
  })
})
