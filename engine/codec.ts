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

/** Fits a row of any store; a larger event has one to itself. */
const lengthMax = 1_000_000

/** As few texts as hold them, each with the index of its first event. */
export function encodeEvents(events: readonly HistoryEvent[]): readonly { readonly index: number; readonly text: string }[] {
  const texts: { index: number; text: string }[] = []
  let [first, list] = [0, ""]
  for (const [index, event] of events.entries()) {
    const text = encodeEvent(event)
    if (list !== "" && list.length + text.length > lengthMax) {
      texts.push({ index: first, text: `[${list}]` });
      [first, list] = [index, ""]
    }
    list = list === "" ? text : `${list},${text}`
  }
  return list === "" ? texts : [...texts, { index: first, text: `[${list}]` }]
}

/** Reads also what earlier releases wrote: one event a text. */
export function decodeEvents(text: string): readonly HistoryEvent[] | undefined {
  const value = parsed(text)
  const events = (Array.isArray(value) ? value : [value]).map(eventIn)
  return events.every((event) => event !== undefined) ? events : undefined
}

/** Undefined when the text is not an event of a version that this release knows. */
export function decodeEvent(text: string): HistoryEvent | undefined {
  return eventIn(parsed(text))
}

function eventIn(value: unknown): HistoryEvent | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const { v, ...event } = value as Readonly<Record<string, unknown>>
  if (v !== version) return undefined
  const { kind, eventId, timestampMs } = event
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) return undefined
  if (typeof eventId !== "number" || typeof timestampMs !== "number") return undefined
  return event as unknown as HistoryEvent
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
