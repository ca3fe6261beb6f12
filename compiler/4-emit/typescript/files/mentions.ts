// What declarations mention of each other: for types that TypeScript can't infer, for the order in which modules load,
// and for what a workflow has to list of what it reaches.

import type { StatementPlan, StepPlan } from "../../../3-plan/code.ts"
import type { AgentPlan, CallablePlan, Plan, WorkflowPlan } from "../../../3-plan/types.ts"
import type { Names } from "../names.ts"

type AnyCallable = CallablePlan | AgentPlan | WorkflowPlan

function allOf(plan: Plan): readonly AnyCallable[] {
  return [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows]
}

/** Everything below a piece of the plan that has a `kind`. */
function* nodesIn(value: unknown): Generator<{ readonly kind: string; readonly [field: string]: unknown }> {
  if (typeof value !== "object" || value === null) return
  if ("kind" in value && typeof value.kind === "string") yield value as { readonly kind: string }
  for (const [key, child] of Object.entries(value)) if (key !== "origin" && key !== "type") yield* nodesIn(child)
}

function stepsIn(value: unknown): readonly StepPlan[] {
  return [...nodesIn(value)].filter((node) => node.kind === "step") as unknown as readonly StepPlan[]
}

/** Callables by name, whether they are called, listed or asked. */
export function mentionedCallables(plan: AnyCallable): readonly string[] {
  const { parameters: _, ...rest } = plan
  const listed = "tools" in plan ? [...plan.tools, ...plan.handoffs] : []
  return [...listed, ...stepsIn(rest).map(({ callable }) => callable)]
}

type Edges = ReadonlyMap<string, readonly string[]>

function reaches(edges: Edges, from: string, target: string, seen = new Set<string>()): boolean {
  return (edges.get(from) ?? []).some((next) => next === target || (!seen.has(next) && seen.add(next) && reaches(edges, next, target, seen)))
}

/** Callables that mention themselves, directly or in a circle: TypeScript can't infer their types. */
export function circularCallables(plan: Plan): ReadonlySet<string> {
  const edges: Edges = new Map(allOf(plan).map((each) => [each.name, mentionedCallables(each)]))
  return new Set([...edges.keys()].filter((name) => reaches(edges, name, name)))
}

/** Whether loading the module of a callable may need the module `path` first: then what it lists is read later. */
export function loadsBefore(plan: Plan, names: Names, path: string): (callable: string) => boolean {
  const moduleOf = (name: string): string => names.declared.get(name)!.module
  const edges = new Map<string, string[]>()
  for (const each of allOf(plan)) {
    const needed = mentionedCallables(each).map(moduleOf).filter((module) => module !== moduleOf(each.name))
    edges.set(moduleOf(each.name), [...(edges.get(moduleOf(each.name)) ?? []), ...needed])
  }
  return (callable) => reaches(edges, moduleOf(callable), path)
}

/** A workflow, and what it reaches without starting a run of its own. */
function reached(plan: Plan, workflow: WorkflowPlan): readonly CallablePlan[] {
  const callables = new Map<string, CallablePlan>([...plan.tools, ...plan.agents, ...plan.humans].map((each) => [each.name, each]))
  const found = new Set<CallablePlan>()
  const visit = (name: string): void => {
    const callable = callables.get(name)
    if (callable === undefined || found.has(callable)) return
    found.add(callable)
    for (const next of mentionedCallables(callable)) visit(next)
  }
  for (const name of mentionedCallables(workflow)) visit(name)
  return [...found]
}

/** Settings that the run itself reads; a question and a request are written by the worker, which reads its own. */
export function settingsOf(plan: Plan, workflow: WorkflowPlan): readonly string[] {
  const read = reached(plan, workflow).map((callable) => {
    const { source: _source, ask: _ask, ...rest } = callable as CallablePlan & { readonly source?: unknown; readonly ask?: unknown }
    return rest
  })
  const names = [workflow.body, workflow.overBudget, read].flatMap((each) => [...nodesIn(each)])
    .flatMap((node) => (node.kind === "settingReference" ? [node["name"] as string] : []))
  return [...new Set(names)]
}

/** What may have to be undone in a later generation of the run; empty when there is none. */
export function undosOf(plan: Plan, workflow: WorkflowPlan): readonly string[] {
  if (!continuesAsNew(workflow.body)) return []
  const all = reached(plan, workflow)
  const atCalls = stepsIn([workflow.body, workflow.overBudget, all]).flatMap(({ undo }) => undo?.step.callable ?? [])
  return [...new Set([...atCalls, ...all.flatMap(({ undo }) => undo?.step.callable ?? [])])]
}

function continuesAsNew(body: readonly StatementPlan[]): boolean {
  return [...nodesIn(body)].some(({ kind }) => kind === "continueAsNew")
}
