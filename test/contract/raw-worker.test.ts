// What the official SDK can't send or ask: causes of failures, lists by time and prefix, callers that leave in the middle of a call.

import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import type { WorkItem } from "../../sidecar/dispatcher.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar, SidecarSettings } from "../../sidecar/start.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { startProxy } from "../harness/proxy.ts"
import { rawCall } from "./conformance/raw.ts"
import { until } from "./harness.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function start(settings: SidecarSettings = {}): Promise<Sidecar> {
  const sidecar = await startSidecar({ store: openMemoryStore(), ...settings })
  cleanups.push(() => sidecar.close())
  return sidecar
}

function client({ grpcPort }: Sidecar) {
  const made = connect({ grpcPort, deadlineMs: 5_000 })
  cleanups.push(() => made.close())
  return made
}

describe("the cause chain of a failure", () => {
  it("reaches the history, the parent and who reads the state, whole", async () => {
    const sidecar = await start()
    const failure = {
      errorType: "Outer", errorMessage: "no booking", isNonRetriable: true,
      innerFailure: { errorType: "Middle", errorMessage: "no answer", innerFailure: { errorType: "Root", errorMessage: "ECONNRESET" } },
    }
    const work = async (item: WorkItem): Promise<void> => {
      const { instanceId } = item
      if (item.kind === "activity") return sidecar.hub.completeActivity({ instanceId, wireTaskId: item.wireTaskId, failure })
      const events = [...item.past, ...item.fresh]
      const failed = events.find((event) => event.kind === "taskFailed" || event.kind === "childFailed")
      const first = instanceId === "parent" ? { id: 1, kind: "createChild", name: "child", instanceId: "child" } as const : { id: 1, kind: "scheduleTask", name: "t" } as const
      const actions = failed && "failure" in failed && failed.failure
        ? [{ id: 2, kind: "complete", status: "failed", failure: failed.failure } as const] : [first]
      await sidecar.hub.completeTurn({ instanceId, peer: "w", token: item.token, actions })
    }
    sidecar.hub.connect({ peer: "w", slots: 4, send: (item) => void work(item), end: () => undefined })
    const own = client(sidecar)
    await own.start({ name: "parent", instanceId: "parent" })
    expect(await own.waitForEnd("parent")).toMatchObject({ status: "failed", failure })
    expect((await own.history("child")).find(({ kind }) => kind === "taskFailed")).toMatchObject({ failure })
    expect((await own.history("parent")).find(({ kind }) => kind === "childFailed")).toMatchObject({ failure })
  })
})

describe("QueryInstances", () => {
  it("takes prefix, times and pages together", async () => {
    const sidecar = await start()
    const own = client(sidecar)
    for (const instanceId of ["x-1", "y-1", "x-2", "x-3"]) await own.start({ name: "f", instanceId })
    const created = (await own.get("x-2"))?.createdAtMs ?? 0
    const time = (ms: number) => ({ seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 })
    const query = async (more: object) => {
      const answer = await rawCall(sidecar, "QueryInstances", { query: { maxInstanceCount: 2, instanceIdPrefix: { value: "x-" }, ...more } })
      return ("response" in answer ? answer.response : {}) as { orchestrationState?: { instanceId: string }[]; continuationToken?: { value: string } }
    }
    const first = await query({})
    const second = await query({ continuationToken: first.continuationToken })
    const ids = [first, second].map(({ orchestrationState = [] }) => orchestrationState.map(({ instanceId }) => instanceId))
    expect(ids).toEqual([["x-3", "x-2"], ["x-1"]])
    expect((await query({ createdTimeTo: time(created - 60_000) })).orchestrationState ?? []).toEqual([])
    expect((await query({ createdTimeFrom: time(created - 60_000), runtimeStatus: [6] })).orchestrationState).toHaveLength(2)
    expect(await rawCall(sidecar, "QueryInstances", { query: { continuationToken: { value: "nonsense" } } })).toMatchObject({ error: { code: 3 } })
  })
})

describe("callers that leave in the middle of a call", () => {
  it("hold no place any more, and change nothing for others", async () => {
    const sidecar = await start({ limits: { pendingCalls: 20 } })
    const staying = client(sidecar)
    const waiting = staying.waitForEnd("nobody", { deadlineMs: 30_000 }).catch((error: Error) => error)
    const proxy = await startProxy(sidecar.grpcPort)
    cleanups.push(() => proxy.close())
    for (let round = 0; round < 5; round++) {
      const leaving = connect({ grpcPort: proxy.port, deadlineMs: 20_000 })
      const calls = Array.from({ length: 15 }, () => leaving.waitForEnd("nobody").catch(() => "left"))
      await new Promise((resolve) => setTimeout(resolve, 60))
      proxy.cut()
      expect(new Set(await Promise.all(calls))).toEqual(new Set(["left"]))
      leaving.close()
      await until("there is room again", async () => staying.get("x").then(() => true, () => false))
    }
    sidecar.hub.connect({
      peer: "w", slots: 1, end: () => undefined,
      send: (item) => void sidecar.hub.completeTurn({ instanceId: item.instanceId, peer: "w", token: item.token, actions: [{ id: 1, kind: "complete", status: "completed", result: "1" }] }),
    })
    await staying.start({ name: "f", instanceId: "nobody" })
    expect(await waiting).toMatchObject({ status: "completed", output: "1" })
  })
})
