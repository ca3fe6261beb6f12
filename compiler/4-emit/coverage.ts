// What tests can reach of a program: its steps, its branches, and each clause that does something when something fails.

import type { Location } from "../../base/text/span.ts"
import type { StepPlan } from "../3-plan/code.ts"
import { registeredName } from "../3-plan/types.ts"
import type { CallablePlan, Plan, PolicyPlan } from "../3-plan/types.ts"
import type { CoverPoint } from "./typescript/names.ts"

export interface PointPlan {
  readonly id: string
  readonly group: "step" | "branch" | "clause"
  readonly kind: string
  /** "retry of fetchSource" */
  readonly label: string
  readonly origin: Location
  /** How it shows in what a run leaves behind; absent: the code itself tells it. */
  readonly shows?: ShownBy
}

export type ShownBy =
  | { readonly kind: "step"; readonly path: string }
  | { readonly kind: "attempts" | "parked" | "undone" | "approved" | "cached"; readonly callable: string; readonly path?: string }
  | { readonly kind: "error"; readonly error: string; readonly callable: string; readonly path?: string }
  | { readonly kind: "timer"; readonly ms: number }
  | { readonly kind: "model"; readonly model: string; readonly callable: string }
  | { readonly kind: "deadLetter"; readonly workflow: string }

/** Points that the code tells are given; the others are found in the plan. */
export function pointsOf(plan: Plan, origins: Readonly<Record<string, Location>>, told: readonly CoverPoint[]): readonly PointPlan[] {
  const called = calledSteps(plan)
  const steps = called.map(({ path }): PointPlan =>
    ({ id: `step ${path}`, group: "step", kind: "step", label: path, origin: origins[path]!, shows: { kind: "step", path } }))
  const branches: ReadonlySet<string> = new Set(["if", "else", "match", "catch"])
  const inCode = told.map(({ id, kind, origin }): PointPlan =>
    ({ id, group: branches.has(kind) ? "branch" : "clause", kind, label: kind, origin }))
  const reachable = new Set(called.map(({ step }) => step.callable))
  const clauses = [...plan.tools, ...plan.agents, ...plan.humans].flatMap((callable) =>
    clausesAt(callable.policy, { callable: callable.name, origin: callable.origin, isHuman: plan.humans.includes(callable as never) }))
  const atCalls = called.flatMap(({ path, step }) => [
    ...(step.policy === undefined ? [] : clausesAt(ownOf(step.policy), { callable: step.callable, path, origin: step.origin, isHuman: plan.humans.some(({ name }) => name === step.callable) })),
    ...(step.undo === undefined ? [] : [clause("compensate", step.callable, step.origin, { kind: "undone", callable: step.callable, path })]),
  ])
  return [...steps, ...inCode, ...clauses, ...atCalls, ...declared(plan, reachable), ...runs(plan)]
}

function clause(kind: string, of: string, origin: Location, shows: ShownBy): PointPlan {
  return { id: `${kind} of ${"path" in shows && shows.path !== undefined ? shows.path : of}`, group: "clause", kind, label: `${kind} of ${of}`, origin, shows }
}

interface Place {
  readonly callable: string
  readonly path?: string
  readonly origin: Location
  readonly isHuman: boolean
}

function clausesAt({ clauses }: PolicyPlan, { callable, path, origin, isHuman }: Place): readonly PointPlan[] {
  const { retry, timeoutMs, deadlineMs, circuit, cache, manual } = clauses
  const at = { callable, ...(path === undefined ? {} : { path }) }
  return [
    ...(retry === undefined || retry.never ? [] : [clause("retry", callable, origin, { kind: "attempts", ...at })]),
    ...(timeoutMs === undefined ? [] : [clause("timeout", callable, origin, isHuman ? { kind: "timer", ms: timeoutMs } : { kind: "error", error: "timeout", ...at })]),
    ...(deadlineMs === undefined ? [] : [clause("deadline", callable, origin, { kind: "timer", ms: deadlineMs })]),
    ...(circuit === undefined ? [] : [clause("circuit", callable, origin, { kind: "error", error: "circuit_open", ...at })]),
    ...(cache === undefined ? [] : [clause("cache", callable, origin, { kind: "cached", ...at })]),
    ...(manual === undefined ? [] : [clause("manual", callable, origin, { kind: "parked", ...at })]),
  ]
}

/** What a call itself says; what a named policy gives it counts where the policy is used by a declaration. */
function ownOf(policy: PolicyPlan): PolicyPlan {
  return { ...policy, clauses: Object.fromEntries(Object.entries(policy.clauses).filter(([kind]) => policy.own.includes(kind as never))) }
}

function declared(plan: Plan, reachable: ReadonlySet<string>): readonly PointPlan[] {
  const undos = (callables: readonly CallablePlan[]): readonly PointPlan[] => callables.flatMap(({ name, undo, origin }) =>
    undo === undefined || !reachable.has(name) ? [] : [clause("compensate", name, origin, { kind: "undone", callable: name })])
  return [
    ...undos([...plan.tools, ...plan.agents, ...plan.humans]),
    ...plan.tools.flatMap(({ name, approve, origin }) => (approve === undefined ? [] : [clause("approve", name, origin, { kind: "approved", callable: name })])),
    ...plan.agents.flatMap(({ name, models, origin }) =>
      models.slice(1).map(({ model }) => clause(`model ${model}`, name, origin, { kind: "model", model, callable: name }))),
  ]
}

/** A run's own deadline and budgets hold all the time: what of them shows is that nothing goes beyond. */
function runs(plan: Plan): readonly PointPlan[] {
  return plan.workflows.flatMap((workflow) => [
    ...(workflow.deadLetter === undefined ? [] : [clause("dead letter", workflow.name, workflow.origin, { kind: "deadLetter", workflow: registeredName(workflow) })]),
  ])
}

interface CalledStep {
  readonly path: string
  readonly step: StepPlan
}

/** Steps of the bodies, by the pattern of their path; those of clauses belong to the clauses. */
function calledSteps(plan: Plan): readonly CalledStep[] {
  const found = new Map<string, StepPlan>()
  for (const workflow of plan.workflows) collect(workflow.body, registeredName(workflow), found)
  return [...found].map(([path, step]) => ({ path, step }))
}

function collect(node: unknown, path: string, found: Map<string, StepPlan>): void {
  if (Array.isArray(node)) return node.forEach((each) => collect(each, path, found))
  if (typeof node !== "object" || node === null) return
  const { kind, step, branches } = node as { readonly kind?: string; readonly step?: string; readonly branches?: readonly { readonly name: string; readonly body: unknown }[] }
  const own = step === undefined ? path : `${path}/${step}`
  if (kind === "step" && !found.has(own)) found.set(own, node as StepPlan)
  for (const branch of branches ?? []) collect(branch.body, `${own}/${branch.name}`, found)
  const inside = kind === "each" || kind === "loop" ? `${own}[]` : own
  for (const [key, child] of Object.entries(node)) {
    if (["origin", "type", "branches", "policy", "undo"].includes(key)) continue
    collect(child, key === "body" || key === "until" ? inside : path, found)
  }
}
