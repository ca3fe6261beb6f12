// What a change does to the bound: workflows and steps of two reports side by side, by name.

import { nothing } from "./amounts.ts"
import type { Amounts, CostReport, StepCost, WorkflowCost } from "./types.ts"

/** `before` or `after` is absent where the change adds or removes it. */
export interface Change {
  readonly name: string
  readonly before?: Amounts
  readonly after?: Amounts
}

export interface WorkflowChange extends Change {
  readonly steps: readonly Change[]
}

export function changesBetween(before: CostReport, after: CostReport): readonly WorkflowChange[] {
  return paired(before.workflows, after.workflows).map(({ name, old, fresh }) => ({
    name,
    ...(old === undefined ? {} : { before: old.total }),
    ...(fresh === undefined ? {} : { after: fresh.total }),
    steps: stepChanges(old, fresh),
  }))
}

function stepChanges(before: WorkflowCost | undefined, after: WorkflowCost | undefined): readonly Change[] {
  return paired(numbered(before?.steps ?? []), numbered(after?.steps ?? [])).map(({ name, old, fresh }) => ({
    name,
    ...(old === undefined ? {} : { before: old.amounts }),
    ...(fresh === undefined ? {} : { after: fresh.amounts }),
  }))
}

/** A name that is used again on another path gets a number, as in a run's history. */
function numbered(steps: readonly StepCost[]): readonly StepCost[] {
  const used = new Map<string, number>()
  return steps.map((step) => {
    const count = (used.get(step.name) ?? 0) + 1
    used.set(step.name, count)
    return count === 1 ? step : { ...step, name: `${step.name}#${count}` }
  })
}

/** In the new order; what was removed comes last. */
function paired<Item extends { readonly name: string }>(before: readonly Item[], after: readonly Item[]) {
  const removed = before.filter(({ name }) => !after.some((fresh) => fresh.name === name))
  return [
    ...after.map((fresh) => ({ name: fresh.name, fresh, old: before.find(({ name }) => name === fresh.name) })),
    ...removed.map((old) => ({ name: old.name, old, fresh: undefined })),
  ]
}

export function amountsBefore({ before }: Change): Amounts {
  return before ?? nothing
}

export function amountsAfter({ after }: Change): Amounts {
  return after ?? nothing
}
