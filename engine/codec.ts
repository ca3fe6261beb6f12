// The stored JSON form of history events, with its version: what one release wrote, every later one reads.

import type { EventKind, HistoryEvent } from "./types.ts"

const version = 1

const kinds: { readonly [Kind in EventKind]: true } = {
  orchestratorStarted: true, executionStarted: true, executionCompleted: true, executionTerminated: true,
  executionSuspended: true, executionResumed: true, taskScheduled: true, taskCompleted: true, taskFailed: true,
  childCreated: true, childCompleted: true, childFailed: true, timerCreated: true, timerFired: true,
  eventRaised: true, eventSent: true, other: true,
}

export function encodeEvent(event: HistoryEvent): string {
  return JSON.stringify({ v: version, ...event })
}

/** Undefined when the text is not an event of a version that this release knows. */
export function decodeEvent(text: string): HistoryEvent | undefined {
  const value = parseObject(text)
  if (!value || value["v"] !== version) return undefined
  const { v: _, ...event } = value
  const { kind, eventId, timestampMs } = event
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) return undefined
  if (typeof eventId !== "number" || typeof timestampMs !== "number") return undefined
  return event as unknown as HistoryEvent
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
