// agentflow.lock on disk, and what a build writes into it.

import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import type { Plan } from "../compiler/index.ts"
import { emptyLock, linesOf, parseLock, printLock, type KeptVersion, type Lock, type ProgramLock, type WorkflowLock } from "../compiler/versions/lock.ts"
import { skeletonsOf } from "../compiler/versions/skeleton.ts"
import { Failure } from "./failure.ts"

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

export interface LockUpdate {
  readonly plan: Plan
  /** By workflow: versions that are kept from this build on. */
  readonly kept: Readonly<Record<string, readonly KeptVersion[]>>
  /** By workflow: why a break is accepted. */
  readonly accepted: Readonly<Record<string, string>>
}

export function updatedLock({ lock, key, program }: LockFile, { plan, kept, accepted }: LockUpdate): Lock {
  const workflows: Record<string, WorkflowLock> = {}
  for (const [name, versions] of Object.entries(kept)) {
    if (versions.length > 0) workflows[name] = { version: 0, hash: "", steps: [], kept: versions }
  }
  for (const skeleton of skeletonsOf(plan)) {
    const steps = linesOf(skeleton)
    const before = program?.workflows[skeleton.workflow]
    const why = accepted[skeleton.workflow]
    const older = kept[skeleton.workflow] ?? []
    const breaks = why !== undefined && before !== undefined ? { from: before.hash, why } : before?.accepted
    workflows[skeleton.workflow] = {
      version: plan.workflows.find(({ name }) => name === skeleton.workflow)?.version ?? 1,
      hash: hashOfSteps(steps),
      steps,
      ...(older.length === 0 ? {} : { kept: older }),
      ...(breaks === undefined ? {} : { accepted: breaks }),
    }
  }
  return { ...lock, programs: { ...lock.programs, [key]: { workflows } } }
}

export function writeLock({ path }: LockFile, lock: Lock): void {
  const text = printLock(lock)
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text)
}

export function hashOfSteps(steps: readonly string[]): string {
  return createHash("sha256").update(steps.join("\n")).digest("hex").slice(0, 16)
}
