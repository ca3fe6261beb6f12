// What the sidecar forgets, and that the file then gets smaller.

import { statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { systemClock } from "../../sidecar/clock.ts"
import { createHub } from "../../sidecar/hub.ts"
import { createRetention } from "../../sidecar/retention.ts"
import type { Retention, RetentionOptions, RetentionPolicy } from "../../sidecar/retention.ts"
import { readRetention } from "../../sidecar/settings.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { openSqliteStore } from "../../sidecar/store/sqlite.ts"
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

/** Sweeps only when it is told to: what has just ended is still there to be looked at. */
function onDemand({ hub, store, policy, clock = Date.now }: Pick<RetentionOptions, "hub" | "store" | "policy"> & { readonly clock?: () => number }): Retention {
  const retention = createRetention({ hub, store, clock, policy, onFault: (error) => { throw error } })
  retention.close()
  return retention
}

async function bed() {
  silenceConsole()
  const folder = temporaryFolder()
  const file = join(folder.path, "hub.db")
  const store = openSqliteStore({ file })
  const sidecar = await startSidecar({ store })
  const worker = await startWorker(program, sidecar)
  const own = connect(sidecar)
  cleanups.push(folder.remove, () => sidecar.close(), () => worker.stop(), () => own.close())
  const sweep = (policy: RetentionPolicy) => onDemand({ hub: sidecar.hub, store, policy }).sweep()
  return { file, sidecar, own, sweep }
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
    const { own, sidecar } = await bed()
    await oneOfEach(own)
    expect(await sidecar.sweep()).toBe(0)
    expect(await left(own)).toEqual(["completed", "failed", "running", "terminated"])
  })

  it("forgets by state, never what runs", async () => {
    const { own, sweep } = await bed()
    await oneOfEach(own)
    await later()
    expect(await sweep({ completedMs: 0, failedMs: 3_600_000, anyTerminalMs: 0 })).toBe(2)
    expect(await left(own)).toEqual(["failed", "running"])
  })

  it("by a filter takes what it names and nothing else", async () => {
    const { own, sidecar } = await bed()
    await oneOfEach(own)
    const purge = (filter: object) => rawCall(sidecar, "PurgeInstances", { purgeInstanceFilter: filter })
    const long = { seconds: 1_000_000, nanos: 0 }
    expect(await purge({ runtimeStatus: [1], createdTimeTo: long })).toEqual({ response: { deletedInstanceCount: 0 } })
    expect(await purge({ runtimeStatus: [1, 3] })).toEqual({ response: { deletedInstanceCount: 2 } })
    expect(await left(own)).toEqual(["running", "terminated"])
    expect(await purge({ createdTimeFrom: long })).toEqual({ response: { deletedInstanceCount: 1 } })
    expect(await left(own)).toEqual(["running"])
  })

  it("without a word said forgets what ended 30 days ago, whatever its end, and for ever means so", async () => {
    const day = 24 * 3_600_000
    const made = { now: Date.UTC(2030, 0, 1) }
    const store = openMemoryStore()
    const clock = { ...systemClock, now: () => made.now }
    const hub = createHub({ store, clock, newId: () => "e", onFault: (error) => { throw error } })
    cleanups.push(() => hub.close())
    const sweepAs = async (keep?: string): Promise<number> => {
      const policy = readRetention(keep)
      if (typeof policy === "string") throw new Error(policy)
      return onDemand({ hub, store, policy, clock: () => made.now }).sweep()
    }
    hub.connect({ peer: "w", end: () => {}, send: (item) => {
      const status = item.instanceId === "failed" ? "failed" : "completed"
      if (item.kind !== "turn" || item.instanceId === "running") return
      void hub.completeTurn({ instanceId: item.instanceId, peer: "w", token: "", actions: [{ id: 1, kind: "complete", status }] })
    } })
    const start = (instanceId: string) => hub.start({ instanceId, name: "f" })
    const present = () => hub.list({ limit: 10 }).map(({ id }) => id).sort()
    const hasEnded = async (id: string) => hub.wait(id, ({ completedAtMs }) => completedAtMs !== undefined, AbortSignal.timeout(5_000))
    await Promise.all([start("completed"), start("failed"), start("running")])
    await Promise.all([hasEnded("completed"), hasEnded("failed")])
    made.now += 20 * day
    await start("later")
    await hasEnded("later")
    made.now += 10 * day
    expect(await sweepAs()).toBe(0)
    made.now += 1
    expect(await sweepAs("forever")).toBe(0)
    expect(await sweepAs("completed=1d,failed=forever")).toBe(2)
    expect(present()).toEqual(["failed", "running"])
    expect(await sweepAs()).toBe(1)
    made.now += 1_000 * day
    expect(await sweepAs()).toBe(0)
    expect(present()).toEqual(["running"])
  })

  it("gives the space back", async () => {
    const { file, own, sweep } = await bed()
    const all = { anyTerminalMs: 0 }
    const input = JSON.stringify("x".repeat(200_000))
    await Promise.all(Array.from({ length: 20 }, async () => own.waitForEnd(await own.start({ name: "constant", input }))))
    await sweep({})
    await later()
    const full = statSync(file).size
    for (let n = 0; n < 6; n++) await sweep(all)
    expect(await left(own)).toEqual([])
    expect(statSync(file).size).toBeLessThan(Math.max(400_000, full / 4))
  })
})
