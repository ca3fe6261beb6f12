// Which clauses hold at a call, as the runtime chooses them: the nearest of each kind, and every budget.

import type { BudgetPlan, ClausesPlan, PolicyPlan } from "../3-plan/types.ts"
import type { Held } from "./amounts.ts"
import type { Analysis, Callee } from "./context.ts"

export interface EffectivePolicy {
  readonly clauses: ClausesPlan
  readonly budgets: readonly Held[]
}

export function effectivePolicy(
  analysis: Analysis,
  callee: Callee,
  { step, policy: call }: { readonly step: string; readonly policy?: PolicyPlan | undefined },
): EffectivePolicy {
  const { plan } = callee
  const defaults = analysis.defaults?.policy.clauses ?? {}
  const clauses = { ...defaults, ...plan.policy.clauses, ...call?.clauses }
  const held: readonly (readonly [BudgetPlan | undefined, string])[] = [
    [call?.clauses.budget, `budget at ${step}`],
    [callee.kind === "agent" ? callee.plan.budget : undefined, `budget of ${plan.name}`],
    [plan.policy.clauses.budget, `budget of ${plan.name}`],
    [defaults.budget, `budget of policy ${analysis.defaults?.name ?? ""}`],
  ]
  const budgets = held.flatMap(([budget, label]) =>
    (budget === undefined ? [] : [{ budget: reserved(budget, analysis), label }]))
  return { clauses, budgets }
}

/** An undo is sent whatever the budget of `calls` says. */
function reserved({ calls, ...budget }: BudgetPlan, { isUndo }: Analysis): BudgetPlan {
  return isUndo || calls === undefined ? budget : { ...budget, calls }
}

export interface Cap {
  readonly value: number
  readonly label: string
}

export function tightest(budgets: readonly Held[], unit: "turns" | "calls"): Cap | undefined {
  return budgets.reduce<Cap | undefined>((least, { budget, label }) => {
    const value = budget[unit]
    return value === undefined || (least !== undefined && least.value <= value) ? least : { value, label }
  }, undefined)
}
