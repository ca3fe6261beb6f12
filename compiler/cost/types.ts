// The cost report: what each workflow and each of its steps can use at most, and what says so.

import type { Location } from "../../base/text/span.ts"
import type { BudgetPlan } from "../3-plan/types.ts"

/** A proven maximum or the reason why there is none. `by`: the budgets without which the value would be larger. */
export type Bound =
  | { readonly kind: "bounded"; readonly value: number; readonly by: readonly string[] }
  | { readonly kind: "unbounded"; readonly why: string; readonly origin: Location }

/** What is bounded. `turns` are model calls, `calls` attempts of tools, `steps` names in the history of a run. */
export const units = ["tokens", "nanoDollars", "turns", "calls", "steps", "timeMs", "waitMs"] as const

export type Unit = (typeof units)[number]

/** `timeMs` is what declared timeouts, waits between attempts and deadlines allow; `waitMs` is waiting for people. */
export type Amounts = { readonly [Each in Unit]: Bound }

export interface StepCost {
  /** As in a run's history, without the workflow: "sources[]/fetchSource", "postToSlack/undo/deleteFromSlack". */
  readonly name: string
  readonly callable: string
  readonly role: "step" | "fallback" | "undo"
  readonly origin: Location
  /** How often the step starts at most. */
  readonly times: Bound
  /** Of all its starts together. */
  readonly amounts: Amounts
  /** The same without the budgets of the call and its callable. */
  readonly computed: Amounts
  /** Set where a person may order the step again: what one such order adds at most. */
  readonly eachOrder?: Amounts
}

export interface WorkflowCost {
  readonly name: string
  readonly origin: Location
  readonly budget?: BudgetPlan
  readonly deadlineMs?: number
  /** Of the worst path: steps of branches that exclude each other do not add up. */
  readonly total: Amounts
  /** The same without the workflow's own budget and deadline. */
  readonly computed: Amounts
  readonly steps: readonly StepCost[]
}

export interface CostReport {
  readonly workflows: readonly WorkflowCost[]
}
