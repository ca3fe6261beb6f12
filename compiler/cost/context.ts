// What an analysis knows at a place: the plan, who is being called already, and the shapes of the names in scope.

import type { ExpressionPlan } from "../3-plan/code.ts"
import type { AgentPlan, HumanPlan, Plan, PolicyPlan, ToolPlan, TypePlan, WorkflowPlan } from "../3-plan/types.ts"
import type { Cost } from "./amounts.ts"
import type { Shape } from "./shape.ts"
import type { StepCost } from "./types.ts"

export type Callee =
  | { readonly kind: "tool"; readonly plan: ToolPlan }
  | { readonly kind: "agent"; readonly plan: AgentPlan }
  | { readonly kind: "human"; readonly plan: HumanPlan }
  /** A run of its own; what its body declares about itself is not a clause of the step. */
  | { readonly kind: "workflow"; readonly plan: WorkflowPlan & { readonly requirements: readonly []; readonly undo?: undefined } }

export type TypesByName = ReadonlyMap<string, TypePlan>

export interface Analysis {
  readonly plan: Plan
  readonly callees: ReadonlyMap<string, Callee>
  readonly types: TypesByName
  /** Defaults of the workflow's steps. */
  readonly defaults: { readonly name: string; readonly policy: PolicyPlan } | undefined
  /** Callables around this place: one of them again is a recursion. */
  readonly active: readonly string[]
  /** Inside an undo nothing is registered, and a step without a retry has one. */
  readonly isUndo: boolean
  /** What a run of each workflow costs, once it is known: no argument changes it, since a run's input is validated. */
  readonly runs: Map<string, Cost>
  /** Fields, so that calls, the expressions in them and the runs that they start need not know each other. */
  readonly calledRun: (analysis: Analysis, workflow: WorkflowPlan) => Cost
  readonly evaluate: (analysis: Analysis, scope: Scope, expression: ExpressionPlan) => Evaluated
}

/** Shapes by name. A block's own names are added while it is read. */
export interface Scope {
  readonly locals: Map<string, Shape>
  readonly result?: Shape
}

export interface Evaluated {
  readonly shape: Shape
  readonly cost: Cost
  readonly rows: readonly StepCost[]
}

export function calleesOf(plan: Plan): ReadonlyMap<string, Callee> {
  const entries: readonly Callee[] = [
    ...plan.tools.map((tool) => ({ kind: "tool", plan: tool }) as const),
    ...plan.agents.map((agent) => ({ kind: "agent", plan: agent }) as const),
    ...plan.humans.map((human) => ({ kind: "human", plan: human }) as const),
    ...plan.workflows.map((workflow) => ({ kind: "workflow", plan: { ...workflow, requirements: [] } }) as const),
  ]
  return new Map(entries.map((callee) => [callee.plan.name, callee]))
}

export function inside(scope: Scope, names: readonly (readonly [string, Shape])[] = []): Scope {
  const locals = new Map<string, Shape>()
  scope.locals.forEach((shape, name) => locals.set(name, shape))
  for (const [name, shape] of names) locals.set(name, shape)
  return { ...scope, locals }
}
