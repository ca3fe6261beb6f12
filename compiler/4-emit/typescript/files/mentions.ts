// What declarations mention of each other: for types that TypeScript can't infer, for the order in which modules load,
// and for what a workflow has to list of what it reaches.

import type { StatementPlan, StepPlan } from "../../../3-plan/code.ts"
import type { AgentPlan, CallablePlan, Plan, WorkflowPlan } from "../../../3-plan/types.ts"
import { walkPlan } from "../../../3-plan/walk.ts"
import type { Names } from "../names.ts"

type AnyCallable = CallablePlan | AgentPlan | WorkflowPlan

function allOf(plan: Plan): readonly AnyCallable[] {
  return [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows]
}

interface PlanNode {
  readonly kind: string
  readonly [field: string]: unknown
}

/** Everything below a piece of the plan that has a `kind`. */
function nodesIn(value: unknown): readonly PlanNode[] {
  const found: PlanNode[] = []
  walkPlan(value, (part) => {
    if (typeof part["kind"] === "string") found.push(part as PlanNode)
  })
  return found
}

function stepsIn(value: unknown): readonly StepPlan[] {
  return nodesIn(value).filter((node) => node.kind === "step") as unknown as readonly StepPlan[]
}

/** Callables by name, whether they are called, listed or asked. */
function mentionedCallables(plan: AnyCallable): readonly string[] {
  const { parameters: _, ...rest } = plan
  const listed = "tools" in plan ? [...plan.tools, ...plan.handoffs] : []
  return [...listed, ...stepsIn(rest).map(({ callable }) => callable)]
}

type Edges = ReadonlyMap<string, readonly string[]>

/** Found once for a plan: every file of the project asks for them. */
export interface Mentions {
  readonly callables: ReadonlyMap<string, CallablePlan>
  /** By name of a callable: those that it mentions. */
  readonly edges: Edges
  /** Callables that mention themselves, directly or in a circle: TypeScript can't infer their types. */
  readonly circular: ReadonlySet<string>
}

export function mentionsOf(plan: Plan): Mentions {
  const edges: Edges = new Map(allOf(plan).map((each) => [each.name, mentionedCallables(each)]))
  return {
    callables: new Map<string, CallablePlan>([...plan.tools, ...plan.agents, ...plan.humans].map((each) => [each.name, each])),
    edges,
    circular: new Set([...edges.keys()].filter((name) => reaches(edges, name, name))),
  }
}

function reaches(edges: Edges, from: string, target: string, seen = new Set<string>()): boolean {
  return (edges.get(from) ?? []).some((next) => next === target || (!seen.has(next) && seen.add(next) && reaches(edges, next, target, seen)))
}

/** Whether loading the module of a callable may need the module `path` first: then what it lists is read later. */
export function loadsBefore(names: Names, path: string): (callable: string) => boolean {
  const moduleOf = (name: string): string => names.declared.get(name)!.module
  const neededBy = new Map<string, string[]>()
  for (const [name, mentioned] of names.mentions.edges) {
    for (const needed of mentioned.map(moduleOf)) {
      if (needed === moduleOf(name)) continue
      const before = neededBy.get(needed)
      if (before === undefined) neededBy.set(needed, [moduleOf(name)])
      else before.push(moduleOf(name))
    }
  }
  const found = new Set<string>()
  const open = [path]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const module of neededBy.get(next) ?? []) if (!found.has(module) && found.add(module)) open.push(module)
  }
  return (callable) => found.has(moduleOf(callable))
}

/** A workflow, and what it reaches without starting a run of its own. */
function reached({ callables, edges }: Mentions, workflow: WorkflowPlan): readonly CallablePlan[] {
  const found = new Set<CallablePlan>()
  const visit = (name: string): void => {
    const callable = callables.get(name)
    if (callable === undefined || found.has(callable)) return
    found.add(callable)
    for (const next of edges.get(name)!) visit(next)
  }
  for (const name of edges.get(workflow.name)!) visit(name)
  return [...found]
}

/** Settings that the run itself reads; a question and a request are written by the worker, which reads its own. */
export function settingsOf(mentions: Mentions, workflow: WorkflowPlan): readonly string[] {
  const read = reached(mentions, workflow).map((callable) => {
    const { source: _source, ask: _ask, ...rest } = callable as CallablePlan & { readonly source?: unknown; readonly ask?: unknown }
    return rest
  })
  const names = [workflow.body, workflow.overBudget, read].flatMap((each) => nodesIn(each))
    .flatMap((node) => (node.kind === "settingReference" ? [node["name"] as string] : []))
  return [...new Set(names)]
}

/** What may have to be undone in a later generation of the run; empty when there is none. */
export function undosOf(mentions: Mentions, workflow: WorkflowPlan): readonly string[] {
  if (!continuesAsNew(workflow.body)) return []
  const all = reached(mentions, workflow)
  const atCalls = stepsIn([workflow.body, workflow.overBudget, all]).flatMap(({ undo }) => undo?.step.callable ?? [])
  return [...new Set([...atCalls, ...all.flatMap(({ undo }) => undo?.step.callable ?? [])])]
}

function continuesAsNew(body: readonly StatementPlan[]): boolean {
  return nodesIn(body).some(({ kind }) => kind === "continueAsNew")
}
