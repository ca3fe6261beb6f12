// The store that forgets: for tests and for runs that need no durability.

import { randomUUID } from "node:crypto"
import type { HistoryEvent, InboxEntry, InstanceSummary } from "../../engine/types.ts"
import type {
  ActivityKey, ActivityRow, Conflict, ListQuery, Store, StoredValue, TimerRow, ValueChange, Write,
} from "./store.ts"

interface Tables {
  readonly instances: Map<string, InstanceSummary>
  readonly histories: Map<string, HistoryEvent[]>
  readonly inboxes: Map<string, InboxEntry[]>
  readonly activities: Map<string, ActivityRow>
  readonly timers: Map<string, TimerRow>
  readonly values: Map<string, StoredValue>
}

export function openMemoryStore(): Store {
  const tables: Tables = {
    instances: new Map(), histories: new Map(), inboxes: new Map(), activities: new Map(), timers: new Map(),
    values: new Map(),
  }
  const { instances, histories, inboxes, activities, timers, values } = tables
  const timersInOrder = () => [...timers.values()].sort((a, b) => a.fireAtMs - b.fireAtMs)
  return {
    summary: (id) => instances.get(id),
    load(id) {
      const summary = instances.get(id)
      return summary && { summary, history: [...(histories.get(id) ?? [])], inbox: [...(inboxes.get(id) ?? [])] }
    },
    history: (id) => [...(histories.get(id) ?? [])],
    list: (query) => select([...instances.values()], query),
    idsWithInbox: () => [...inboxes.keys()],
    activities: () => [...activities.values()],
    dueTimers: (now, limit) => timersInOrder().filter((row) => row.fireAtMs <= now).slice(0, limit),
    nextTimerAtMs: () => timersInOrder()[0]?.fireAtMs,
    commit(writes) {
      for (const write of writes) apply(tables, write)
    },
    readValue: (store, key, now) => live(values.get(valueKey(store, key)), now),
    changeValues(store, list, now) {
      const conflict = firstConflict(list, (key) => live(values.get(valueKey(store, key)), now))
      if (conflict) return conflict
      for (const change of list) changeValue(values, valueKey(store, change.key), change)
      return undefined
    },
    listValues: ({ store, prefix, limit = Infinity }) => [...values]
      .map(([at, value]) => ({ at: JSON.parse(at) as [string, string], value }))
      .filter(({ at: [name, key] }) => name === store && key.startsWith(prefix))
      .map(({ at: [, key], value }) => ({ key, ...value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit),
    tidy: (now) => removeWhere(values, (value) => live(value, now) === undefined),
    close() {},
  }
}

/** The first change whose condition does not hold against what is stored. */
export function firstConflict(
  list: readonly ValueChange[], stored: (key: string) => Pick<StoredValue, "etag"> | undefined,
): Conflict | undefined {
  for (const { key, etag, firstWrite } of list) {
    const current = stored(key)
    if (etag !== undefined ? current?.etag !== etag : firstWrite && current) return { key }
  }
  return undefined
}

function live(value: StoredValue | undefined, now: number): StoredValue | undefined {
  return value?.expiresAtMs !== undefined && value.expiresAtMs <= now ? undefined : value
}

function changeValue(values: Map<string, StoredValue>, at: string, change: ValueChange): void {
  if (change.kind === "delete") {
    values.delete(at)
    return
  }
  const { value, binary, expiresAtMs } = change
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs }
  values.set(at, { value, etag: randomUUID(), ...(binary ? { binary } : {}), ...expiry })
}

function select(all: readonly InstanceSummary[], query: ListQuery): readonly InstanceSummary[] {
  const { statuses, idPrefix = "", createdFromMs = -Infinity, createdToMs = Infinity, after, limit } = query
  const { endedBeforeMs = Infinity } = query
  return all
    .filter((one) => !statuses || statuses.includes(one.status))
    .filter((one) => one.id.startsWith(idPrefix))
    .filter((one) => one.createdAtMs >= createdFromMs && one.createdAtMs < createdToMs)
    .filter((one) => endedBeforeMs === Infinity || (one.completedAtMs ?? Infinity) < endedBeforeMs)
    .sort(newestFirst)
    .filter((one) => !after || newestFirst(after, one) < 0)
    .slice(0, limit)
}

type Position = Pick<InstanceSummary, "id" | "createdAtMs">

function newestFirst(a: Position, b: Position): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
}

function apply(tables: Tables, write: Write): void {
  const { instances, histories, inboxes, activities, timers } = tables
  switch (write.kind) {
    case "putInstance":
      instances.set(write.summary.id, write.summary)
      return
    case "touchInstance": {
      const { id, updatedAtMs, customStatus } = write
      const { customStatus: _, ...rest } = instances.get(id)!
      instances.set(id, { ...rest, updatedAtMs, ...(customStatus === undefined ? {} : { customStatus }) })
      return
    }
    case "deleteInstance":
      for (const table of [instances, histories, inboxes]) table.delete(write.id)
      removeWhere(activities, (row) => row.instanceId === write.id)
      removeWhere(timers, (row) => row.instanceId === write.id)
      return
    case "appendHistory":
      histories.set(write.id, [...(histories.get(write.id) ?? []), ...write.events])
      return
    case "clearHistory":
      histories.delete(write.id)
      return
    case "putInbox":
      inboxes.set(write.id, [...(inboxes.get(write.id) ?? []), ...write.entries])
      return
    case "deleteInbox": {
      const rest = (inboxes.get(write.id) ?? []).filter((entry) => !write.sequences.includes(entry.sequence))
      if (rest.length > 0) inboxes.set(write.id, rest)
      else inboxes.delete(write.id)
      return
    }
    case "putActivity":
      activities.set(activityKey(write.row), write.row)
      return
    case "deleteActivity":
      activities.delete(activityKey(write.row))
      return
    case "putTimer":
      timers.set(timerKey(write.row), write.row)
      return
    case "deleteTimer":
      timers.delete(timerKey(write.row))
      return
    case "clearTimers": removeWhere(timers, (row) => row.instanceId === write.id)
  }
}

function removeWhere<T>(table: Map<string, T>, matches: (row: T) => boolean): void {
  for (const [key, row] of table) if (matches(row)) table.delete(key)
}

function valueKey(store: string, key: string): string {
  return JSON.stringify([store, key])
}

function activityKey({ instanceId, generation, taskId }: ActivityKey): string {
  return JSON.stringify([instanceId, generation, taskId])
}

function timerKey({ instanceId, generation, timerId }: TimerRow): string {
  return JSON.stringify([instanceId, generation, timerId])
}
