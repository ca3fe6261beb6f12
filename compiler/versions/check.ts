// The replay-compatibility check: the program as it is now against the lock that runs under way were started with.

import { diagnostic } from "../../base/diagnostics/report.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Plan } from "../3-plan/types.ts"
import { compareSkeletons, type Change } from "./compare.ts"
import { nodesOf, type ProgramLock, type WorkflowLock } from "./lock.ts"
import { skeletonsOf } from "./skeleton.ts"

export interface WorkflowChanges {
  readonly workflow: string
  readonly changes: readonly Change[]
}

/** By workflow that is in the lock and in the program. */
export function changesSince(plan: Plan, lock: ProgramLock): readonly WorkflowChanges[] {
  return skeletonsOf(plan).flatMap(({ workflow, nodes, origin }) => {
    const locked = lock.workflows[workflow]
    if (locked === undefined || locked.version === 0) return []
    return [{ workflow, changes: compareSkeletons(nodesOf(locked.steps), nodes, origin) }]
  })
}

/** Runs of these have no code at all. */
export function removedWorkflows(plan: Plan, lock: ProgramLock): readonly string[] {
  return Object.entries(lock.workflows).flatMap(([name, { version }]) =>
    version === 0 || plan.workflows.some((workflow) => workflow.name === name) ? [] : [name])
}

export function checkVersions(plan: Plan, lock: ProgramLock): readonly Diagnostic[] {
  const found = changesSince(plan, lock).flatMap(({ workflow, changes }) => changes.map(({ what, origin, onlyRuns }) =>
    onlyRuns === undefined
      ? diagnostic("AF7001", origin, { workflow, change: what })
      : diagnostic("AF7002", origin, { workflow, runs: onlyRuns, change: what })))
  const entry = plan.sources[0]!
  const removed = removedWorkflows(plan, lock).map((workflow) => diagnostic("AF7003", { path: entry, span: { start: 0, end: 0 } }, { workflow }))
  return sortDiagnostics([...found, ...removed])
}

/** Which version new runs of each workflow start on, where it is not the first. */
export function versionsIn(lock: ProgramLock | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(lock?.workflows ?? {}).map(([name, locked]) => [name, locked.version === 0 ? nextVersion(locked) : locked.version]))
}

/** A number is never given twice: a run knows its version by it. */
export function nextVersion({ version, kept = [] }: WorkflowLock): number {
  return Math.max(version, ...kept.map((each) => each.version)) + 1
}
