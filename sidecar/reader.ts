// Looks into the database of a stopped sidecar without changing it.

import type { HistoryEvent, InstanceStatus, InstanceSummary } from "../engine/types.ts"
import { openSqliteForReading } from "./store/sqlite.ts"

export interface Reader {
  /** Newest first. */
  listInstances(query?: { readonly status?: InstanceStatus; readonly limit?: number }): readonly InstanceSummary[]
  readInstance(id: string): InstanceSummary | undefined
  readHistory(id: string): readonly HistoryEvent[]
  /** The JSON text of a stored value. */
  readState(store: string, key: string): string | undefined
  close(): void
}

const limitDefault = 100

/** Throws a StoreError when the file can't be read, or while a sidecar has it. */
export function openReader(file: string): Reader {
  const store = openSqliteForReading({ file })
  return {
    listInstances: ({ status, limit = limitDefault } = {}) =>
      store.list({ limit, ...(status ? { statuses: [status] } : {}) }),
    readInstance: (id) => store.summary(id),
    readHistory: (id) => store.history(id),
    readState: (name, key) => store.readValue(name, key, Date.now())?.value,
    close: () => store.close(),
  }
}
