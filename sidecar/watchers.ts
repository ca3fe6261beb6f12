// Callers that wait until an instance has come so far.

import type { InstanceSummary } from "../engine/types.ts"

interface Watcher {
  readonly until: (summary: InstanceSummary) => boolean
  readonly resolve: (summary: InstanceSummary) => void
  readonly reject: (error: unknown) => void
}

export interface Watchers {
  /** Rejects with the signal's reason when that is aborted. */
  add(id: string, until: Watcher["until"], signal: AbortSignal): Promise<InstanceSummary>
  /** The summary is made only if somebody waits for this instance. */
  tell(id: string, summarize: () => InstanceSummary): void
  rejectAll(reason: Error): void
}

export function createWatchers(): Watchers {
  const all = new Map<string, Set<Watcher>>()
  return {
    add: (id, until, signal) => new Promise((resolve, reject) => {
      const watchers = all.get(id) ?? new Set()
      all.set(id, watchers)
      const leave = () => {
        watchers.delete(watcher)
        if (watchers.size === 0 && all.get(id) === watchers) all.delete(id)
        signal.removeEventListener("abort", abort)
      }
      const watcher: Watcher = {
        until,
        resolve: (summary) => { leave(); resolve(summary) },
        reject: (error) => { leave(); reject(error) },
      }
      const abort = () => watcher.reject(signal.reason)
      signal.addEventListener("abort", abort)
      watchers.add(watcher)
    }),
    tell(id, summarize) {
      const watchers = all.get(id)
      if (!watchers) return
      const summary = summarize()
      for (const watcher of watchers) if (watcher.until(summary)) watcher.resolve(summary)
    },
    rejectAll(reason) {
      for (const watchers of [...all.values()]) for (const watcher of [...watchers]) watcher.reject(reason)
    },
  }
}
