// What the next commit holds: of each instance the difference between its form on disk and its present one, written once.

import type { Effect, Instance } from "../engine/types.ts"
import { changes } from "./store/changes.ts"
import type { ActivityKey, ActivityRow, TimerRow, Write } from "./store/store.ts"

/** Steps that follow each other before a commit add up. */
export interface Pending {
  /** The instances that it changes. */
  ids(): Iterable<string>
  add(id: string, before: Instance | null, after: Instance | null, effects: readonly Effect[]): void
  /** Work that is over, whatever became of its answer. */
  drop(row: { readonly activity: ActivityKey } | { readonly timer: TimerRow }): void
  writes(): readonly Write[]
  /** Activities to hand out once it is on disk. */
  activities(): readonly ActivityRow[]
}

interface Draft {
  /** As it is on disk; null after a purge. */
  before: Instance | null
  after: Instance | null
  wasPurged: boolean
  effects: Effect[]
}

export function createPending(): Pending {
  const drafts = new Map<string, Draft>()
  const dropped: Write[] = []
  return {
    ids: () => drafts.keys(),
    add(id, before, after, effects) {
      if (before === after && effects.length === 0) return
      const draft = drafts.get(id) ?? { before, after, wasPurged: false, effects: [] }
      drafts.set(id, draft)
      draft.after = after
      draft.effects.push(...effects)
      if (after) return
      draft.wasPurged ||= draft.before !== null
      draft.before = null
      draft.effects = []
    },
    drop(row) {
      dropped.push("timer" in row ? { kind: "deleteTimer", row: row.timer } : { kind: "deleteActivity", row: row.activity })
    },
    // Rows of a purged run go before those of a new one with its id are put.
    writes: () => [...dropped, ...[...drafts].flatMap(([id, { before, after, wasPurged, effects }]): readonly Write[] =>
      [...(wasPurged ? [{ kind: "deleteInstance", id } as const] : []), ...changes(id, before, after, effects)])],
    activities: () => [...drafts].flatMap(([instanceId, { effects }]) =>
      effects.flatMap((effect) => effect.kind === "runActivity" ? [{ instanceId, ...effect }] : [])),
  }
}
