// Table A.2: the calls of the service, what they need, what they answer and when.

import { randomUUID } from "node:crypto"
import { expect } from "vitest"
import { ended } from "../harness.ts"
import { rawCall, rawField } from "./raw.ts"
import type { Host } from "./host.ts"
import type { Case } from "./suite.ts"

const unknown = 2
const unimplemented = 12

const absentCalls = [
  "RewindInstance", "CreateTaskHub", "DeleteTaskHub", "SignalEntity", "GetEntity", "QueryEntities", "CleanEntityStorage", "AbandonTaskOrchestratorWorkItem",
] as const

/** Starts `identity` with one more field in the request. */
async function startedWith(host: Host, field: Buffer) {
  const id = randomUUID()
  const request = Buffer.concat([rawField(1, id), rawField(2, "identity"), field])
  expect(await rawCall(host, "StartInstance", request)).toMatchObject({ response: { instanceId: id } })
  return host.end(id)
}

export const serviceCases: readonly Case[] = [
  {
    row: "A.2 Hello", name: "answers at once, with nothing",
    run: async (host) => expect(await rawCall(host, "Hello", {})).toEqual({ response: {} }),
  },
  {
    row: "A.2 GetWorkItems", name: "gives the connected worker its work",
    run: async (host) => expect(await host.run("constant", 1)).toMatchObject({ status: ended.completed, output: 1 }),
  },
  {
    row: "A.2 CompleteOrchestratorTask", name: "takes an answer that nobody waits for, and changes nothing",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      for (const instanceId of [id, "nobody"]) {
        expect(await rawCall(host, "CompleteOrchestratorTask", { instanceId, actions: [] })).toEqual({ response: {} })
      }
      expect(await host.own.get(id)).toMatchObject({ status: "completed", output: "1" })
    },
  },
  {
    row: "A.2 CompleteActivityTask", name: "takes an answer that nobody waits for, and changes nothing",
    run: async (host) => {
      const { id } = await host.run("call", { name: "echo", input: 1 })
      const late = { instanceId: id, taskId: 1, result: { value: "2" } }
      expect(await rawCall(host, "CompleteActivityTask", late)).toEqual({ response: {} })
      expect(await rawCall(host, "CompleteActivityTask", { ...late, instanceId: "nobody" })).toEqual({ response: {} })
      expect(await host.own.get(id)).toMatchObject({ status: "completed", output: "1" })
    },
  },
  {
    row: "A.2 StartInstance", name: "answers when the first turn has run",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      expect(await host.status(id)).toBe("running")
    },
  },
  {
    row: "A.2 StartInstance", name: "leaves an absent input absent",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("constant")
      await host.end(id)
      expect(await host.own.get(id)).not.toHaveProperty("input")
    },
  },
  {
    row: "A.5 Versions/patches", name: "a start that names a version runs like any other",
    run: async (host) => expect(await startedWith(host, rawField(3, rawField(1, "2.0")))).toMatchObject({ status: ended.completed }),
  },
  {
    row: "A.5 Tracing", name: "a start with a trace context runs like any other, and one without has none",
    run: async (host) => {
      const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      const context = Buffer.concat([rawField(1, traceParent), rawField(2, "b7ad6b7169203331")])
      expect(await startedWith(host, rawField(9, context))).toMatchObject({ status: ended.completed })
      const { id } = await host.run("constant", 1)
      expect(JSON.stringify(await host.own.history(id))).not.toContain("trace")
    },
  },
  {
    row: "A.2 StartInstance", name: "keeps the id that the client gave",
    run: async (host) => {
      const id = `given ${randomUUID()}`
      expect(await host.sdk.scheduleNewWorkflow("identity", undefined, id)).toBe(id)
      expect((await host.end(id)).output).toBe(id)
    },
  },
  {
    row: "A.2 StartInstance", name: "refuses an id that is active",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await expect(host.sdk.scheduleNewWorkflow("waitFor", "go", id)).rejects.toThrow(
        `2 UNKNOWN: failed to create workflow instance: an active workflow with ID '${id}' already exists`,
      )
    },
  },
  {
    row: "A.2 StartInstance", name: "gives a fresh id for an empty one", on: "sidecar",
    run: async (host) => expect(await host.sdk.scheduleNewWorkflow("constant", 1, "")).toMatch(/^[0-9a-f-]{36}$/),
  },
  {
    row: "A.2 GetInstance", name: "says that an unknown instance does not exist",
    run: async (host) => {
      expect(await host.sdk.getWorkflowState("nobody", true)).toBeUndefined()
      const answer = await rawCall(host, "GetInstance", { instanceId: "nobody" })
      expect("response" in answer && (answer.response["exists"] ?? false)).toBe(false)
    },
  },
  {
    row: "A.2 GetInstance", name: "shows name, status and times",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      const state = await host.sdk.getWorkflowState(id, false)
      expect(state).toMatchObject({ name: "constant", instanceId: id, runtimeStatus: ended.completed })
      expect(state?.createdAt.getTime()).toBeLessThanOrEqual(state?.lastUpdatedAt.getTime() ?? 0)
    },
  },
  {
    row: "A.2 WaitForInstanceStart", name: "waits for an id that nobody has started yet",
    run: async (host) => {
      const id = randomUUID()
      const started = host.sdk.waitForWorkflowStart(id, true, 20)
      await host.sdk.scheduleNewWorkflow("waitFor", "go", id)
      expect((await started)?.instanceId).toBe(id)
    },
  },
  {
    row: "A.2 WaitForInstanceCompletion", name: "waits for an id that nobody has started yet",
    run: async (host) => {
      const id = randomUUID()
      const over = host.sdk.waitForWorkflowCompletion(id, true, 20)
      await host.sdk.scheduleNewWorkflow("constant", 5, id)
      expect((await over)?.serializedOutput).toBe("5")
    },
  },
  {
    row: "A.2 WaitForInstanceCompletion", name: "answers at once for an instance that has ended",
    run: async (host) => {
      const { id } = await host.run("constant", 5)
      expect((await host.own.waitForEnd(id))?.output).toBe("5")
    },
  },
  {
    row: "A.2 WaitForInstanceCompletion", name: "can be given up by its caller",
    run: async (host) => {
      await expect(host.own.waitForEnd("nobody", { deadlineMs: 50 })).rejects.toMatchObject({ code: "deadline" })
    },
  },
  {
    row: "A.2 RaiseEvent", name: "is an error for an unknown instance",
    run: async (host) => {
      await expect(host.sdk.raiseEvent("nobody", "go")).rejects.toThrow("2 UNKNOWN: no such instance exists")
    },
  },
  {
    row: "A.2 RaiseEvent", name: "gives null where there is no payload",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitForMany", ["go"])
      await host.sdk.raiseEvent(id, "go")
      expect((await host.end(id)).output).toEqual([null])
    },
  },
  {
    row: "A.2 TerminateInstance", name: "is an error for an unknown instance",
    run: async (host) => {
      await expect(host.sdk.terminateWorkflow("nobody", undefined)).rejects.toThrow(
        "2 UNKNOWN: failed to submit termination request: no such instance exists",
      )
    },
  },
  {
    row: "A.2 TerminateInstance", name: "answers when the instance has ended",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      await host.sdk.terminateWorkflow(id, undefined)
      expect(await host.status(id)).toBe("terminated")
    },
  },
  {
    row: "A.2 SuspendInstance", name: "is an error for an unknown instance",
    run: async (host) => {
      await expect(host.sdk.suspendWorkflow("nobody")).rejects.toThrow("2 UNKNOWN: no such instance exists")
    },
  },
  {
    row: "A.2 SuspendInstance", name: "answers when the instance is suspended",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await host.sdk.suspendWorkflow(id)
      expect(await host.status(id)).toBe("suspended")
      await host.sdk.resumeWorkflow(id)
    },
  },
  {
    row: "A.2 ResumeInstance", name: "answers when the instance runs again",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await host.sdk.suspendWorkflow(id)
      await host.sdk.resumeWorkflow(id)
      expect(await host.status(id)).toBe("running")
    },
  },
  {
    row: "A.2 ResumeInstance", name: "is an error for an unknown instance",
    run: async (host) => {
      await expect(host.sdk.resumeWorkflow("nobody")).rejects.toThrow("2 UNKNOWN: no such instance exists")
    },
  },
  {
    row: "A.2 PurgeInstances", name: "forgets an ended instance and says so",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      expect(await host.sdk.purgeWorkflow(id)).toBe(true)
      expect(await host.sdk.getWorkflowState(id, true)).toBeUndefined()
    },
  },
  {
    row: "A.2 PurgeInstances", name: "is an error for an unknown instance",
    run: async (host) => {
      await expect(host.sdk.purgeWorkflow("nobody")).rejects.toThrow("no such instance exists")
    },
  },
  {
    row: "A.2 PurgeInstances", name: "by filter is unimplemented", on: "daprd",
    run: async (host) => {
      const answer = await rawCall(host, "PurgeInstances", { purgeInstanceFilter: { runtimeStatus: [1] } })
      expect(answer).toMatchObject({ error: { code: unknown } })
    },
  },
  {
    row: "A.2 GetInstanceHistory", name: "lists what happened, in order",
    run: async (host) => {
      const { id } = await host.run("parent", { child: "call", input: { name: "echo", input: 1 } })
      expect(await host.kinds(id)).toEqual([
        "orchestratorStarted", "executionStarted", "childCreated",
        "orchestratorStarted", "childCompleted", "executionCompleted",
      ])
    },
  },
  {
    row: "A.2 ListInstanceIDs", name: "gives all ids, page after page",
    run: async (host) => {
      const prefix = randomUUID()
      const ids = await Promise.all([1, 2, 3].map(async (n) => (await host.run("constant", n, `${prefix}-${n}`)).id))
      const listed: string[] = []
      let continuationToken: unknown
      do {
        const request = { pageSize: 7, ...(continuationToken ? { continuationToken } : {}) }
        const answer = await rawCall(host, "ListInstanceIDs", request)
        const page = "response" in answer ? answer.response : {}
        listed.push(...(page["instanceIds"] as string[]))
        continuationToken = page["continuationToken"]
      } while (continuationToken)
      // On Redis, daprd may list an id more than once.
      expect([...new Set(listed)].filter((id) => id.startsWith(prefix)).sort()).toEqual(ids)
    },
  },
  {
    row: "A.2 QueryInstances", name: "lists the newest first, by status, cut to the limit", on: "sidecar",
    run: async (host) => {
      const ids: string[] = []
      for (const n of [1, 2, 3]) ids.push((await host.run("throws", String(n))).id)
      const listed = (await host.own.list({ statuses: ["failed"], limit: 1_000 })).map(({ id }) => id)
      expect(listed.filter((id) => ids.includes(id))).toEqual(ids.toReversed())
      expect(await host.own.list({ limit: 2 })).toHaveLength(2)
    },
  },
  {
    row: "A.2 QueryInstances", name: "is not among daprd's calls, for which our client lists one by one", on: "daprd",
    run: async (host) => {
      const answer = await rawCall(host, "QueryInstances", { query: {} })
      expect(answer).toMatchObject({ error: { details: expect.stringContaining("failed to proxy request") } })
      const { id } = await host.run("throws", "listed")
      expect((await host.own.list({ statuses: ["failed"], limit: 1_000 })).map((one) => one.id)).toContain(id)
    },
  },
  {
    row: "A.2 RewindInstance, task hub and entity calls", name: "are not implemented, and say so", on: "sidecar",
    run: async (host) => {
      for (const name of absentCalls) expect([name, await rawCall(host, name, {})]).toMatchObject([name, { error: { code: unimplemented } }])
      expect(await host.run("constant", 1)).toMatchObject({ status: ended.completed })
    },
  },
  {
    row: "A.2 RewindInstance, task hub and entity calls", name: "are not among daprd's calls, which says so", on: "daprd",
    run: async (host) => {
      for (const name of absentCalls) {
        expect([name, await rawCall(host, name, {})]).toMatchObject([name, { error: { details: expect.stringContaining("failed to proxy request") } }])
      }
      expect(await host.run("constant", 1)).toMatchObject({ status: ended.completed })
    },
  },
  {
    row: "A.2 errors", name: "do not come from instances that have ended: nothing happens to them",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      await host.sdk.suspendWorkflow(id)
      await host.sdk.resumeWorkflow(id)
      await host.sdk.raiseEvent(id, "go", 1)
      await host.sdk.terminateWorkflow(id, "no")
      expect(await host.own.get(id)).toMatchObject({ status: "completed", output: "1" })
    },
  },
  {
    row: "A.2 errors", name: "purge refuses an instance that runs",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      await expect(host.sdk.purgeWorkflow(id)).rejects.toThrow("orchestration has not yet completed")
    },
  },
]
