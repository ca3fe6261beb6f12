// What the database may suffer: a full disk, no right to write, damage, an older release, large payloads, long histories.

import { chmodSync, copyFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { systemClock } from "../../sidecar/clock.ts"
import { createHub } from "../../sidecar/hub.ts"
import type { WorkItem } from "../../sidecar/dispatcher.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { openDatabase } from "../../sidecar/store/driver.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { migration0001 } from "../../sidecar/store/migrations/0001.ts"
import { openSqliteStore } from "../../sidecar/store/sqlite.ts"
import type { StoreError } from "../../sidecar/store/store.ts"
import { silenceConsole, startWorker, temporaryFolder, until } from "./harness.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function newFile(): string {
  const folder = temporaryFolder()
  cleanups.push(folder.remove)
  return join(folder.path, "hub.db")
}

function codeOf(work: () => unknown): string {
  try {
    work()
    return "none"
  } catch (error) {
    return (error as StoreError).code
  }
}

describe("a disk that is full", () => {
  it("is told, stops the sidecar, and what was committed is there again", async () => {
    const file = newFile()
    const faults: StoreError[] = []
    const store = openSqliteStore({ file, pagesMax: 60 })
    const sidecar = await startSidecar({ store, onFault: (error) => faults.push(error as StoreError) })
    const own = connect({ ...sidecar, deadlineMs: 3_000 })
    const started: string[] = []
    const input = JSON.stringify("x".repeat(20_000))
    const failure = await (async () => {
      for (let n = 0; n < 50; n++) started.push(await own.start({ name: "f", instanceId: `run-${n}`, input }))
      return "it never became full"
    })().catch((error: Error) => error.message)
    expect(failure).toBe(`no space left to write ${file}; free some and start again, nothing committed is lost`)
    expect(faults.map(({ code }) => code)).toEqual(["full"])
    await expect(own.start({ name: "f" })).rejects.toThrow("no space left")
    own.close()
    await sidecar.close()

    const after = await startSidecar({ file })
    const again = connect(after)
    cleanups.push(() => after.close(), () => again.close())
    expect((await again.list({ limit: 100 })).map(({ id }) => id).sort()).toEqual(started.toSorted())
    expect(started.length).toBeGreaterThan(2)
    expect(await again.start({ name: "f", instanceId: "afterwards" })).toBe("afterwards")
  })
})

describe("a file that can't be written", () => {
  it("is refused", () => {
    const file = newFile()
    openSqliteStore({ file }).close()
    const before = new DatabaseSync(file, { readOnly: true })
    before.close()
    chmodSync(file, 0o444)
    // Root may write it all the same.
    expect(codeOf(() => openSqliteStore({ file }).close())).toBe(process.getuid?.() === 0 ? "none" : "readOnly")
    const { code, message } = readOnlyCommit(file)
    expect([code, message]).toEqual(["readOnly", `${file} cannot be written; make the file and its folder writable`])
  })

  function readOnlyCommit(file: string) {
    const store = openSqliteStore({ file, queryOnly: true })
    try {
      store.commit([{ kind: "clearHistory", id: "x" }])
      return { code: "none", message: "" }
    } catch (error) {
      return error as StoreError
    } finally {
      store.close()
    }
  }
})

describe("a file that is damaged", () => {
  it("is told when it is read, in the middle of work as at the start", async () => {
    const file = newFile()
    const store = openSqliteStore({ file })
    const event = { kind: "eventRaised", eventId: -1, timestampMs: 1, name: "e", input: "x".repeat(3_000) } as const
    store.commit([{ kind: "appendHistory", id: "a", firstSequence: 1, events: Array.from({ length: 50 }, () => event) }])
    store.close()
    const cut = `${file}-cut`
    copyFileSync(file, cut)
    truncateSync(cut, 30_000)
    expect(codeOf(() => {
      const opened = openSqliteStore({ file: cut })
      cleanups.push(() => opened.close())
      opened.history("a")
    })).toBe("corrupt")
    const empty = `${file}-empty`
    writeFileSync(empty, "")
    const made = openSqliteStore({ file: empty })
    expect(made.history("a")).toEqual([])
    made.close()
  })

  it("is told when an event can't be read", () => {
    const file = newFile()
    openSqliteStore({ file }).close()
    const raw = new DatabaseSync(file)
    raw.exec("insert into history values ('a', 1, '{\"v\":99}')")
    raw.close()
    const store = openSqliteStore({ file })
    cleanups.push(() => store.close())
    expect(codeOf(() => store.history("a"))).toBe("corrupt")
  })
})

describe("a file of an older release", () => {
  it("is brought up to date with all that it holds", () => {
    const file = newFile()
    const old = openDatabase({ file, busyTimeoutMs: 0 })
    old.exec(migration0001)
    old.exec("pragma application_id = 0x4167466c; pragma user_version = 1")
    old.exec("insert into value values ('statestore', 'k', '{\"a\":1}', 'tag', null)")
    old.exec(`insert into instance values
      ('i', 1, 'e', 'flow', 'completed', '1', '2', null, null, null, 0, 10, 20, 20, null)`)
    old.exec(`insert into history values ('i', 1, '{"v":1,"kind":"orchestratorStarted","eventId":-1,"timestampMs":10}')`)
    old.close()
    const store = openSqliteStore({ file })
    expect(store.summary("i")).toMatchObject({ id: "i", status: "completed", output: "2", completedAtMs: 20 })
    const first = { kind: "orchestratorStarted", eventId: -1, timestampMs: 10 } as const
    expect(store.history("i")).toEqual([first])
    const later = [1, 2].map((timestampMs) => ({ ...first, timestampMs }))
    store.commit([{ kind: "appendHistory", id: "i", firstSequence: 2, events: later }])
    expect(store.history("i")).toEqual([first, ...later])
    expect(store.readValue("statestore", "k", 0)).toEqual({ value: "{\"a\":1}", etag: "tag" })
    expect(store.list({ statuses: ["completed"], endedBeforeMs: 21, limit: 9 })).toHaveLength(1)
    store.close()
    const raw = new DatabaseSync(file)
    expect(raw.prepare("select sequence from history").all()).toEqual([{ sequence: 1 }, { sequence: 2 }])
    expect(raw.prepare("pragma user_version").get()).toEqual({ user_version: 3 })
    expect(raw.prepare("pragma auto_vacuum").get()).toEqual({ auto_vacuum: 2 })
    raw.close()
  })
})

describe("sizes", () => {
  it("payloads of 16 MiB pass as input, as result of an activity and as output", async () => {
    silenceConsole()
    const quotes = 2
    const bytes = 16 * 1024 * 1024 - quotes
    const sidecar = await startSidecar({ file: newFile() })
    const worker = await startWorker({
      activities: { text: (length: number) => "y".repeat(length) },
      workflows: {
        async *big(context, input: string) { return yield context.callActivity("text", input.length) as never },
      },
    }, sidecar)
    const own = connect({ ...sidecar, deadlineMs: 60_000 })
    cleanups.push(() => sidecar.close(), () => worker.stop(), () => own.close())
    const id = await own.start({ name: "big", input: JSON.stringify("x".repeat(bytes)) })
    expect((await own.waitForEnd(id))?.output).toHaveLength(bytes + quotes)
    await expect(own.start({ name: "big", input: JSON.stringify("x".repeat(bytes + 1)) })).rejects.toMatchObject({
      code: "tooLarge", message: "the input has 16777217 bytes, more than the limit of 16777216",
    })
  })

  it.each([
    ["in memory", openMemoryStore],
    ["in SQLite", () => openSqliteStore({ file: newFile() })],
  ])("a history of 10,000 events completes, %s", async (_name, open) => {
    const store = open()
    const faults: unknown[] = []
    const hub = createHub({ store, clock: systemClock, newId: () => "e", onFault: (error) => faults.push(error) })
    cleanups.push(() => store.close(), () => hub.close())
    const tasksMax = 5_000
    const depth = 25
    let tasks = 0
    let done = 0
    const schedule = (count: number) => Array.from({ length: Math.min(count, tasksMax - tasks) }, () =>
      ({ id: ++tasks, kind: "scheduleTask", name: "t" } as const))
    const answer = (item: WorkItem): Promise<void> => {
      const { instanceId } = item
      if (item.kind === "activity") return hub.completeActivity({ instanceId, wireTaskId: item.wireTaskId, result: "1" })
      const answered = item.fresh.filter(({ kind }) => kind === "taskCompleted").length
      done += answered
      const end = { id: tasksMax + 1, kind: "complete", status: "completed" } as const
      const actions = done === tasksMax ? [end] : schedule(answered || depth)
      return hub.completeTurn({ instanceId, peer: "w", token: item.token, actions })
    }
    const work = (item: WorkItem) => void answer(item).catch((error: unknown) => faults.push(error))
    hub.connect({ peer: "w", slots: 50, send: (item) => setImmediate(work, item), end: () => {} })
    await hub.start({ instanceId: "long", name: "f" })
    await until("it has ended", () => hub.summary("long")?.status === "completed" || faults.length > 0)
    expect(faults).toEqual([])
    expect(store.history("long").length).toBeGreaterThan(2 * tasksMax)
  }, 60_000)
})

describe("an open store", () => {
  it("writes ahead, syncs every commit in full and keeps others out, as its own connection says", () => {
    const { exec } = DatabaseSync.prototype
    const connections = new Set<DatabaseSync>()
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
      connections.add(this)
      return exec.call(this, sql)
    }
    cleanups.push(() => { DatabaseSync.prototype.exec = exec })
    const store = openSqliteStore({ file: newFile() })
    cleanups.push(() => store.close())
    const [connection, ...others] = connections
    const read = (name: string) => connection?.prepare(`pragma ${name}`).get()?.[name]
    const full = 2
    expect(others).toEqual([])
    expect({ journal: read("journal_mode"), synchronous: read("synchronous"), locking: read("locking_mode") })
      .toEqual({ journal: "wal", synchronous: full, locking: "exclusive" })
  })
})
