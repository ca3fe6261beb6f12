// What clients may do to instances from outside: start, look, suspend, resume, terminate, purge.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ended, gate, startTestBed, until } from "./harness.ts"
import type { Program, TestBed } from "./harness.ts"

const calls: string[] = []
const gates = new Map<string, ReturnType<typeof gate>>()

const program: Program = {
  activities: {
    echo: (input) => input,
    async gated(name: string) {
      calls.push(name)
      await gates.get(name)?.opened
      return name
    },
  },
  workflows: {
    async *waitFor(context, name: string) {
      return yield context.waitForExternalEvent(name) as never
    },
    async *once(context, input: unknown) {
      return yield context.callActivity("echo", input) as never
    },
    async *gatedOnce(context, name: string) {
      return yield context.callActivity("gated", name) as never
    },
    async *parent(context, name: string) {
      return yield context.callChildWorkflow("waitFor", name) as never
    },
    async *grandparent(context, name: string) {
      return yield context.callChildWorkflow("parent", name) as never
    },
  },
}

let bed: TestBed
beforeAll(async () => { bed = await startTestBed(program) })
afterAll(async () => { await bed.close() })

async function status(id: string): Promise<string | undefined> {
  return (await bed.own.get(id))?.status
}

describe("start", () => {
  it("refuses an id that is active", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "go")
    await expect(bed.sdk.scheduleNewWorkflow("waitFor", "go", id)).rejects.toThrow(
      `failed to create workflow instance: an active workflow with ID '${id}' already exists`,
    )
  })

  it("takes an id again once it has ended", async () => {
    const { id } = await bed.run("once", 1)
    expect(await bed.run("once", 2, id)).toMatchObject({ id, output: 2 })
  })

  it("gives a fresh id for an empty one", async () => {
    expect(await bed.sdk.scheduleNewWorkflow("once", 1, "")).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("waits for its time, pending until then", async () => {
    const startAt = new Date(Date.now() + 400)
    const id = await bed.sdk.scheduleNewWorkflow("once", "later", "at-a-time", startAt)
    expect(await status(id)).toBe("pending")
    expect((await bed.end(id)).output).toBe("later")
    const [begun] = await bed.own.history(id)
    expect(begun?.timestampMs).toBeGreaterThanOrEqual(startAt.getTime())
  })

  it("returns without a worker for a held instance, which may be terminated when it runs", async () => {
    const id = await bed.own.start({ name: "waitFor", input: "\"x\"", scheduledStartMs: Date.now() + 300 })
    await bed.sdk.terminateWorkflow(id, "early")
    expect(await bed.end(id)).toMatchObject({ status: ended.terminated, output: "early" })
  })
})

describe("reuse of an id", () => {
  it("keeps a stale activity result out of the new run", async () => {
    gates.set("old", gate())
    gates.set("new", gate())
    const id = await bed.sdk.scheduleNewWorkflow("gatedOnce", "old")
    await until("the old activity runs", () => calls.includes("old"))
    await bed.sdk.terminateWorkflow(id, undefined)
    await bed.sdk.scheduleNewWorkflow("gatedOnce", "new", id)
    await until("the new activity runs", () => calls.includes("new"))
    gates.get("old")?.open()
    await bed.run("once", 1)
    expect(await status(id)).toBe("running")
    gates.get("new")?.open()
    expect((await bed.end(id)).output).toBe("new")
  })

  it("does so after a purge as well", async () => {
    gates.set("purged", gate())
    gates.set("fresh", gate())
    const id = await bed.sdk.scheduleNewWorkflow("gatedOnce", "purged")
    await until("the purged run's activity runs", () => calls.includes("purged"))
    await bed.sdk.terminateWorkflow(id, undefined)
    expect(await bed.sdk.purgeWorkflow(id)).toBe(true)
    await bed.sdk.scheduleNewWorkflow("gatedOnce", "fresh", id)
    await until("the fresh run's activity runs", () => calls.includes("fresh"))
    gates.get("purged")?.open()
    await bed.run("once", 1)
    expect(await status(id)).toBe("running")
    gates.get("fresh")?.open()
    expect((await bed.end(id)).output).toBe("fresh")
  })
})

describe("suspend and resume", () => {
  it("hold events back and let them go", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "go")
    await bed.sdk.suspendWorkflow(id)
    expect(await status(id)).toBe("suspended")
    await bed.sdk.raiseEvent(id, "go", 7)
    await bed.run("once", 1)
    expect(await status(id)).toBe("suspended")
    await bed.sdk.resumeWorkflow(id)
    expect((await bed.end(id)).output).toBe(7)
  })

  it("survive a second suspend, which sends the SDK into an endless loop on daprd", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "go")
    await bed.sdk.suspendWorkflow(id)
    await bed.sdk.suspendWorkflow(id)
    await bed.sdk.resumeWorkflow(id)
    await bed.sdk.resumeWorkflow(id)
    await bed.sdk.raiseEvent(id, "go", 1)
    expect((await bed.end(id)).output).toBe(1)
    const kinds = (await bed.own.history(id)).map((event) => event.kind)
    expect(kinds.filter((kind) => kind === "executionSuspended")).toHaveLength(1)
  })

  it("do nothing to an ended instance", async () => {
    const { id } = await bed.run("once", 1)
    await bed.sdk.suspendWorkflow(id)
    await bed.sdk.raiseEvent(id, "go", 1)
    await bed.sdk.terminateWorkflow(id, "no")
    expect(await bed.own.get(id)).toMatchObject({ status: "completed", output: "1" })
  })
})

describe("terminate", () => {
  it("ends an instance with the given output", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "never")
    await bed.sdk.terminateWorkflow(id, { why: "test" })
    expect(await bed.end(id)).toMatchObject({ status: ended.terminated, output: { why: "test" } })
  })

  it("ends a suspended instance", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "never")
    await bed.sdk.suspendWorkflow(id)
    await bed.sdk.terminateWorkflow(id, undefined)
    expect(await status(id)).toBe("terminated")
  })

  it("leaves children alone unless asked to go down", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("parent", "never")
    await until("the child runs", async () => (await status(`${id}:0001`)) === "running")
    await bed.sdk.terminateWorkflow(id, undefined)
    expect(await status(`${id}:0001`)).toBe("running")
  })

  it("goes down to grandchildren when asked", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("grandparent", "never")
    const grandchild = `${id}:0001:0001`
    await until("the grandchild runs", async () => (await status(grandchild)) === "running")
    await bed.own.terminate(id, { recursive: true, output: "\"over\"" })
    await bed.end(grandchild)
    for (const each of [id, `${id}:0001`, grandchild]) expect(await status(each)).toBe("terminated")
  })
})

describe("purge", () => {
  it("forgets an ended instance", async () => {
    const { id } = await bed.run("once", 1)
    expect(await bed.sdk.purgeWorkflow(id)).toBe(true)
    expect(await bed.sdk.getWorkflowState(id, true)).toBeUndefined()
  })

  it("refuses one that runs", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("waitFor", "never")
    await expect(bed.sdk.purgeWorkflow(id)).rejects.toThrow("orchestration has not yet completed")
  })

  it("takes children along when asked", async () => {
    const id = await bed.sdk.scheduleNewWorkflow("parent", "go")
    await until("the child runs", async () => (await status(`${id}:0001`)) === "running")
    await bed.sdk.raiseEvent(`${id}:0001`, "go", 1)
    await bed.end(id)
    await bed.own.purge(id, { recursive: true })
    expect(await bed.own.get(`${id}:0001`)).toBeUndefined()
  })
})

describe("unknown instances", () => {
  it("are undefined to look at", async () => {
    expect(await bed.sdk.getWorkflowState("nobody", true)).toBeUndefined()
    await expect(bed.own.history("nobody")).rejects.toMatchObject({ code: "notFound" })
  })

  it("are errors to act on, in daprd's words", async () => {
    await expect(bed.sdk.raiseEvent("nobody", "go")).rejects.toThrow("2 UNKNOWN: no such instance exists")
    await expect(bed.sdk.suspendWorkflow("nobody")).rejects.toThrow("no such instance exists")
    await expect(bed.sdk.purgeWorkflow("nobody")).rejects.toThrow("no such instance exists")
    await expect(bed.sdk.terminateWorkflow("nobody", undefined)).rejects.toThrow(
      "failed to submit termination request: no such instance exists",
    )
  })

  it("can be waited for before they start", async () => {
    const [started, over] = [bed.sdk.waitForWorkflowStart("soon"), bed.sdk.waitForWorkflowCompletion("soon")]
    await bed.sdk.scheduleNewWorkflow("once", 5, "soon")
    expect((await started)?.instanceId).toBe("soon")
    expect((await over)?.serializedOutput).toBe("5")
  })

  it("don't hold a waiting client of ours beyond its deadline", async () => {
    await expect(bed.own.waitForEnd("nobody", { deadlineMs: 50 })).rejects.toMatchObject({ code: "deadline" })
  })
})

describe("list", () => {
  it("shows the newest first, filtered by status and cut to the limit", async () => {
    const ids = [await bed.run("once", 1), await bed.run("once", 2), await bed.run("once", 3)].map(({ id }) => id)
    const listed = await bed.own.list({ statuses: ["completed"], limit: 2 })
    expect(listed.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    expect((await bed.own.list({ limit: 1_000 })).map(({ id }) => id)).toEqual(expect.arrayContaining(ids))
  })
})
