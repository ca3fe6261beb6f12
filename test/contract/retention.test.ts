// What the sidecar forgets, and that the file then gets smaller.

import { statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { SidecarSettings } from "../../sidecar/start.ts"
import { rawCall } from "./conformance/raw.ts"
import { silenceConsole, startWorker, temporaryFolder } from "./harness.ts"
import type { Program } from "./harness.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const program: Program = {
  activities: {},
  workflows: {
    async *constant(_context, value: unknown) { return value },
    async *fail() { throw new Error("on purpose") },
    async *waitFor(context, name: string) { return yield context.waitForExternalEvent(name) as never },
  },
}

async function bed(settings: SidecarSettings) {
  silenceConsole()
  const folder = temporaryFolder()
  const file = join(folder.path, "hub.db")
  const sidecar = await startSidecar({ file, ...settings })
  const worker = await startWorker(program, sidecar)
  const own = connect(sidecar)
  cleanups.push(folder.remove, () => sidecar.close(), () => worker.stop(), () => own.close())
  return { file, sidecar, own }
}

async function oneOfEach(own: TaskHubClient): Promise<void> {
  await own.waitForEnd(await own.start({ name: "constant", instanceId: "completed" }))
  await own.waitForEnd(await own.start({ name: "fail", instanceId: "failed" }))
  await own.start({ name: "waitFor", input: "\"go\"", instanceId: "terminated" })
  await own.terminate("terminated")
  await own.start({ name: "waitFor", input: "\"go\"", instanceId: "running" })
}

async function left(own: TaskHubClient): Promise<readonly string[]> {
  return (await own.list({ limit: 100 })).map(({ id }) => id).sort()
}

const later = () => new Promise((resolve) => setTimeout(resolve, 5))

describe("retention", () => {
  it("forgets nothing unless told to", async () => {
    const { own, sidecar } = await bed({})
    await oneOfEach(own)
    expect(await sidecar.sweep()).toBe(0)
    expect(await left(own)).toEqual(["completed", "failed", "running", "terminated"])
  })

  it("forgets by state, never what runs", async () => {
    const { own, sidecar } = await bed({ retention: { completedMs: 0, failedMs: 3_600_000, anyTerminalMs: 0 } })
    await oneOfEach(own)
    await later()
    expect(await sidecar.sweep()).toBe(2)
    expect(await left(own)).toEqual(["failed", "running"])
  })

  it("by a filter takes what it names and nothing else", async () => {
    const { own, sidecar } = await bed({})
    await oneOfEach(own)
    const purge = (filter: object) => rawCall(sidecar, "PurgeInstances", { purgeInstanceFilter: filter })
    const long = { seconds: 1_000_000, nanos: 0 }
    expect(await purge({ runtimeStatus: [1], createdTimeTo: long })).toEqual({ response: { deletedInstanceCount: 0 } })
    expect(await purge({ runtimeStatus: [1, 3] })).toEqual({ response: { deletedInstanceCount: 2 } })
    expect(await left(own)).toEqual(["running", "terminated"])
    expect(await purge({ createdTimeFrom: long })).toEqual({ response: { deletedInstanceCount: 1 } })
    expect(await left(own)).toEqual(["running"])
  })

  it("gives the space back", async () => {
    const { file, own, sidecar } = await bed({ retention: { anyTerminalMs: 0 } })
    const input = JSON.stringify("x".repeat(200_000))
    await Promise.all(Array.from({ length: 20 }, async () => own.waitForEnd(await own.start({ name: "constant", input }))))
    await sidecar.sweep()
    await later()
    const full = statSync(file).size
    await sidecar.sweep()
    for (let n = 0; n < 5; n++) await sidecar.sweep()
    expect(await left(own)).toEqual([])
    expect(statSync(file).size).toBeLessThan(Math.max(400_000, full / 4))
  })
})
