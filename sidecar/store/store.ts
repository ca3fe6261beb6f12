// The port to durable storage: what the hub may read and write. One connection, one writer, synchronous.

import type { HistoryEvent, InboxEntry, InstanceStatus, InstanceSummary } from "../../engine/types.ts"
import type { StoredInstance } from "../../engine/instance.ts"

export interface ActivityRow {
  readonly instanceId: string
  readonly generation: number
  readonly taskId: number
  readonly name: string
  readonly input?: string
}

export interface TimerRow {
  readonly instanceId: string
  readonly generation: number
  readonly timerId: number
  readonly fireAtMs: number
}

/** One change; a commit takes a list of them, all or nothing, applied in order. */
export type Write =
  | { readonly kind: "putInstance"; readonly summary: InstanceSummary }
  /** Of an instance that is there, nothing else has changed. */
  | { readonly kind: "touchInstance"; readonly id: string; readonly updatedAtMs: number; readonly customStatus?: string }
  | { readonly kind: "deleteInstance"; readonly id: string }
  | {
      readonly kind: "appendHistory"
      readonly id: string
      readonly firstSequence: number
      readonly events: readonly HistoryEvent[]
    }
  | { readonly kind: "clearHistory"; readonly id: string }
  | { readonly kind: "putInbox"; readonly id: string; readonly entries: readonly InboxEntry[] }
  | { readonly kind: "deleteInbox"; readonly id: string; readonly sequences: readonly number[] }
  | { readonly kind: "putActivity"; readonly row: ActivityRow }
  | { readonly kind: "deleteActivity"; readonly row: ActivityKey }
  | { readonly kind: "putTimer"; readonly row: TimerRow }
  | { readonly kind: "deleteTimer"; readonly row: TimerRow }
  | { readonly kind: "clearTimers"; readonly id: string }

export type ActivityKey = Pick<ActivityRow, "instanceId" | "generation" | "taskId">

export interface ListQuery {
  readonly statuses?: readonly InstanceStatus[]
  readonly idPrefix?: string
  readonly createdFromMs?: number
  readonly createdToMs?: number
  /** Only what ended before this time. */
  readonly endedBeforeMs?: number
  /** Continue behind this instance (as `list` returned it). */
  readonly after?: Pick<InstanceSummary, "id" | "createdAtMs">
  readonly limit: number
}

export interface StoredValue {
  /** Exactly as it was saved. */
  readonly value: string
  /** The value is no text but bytes, in base64. */
  readonly binary?: boolean
  readonly etag: string
  readonly expiresAtMs?: number
}

export type ValueChange = {
  readonly key: string
  /** The save happens only if the stored value still has this etag. */
  readonly etag?: string
  /** Without an etag, the save happens only if no value is there. */
  readonly firstWrite?: boolean
} & (
  | { readonly kind: "save"; readonly value: string; readonly binary?: boolean; readonly expiresAtMs?: number }
  | { readonly kind: "delete" }
)

/** A change whose condition did not hold; then none of its list was made. */
export interface Conflict {
  readonly key: string
}

export interface ValueQuery {
  readonly store: string
  readonly prefix: string
  readonly limit?: number
}

export interface Store {
  summary(id: string): InstanceSummary | undefined
  load(id: string): StoredInstance | undefined
  history(id: string): readonly HistoryEvent[]
  /** Newest first, so that a page shows what happened last. */
  list(query: ListQuery): readonly InstanceSummary[]
  /** Instances with events that no turn has read, oldest first. */
  idsWithInbox(): readonly string[]
  activities(): readonly ActivityRow[]
  dueTimers(now: number, limit: number): readonly TimerRow[]
  nextTimerAtMs(): number | undefined
  commit(writes: readonly Write[]): void
  readValue(store: string, key: string, now: number): StoredValue | undefined
  changeValues(store: string, changes: readonly ValueChange[], now: number): Conflict | undefined
  /** In the order of their keys. */
  listValues(query: ValueQuery): readonly (StoredValue & { readonly key: string })[]
  /** Removes what has expired and gives free space back; called now and then. */
  tidy(now: number): void
  close(): void
}

export type StoreErrorCode =
  | "missing" | "notADatabase" | "foreignDatabase" | "newerVersion" | "locked" | "corrupt" | "readOnly" | "full"
  | "unreadable"

/** A storage fault with its cause and what to do about it, ready to be shown. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = "StoreError"
    this.code = code
  }
}
