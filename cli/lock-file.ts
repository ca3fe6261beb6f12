// agentflow.lock on disk.

import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { emptyLock, parseLock, printLock, type Lock, type ProgramLock } from "../compiler/versions/lock.ts"
import { Failure } from "./failure.ts"
import { writeWhole } from "./whole-file.ts"

export interface LockFile {
  readonly path: string
  readonly lock: Lock
  /** Name of the program's file: its key in the lock. */
  readonly key: string
  /** Absent before the first build. */
  readonly program: ProgramLock | undefined
}

/** Lies beside the program, so that both are committed together. */
export function readLock(file: string): LockFile {
  const path = join(dirname(resolve(file)), "agentflow.lock")
  const key = basename(file)
  if (!existsSync(path)) return { path, lock: emptyLock, key, program: undefined }
  const lock = parseLock(readFileSync(path, "utf8"))
  if (lock === undefined) {
    throw new Failure(1, `${relative(process.cwd(), path)} is not a lock that this version of agentflow can read.`, "Take it from the last commit; it says what runs that are under way were started with.")
  }
  return { path, lock, key, program: lock.programs[key] }
}

export function writeLock({ path }: LockFile, lock: Lock): void {
  const text = printLock(lock)
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeWhole(path, text)
}
