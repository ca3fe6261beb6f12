// Bounds as people read them: "≤ $0.18", "≤ 12k tokens", "unbounded".

import type { Amounts, Bound, StepCost, Unit, WorkflowCost } from "../compiler/cost/types.ts"
import type { Location } from "../base/text/span.ts"
import type { Program } from "./workspace.ts"

const names: { readonly [Each in Unit]: string } = {
  tokens: "tokens", nanoDollars: "dollars", turns: "model calls", calls: "tool calls", steps: "steps", timeMs: "time", waitMs: "waiting for people",
}

export function boundText(bound: Bound, unit: Unit): string {
  if (bound.kind === "unbounded") return `unbounded ${names[unit]}`
  const { value } = bound
  switch (unit) {
    case "nanoDollars":
      return `$${dollars(value)}`
    case "timeMs":
      return duration(value)
    case "waitMs":
      return `${duration(value)} ${names.waitMs}`
    default:
      return `${count(value)} ${Math.ceil(value) === 1 ? names[unit].slice(0, -1) : names[unit]}`
  }
}

function dollars(nanoDollars: number): string {
  const value = nanoDollars / 1e9
  return value >= 0.01 ? value.toFixed(2) : value.toFixed(6).replace(/0+$/, "")
}

function count(value: number): string {
  if (value >= 1e6) return `${Math.ceil(value / 1e5) / 10}M`
  return value >= 10_000 ? `${Math.ceil(value / 1000)}k` : String(Math.ceil(value))
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 1000)
  const parts = [[Math.floor(seconds / 86_400), "d"], [Math.floor((seconds % 86_400) / 3600), "h"], [Math.floor((seconds % 3600) / 60), "m"], [seconds % 60, "s"]] as const
  return parts.filter(([value]) => value > 0).slice(0, 2).map(([value, unit]) => `${value}${unit}`).join("")
}

function isZero(bound: Bound): boolean {
  return bound.kind === "bounded" && bound.value === 0
}

/** "≤ $0.18, 12k tokens; unbounded time": what matters of the amounts, "" when there is nothing. */
export function worstCase(amounts: Amounts, units: readonly Unit[] = ["nanoDollars", "tokens", "calls", "timeMs"]): string {
  const bounded = units.filter((unit) => amounts[unit].kind === "bounded" && !isZero(amounts[unit]))
  const open = units.filter((unit) => amounts[unit].kind === "unbounded")
  const parts = [bounded.length === 0 ? "" : `≤ ${amountsText(amounts, bounded)}`, open.map((unit) => boundText(amounts[unit], unit)).join(", ")]
  return parts.filter((part) => part !== "").join("; ")
}

/** What matters of the amounts, in one line. */
export function amountsText(amounts: Amounts, units: readonly Unit[] = ["nanoDollars", "tokens", "calls", "timeMs"]): string {
  return units.filter((unit) => !isZero(amounts[unit])).map((unit) => boundText(amounts[unit], unit)).join(", ")
}

const isAt = (origin: Location, path: string, start: number): boolean => origin.path === path && origin.span.start === start

export function costOfWorkflow(program: Program, path: string, start: number): WorkflowCost | undefined {
  return program.cost()?.workflows.find(({ origin }) => isAt(origin, path, start))
}

/** Of every workflow whose runs reach the call. */
export function costsOfCall(program: Program, path: string, start: number): readonly StepCost[] {
  return (program.cost()?.workflows ?? []).flatMap(({ steps }) => steps.filter(({ origin, role }) => role === "step" && isAt(origin, path, start)))
}
