// What a simulator takes of a program: its code as one module, and where in the source each step stands.

import type { Location } from "../../base/text/span.ts"
import type { Plan, WorkflowPlan } from "../3-plan/types.ts"
import { registeredName } from "../3-plan/types.ts"
import { emitJavaScript } from "./javascript.ts"

export interface SimulationProgram {
  readonly name: string
  readonly module: string
  /** By pattern of a step's path: `DailyBrief/sources[]/fetchSource`. */
  readonly origins: Readonly<Record<string, Location>>
}

export function simulationOf(plan: Plan): SimulationProgram {
  return { name: plan.name, module: emitJavaScript(plan), origins: stepOrigins(plan) }
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
