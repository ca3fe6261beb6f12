// The durable store: one SQLite file, held exclusively, written ahead and synced in full on every commit.

import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { encodeEvent, encodeEvents } from "../../engine/codec.ts"
import { guarded, openDatabase } from "./driver.ts"
import type { Database } from "./driver.ts"
import { firstConflict } from "./memory.ts"
import { instanceColumns, instanceValues, text, toActivity, toEvent, toEvents, toSummary, toTimer, toValue } from "./rows.ts"
import type { Row, SqlValue } from "./rows.ts"
import { checkOwner, letShrink, migrate } from "./schema.ts"
import type { ListQuery, Store, StoredValue, ValueChange, ValueQuery, Write } from "./store.ts"
import { StoreError } from "./store.ts"

export interface SqliteOptions {
  readonly file: string
  /** How long to wait for a sidecar that is just leaving. */
  readonly busyTimeoutMs?: number
  /** How many pages of 4 KiB the file may have: what a full disk does, for those who want to see it. */
  readonly pagesMax?: number
  /** Refuses every write once the file is open. */
  readonly queryOnly?: boolean
}

/** Throws a StoreError when the file can't be used. */
export function openSqliteStore({ file, busyTimeoutMs = 2_000, pagesMax, queryOnly }: SqliteOptions): Store {
  return guarded(file, () => {
    const database = openDatabase({ file, busyTimeoutMs })
    try {
      // Exclusive locking keeps a second sidecar out; the system drops the lock with the process, however it ends.
      database.exec("pragma locking_mode = exclusive")
      const version = checkOwner(database, file)
      letShrink(database, version)
      database.exec("pragma journal_mode = wal; pragma synchronous = full")
      database.exec(`pragma wal_autocheckpoint = ${pagesPerCheckpoint}`)
      database.exec("begin exclusive; commit")
      migrate(database, version)
      if (pagesMax !== undefined) database.exec(`pragma max_page_count = ${pagesMax}`)
      if (queryOnly) database.exec("pragma query_only = on")
      return sqliteStore(database, file)
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** For looking into the file of a stopped sidecar; never writes. */
export function openSqliteForReading({ file, busyTimeoutMs = 2_000 }: SqliteOptions): Store {
  return guarded(file, () => {
    if (!existsSync(file)) throw new StoreError("missing", `there is no database file ${file}; check its path`)
    const database = openDatabase({ file, busyTimeoutMs, readOnly: true })
    try {
      checkOwner(database, file)
      return sqliteStore(database, file)
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Pages are written over and over by the steps of the runs under way; fewer checkpoints copy them less often. 16 MiB. */
const pagesPerCheckpoint = 4_000

interface Sql {
  all(sql: string, ...values: readonly SqlValue[]): readonly Row[]
  one(sql: string, ...values: readonly SqlValue[]): Row | undefined
  run(sql: string, ...values: readonly SqlValue[]): void
}

/** Statements are prepared once, at first use. */
function sqlOf(database: Database): Sql {
  const prepared = new Map<string, ReturnType<Database["prepare"]>>()
  const prepare = (sql: string) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    all: (sql, ...values) => prepare(sql).all(...values) as unknown as readonly Row[],
    one: (sql, ...values) => prepare(sql).get(...values) as Row | undefined,
    run: (sql, ...values) => void prepare(sql).run(...values),
  }
}

function sqliteStore(database: Database, file: string): Store {
  const sql = sqlOf(database)
  const safely = <T>(work: () => T): T => guarded(file, work)
  const history = (id: string) =>
    sql.all("select event from history where id = ? order by sequence", id).flatMap((row) => toEvents(file, row))
  const inbox = (id: string) =>
    sql.all("select sequence, event from inbox where id = ? order by sequence", id)
      .map((row) => ({ sequence: Number(row["sequence"]), event: toEvent(file, row) }))
  const summary = (id: string) => {
    const row = sql.one(`select ${instanceColumns} from instance where id = ?`, id)
    return row && toSummary(row)
  }
  return {
    summary: (id) => safely(() => summary(id)),
    load: (id) => safely(() => {
      const found = summary(id)
      return found && { summary: found, history: history(id), inbox: inbox(id) }
    }),
    history: (id) => safely(() => history(id)),
    list: (query) => safely(() => list(sql, query)),
    idsWithInbox: () => safely(() =>
      sql.all("select id from instance where id in (select id from inbox) order by created_at, id")
        .map((row) => text(row, "id"))),
    activities: () => safely(() =>
      sql.all("select id, generation, task, name, input from activity order by id, generation, task").map(toActivity)),
    dueTimers: (now, limit) => safely(() =>
      sql.all("select * from timer where fire_at <= ? order by fire_at limit ?", now, limit).map(toTimer)),
    nextTimerAtMs: () => safely(() => {
      const at = sql.one("select min(fire_at) as at from timer")?.["at"]
      return typeof at === "number" ? at : undefined
    }),
    commit: (writes) => safely(() => transaction(database, () => {
      for (const write of writes) apply(sql, write)
    })),
    readValue: (store, key, now) => safely(() => readValue(sql, store, key, now)),
    changeValues: (store, changes, now) => safely(() => transaction(database, () => {
      const conflict = firstConflict(changes, (key) => readValue(sql, store, key, now))
      if (!conflict) for (const change of changes) changeValue(sql, store, change)
      return conflict
    })),
    listValues: (query) => safely(() => listValues(sql, query)),
    tidy: (now) => safely(() => {
      sql.run("delete from value where expires_at <= ?", now)
      database.exec(`pragma incremental_vacuum(${pagesFreedAtOnce}); pragma wal_checkpoint(truncate)`)
    }),
    close: () => database.close(),
  }
}

/** Some four megabytes: a pause of milliseconds. */
const pagesFreedAtOnce = 1_000

function transaction<T>(database: Database, work: () => T): T {
  database.exec("begin immediate")
  try {
    const result = work()
    database.exec("commit")
    return result
  } catch (error) {
    // A full disk makes SQLite roll back by itself; a second rollback would hide the cause.
    if (database.isTransaction) database.exec("rollback")
    throw error
  }
}

function list(sql: Sql, query: ListQuery) {
  const { statuses, idPrefix, createdFromMs, createdToMs, after, limit } = query
  const conditions: string[] = []
  const values: SqlValue[] = []
  const where = (condition: string, ...parameters: readonly SqlValue[]) => {
    conditions.push(condition)
    values.push(...parameters)
  }
  if (statuses) where(`status in (${statuses.map(() => "?").join(", ")})`, ...statuses)
  if (idPrefix) where("substr(id, 1, length(?)) = ?", idPrefix, idPrefix)
  if (createdFromMs !== undefined) where("created_at >= ?", createdFromMs)
  if (createdToMs !== undefined) where("created_at < ?", createdToMs)
  if (query.endedBeforeMs !== undefined) where("completed_at < ?", query.endedBeforeMs)
  if (after) where("(created_at, id) < (?, ?)", after.createdAtMs, after.id)
  const filter = conditions.length > 0 ? `where ${conditions.join(" and ")}` : ""
  const order = "order by created_at desc, id desc limit ?"
  return sql.all(`select ${instanceColumns} from instance ${filter} ${order}`, ...values, limit).map(toSummary)
}

function readValue(sql: Sql, store: string, key: string, now: number): StoredValue | undefined {
  const row = sql.one("select value, binary, etag, expires_at from value where store = ? and key = ?", store, key)
  const value = row && toValue(row)
  return value?.expiresAtMs !== undefined && value.expiresAtMs <= now ? undefined : value
}

const noLimit = -1

function listValues(sql: Sql, { store, prefix, limit = noLimit }: ValueQuery) {
  const where = "where store = ? and key >= ? and substr(key, 1, length(?)) = ?"
  const rows = sql.all(
    `select key, value, binary, etag, expires_at from value ${where} order by key limit ?`,
    store, prefix, prefix, prefix, limit,
  )
  return rows.map((row) => ({ key: text(row, "key"), ...toValue(row) }))
}

function changeValue(sql: Sql, store: string, change: ValueChange): void {
  if (change.kind === "delete") return sql.run("delete from value where store = ? and key = ?", store, change.key)
  const { key, value, binary = false, expiresAtMs = null } = change
  const columns = "store, key, value, binary, etag, expires_at"
  const values = [store, key, value, binary ? 1 : 0, randomUUID(), expiresAtMs]
  sql.run(`insert or replace into value (${columns}) values (?, ?, ?, ?, ?, ?)`, ...values)
}

const placeholders = instanceColumns.split(",").map(() => "?").join(", ")
const putInstance = `insert or replace into instance (${instanceColumns}) values (${placeholders})`
const putActivity = "insert or replace into activity values (?, ?, ?, ?, ?)"
const deleteActivity = "delete from activity where id = ? and generation = ? and task = ?"

function apply(sql: Sql, write: Write): void {
  switch (write.kind) {
    case "putInstance":
      sql.run(putInstance, ...instanceValues(write.summary))
      return
    case "touchInstance":
      return sql.run("update instance set updated_at = ?, custom_status = ? where id = ?", write.updatedAtMs, write.customStatus ?? null, write.id)
    case "deleteInstance":
      for (const table of ["instance", "history", "inbox", "activity", "timer"]) {
        sql.run(`delete from ${table} where id = ?`, write.id)
      }
      return
    case "appendHistory":
      for (const { index, text } of encodeEvents(write.events)) {
        sql.run("insert into history values (?, ?, ?)", write.id, write.firstSequence + index, text)
      }
      return
    case "clearHistory": return sql.run("delete from history where id = ?", write.id)
    case "putInbox":
      for (const { sequence, event } of write.entries) {
        sql.run("insert into inbox values (?, ?, ?)", write.id, sequence, encodeEvent(event))
      }
      return
    case "deleteInbox":
      for (const sequence of write.sequences) {
        sql.run("delete from inbox where id = ? and sequence = ?", write.id, sequence)
      }
      return
    case "putActivity": {
      const { instanceId, generation, taskId, name, input } = write.row
      return sql.run(putActivity, instanceId, generation, taskId, name, input ?? null)
    }
    case "deleteActivity": {
      const { instanceId, generation, taskId } = write.row
      return sql.run(deleteActivity, instanceId, generation, taskId)
    }
    case "putTimer": {
      const { instanceId, generation, timerId, fireAtMs } = write.row
      return sql.run("insert or replace into timer values (?, ?, ?, ?)", instanceId, generation, timerId, fireAtMs)
    }
    case "deleteTimer": {
      const { instanceId, generation, timerId } = write.row
      return sql.run("delete from timer where id = ? and generation = ? and timer = ?", instanceId, generation, timerId)
    }
    case "clearTimers": return sql.run("delete from timer where id = ?", write.id)
  }
}
