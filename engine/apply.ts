// Folds events into facts: one case per event, duplicates and events after the end are not accepted.

import { unreachable } from "../base/assert.ts"
import type { EventOf, Facts, HistoryEvent, OpenWork } from "./types.ts"

export const noFacts: Facts = {
  name: "", executionId: "", started: false, suspended: false, open: new Map(), lastActionId: -1,
}

export interface Fold {
  readonly facts: Facts
  readonly accepted: readonly HistoryEvent[]
}

type Draft = { -readonly [Key in keyof Facts]: Facts[Key] } & { open: Map<string, OpenWork> }

/** Applies events in order and tells which of them count. */
export function fold(facts: Facts, events: readonly HistoryEvent[]): Fold {
  const draft: Draft = { ...facts, open: new Map(facts.open) }
  const accepted = events.filter((event) => apply(draft, event))
  return { facts: draft, accepted }
}

function apply(draft: Draft, event: HistoryEvent): boolean {
  if (draft.completion) return false
  switch (event.kind) {
    case "executionStarted": return applyStart(draft, event)
    case "executionCompleted":
      draft.completion = event
      return true
    case "executionTerminated":
      if (draft.termination) return false
      draft.termination = {
        recursive: event.recursive, ...(event.output === undefined ? {} : { output: event.output })
      }
      return true
    // A second suspend in one history sends the official SDK into an endless loop.
    case "executionSuspended": return toggleSuspended(draft, true)
    case "executionResumed": return toggleSuspended(draft, false)
    case "taskScheduled": return opens(draft, { kind: "task", taskId: event.eventId, name: event.name })
    case "timerCreated": return opens(draft, { kind: "timer", taskId: event.eventId, fireAtMs: event.fireAtMs })
    case "childCreated": return opens(draft, { kind: "child", taskId: event.eventId, instanceId: event.instanceId })
    case "taskCompleted":
    case "taskFailed": return draft.open.delete(openKey("task", event.taskId))
    case "timerFired": return draft.open.delete(openKey("timer", event.timerId))
    case "childCompleted":
    case "childFailed": return draft.open.delete(openKey("child", event.taskId))
    case "eventSent":
      draft.lastActionId = Math.max(draft.lastActionId, event.eventId)
      return true
    case "orchestratorStarted":
    case "eventRaised":
    case "other": return true
    default: return unreachable(event)
  }
}

export function openKey(kind: OpenWork["kind"], taskId: number): string {
  return `${kind}:${taskId}`
}

function opens(draft: Draft, work: OpenWork): boolean {
  draft.open.set(openKey(work.kind, work.taskId), work)
  draft.lastActionId = Math.max(draft.lastActionId, work.taskId)
  return true
}

function toggleSuspended(draft: Draft, suspended: boolean): boolean {
  if (draft.suspended === suspended) return false
  draft.suspended = suspended
  return true
}

function applyStart(draft: Draft, event: EventOf<"executionStarted">): boolean {
  if (draft.started) return false
  draft.started = true
  draft.name = event.name
  draft.executionId = event.executionId ?? ""
  if (event.input !== undefined) draft.input = event.input
  if (event.parent) draft.parent = event.parent
  return true
}
