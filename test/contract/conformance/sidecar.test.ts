// The conformance cases on our sidecar over gRPC, with each of its stores, and with the worker in its process; and the list of cases itself.

import { createRequire } from "node:module"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { createExecutor } from "../../../runtime/executor.ts"
import type { WorkflowBody } from "../../../runtime/executor.ts"
import { attachWorker } from "../../../sidecar/in-process.ts"
import type { ActivityFunction } from "../../../sidecar/in-process.ts"
import { startSidecar } from "../../../sidecar/start.ts"
import { openMemoryStore } from "../../../sidecar/store/memory.ts"
import { ended, temporaryFolder } from "../harness.ts"
import { program } from "./program.ts"
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

/** The SDK's own whenAll, which the context of the runtime does without. */
const { whenAll } = createRequire(import.meta.url)("@dapr/dapr/workflow/internal/durabletask/task/index.js") as { whenAll(tasks: unknown): unknown }

conformance({
  name: "one process, store in memory", kind: "sidecar",
  // Its context stays where it is: nothing is replayed, so nothing can differ from a replay, and inputs are encoded by our runtime.
  instead: {
    "A.5 isReplaying: is false in the turn that makes the value": async (host) =>
      expect((await host.run("replaying")).output).toEqual([false, false]),
    "A.5 Non-determinism: fails the instance at once": async (host) =>
      expect(await host.run("wavering", "one process")).toMatchObject({ status: ended.completed, output: "not reached" }),
    "A.5 Values: of an activity's input: falsy ones vanish, wrapped ones arrive whole": async (host) =>
      expect((await host.run("kinds", [0, false, "", null])).output).toEqual(["0", "false", "\"\"", "null"]),
    "A.4 sendEvent: reaches the instance it names, and stands in the history of its sender": async (host) =>
      expect(await host.run("sends", { to: "nobody", name: "go", data: 1 })).toMatchObject({
        status: ended.failed, failure: "Error: this context keeps the official one to itself",
      }),
  },
  start: async () => {
    const sidecar = await startSidecar({ store: openMemoryStore() })
    const workflows = new Map(Object.entries(program.workflows).map(([name, body]) =>
      [name, ((context, input) => body({ ...context, whenAll } as never, input as never)) as WorkflowBody]))
    const activities = new Map(Object.entries(program.activities).map(([name, run]) =>
      [name, ((context, input) => run(input as never, context as never)) as ActivityFunction]))
    const worker = attachWorker(sidecar.hub, { executor: createExecutor({ workflows }), activities })
    return { ...sidecar, worker: { stop: () => worker.stop(300) }, stop: sidecar.close }
  },
})

/** What stands in the tables A.2, A.4 and A.5 of the protocol notes. */
const rows: readonly string[] = [
  "A.2 Hello", "A.2 GetWorkItems", "A.2 CompleteOrchestratorTask", "A.2 CompleteActivityTask", "A.2 StartInstance",
  "A.2 GetInstance", "A.2 WaitForInstanceStart", "A.2 WaitForInstanceCompletion", "A.2 RaiseEvent",
  "A.2 TerminateInstance", "A.2 SuspendInstance", "A.2 ResumeInstance", "A.2 PurgeInstances", "A.2 QueryInstances",
  "A.2 GetInstanceHistory", "A.2 ListInstanceIDs", "A.2 RerunWorkflowFromEvent", "A.2 errors",
  "A.2 RewindInstance, task hub and entity calls",
  "A.4 orchestratorStarted", "A.4 executionStarted", "A.4 ids", "A.4 scheduleTask", "A.4 createTimer",
  "A.4 createSubOrchestration", "A.4 completeOrchestration", "A.4 continuedAsNew", "A.4 pending actions",
  "A.4 taskCompleted", "A.4 taskFailed", "A.4 eventRaised", "A.4 sendEvent", "A.4 duplicates", "A.4 executionTerminated",
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
