// Between SQL rows and plain objects: the only place that knows the column names.

import { decodeEvent, decodeEvents } from "../../engine/codec.ts"
import type { HistoryEvent, InstanceStatus, InstanceSummary } from "../../engine/types.ts"
import type { ActivityRow, StoredValue, TimerRow } from "./store.ts"
import { StoreError } from "./store.ts"

export type SqlValue = null | number | bigint | string | Uint8Array
export type Row = Readonly<Record<string, SqlValue>>

export const instanceColumns =
  "id, generation, execution_id, name, status, input, output, failure, custom_status, parent, continued,"
  + " created_at, updated_at, completed_at, held_until"

export function instanceValues(summary: InstanceSummary): SqlValue[] {
  const { id, generation, executionId, name, status, input, output, failure, customStatus, parent } = summary
  return [
    id, generation, executionId, name, status, input ?? null, output ?? null, json(failure), customStatus ?? null,
    json(parent), summary.continued ? 1 : 0, summary.createdAtMs, summary.updatedAtMs, summary.completedAtMs ?? null,
    summary.heldUntilMs ?? null,
  ]
}

export function toSummary(row: Row): InstanceSummary {
  return {
    id: text(row, "id"), generation: number(row, "generation"), executionId: text(row, "execution_id"),
    name: text(row, "name"), status: text(row, "status") as InstanceStatus, continued: row["continued"] === 1,
    createdAtMs: number(row, "created_at"), updatedAtMs: number(row, "updated_at"),
    ...optional("input", row["input"]), ...optional("output", row["output"]),
    ...optional("customStatus", row["custom_status"]),
    ...optional("failure", parsed(row["failure"])), ...optional("parent", parsed(row["parent"])),
    ...optional("completedAtMs", row["completed_at"]), ...optional("heldUntilMs", row["held_until"]),
  } as InstanceSummary
}

export function toEvent(file: string, row: Row): HistoryEvent {
  return decodeEvent(text(row, "event")) ?? unreadable(file)
}

/** One row holds what one turn added. */
export function toEvents(file: string, row: Row): readonly HistoryEvent[] {
  return decodeEvents(text(row, "event")) ?? unreadable(file)
}

function unreadable(file: string): never {
  const found = `${file} holds a history event that this release cannot read`
  throw new StoreError("corrupt", `${found}; restore the file from a backup`)
}

export function toActivity(row: Row): ActivityRow {
  return {
    instanceId: text(row, "id"), generation: number(row, "generation"), taskId: number(row, "task"),
    name: text(row, "name"), ...optional("input", row["input"]),
  } as ActivityRow
}

export function toTimer(row: Row): TimerRow {
  return {
    instanceId: text(row, "id"), generation: number(row, "generation"), timerId: number(row, "timer"),
    fireAtMs: number(row, "fire_at"),
  }
}

export function toValue(row: Row): StoredValue {
  return {
    value: text(row, "value"), etag: text(row, "etag"), ...optional("expiresAtMs", row["expires_at"]),
    ...(row["binary"] === 1 ? { binary: true } : {}),
  } as StoredValue
}

export function text(row: Row, column: string): string {
  return String(row[column])
}

function number(row: Row, column: string): number {
  return Number(row[column])
}

function optional(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === null || value === undefined ? {} : { [name]: value }
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function parsed(value: SqlValue | undefined): unknown {
  return typeof value === "string" ? (JSON.parse(value) as unknown) : undefined
}
