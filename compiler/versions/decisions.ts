// Which values decide what a workflow does next: what conditions, matches and loops are made from, back to the steps.

import type { ExpressionPlan } from "../3-plan/code.ts"
import type { Plan, WorkflowPlan } from "../3-plan/types.ts"
import { walkPlan } from "../3-plan/walk.ts"

export interface Decisions {
  /** Names of variables whose assignments decide. */
  readonly variables: ReadonlySet<string>
  /** Step names of loops over lists whose values decide. */
  readonly loops: ReadonlySet<string>
  /** Names that are given once are replaced by what they are given; a step's result by the step's name. */
  readonly inlined: (plan: ExpressionPlan) => ExpressionPlan
}

interface Named {
  readonly kind: string
  readonly name: string
  readonly mutable?: boolean
  readonly value?: ExpressionPlan
}

export function decisionsOf(workflow: WorkflowPlan): Decisions {
  const given = new Map<string, Named[]>()
  const controls: unknown[] = []
  walkPlan(workflow.body, (plan) => {
    if (plan["kind"] === "let" || plan["kind"] === "assign") {
      const named = plan as unknown as Named
      given.set(named.name, [...(given.get(named.name) ?? []), named])
    }
    controls.push(...controlsOf(plan))
  })
  const inlined = (plan: ExpressionPlan): ExpressionPlan => inline(plan, given, 0) as ExpressionPlan
  const names = new Set<string>()
  const waiting = controls.map((plan) => inline(plan, given, 0))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    walkPlan(next, (plan) => {
      const name = plan["kind"] === "local" ? (plan["name"] as string) : undefined
      if (name === undefined || names.has(name)) return
      names.add(name)
      for (const { value } of given.get(name) ?? []) if (value !== undefined) waiting.push(inline(value, given, 0))
    })
  }
  return { variables: new Set([...given.keys()].filter((name) => names.has(name) && !isGivenOnce(given.get(name)!))), loops: names, inlined }
}

function controlsOf(plan: Readonly<Record<string, unknown>>): readonly unknown[] {
  switch (plan["kind"]) {
    case "each": return [plan["items"], plan["atATime"]]
    case "match": return [plan["subject"]]
    case "binary": return ["and", "or", "??"].includes(plan["operator"] as string) ? [plan["left"]] : []
    default: return [plan["condition"], plan["while"], typeof plan["until"] === "object" ? plan["until"] : undefined]
  }
}

function isGivenOnce(given: readonly Named[]): boolean {
  return given.length === 1 && given[0]!.kind === "let" && given[0]!.mutable !== true && given[0]!.value !== undefined
}

const depthMax = 8

function inline(value: unknown, given: ReadonlyMap<string, readonly Named[]>, depth: number): unknown {
  if (Array.isArray(value)) return value.map((each) => inline(each, given, depth))
  if (typeof value !== "object" || value === null) return value
  const plan = value as ExpressionPlan
  if (plan.kind === "step" || plan.kind === "each") return { kind: "local", name: plan.step, origin: plan.origin, type: plan.type }
  if (plan.kind === "local") {
    const known = given.get(plan.name) ?? []
    return isGivenOnce(known) && depth < depthMax ? inline(known[0]!.value, given, depth + 1) : plan
  }
  return Object.fromEntries(Object.entries(plan).map(([key, child]) => [key, key === "origin" || key === "type" ? child : inline(child, given, depth)]))
}

/** Names of the settings that a body reads, itself or in what it calls. */
export function settingsIn(plan: Plan, body: unknown): readonly string[] {
  const names = new Set<string>()
  const seen = new Set<string>()
  const waiting: unknown[] = [body]
  const callables = [...plan.tools, ...plan.agents, ...plan.humans]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    walkPlan(next, (each) => {
      if (each["kind"] === "settingReference") names.add(each["name"] as string)
      const called = [...(each["kind"] === "step" ? [each["callable"]] : []), ...listOf(each["tools"]), ...listOf(each["handoffs"])]
      for (const name of called) {
        const callable = callables.find((known) => known.name === name)
        if (callable === undefined || seen.has(callable.name)) continue
        seen.add(callable.name)
        waiting.push(callable)
      }
    })
  }
  return [...names].sort()
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
