// The hub by itself: commits before anything leaves, leases, late answers, and what a failing disk does.

import { describe, expect, it } from "vitest"
import type { Action } from "../../engine/types.ts"
import type { Worker, WorkItem } from "../../sidecar/dispatcher.ts"
import { systemClock } from "../../sidecar/clock.ts"
import { createHub } from "../../sidecar/hub.ts"
import type { Hub } from "../../sidecar/hub.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import type { Store } from "../../sidecar/store/store.ts"
import { until } from "./harness.ts"

interface Bench {
  readonly hub: Hub
  readonly log: string[]
  readonly faults: unknown[]
  /** Connects a worker that only notes what it gets. */
  readonly worker: (peer: string, slots?: number) => { readonly items: WorkItem[]; readonly disconnect: () => void }
  now: number
}

function bench(store: Store = openMemoryStore()): Bench {
  const log: string[] = []
  const faults: unknown[] = []
  let ids = 0
  const noting: Store = {
    ...store,
    commit(writes) {
      store.commit(writes)
      log.push(`commit ${writes.length > 0}`)
    },
  }
  const all = { log, faults, now: 1_000 }
  const hub = createHub({
    store: noting, clock: { ...systemClock, now: () => all.now }, newId: () => `id-${++ids}`, onFault: (error) => faults.push(error),
  })
  const worker = (peer: string, slots?: number) => {
    const items: WorkItem[] = []
    const send: Worker["send"] = (item) => {
      items.push(item)
      log.push(`send ${item.kind}`)
    }
    const announced = slots === undefined ? {} : { slots }
    const disconnect = hub.connect({ peer, send, end: () => log.push("end"), ...announced })
    return { items, disconnect }
  }
  return Object.assign(all, { hub, worker })
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 0))
const task = { id: 1, kind: "scheduleTask", name: "t" } as const
const complete = { id: 2, kind: "complete", status: "completed", result: "1" } as const

/** A worker of the hub's own process, whose turns are done in a moment. */
function early(hub: Hub, log: string[], work: (item: WorkItem) => void): void {
  const send = (item: WorkItem): void => {
    log.push(item.kind)
    queueMicrotask(() => work(item))
  }
  hub.connect({ peer: "here", slots: 200, send, end: () => log.push("end"), runsEarly: () => true })
}

/** The first turn of "a" went to w1, which lost its stream, and then to w2. */
async function movedTurn() {
  const { hub, worker } = bench()
  const one = worker("w1")
  await hub.start({ instanceId: "a", name: "f" })
  await tick()
  one.disconnect()
  const two = worker("w2")
  await tick()
  return { hub, worker, one, two }
}

describe("the hub", () => {
  it("commits before anything leaves", async () => {
    const { hub, log, worker } = bench()
    worker("w")
    await hub.start({ instanceId: "a", name: "f" })
    await tick()
    await hub.completeTurn({ instanceId: "a", peer: "w", token: "", actions: [task] })
    await tick()
    expect(log).toEqual(["commit true", "send turn", "commit true", "send activity"])
  })

  it("commits an answer of its own process together with the turn that it causes", async () => {
    const { hub, log, faults } = bench()
    const next: Record<number, Action> = { 0: task, 1: { ...task, id: 2 }, 2: { ...complete, id: 3 } }
    let turns = 0
    early(hub, log, (item) => {
      if (item.kind === "activity") void hub.completeActivity({ instanceId: "a", wireTaskId: item.wireTaskId, result: "5" })
      else void hub.completeTurn({ instanceId: "a", peer: "here", token: item.token, actions: [next[turns++] ?? complete] })
    })
    void hub.start({ instanceId: "a", name: "f" })
    await hub.wait("a", ({ completedAtMs }) => completedAtMs !== undefined, AbortSignal.timeout(5_000))
    expect(log).toEqual(["turn", "commit true", "activity", "turn", "commit true", "activity", "turn", "commit true"])
    expect(faults).toEqual([])
  })

  it("does not let an answer wait for a turn that is not done in the same tick", async () => {
    const { hub, log } = bench()
    const items: WorkItem[] = []
    early(hub, log, (item) => void items.push(item))
    await hub.start({ instanceId: "a", name: "f" })
    expect(log).toEqual(["turn", "commit true"])
    const [first] = items
    await hub.completeTurn({ instanceId: "a", peer: "here", token: first?.kind === "turn" ? first.token : "", actions: [task] })
    expect(log.slice(2)).toEqual(["commit true", "activity"])
    expect(items).toHaveLength(2)
  })

  it("holds a commit up for some turns of the tick, and gives the others out behind it", async () => {
    const { hub, log } = bench()
    early(hub, log, () => {})
    const ids = Array.from({ length: 100 }, (_, index) => `i${index}`)
    await Promise.all(ids.map((instanceId) => hub.start({ instanceId, name: "f" })))
    expect([log.indexOf("commit true"), log.filter((line) => line === "turn").length]).toEqual([64, 100])
  })

  it("lets nothing of a turn leave when the commit that it shares fails", async () => {
    const broken: Store = { ...openMemoryStore(), commit() { throw new Error("disk full") } }
    const { hub, log } = bench(broken)
    early(hub, log, (item) => {
      if (item.kind === "turn") void hub.completeTurn({ instanceId: "a", peer: "here", token: item.token, actions: [task] }).catch(() => log.push("refused"))
    })
    await expect(hub.start({ instanceId: "a", name: "f" })).rejects.toThrow("disk full")
    await tick()
    expect(log).toEqual(["turn", "end", "refused"])
  })

  it("puts all inputs of one tick into one commit", async () => {
    const { hub, log } = bench()
    await Promise.all(["a", "b", "c"].map((instanceId) => hub.start({ instanceId, name: "f" })))
    expect(log).toEqual(["commit true"])
  })

  it("sends a turn again with the very same events, to whoever comes next", async () => {
    const { hub, worker } = bench()
    const one = worker("w1")
    await hub.start({ instanceId: "a", name: "f" })
    await tick()
    one.disconnect()
    await hub.send("a", { kind: "raiseEvent", name: "x" })
    const two = worker("w2")
    await tick()
    const [first, second] = [one.items[0], two.items[0]]
    expect(second).toEqual({ ...first, token: second?.token })
  })

  it("takes a turn's answer from the holder of its lease only", async () => {
    const { hub, one, two } = await movedTurn()
    await hub.completeTurn({ instanceId: "a", peer: "w1", token: "", actions: [complete] })
    expect(hub.summary("a")?.status).toBe("pending")
    await hub.completeTurn({ instanceId: "a", peer: "w9", token: one.items[0]?.token ?? "", actions: [complete] })
    expect(hub.summary("a")?.status).toBe("pending")
    await hub.completeTurn({ instanceId: "a", peer: "w9", token: two.items[0]?.token ?? "", actions: [complete] })
    expect(hub.summary("a")?.status).toBe("completed")
  })

  it("waits for the late answer of a peer that only lost its stream, and takes it", async () => {
    const { hub, worker } = bench()
    const one = worker("w")
    await hub.start({ instanceId: "a", name: "f" })
    await tick()
    one.disconnect()
    const again = worker("w")
    await tick()
    expect(again.items).toEqual([])
    await hub.completeTurn({ instanceId: "a", peer: "w", token: "", actions: [complete] })
    expect(hub.summary("a")?.status).toBe("completed")
  })

  it("goes on when two workers that lost their streams answer the same turn", async () => {
    const { hub, worker, two } = await movedTurn()
    two.disconnect()
    await hub.send("a", { kind: "raiseEvent", name: "x" })
    const answer = { instanceId: "a", token: "", actions: [] }
    await hub.completeTurn({ ...answer, peer: "w1" })
    await hub.completeTurn({ ...answer, peer: "w2" })
    const three = worker("w3")
    await tick()
    expect(three.items).toMatchObject([{ kind: "turn", fresh: [{ kind: "orchestratorStarted" }, { kind: "eventRaised" }] }])
  })

  it("takes an activity's answer once, also from a worker that has lost its stream", async () => {
    const { hub, worker } = bench()
    const one = worker("w1")
    await hub.start({ instanceId: "a", name: "f" })
    await tick()
    await hub.completeTurn({ instanceId: "a", peer: "w1", token: "", actions: [task] })
    await tick()
    one.disconnect()
    const answer = { instanceId: "a", wireTaskId: 1, result: "5" }
    await hub.completeActivity(answer)
    await hub.completeActivity({ ...answer, result: "6" })
    const two = worker("w2")
    await tick()
    expect(two.items.map((item) => item.kind)).toEqual(["turn"])
    expect(two.items[0]).toMatchObject({
      fresh: [{ kind: "orchestratorStarted" }, { kind: "taskCompleted", result: "5" }],
    })
  })

  it("never gives a stream more than it can hold", async () => {
    const { hub, worker } = bench()
    const { items } = worker("w", 5)
    const ids = Array.from({ length: 20 }, (_, index) => `i${index}`)
    await Promise.all(ids.map((instanceId) => hub.start({ instanceId, name: "f" })))
    await tick()
    expect(items).toHaveLength(5)
    const tasks = Array.from({ length: 10 }, (_, index) => ({ ...task, id: index + 1 }))
    await hub.completeTurn({ instanceId: items[0]?.instanceId ?? "", peer: "w", token: "", actions: tasks })
    for (const { instanceId } of items.slice(1)) {
      await hub.completeTurn({ instanceId, peer: "w", token: "", actions: [complete] })
    }
    await tick()
    const turns = items.filter((item) => item.kind === "turn").length
    expect(items.filter((item) => item.kind === "activity").length).toBeLessThanOrEqual(3)
    expect(turns).toBeGreaterThan(5)
  })

  it("rings no timer early and each once", async () => {
    const made = bench()
    const { hub, worker } = made
    const { items } = worker("w")
    await hub.start({ instanceId: "a", name: "f" })
    await tick()
    const timer = { id: 1, kind: "createTimer", fireAtMs: 1_005 } as const
    await hub.completeTurn({ instanceId: "a", peer: "w", token: "", actions: [timer] })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(items).toHaveLength(1)
    made.now = 1_005
    await until("the timer has rung", () => items.length > 1)
    expect(items[1]).toMatchObject({
      fresh: [{ kind: "orchestratorStarted" }, { kind: "timerFired", timerId: 1, timestampMs: 1_005 }],
    })
    expect(items).toHaveLength(2)
  })

  it("stops at a failed commit: the caller learns, nothing leaves", async () => {
    const broken: Store = { ...openMemoryStore(), commit() { throw new Error("disk full") } }
    const { hub, log, faults, worker } = bench(broken)
    worker("w")
    await expect(hub.start({ instanceId: "a", name: "f" })).rejects.toThrow("disk full")
    await expect(hub.start({ instanceId: "b", name: "f" })).rejects.toThrow("disk full")
    expect(faults).toHaveLength(1)
    expect(log).toEqual(["end"])
  })

  it("commits nothing of a transition that breaks off half way", async () => {
    const store = openMemoryStore()
    const unreadable: Store = {
      ...store,
      load(id) {
        if (id === "child") throw new Error("damaged")
        return store.load(id)
      },
    }
    const { hub, worker } = bench(unreadable)
    worker("w")
    await hub.start({ instanceId: "parent", name: "f" })
    await tick()
    const child = { id: 1, kind: "createChild", name: "c", instanceId: "child" } as const
    const answer = { instanceId: "parent", peer: "w", token: "", actions: [child] }
    await expect(hub.completeTurn(answer)).rejects.toThrow("damaged")
    await tick()
    expect([store.summary("parent")?.status, store.history("parent")]).toEqual(["pending", []])
  })

  it("forgets what it need not hold and finds it again", async () => {
    const store = openMemoryStore()
    const { hub, worker } = bench(store)
    const { items } = worker("w", 5_000)
    const ids = Array.from({ length: 1_500 }, (_, index) => `i${index}`)
    await Promise.all(ids.map((instanceId) => hub.start({ instanceId, name: "f" })))
    await tick()
    const answer = { peer: "w", token: "", actions: [] }
    await Promise.all(items.map(({ instanceId }) => hub.completeTurn({ instanceId, ...answer })))
    await Promise.all(ids.map((id) => hub.send(id, { kind: "raiseEvent", name: "x" })))
    await tick()
    expect(items.slice(1_500).every((item) => item.kind === "turn" && item.past.length === 2)).toBe(true)
    expect(items).toHaveLength(3_000)
  })
})
