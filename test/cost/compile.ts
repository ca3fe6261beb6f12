// From the text of a program to its plan and its bound.

import type { Plan } from "../../compiler/3-plan/types.ts"
import { boundOf } from "../../compiler/cost/bound.ts"
import type { Amounts, Bound, StepCost, WorkflowCost } from "../../compiler/cost/types.ts"
import { plan } from "../../compiler/index.ts"

/** Rules of the checklist are not the point here: an agent without a budget shows what is computed. */
const rules = Object.fromEntries(["AF4001", "AF4002", "AF4003", "AF4007", "AF4008", "AF5001", "AF6001", "AF2010", "AF2011", "AF5004", "AF5005"].map((code) => [code, "off"] as const))

export function planOf(text: string): Plan {
  const { value, diagnostics } = plan([{ path: "main.agentflow", text, version: 0 }], { rules })
  if (value === null) throw new Error(diagnostics.map(({ code, message, span }) => `${code} ${message} at ${text.slice(span.start, span.end)}`).join("\n"))
  return value
}

export function costOf(text: string): WorkflowCost {
  return boundOf(planOf(text)).workflows[0]!
}

export function stepOf(cost: WorkflowCost, name: string): StepCost {
  const step = cost.steps.find((each) => each.name === name)
  if (!step) throw new Error(`no step ${name}; there are: ${cost.steps.map((each) => each.name).join(", ")}`)
  return step
}

/** Numbers where there are bounds, reasons where there are none. */
export function shown(amounts: Amounts): { readonly [unit: string]: number | string } {
  return Object.fromEntries(Object.entries(amounts).map(([unit, bound]: [string, Bound]) => [unit, bound.kind === "bounded" ? bound.value : bound.why]))
}
