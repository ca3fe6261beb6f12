// What a build does about runs that are under way: compare with the lock, keep the old version, or accept the break.

import type { Plan } from "../compiler/index.ts"
import { changesSince, nextVersion, removedWorkflows, versionsIn } from "../compiler/versions/check.ts"
import type { KeptVersion, Lock, ProgramLock, WorkflowLock } from "../compiler/versions/lock.ts"
import { nearest } from "../base/diagnostics/suggest.ts"
import { Failure } from "./failure.ts"
import { archiveVersion, dropArchive } from "./kept-versions.ts"
import type { LockFile } from "./lock-file.ts"
import { updatedLock } from "./lock-update.ts"

/** What the user says about changes that old runs can't replay. */
export interface VersionWish {
  /** Keep the old version of every workflow that has changed. */
  readonly keepOld?: boolean
  readonly acceptBreak?: { readonly workflow: string; readonly why: string }
  /** "DailyBrief@1": its last run has ended. */
  readonly dropOld?: string
}

export interface VersionDecision {
  /** By workflow: what new runs start on. */
  readonly versions: Readonly<Record<string, number>>
  /** Workflows whose present version goes into the archive. */
  readonly archive: readonly string[]
  readonly accepted: Readonly<Record<string, string>>
  /** What the check still compares with: workflows that were decided about are left out. */
  readonly compared: ProgramLock | undefined
  /** By workflow, with those that are archived now. */
  readonly kept: Readonly<Record<string, readonly KeptVersion[]>>
}

/** `planWith` makes the plan again: a workflow that calls one with a new version has changed itself. */
export function decideVersions(
  { program }: LockFile, wish: VersionWish, planWith: (versions: Readonly<Record<string, number>>) => Plan | null,
): VersionDecision {
  const versions: Record<string, number> = { ...versionsIn(program) }
  const kept = keptIn(program, wish.dropOld)
  if (program === undefined) return { versions, archive: [], accepted: {}, compared: undefined, kept }
  const { acceptBreak } = wish
  const accepted = acceptBreak === undefined ? {} : { [known(program, acceptBreak.workflow)]: acceptBreak.why }
  const without = (names: readonly string[]): ProgramLock =>
    ({ workflows: Object.fromEntries(Object.entries(program.workflows).filter(([name]) => !names.includes(name) && accepted[name] === undefined)) })
  const archive: string[] = []
  for (let plan = wish.keepOld === true ? planWith(versions) : null; plan !== null; plan = planWith(versions)) {
    const rest = without(archive)
    const changed = changesSince(plan, rest).filter(({ changes }) => changes.length > 0).map(({ workflow }) => workflow)
    const found = [...changed, ...removedWorkflows(plan, rest)]
    if (found.length === 0) break
    for (const name of found) {
      archive.push(name)
      versions[name] = nextVersion(program.workflows[name]!)
    }
  }
  return { versions, archive, accepted, compared: without(archive), kept }
}

function keptIn(program: ProgramLock | undefined, drop: string | undefined): Readonly<Record<string, readonly KeptVersion[]>> {
  const kept = Object.fromEntries(Object.entries(program?.workflows ?? {}).map(([name, locked]) =>
    [name, (locked.kept ?? []).filter(({ version }) => `${name}@${version}` !== drop)] as const))
  const all = Object.entries(program?.workflows ?? {}).flatMap(([name, locked]) => (locked.kept ?? []).map(({ version }) => `${name}@${version}`))
  if (drop !== undefined && !all.includes(drop)) {
    throw new Failure(2, `There is no kept version ${drop}.`, all.length === 0 ? "No version is kept." : `Kept are: ${all.join(", ")}`)
  }
  return kept
}

function known(program: ProgramLock, workflow: string): string {
  if (Object.hasOwn(program.workflows, workflow)) return workflow
  const near = nearest(workflow, Object.keys(program.workflows))
  throw new Failure(2, `The lock has no workflow '${workflow}'.`, near === undefined ? `It has: ${Object.keys(program.workflows).join(", ")}` : `Did you mean '${near}'?`)
}

/** Archives what is to be kept and gives the lock as it is after the build; nothing else is written. */
export function carryOut(
  lockFile: LockFile, decision: VersionDecision, { plan, generated, wish }: { readonly plan: Plan; readonly generated: string; readonly wish: VersionWish },
): Lock {
  const kept: Record<string, readonly KeptVersion[]> = { ...decision.kept }
  for (const name of decision.archive) kept[name] = [...(kept[name] ?? []), archiveVersion(lockFile, name, generated)]
  if (wish.dropOld !== undefined) {
    const [name = "", version = ""] = wish.dropOld.split("@")
    dropArchive(lockFile, name, Number(version))
  }
  return updatedLock(lockFile, { plan, kept, accepted: decision.accepted })
}

export function workflowsOf(lock: Lock, key: string): Readonly<Record<string, WorkflowLock>> {
  return lock.programs[key]?.workflows ?? {}
}
