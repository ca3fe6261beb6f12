// What a simulator takes of a program: its code as one module, and where in the source each step stands.

import type { Location } from "../../base/text/span.ts"
import type { StepPlan } from "../3-plan/code.ts"
import type { ClausesPlan, Plan, TypePlan, ValueType, WorkflowPlan } from "../3-plan/types.ts"
import { registeredName } from "../3-plan/types.ts"
import { walkPlan } from "../3-plan/walk.ts"
import { pointsOf } from "./coverage.ts"
import type { PointPlan } from "./coverage.ts"
import { emitJavaScript } from "./javascript.ts"
import type { CoverPoint } from "./typescript/names.ts"

export interface SimulationProgram {
  readonly name: string
  readonly module: string
  /** By pattern of a step's path: `DailyBrief/sources[]/fetchSource`. */
  readonly origins: Readonly<Record<string, Location>>
  /** By callable: the kinds that the program says it may fail with, wherever it says so. */
  readonly failures: Readonly<Record<string, readonly string[]>>
  /** What a test can reach: steps, branches and clauses. */
  readonly points: readonly PointPlan[]
  readonly types: SimulationTypes
}

/** The types of the program, for who writes values of them as the language does. */
export interface SimulationTypes {
  readonly declared: Readonly<Record<string, DeclaredShape>>
  readonly results: Readonly<Record<string, ValueType>>
  /** By workflow: its parameters. */
  readonly parameters: Readonly<Record<string, readonly { readonly name: string; readonly type: ValueType }[]>>
}

export type DeclaredShape =
  | { readonly kind: "enum" }
  | { readonly kind: "alias"; readonly type: ValueType }
  | { readonly kind: "taggedUnion"; readonly members: readonly string[] }
  | { readonly kind: "record"; readonly fields: readonly { readonly name: string; readonly type: ValueType }[] }

export function simulationOf(plan: Plan): SimulationProgram {
  const covers = new Map<string, CoverPoint>()
  const module = emitJavaScript(plan, covers)
  const origins = stepOrigins(plan)
  return { name: plan.name, module, origins, failures: failuresOf(plan), points: pointsOf(plan, origins, [...covers.values()]), types: typesOf(plan) }
}

function typesOf({ types, tools, agents, humans, workflows }: Plan): SimulationTypes {
  return {
    declared: Object.fromEntries(types.map((each) => [each.name, shapeOf(each)])),
    results: Object.fromEntries([...tools, ...agents, ...humans, ...workflows].map(({ name, result }) => [name, result])),
    parameters: Object.fromEntries(workflows.map((each) => [registeredName(each), each.parameters.map(({ name, type }) => ({ name, type }))])),
  }
}

function shapeOf(each: TypePlan): DeclaredShape {
  switch (each.kind) {
    case "enum": return { kind: "enum" }
    case "alias": return { kind: "alias", type: each.type }
    case "taggedUnion": return { kind: "taggedUnion", members: each.members }
    case "record": case "error": case "event": return { kind: "record", fields: each.fields.map(({ name, type }) => ({ name, type })) }
  }
}

/** Every step of every workflow, and the blocks around them. */
export function stepOrigins(plan: Plan): Readonly<Record<string, Location>> {
  const origins: Record<string, Location> = {}
  for (const workflow of plan.workflows) {
    const path = registeredName(workflow)
    origins[path] = workflow.origin
    visit(workflow.body, path, origins)
  }
  return origins
}

/** What its own clauses name, those of the calls of it, and what its kind can always do. */
function failuresOf(plan: Plan): SimulationProgram["failures"] {
  const found = new Map<string, Set<string>>()
  const add = (callable: string, kinds: readonly string[]): void => {
    const known = found.get(callable) ?? new Set()
    for (const kind of kinds) known.add(kind)
    found.set(callable, known)
  }
  for (const tool of plan.tools) add(tool.name, ["unavailable", ...(tool.fails ?? []), ...kindsOf(tool.policy.clauses)])
  for (const agent of plan.agents) add(agent.name, ["invalid_output", "refused", ...agent.models.flatMap(({ on }) => on), ...kindsOf(agent.policy.clauses)])
  for (const human of plan.humans) add(human.name, human.policy.clauses.timeoutMs === undefined ? [] : ["timeout"])
  const people = new Set(plan.humans.map(({ name }) => name))
  walkPlan([plan.workflows, plan.tools, plan.agents], (part) => {
    const { kind, callable, policy } = part as Partial<StepPlan>
    if (kind === "step" && callable !== undefined && policy !== undefined && found.has(callable)) {
      add(callable, kindsOf(policy.clauses).filter((each) => !people.has(callable) || each === "timeout"))
    }
  })
  return Object.fromEntries([...found].map(([callable, kinds]) => [callable, [...kinds].sort()]))
}

/** No script makes a circuit open or a budget run out: those follow from the others. */
const derived: ReadonlySet<string> = new Set(["circuit_open", "budget_exceeded", "cancelled", "outcome_unknown", "loop_exhausted"])

function kindsOf({ retry, timeoutMs, circuit, fallback }: ClausesPlan): readonly string[] {
  const retried = retry === undefined || retry.never ? [] : retry.on.length === 0 ? ["rate_limited", "unavailable", "timeout", "network"] : retry.on
  const named = [...retried, ...(timeoutMs === undefined ? [] : ["timeout"]), ...(circuit === undefined ? [] : ["unavailable"]), ...(fallback?.on ?? [])]
  return named.filter((kind) => !derived.has(kind))
}

interface Node {
  readonly kind?: string
  readonly step?: string
  readonly origin?: Location
  readonly branches?: readonly { readonly name: string; readonly origin: Location; readonly body: WorkflowPlan["body"] }[]
  readonly [field: string]: unknown
}

/** A node with a step has a place in the paths of all that stands in its body, but not in those of its arguments. */
function visit(node: unknown, path: string, origins: Record<string, Location>): void {
  if (Array.isArray(node)) return node.forEach((each) => visit(each, path, origins))
  if (typeof node !== "object" || node === null) return
  const { kind, step = kind === "sleep" ? "sleep" : undefined, origin, branches } = node as Node
  const own = step === undefined ? path : `${path}/${step}`
  if (step !== undefined && origin !== undefined) origins[own] ??= origin
  for (const branch of branches ?? []) {
    origins[`${own}/${branch.name}`] ??= branch.origin
    visit(branch.body, `${own}/${branch.name}`, origins)
  }
  const inside = kind === "each" || kind === "loop" ? `${own}[]` : own
  for (const [key, child] of Object.entries(node as Node)) {
    if (key === "origin" || key === "type" || key === "branches") continue
    const isInner = key === "body" || key === "undo" || (key === "policy" && kind === "step") || key === "until"
    visit(child, isInner ? (key === "undo" ? `${own}/undo` : inside) : path, origins)
  }
}
