// Table A.5: what clients do to instances from outside: terminate, suspend, purge, use an id again, start later.

import { randomUUID } from "node:crypto"
import { expect } from "vitest"
import { ended } from "../harness.ts"
import type { Host } from "./host.ts"
import { heldCall } from "./held-call.ts"
import { closeGate } from "./program.ts"
import type { Case } from "./suite.ts"

/** Starts a workflow that waits for `go`, and suspends it. */
async function suspended(host: Host): Promise<string> {
  const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
  await host.sdk.suspendWorkflow(id)
  return id
}

/** Ends a run whose activity is held, starts another with its id, and lets the old activity go first. */
async function reuseWhileOldRuns(host: Host, options: { readonly purge: boolean }) {
  const name = randomUUID()
  const [old, next] = [closeGate(`${name}-old`), closeGate(`${name}-new`)]
  const call = (which: string) => ({ name: "gated", input: `${name}-${which}` })
  const id = await host.sdk.scheduleNewWorkflow("call", call("old"))
  await host.untilCalled(`${name}-old`)
  await host.sdk.terminateWorkflow(id, undefined)
  if (options.purge) await host.sdk.purgeWorkflow(id)
  await host.sdk.scheduleNewWorkflow("call", call("new"), id)
  await host.untilCalled(`${name}-new`)
  old.open()
  await host.run("sequence", 1)
  const between = await host.status(id)
  next.open()
  return { between, name, ending: await host.end(id) }
}

const terminateCases: readonly Case[] = [
  {
    row: "A.5 Terminate", name: "ends an instance with the given output",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      await host.sdk.terminateWorkflow(id, { why: "test" })
      expect(await host.end(id)).toMatchObject({ status: ended.terminated, output: { why: "test" } })
    },
  },
  {
    row: "A.5 Terminate", name: "without an output gives null",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      await host.sdk.terminateWorkflow(id, undefined)
      expect((await host.own.get(id))?.output).toBe("null")
    },
  },
  {
    row: "A.5 Terminate", name: "ends a suspended instance",
    run: async (host) => {
      const id = await suspended(host)
      await host.sdk.terminateWorkflow(id, undefined)
      expect(await host.status(id)).toBe("terminated")
    },
  },
  {
    row: "A.5 Terminate", name: "does not cancel a running activity, whose answer changes nothing",
    run: async (host) => {
      const { id, open } = await heldCall(host)
      await host.sdk.terminateWorkflow(id, "over")
      open()
      await host.run("sequence", 1)
      expect(await host.own.get(id)).toMatchObject({ status: "terminated", output: "\"over\"" })
    },
  },
  {
    row: "A.5 Terminate", name: "leaves children alone when it comes from the official client",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("parent", { child: "waitFor", input: "never" })
      await host.untilStatus(`${id}:0001`, "running")
      await host.sdk.terminateWorkflow(id, undefined)
      expect(await host.status(`${id}:0001`)).toBe("running")
    },
  },
  {
    row: "A.5 Terminate", name: "goes down to grandchildren when asked to",
    run: async (host) => {
      const input = { child: "parent", input: { child: "waitFor", input: "never" } }
      const id = await host.sdk.scheduleNewWorkflow("parent", input)
      const family = [id, `${id}:0001`, `${id}:0001:0001`]
      await host.untilStatus(family.at(-1) ?? "", "running")
      await host.own.terminate(id, { recursive: true, output: "\"over\"" })
      for (const each of family) await host.untilStatus(each, "terminated")
    },
  },
]

const suspendCases: readonly Case[] = [
  {
    row: "A.5 Suspend/resume", name: "holds events back and lets them go",
    run: async (host) => {
      const id = await suspended(host)
      await host.sdk.raiseEvent(id, "go", 7)
      await host.run("constant", 1)
      expect(await host.status(id)).toBe("suspended")
      await host.sdk.resumeWorkflow(id)
      expect((await host.end(id)).output).toBe(7)
    },
  },
  {
    row: "A.5 Suspend/resume", name: "takes an activity's result that comes meanwhile",
    run: async (host) => {
      const { id, name, open } = await heldCall(host)
      await host.sdk.suspendWorkflow(id)
      open()
      await expect.poll(() => host.kinds(id), { timeout: 10_000 }).toContain("taskCompleted")
      expect(await host.status(id)).toBe("suspended")
      await host.sdk.resumeWorkflow(id)
      expect((await host.end(id)).output).toBe(name)
    },
  },
  {
    row: "A.5 Suspend/resume", name: "may resume what is not suspended",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go")
      await host.sdk.resumeWorkflow(id)
      await host.sdk.resumeWorkflow(id)
      await host.sdk.raiseEvent(id, "go", 1)
      expect((await host.end(id)).output).toBe(1)
    },
  },
  {
    row: "A.5 Suspend/resume", name: "survives a second suspend", on: "sidecar",
    run: async (host) => {
      const id = await suspended(host)
      await host.sdk.suspendWorkflow(id)
      await host.sdk.resumeWorkflow(id)
      await host.sdk.raiseEvent(id, "go", 1)
      expect((await host.end(id)).output).toBe(1)
      expect((await host.kinds(id)).filter((kind) => kind === "executionSuspended")).toHaveLength(1)
    },
  },
  {
    row: "A.5 Suspend/resume", name: "may suspend again after a resume",
    run: async (host) => {
      const id = await suspended(host)
      await host.sdk.resumeWorkflow(id)
      await host.sdk.suspendWorkflow(id)
      await host.sdk.raiseEvent(id, "go", 1)
      await host.sdk.resumeWorkflow(id)
      expect((await host.end(id)).output).toBe(1)
    },
  },
]

const purgeCases: readonly Case[] = [
  {
    row: "A.5 Purge", name: "leaves children when it comes from the official client",
    run: async (host) => {
      const { id } = await host.run("parent", { child: "constant", input: 1 })
      expect(await host.sdk.purgeWorkflow(id)).toBe(true)
      await host.untilStatus(`${id}:0001`, "completed")
    },
  },
  {
    row: "A.5 Purge", name: "takes children along when asked to",
    run: async (host) => {
      const { id } = await host.run("parent", { child: "constant", input: 1 })
      // On daprd, a parent may learn of its child's end before the child itself is stored as ended.
      await host.untilStatus(`${id}:0001`, "completed")
      await host.own.purge(id, { recursive: true })
      await expect.poll(() => host.own.get(`${id}:0001`)).toBeUndefined()
    },
  },
  {
    row: "A.5 Purge", name: "frees the id",
    run: async (host) => {
      const { id } = await host.run("constant", 1)
      await host.sdk.purgeWorkflow(id)
      expect(await host.run("constant", 2, id)).toMatchObject({ id, output: 2 })
    },
  },
]

const reuseCases: readonly Case[] = [
  {
    row: "A.5 Instance re-use", name: "is allowed once the old run has ended; its history is gone",
    run: async (host) => {
      const { id } = await host.run("sequence", 1)
      expect(await host.run("constant", 2, id)).toMatchObject({ id, output: 2 })
      expect(await host.kinds(id)).toEqual(["orchestratorStarted", "executionStarted", "executionCompleted"])
    },
  },
  {
    row: "A.5 Instance re-use", name: "is allowed after a failure and after a termination",
    run: async (host) => {
      const { id } = await host.run("throws", "first")
      await host.sdk.scheduleNewWorkflow("waitFor", "never", id)
      await host.sdk.terminateWorkflow(id, undefined)
      expect(await host.run("constant", 3, id)).toMatchObject({ status: ended.completed, output: 3 })
    },
  },
  {
    row: "A.5 Instance re-use", name: "keeps a stale activity result out of the new run", on: "sidecar",
    run: async (host) => {
      const { between, name, ending } = await reuseWhileOldRuns(host, { purge: false })
      expect([between, ending.output]).toEqual(["running", `${name}-new`])
    },
  },
  {
    row: "A.5 Instance re-use", name: "does so after a purge as well", on: "sidecar",
    run: async (host) => {
      const { between, name, ending } = await reuseWhileOldRuns(host, { purge: true })
      expect([between, ending.output]).toEqual(["running", `${name}-new`])
    },
  },
  {
    row: "A.5 Instance re-use", name: "is refused while an activity runs, or its late result is the new run's", on: "daprd",
    run: async (host) => {
      const reused = await reuseWhileOldRuns(host, { purge: false }).catch((error: Error) => error.message)
      if (typeof reused === "string") expect(reused).toContain("is already awaiting an activity result")
      else expect(reused.ending.output).toBe(`${reused.name}-old`)
    },
  },
  {
    row: "A.5 Instance re-use", name: "ids may hold spaces, colons, bars and letters of any script",
    run: async (host) => {
      for (const part of ["a b", "a||b", "a::b", "ä漢"]) {
        const id = `${part} ${randomUUID()}`
        expect(await host.run("identity", undefined, id)).toMatchObject({ status: ended.completed, output: id })
      }
    },
  },
  {
    row: "A.5 Instance re-use", name: "ids may hold slashes, hashes and question marks", on: "sidecar",
    run: async (host) => {
      const id = `a/b\\c#d?e ${randomUUID()}`
      expect(await host.run("call", { name: "echo", input: 1 }, id)).toMatchObject({ id, output: 1 })
    },
  },
]

const laterCases: readonly Case[] = [
  {
    row: "A.5 startAt", name: "answers at once, pending until the time has come",
    run: async (host) => {
      const startAt = new Date(Date.now() + 1_500)
      const id = await host.sdk.scheduleNewWorkflow("constant", "later", randomUUID(), startAt)
      expect(await host.status(id)).toBe("pending")
      expect((await host.end(id)).output).toBe("later")
      const [begun] = await host.own.history(id)
      expect(begun?.timestampMs).toBeGreaterThan(startAt.getTime() - 1)
    },
  },
  {
    row: "A.5 startAt", name: "in the past starts at once",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("constant", "now", randomUUID(), new Date(Date.now() - 1_000))
      expect((await host.end(id)).output).toBe("now")
    },
  },
]

const heldCases: readonly Case[] = [
  {
    row: "A.5 startAt", name: "may be terminated before its time, and ends at once",
    run: async (host) => {
      const hour = 3_600_000
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "never", randomUUID(), new Date(Date.now() + hour))
      await host.sdk.terminateWorkflow(id, "early")
      expect(await host.end(id)).toMatchObject({ status: ended.terminated, output: "early" })
      expect(await host.run("constant", 1, id)).toMatchObject({ status: ended.completed, output: 1 })
    },
  },
  {
    row: "A.5 startAt", name: "refuses another start and a purge until then",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("constant", 1, randomUUID(), new Date(Date.now() + 3_600_000))
      await expect(host.sdk.scheduleNewWorkflow("constant", 2, id)).rejects.toThrow("already exists")
      await expect(host.sdk.purgeWorkflow(id)).rejects.toThrow("orchestration has not yet completed")
      await host.sdk.terminateWorkflow(id, undefined)
    },
  },
  {
    row: "A.5 startAt", name: "is brought forward by an event", on: "daprd",
    run: async (host) => {
      const id = await host.sdk.scheduleNewWorkflow("waitFor", "go", randomUUID(), new Date(Date.now() + 3_600_000))
      await host.sdk.raiseEvent(id, "go", "early")
      expect((await host.end(id)).output).toBe("early")
    },
  },
]

export const controlCases: readonly Case[] = [
  ...terminateCases, ...suspendCases, ...purgeCases, ...reuseCases, ...laterCases, ...heldCases,
]
