// The state store of a simulated world: what is written stays, whatever crashes.

import type { StateStore } from "@agentflow/runtime/simulation"

export interface MemoryState {
  readonly entries: Map<string, { value: string; version: number }>
}

export function createMemoryState(): MemoryState {
  return { entries: new Map() }
}

/** What one worker sees of it; a worker that has crashed does nothing any more. */
export function openStateStore({ entries }: MemoryState, isAlive: () => boolean): StateStore {
  const alive = async (): Promise<void> => {
    if (!isAlive()) await forever()
  }
  return {
    async get(key) {
      await alive()
      const entry = entries.get(key)
      return entry && { value: JSON.parse(entry.value) as unknown, etag: String(entry.version) }
    },
    async saveFirst(key, value) {
      await alive()
      if (entries.has(key)) return "exists"
      entries.set(key, { value: JSON.stringify(value), version: 1 })
      return "saved"
    },
    async saveMatching(key, value, etag) {
      await alive()
      const entry = entries.get(key)
      if (entry === undefined || String(entry.version) !== etag) return "changed"
      entries.set(key, { value: JSON.stringify(value), version: entry.version + 1 })
      return "saved"
    },
    async delete(key) {
      await alive()
      entries.delete(key)
    },
  }
}

/** What a process that is gone answers. Each a promise of its own, so that nothing is kept that waits for it. */
export function forever(): Promise<never> {
  return new Promise(() => {})
}
