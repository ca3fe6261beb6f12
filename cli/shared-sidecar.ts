// One database, one sidecar: who finds it taken waits for word of where the other one listens, or until that one lets go of it.

import { setTimeout as sleep } from "node:timers/promises"
import { Failure, isUnreachable } from "./failure.ts"
import { readBeacon, type Beacon } from "./processes.ts"

export interface Place {
  readonly stateFolder: string
  readonly db: string
}

export type OpenedOrFound<T> = { readonly own: T } | { readonly found: Beacon }

const patienceMs = 10_000
const pollMs = 100

/** A sidecar has its database before it listens, and lets go of it a while after it has stopped listening; a command that only looks has it for a moment and says so to nobody. */
export async function openOrFind<T>({ stateFolder, db }: Place, open: () => T | Promise<T>, waitMs = patienceMs): Promise<OpenedOrFound<T>> {
  for (const endMs = performance.now() + waitMs; ;) {
    const found = readBeacon(stateFolder)
    if (found?.db === db) return { found }
    try {
      return { own: await open() }
    } catch (thrown) {
      if (!isTaken(thrown) || performance.now() > endMs) throw thrown
    }
    await sleep(pollMs)
  }
}

/** Does again what is safe to be done twice, where the sidecar of the folder that it was asked of was leaving just then. */
export async function outliving<T>(work: () => Promise<T>, waitMs = patienceMs): Promise<T> {
  for (const endMs = performance.now() + waitMs; ;) {
    try {
      return await work()
    } catch (thrown) {
      if (!isUnreachable(thrown) || performance.now() > endMs) throw thrown
    }
    await sleep(pollMs)
  }
}

/** Another process has the database. */
function isTaken(thrown: unknown): boolean {
  if (thrown instanceof Failure) return "taken" in thrown.details
  return thrown instanceof Error && thrown.name === "StoreError" && (thrown as Error & { readonly code?: unknown }).code === "locked"
}
