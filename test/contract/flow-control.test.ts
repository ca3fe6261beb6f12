// How much work a worker gets at the same time, and what happens to it when no worker is there.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ended, startTestBed, startWorker } from "./harness.ts"
import type { Program, TestBed } from "./harness.ts"

const concurrency = { now: 0, most: 0 }

const program: Program = {
  activities: {
    async busy(index: number) {
      concurrency.most = Math.max(concurrency.most, ++concurrency.now)
      await new Promise((resolve) => setTimeout(resolve, 2))
      concurrency.now--
      return index
    },
  },
  workflows: {
    async *fanOut(context, width: number) {
      const tasks = Array.from({ length: width }, (_, index) => context.callActivity("busy", index + 1))
      const all: number[] = yield context.whenAll(tasks as never) as never
      return all.reduce((sum, one) => sum + one, 0)
    },
    async *waitFor(context, name: string) {
      return yield context.waitForExternalEvent(name) as never
    },
  },
}

let bed: TestBed
beforeAll(async () => { bed = await startTestBed(program) })
afterAll(async () => { await bed.close() })

describe("a worker", () => {
  it("gets no more activities at once than an unpatched SDK has slots for", async () => {
    concurrency.most = 0
    expect(await bed.run("fanOut", 100)).toMatchObject({ status: ended.completed, output: 5050 })
    expect(concurrency.most).toBe(8)
  })

  it("gets as many as it announces", async () => {
    concurrency.most = 0
    const wide = await startWorker(program, { ...bed.sidecar, userAgent: "agentflow/1 items=64" })
    try {
      bed.worker.cut()
      expect(await bed.run("fanOut", 200)).toMatchObject({ output: 20100 })
      expect(concurrency.most).toBeGreaterThan(8)
      expect(concurrency.most).toBeLessThanOrEqual(62)
    } finally {
      Object.assign(bed, { worker: await startWorker(program, bed.sidecar) })
      await wide.stop()
    }
  })
})

describe("an instance that is held for later", () => {
  it("takes events and a suspend before its time, and begins when that comes", async () => {
    const startMs = Date.now() + 400
    const id = await bed.own.start({ name: "waitFor", input: "\"go\"", scheduledStartMs: startMs })
    await bed.own.raiseEvent(id, { name: "go", input: "1" })
    await bed.own.suspend(id)
    expect(await bed.own.get(id)).toMatchObject({ status: "pending", name: "waitFor" })
    await bed.own.resume(id)
    expect(await bed.end(id)).toMatchObject({ status: ended.completed, output: 1 })
    const [begun] = await bed.own.history(id)
    expect(begun?.timestampMs).toBeGreaterThanOrEqual(startMs)
  })
})

describe("an id that is in use", () => {
  it("is refused, left to who has it, or taken from it, as the policy of the start says", async () => {
    const instanceId = await bed.own.start({ name: "waitFor", input: "\"a\"" })
    await expect(bed.own.start({ name: "fanOut", instanceId })).rejects.toMatchObject({ code: "alreadyActive" })
    expect(await bed.own.start({ name: "fanOut", input: "1", instanceId, whenActive: "ignore" })).toBe(instanceId)
    expect((await bed.own.get(instanceId))?.name).toBe("waitFor")
    expect(await bed.own.start({ name: "fanOut", input: "1", instanceId, whenActive: "terminate" })).toBe(instanceId)
    expect(await bed.own.waitForEnd(instanceId)).toMatchObject({ name: "fanOut", output: "1" })
  })
})

describe("the list of our client", () => {
  it("goes on where a page ended", async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push((await bed.run("fanOut", 1, `page-${n}`)).id)
    const listed = await bed.own.list({ limit: 4 })
    expect(listed.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 4))
  })
})
