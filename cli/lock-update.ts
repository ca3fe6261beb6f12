// What a build writes into agentflow.lock. Apart from reading it, so that a check does not load the hashes.

import { createHash } from "node:crypto"
import type { Plan } from "../compiler/index.ts"
import { linesOf, type KeptVersion, type Lock, type WorkflowLock } from "../compiler/versions/lock.ts"
import { skeletonsOf } from "../compiler/versions/skeleton.ts"
import type { LockFile } from "./lock-file.ts"

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

export function hashOfSteps(steps: readonly string[]): string {
  return createHash("sha256").update(steps.join("\n")).digest("hex").slice(0, 16)
}
