// Whatever workers come, go, answer late or twice: no work is in the hands of two that are connected, and none is lost.

import fc from "fast-check"
import { expect, it } from "vitest"
import { systemClock } from "../../sidecar/clock.ts"
import type { WorkItem } from "../../sidecar/dispatcher.ts"
import { createHub } from "../../sidecar/hub.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"

const instances = ["a", "b", "c"]
const stepsOfEach = 4
const peers = ["w1", "w2", "w3"]
const everyone = [...peers, "last"]

interface Move {
  readonly kind: "join" | "leave" | "event" | "answer"
  readonly peer: string
  /** The n-th item that this peer was ever given is answered, once more if it was before. */
  readonly pick: number
}

const kinds = ["join", "join", "leave", "event", "answer", "answer", "answer", "answer"] as const
const move: fc.Arbitrary<Move> = fc.record({ kind: fc.constantFrom(...kinds), peer: fc.constantFrom(...peers), pick: fc.nat(1_000) })

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
const keyOf = (item: WorkItem): string => (item.kind === "turn" ? `turn ${item.instanceId}` : `activity ${item.instanceId} ${item.wireTaskId}`)

function bed() {
  const store = openMemoryStore()
  const hub = createHub({ store, clock: systemClock, newId: () => "e", onFault: (error) => { throw error } })
  const given = new Map<string, WorkItem[]>(everyone.map((peer) => [peer, []]))
  const held = new Map<string, Set<string>>(everyone.map((peer) => [peer, new Set()]))
  const connected = new Map<string, () => void>()
  const twice: string[] = []
  const join = (peer: string): void => {
    if (connected.has(peer)) return
    const send = (item: WorkItem): void => {
      const key = keyOf(item)
      for (const [other, keys] of held) if (connected.has(other) && keys.has(key)) twice.push(`${key}: at ${other} and at ${peer}`)
      held.get(peer)?.add(key)
      given.get(peer)?.push(item)
    }
    connected.set(peer, () => undefined)
    connected.set(peer, hub.connect({ peer, slots: 4, send, end: () => undefined }))
  }
  const leave = (peer: string): void => {
    connected.get(peer)?.()
    connected.delete(peer)
    held.get(peer)?.clear()
  }
  /** One step after the other, and then the end: what a turn asks for follows from its events alone. */
  const answer = async (peer: string, item: WorkItem): Promise<void> => {
    held.get(peer)?.delete(keyOf(item))
    const { instanceId } = item
    if (item.kind === "activity") return hub.completeActivity({ instanceId, wireTaskId: item.wireTaskId, result: String(item.wireTaskId) })
    const done = [...item.past, ...item.fresh].filter(({ kind }) => kind === "taskCompleted").length
    const asked = item.past.filter(({ kind }) => kind === "taskScheduled").length
    const actions = done === stepsOfEach
      ? [{ id: stepsOfEach + 1, kind: "complete", status: "completed", result: "1" } as const]
      : asked > done ? [] : [{ id: done + 1, kind: "scheduleTask", name: "t" } as const]
    await hub.completeTurn({ instanceId, peer, token: item.token, actions })
  }
  return { hub, store, given, twice, join, leave, answer }
}

it("property: leases hold while their streams do, and everything ends once", { timeout: 60_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(move, { minLength: 30, maxLength: 90 }), async (moves) => {
    const { hub, store, given, twice, join, leave, answer } = bed()
    await Promise.all(instances.map((instanceId) => hub.start({ instanceId, name: "f" })))
    for (const peer of peers) join(peer)
    await tick()
    for (const one of moves) {
      if (one.kind === "join") join(one.peer)
      else if (one.kind === "leave") leave(one.peer)
      else if (one.kind === "event") await hub.send(instances[one.pick % instances.length]!, { kind: "raiseEvent", name: "e" })
      else {
        const items = given.get(one.peer) ?? []
        const item = items[one.pick % Math.max(1, items.length)]
        if (item) await answer(one.peer, item)
      }
      await tick()
    }
    // Somebody who stays, under a name that no late answer is expected from, does what is left.
    for (const peer of peers) leave(peer)
    join("last")
    const left = given.get("last")!
    for (let rounds = 0; rounds < 100 && !instances.every((id) => hub.summary(id)?.status === "completed"); rounds++) {
      await tick()
      for (const item of left.splice(0)) await answer("last", item)
    }
    expect(twice).toEqual([])
    for (const id of instances) {
      expect(hub.summary(id)?.status).toBe("completed")
      const answered = store.history(id).flatMap((event) => (event.kind === "taskCompleted" ? [event.taskId] : []))
      expect(answered).toEqual([1, 2, 3, 4])
    }
    await hub.close()
  }), { seed: 20_261_127, numRuns: 300 })
})
