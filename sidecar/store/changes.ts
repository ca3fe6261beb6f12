// The writes that turn one committed instance into the next: the difference of two values.

import { summarize } from "../../engine/instance.ts"
import type { Effect, Instance, InstanceSummary } from "../../engine/types.ts"
import type { Write } from "./store.ts"

export function changes(
  id: string, before: Instance | null, after: Instance | null, effects: readonly Effect[],
): Write[] {
  if (!after) return before ? [{ kind: "deleteInstance", id }] : []
  return [...instanceChanges(before, after), ...outboxChanges(id, effects)]
}

function instanceChanges(before: Instance | null, after: Instance): Write[] {
  if (before === after) return []
  const { id } = after
  const sameRun = before?.generation === after.generation
  const writes = summaryChanges(before && sameRun ? summarize(before) : undefined, summarize(after))
  if (before && !sameRun) writes.push({ kind: "clearHistory", id })
  const written = before && sameRun ? before.history.length : 0
  if (after.history.length > written) {
    writes.push({ kind: "appendHistory", id, firstSequence: written + 1, events: after.history.slice(written) })
  }
  const kept = new Set(after.inbox)
  const gone = (before?.inbox ?? []).filter((entry) => !kept.has(entry))
  if (gone.length > 0) writes.push({ kind: "deleteInbox", id, sequences: gone.map((entry) => entry.sequence) })
  const known = new Set(before?.inbox)
  const added = after.inbox.filter((entry) => !known.has(entry))
  if (added.length > 0) writes.push({ kind: "putInbox", id, entries: added })
  return writes
}

/** Most steps change nothing of a summary or only these two, which no index holds. */
function summaryChanges(before: InstanceSummary | undefined, after: InstanceSummary): Write[] {
  const { updatedAtMs, customStatus } = after
  if (before === undefined || !isSame({ ...before, updatedAtMs, customStatus }, { ...after, customStatus })) {
    return [{ kind: "putInstance", summary: after }]
  }
  if (before.updatedAtMs === updatedAtMs && before.customStatus === customStatus) return []
  return [{ kind: "touchInstance", id: after.id, updatedAtMs, ...(customStatus === undefined ? {} : { customStatus }) }]
}

function isSame(one: object, other: object): boolean {
  const names = Object.keys(one) as (keyof typeof one)[]
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}

function outboxChanges(id: string, effects: readonly Effect[]): Write[] {
  return effects.flatMap((effect): Write[] => {
    switch (effect.kind) {
      case "runActivity": {
        const { kind: _, ...activity } = effect
        return [{ kind: "putActivity", row: { instanceId: id, ...activity } }]
      }
      case "setTimer": {
        const { generation, timerId, fireAtMs } = effect
        return [{ kind: "putTimer", row: { instanceId: id, generation, timerId, fireAtMs } }]
      }
      case "clearTimers": return [{ kind: "clearTimers", id }]
      case "send": return []
    }
  })
}
