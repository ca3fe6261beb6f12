// Numbers, durations and prices of clauses: written out, so that the plan knows them before a run.

import type { Expression } from "../../../grammar/syntax/nodes.ts"
import { report, type FileContext } from "../context.ts"

export interface Bounds {
  readonly what: string
  readonly min?: number
  readonly max?: number
}

/** A whole number within bounds. */
export function wholeNumber(expression: Expression | undefined, bounds: Bounds, file: FileContext): number | undefined {
  if (expression === undefined || expression.kind === "missing") return undefined
  const { what, min = 0, max } = bounds
  const value = expression.kind === "number" ? expression.value : undefined
  if (value !== undefined && Number.isInteger(value) && value >= min && (max === undefined || value <= max)) {
    return value
  }
  const range = max === undefined ? (min === 0 ? "" : ` of at least ${min}`) : ` from ${min} to ${max}`
  report(file, expression, "AF3030", { what, expected: `a whole number${range} written out` })
  return undefined
}

/** A text without holes: it names something in another system. */
export function plainOnly(expression: Expression, what: string, file: FileContext): void {
  if (expression.kind !== "template" || expression.recovered) return
  const isPlain = expression.parts.every((part) => part.kind === "templateText" && part.value.trim() !== "")
  if (expression.parts.length > 0 && isPlain) return
  report(file, expression, "AF3030", { what, expected: "a plain text that is not empty" })
}

export function positiveNumber(expression: Expression | undefined, { what, min = 1 }: Bounds, file: FileContext): void {
  if (expression === undefined || expression.kind === "missing") return
  if (expression.kind === "number" && expression.value >= min) return
  report(file, expression, "AF3030", { what, expected: `a number of at least ${min} written out` })
}

export function duration(expression: Expression | undefined, what: string, file: FileContext): number | undefined {
  if (expression === undefined || expression.kind === "missing") return undefined
  if (expression.kind === "duration" && expression.ms > 0) return expression.ms
  report(file, expression, "AF3030", { what, expected: "a time written out, such as 20s" })
  return undefined
}

export function money(
  expression: Expression | undefined, what: string, file: FileContext, options: { readonly free?: boolean } = {},
): void {
  if (expression === undefined || expression.kind === "missing") return
  if (expression.kind === "money" && (expression.nanoDollars > 0 || options.free === true)) return
  report(file, expression, "AF3030", { what, expected: "dollars written out, such as $0.50" })
}
