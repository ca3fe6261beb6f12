// What every store must do, whatever it is made of.

import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { HistoryEvent, InstanceSummary } from "../../engine/types.ts"
import type { ListQuery, Store, Write } from "../../sidecar/store/store.ts"

export interface StoreFixture {
  readonly open: () => Store
  /** Closes the store and opens what it left behind; absent for one that forgets. */
  readonly reopen?: (store: Store) => Store
  readonly cleanUp: () => void
}

function summary(id: string, more: Partial<InstanceSummary> = {}): InstanceSummary {
  return {
    id, generation: 1, executionId: "e", name: "flow", status: "running", createdAtMs: 1_000, updatedAtMs: 2_000.5,
    continued: false, ...more,
  }
}

function raised(name: string): HistoryEvent {
  return { kind: "eventRaised", eventId: -1, timestampMs: 5, name, input: "{\"a\":\"ü\\u0000\"}" }
}

const put = (id: string, more: Partial<InstanceSummary> = {}): Write =>
  ({ kind: "putInstance", summary: summary(id, more) })

export function storeContract(name: string, fixture: () => StoreFixture): void {
  describe(`store: ${name}`, () => {
    let current: StoreFixture
    let store: Store
    beforeEach(() => {
      current = fixture()
      store = current.open()
    })
    afterEach(() => {
      store.close()
      current.cleanUp()
    })

    const settled = (): Store => (store = current.reopen ? current.reopen(store) : store)

    instanceCases(() => store, settled)
    workCases(() => store, settled)
    valueCases(() => store, settled)
  })
}

function instanceCases(store: () => Store, settled: () => Store): void {
  it("gives back an instance as it was put", () => {
    const full = summary("full", {
      input: "1", output: "\"x\"", customStatus: "", parent: { instanceId: "p", generation: 2, taskId: 3, name: "n" },
      failure: { errorType: "T", errorMessage: "m", innerFailure: { errorType: "I", errorMessage: "i" } },
      completedAtMs: 3_000, heldUntilMs: 4_000, status: "failed", continued: true,
    })
    store().commit([{ kind: "putInstance", summary: full }, put("bare")])
    expect(settled().summary("full")).toEqual(full)
    expect(store().summary("bare")).toEqual(summary("bare"))
    expect(store().summary("none")).toBeUndefined()
    expect(store().load("none")).toBeUndefined()
  })

  it("replaces an instance that is put again", () => {
    store().commit([put("a", { input: "1" }), put("a", { status: "completed" })])
    expect(settled().summary("a")).toEqual(summary("a", { status: "completed" }))
  })

  it("changes the time and the status of an instance and leaves the rest", () => {
    store().commit([put("a", { input: "1", customStatus: "old" })])
    store().commit([{ kind: "touchInstance", id: "a", updatedAtMs: 77, customStatus: "new" }])
    expect(settled().summary("a")).toEqual(summary("a", { input: "1", customStatus: "new", updatedAtMs: 77 }))
    store().commit([{ kind: "touchInstance", id: "a", updatedAtMs: 78 }])
    expect(settled().summary("a")).toEqual(summary("a", { input: "1", updatedAtMs: 78 }))
  })

  it("keeps history in order and clears it", () => {
    const events = ["1", "2", "3"].map(raised)
    store().commit([put("a"), { kind: "appendHistory", id: "a", firstSequence: 1, events: events.slice(0, 2) }])
    store().commit([{ kind: "appendHistory", id: "a", firstSequence: 3, events: events.slice(2) }])
    expect(settled().history("a")).toEqual(events)
    expect(store().load("a")?.history).toEqual(events)
    store().commit([{ kind: "clearHistory", id: "a" }])
    expect(settled().history("a")).toEqual([])
  })

  it("keeps the inbox in order, and names who has one, oldest instance first", () => {
    const entries = [1, 2, 3].map((sequence) => ({ sequence, event: raised(`e${sequence}`) }))
    store().commit([
      put("young", { createdAtMs: 9 }), put("old", { createdAtMs: 8 }),
      { kind: "putInbox", id: "young", entries }, { kind: "putInbox", id: "old", entries },
    ])
    store().commit([{ kind: "deleteInbox", id: "old", sequences: [1, 2] }])
    expect(settled().load("old")?.inbox).toEqual(entries.slice(2))
    expect(new Set(store().idsWithInbox())).toEqual(new Set(["young", "old"]))
    store().commit([{ kind: "deleteInbox", id: "old", sequences: [3] }])
    expect(settled().idsWithInbox()).toEqual(["young"])
  })

  it("lists newest first, by status, prefix and time, page after page", () => {
    store().commit([1, 2, 3, 4, 5].map((number) =>
      put(`run-${number}`, { createdAtMs: number < 4 ? 10 : 20, status: number % 2 ? "completed" : "running" })))
    store().commit([put("other", { createdAtMs: 15 })])
    const ids = (query: Partial<ListQuery>) => store().list({ limit: 9, ...query }).map(({ id }) => id)
    settled()
    expect(ids({})).toEqual(["run-5", "run-4", "other", "run-3", "run-2", "run-1"])
    expect(ids({ statuses: ["completed"] })).toEqual(["run-5", "run-3", "run-1"])
    expect(ids({ statuses: ["completed", "running"], idPrefix: "run-", limit: 2 })).toEqual(["run-5", "run-4"])
    expect(ids({ createdFromMs: 15, createdToMs: 20 })).toEqual(["other"])
    store().commit([put("gone", { status: "failed", completedAtMs: 50 }), put("late", { status: "failed", completedAtMs: 60 })])
    expect(ids({ statuses: ["failed"], endedBeforeMs: 60 })).toEqual(["gone"])
    store().commit([{ kind: "deleteInstance", id: "gone" }, { kind: "deleteInstance", id: "late" }])
    const [, second] = store().list({ limit: 2 })
    expect(second && ids({ after: second, limit: 3 })).toEqual(["other", "run-3", "run-2"])
  })

  it("forgets all of a deleted instance", () => {
    const row = { instanceId: "a", generation: 1, taskId: 1, name: "n" }
    store().commit([
      put("a"), { kind: "putInbox", id: "a", entries: [{ sequence: 1, event: raised("x") }] },
      { kind: "appendHistory", id: "a", firstSequence: 1, events: [raised("y")] }, { kind: "putActivity", row },
      { kind: "putTimer", row: { instanceId: "a", generation: 1, timerId: 1, fireAtMs: 5 } },
    ])
    store().commit([{ kind: "deleteInstance", id: "a" }])
    settled()
    expect(store().load("a")).toBeUndefined()
    expect([store().history("a"), store().idsWithInbox(), store().activities(), store().nextTimerAtMs()])
      .toEqual([[], [], [], undefined])
  })
}

function workCases(store: () => Store, settled: () => Store): void {
  it("keeps activities until they are answered", () => {
    const rows = [1, 2].map((taskId) => ({ instanceId: "a", generation: 1, taskId, name: "n", input: "[]" }))
    const bare = { instanceId: "a", generation: 2, taskId: 1, name: "n" }
    store().commit([...rows, bare].map((row) => ({ kind: "putActivity", row })))
    store().commit([{ kind: "deleteActivity", row: { instanceId: "a", generation: 1, taskId: 1 } }])
    expect(settled().activities()).toEqual([rows[1], bare])
  })

  it("gives timers that are due, earliest first", () => {
    const rows = [30, 10, 20].map((fireAtMs, index) =>
      ({ instanceId: "a", generation: 1, timerId: index + 1, fireAtMs }))
    store().commit(rows.map((row) => ({ kind: "putTimer", row })))
    expect(settled().nextTimerAtMs()).toBe(10)
    expect(store().dueTimers(20, 9).map((row) => row.timerId)).toEqual([2, 3])
    expect(store().dueTimers(99, 1).map((row) => row.timerId)).toEqual([2])
    store().commit([{ kind: "deleteTimer", row: rows[1] as never }])
    expect(settled().nextTimerAtMs()).toBe(20)
    store().commit([{ kind: "clearTimers", id: "a" }])
    expect(settled().nextTimerAtMs()).toBeUndefined()
  })
}

function valueCases(store: () => Store, settled: () => Store): void {
  const save = (key: string, value: string, more: object = {}) => ({ kind: "save", key, value, ...more }) as const

  it("saves values byte for byte, apart by store and key", () => {
    const value = "{ \"b\": 1.0,\t\"a\": 1e400 }"
    expect(store().changeValues("s", [save("k", value)], 0)).toBeUndefined()
    expect(settled().readValue("s", "k", 0)?.value).toBe(value)
    expect(store().readValue("other", "k", 0)).toBeUndefined()
    store().changeValues("s", [{ kind: "delete", key: "k" }], 0)
    expect(settled().readValue("s", "k", 0)).toBeUndefined()
  })

  it("changes the etag with every save and refuses an old one", () => {
    store().changeValues("s", [save("k", "1")], 0)
    const first = store().readValue("s", "k", 0)?.etag ?? ""
    expect(store().changeValues("s", [save("k", "2", { etag: first })], 0)).toBeUndefined()
    expect(store().changeValues("s", [save("k", "3", { etag: first })], 0)).toEqual({ key: "k" })
    expect(store().changeValues("s", [{ kind: "delete", key: "k", etag: first }], 0)).toEqual({ key: "k" })
    expect(settled().readValue("s", "k", 0)?.value).toBe("2")
  })

  it("lets the first write win when asked", () => {
    expect(store().changeValues("s", [save("k", "1", { firstWrite: true })], 0)).toBeUndefined()
    expect(store().changeValues("s", [save("k", "2", { firstWrite: true })], 0)).toEqual({ key: "k" })
    expect(settled().readValue("s", "k", 0)?.value).toBe("1")
  })

  it("makes all changes of a list or none", () => {
    store().changeValues("s", [save("taken", "0")], 0)
    const conflict = store().changeValues("s", [save("new", "1"), save("taken", "2", { firstWrite: true })], 0)
    expect(conflict).toEqual({ key: "taken" })
    expect(settled().readValue("s", "new", 0)).toBeUndefined()
  })

  it("keeps bytes, and lists values by prefix in the order of their keys", () => {
    store().changeValues("s", [save("b/2", "2"), save("b/1", "AQID", { binary: true }), save("c", "3"), save("b", "0")], 0)
    const listed = settled().listValues({ store: "s", prefix: "b/" })
    expect(listed.map(({ key, value, binary }) => [key, value, binary])).toEqual([
      ["b/1", "AQID", true], ["b/2", "2", undefined],
    ])
    expect(store().listValues({ store: "s", prefix: "", limit: 1 }).map(({ key }) => key)).toEqual(["b"])
    expect(store().listValues({ store: "other", prefix: "" })).toEqual([])
    expect(store().readValue("s", "b/1", 0)).toMatchObject({ value: "AQID", binary: true })
  })

  it("removes expired values when it tidies", () => {
    store().changeValues("s", [save("old", "1", { expiresAtMs: 10 }), save("new", "1", { expiresAtMs: 30 })], 0)
    store().tidy(20)
    expect(settled().listValues({ store: "s", prefix: "" }).map(({ key }) => key)).toEqual(["new"])
  })

  it("lets values expire", () => {
    store().changeValues("s", [save("k", "1", { expiresAtMs: 10 })], 0)
    expect(settled().readValue("s", "k", 9)).toMatchObject({ value: "1", expiresAtMs: 10 })
    expect(store().readValue("s", "k", 10)).toBeUndefined()
    expect(store().changeValues("s", [save("k", "2", { firstWrite: true })], 10)).toBeUndefined()
  })
}
