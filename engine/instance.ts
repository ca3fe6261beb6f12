// Questions about an instance, and the way between an instance and its stored form.

import { fold, noFacts } from "./apply.ts"
import type { EndStatus, HistoryEvent, InboxEntry, Instance, InstanceStatus, InstanceSummary } from "./types.ts"

export function hasEnded(instance: Instance): boolean {
  return instance.facts.completion !== undefined
}

/** True when a worker should run a turn, now or again. */
export function wantsTurn(instance: Instance): boolean {
  return !hasEnded(instance) && instance.heldUntilMs === undefined && instance.inbox.length > 0
}

export function statusOf(instance: Instance): InstanceStatus {
  const { completion, suspended } = instance.facts
  if (completion) return completion.status
  if (instance.history.length === 0 && !instance.continued) return "pending"
  return suspended ? "suspended" : "running"
}

export function isEndStatus(status: InstanceStatus): status is EndStatus {
  return status === "completed" || status === "failed" || status === "terminated" || status === "canceled"
}

export function summarize(instance: Instance): InstanceSummary {
  const { id, generation, facts, customStatus, createdAtMs, updatedAtMs, completedAtMs, heldUntilMs } = instance
  const { name, executionId, input, parent, completion } = facts
  return {
    id, generation, executionId, name, status: statusOf(instance), createdAtMs, updatedAtMs,
    continued: instance.continued,
    ...(input === undefined ? {} : { input }),
    ...(completion?.result === undefined ? {} : { output: completion.result }),
    ...(completion?.failure ? { failure: completion.failure } : {}),
    ...(customStatus === undefined ? {} : { customStatus }),
    ...(parent ? { parent } : {}),
    ...(completedAtMs === undefined ? {} : { completedAtMs }),
    ...(heldUntilMs === undefined ? {} : { heldUntilMs }),
  }
}

export interface StoredInstance {
  readonly summary: InstanceSummary
  readonly history: readonly HistoryEvent[]
  readonly inbox: readonly InboxEntry[]
}

/** Rebuilds an instance from what was committed. A turn that was under way then starts anew. */
export function restore(stored: StoredInstance): Instance {
  const { summary, history, inbox } = stored
  const { facts } = fold(noFacts, [...history, ...inbox.map((entry) => entry.event)])
  const { id, generation, createdAtMs, updatedAtMs, completedAtMs, heldUntilMs, customStatus, continued } = summary
  return {
    id, generation, facts, history, inbox, createdAtMs, updatedAtMs, continued,
    nextSequence: (inbox.at(-1)?.sequence ?? 0) + 1,
    turnNumber: history.filter((event) => event.kind === "orchestratorStarted").length,
    ...(completedAtMs === undefined ? {} : { completedAtMs }),
    ...(heldUntilMs === undefined ? {} : { heldUntilMs }),
    ...(customStatus === undefined ? {} : { customStatus }),
  }
}
