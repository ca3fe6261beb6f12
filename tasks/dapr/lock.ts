// A lock between processes, so that two builds of the same binaries wait for each other instead of both working.
import { DatabaseSync } from "node:sqlite"
import { setTimeout as delay } from "node:timers/promises"

const retryDelayMs = 500

export interface LockOptions {
  readonly onWait: () => void
  readonly signal?: AbortSignal
}

/**
 * Runs the work while holding the lock. An exclusive SQLite transaction is the lock, because the operating system drops
 * it with the process: a killed build leaves nothing stale behind, which a file holding a process id would.
 */
export async function withLock<T>(lockFile: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const database = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    if (!tryLock(database)) {
      options.onWait()
      do await delay(retryDelayMs, undefined, options.signal ? { signal: options.signal } : {})
      while (!tryLock(database))
    }
    return await work()
  } finally {
    database.close()
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE")
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy
}
