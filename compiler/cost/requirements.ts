// What `require result.length <= 15` says about the shape of a result.

import type { BinaryOperator, ExpressionPlan } from "../3-plan/code.ts"
import type { RequirementPlan } from "../3-plan/types.ts"
import { limited } from "./shape.ts"
import type { Shape } from "./shape.ts"

/** The shape of a result that meets the requirements. */
export function requiredShape(shape: Shape, requirements: readonly RequirementPlan[]): Shape {
  return requirements.reduce((known, { condition }) => narrowed(known, condition), shape)
}

function narrowed(shape: Shape, condition: ExpressionPlan): Shape {
  if (condition.kind !== "binary") return shape
  const { operator, left, right } = condition
  if (operator === "and") return narrowed(narrowed(shape, left), right)
  const limit = lengthLimit(left, operator, right) ?? lengthLimit(right, mirrored[operator] ?? operator, left)
  return limit === undefined ? shape : limitedAt(shape, limit.path, limit.length)
}

const mirrored: Partial<Record<BinaryOperator, BinaryOperator>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }

function lengthLimit(measured: ExpressionPlan, operator: BinaryOperator, limit: ExpressionPlan) {
  if (measured.kind !== "member" || measured.name !== "length") return undefined
  if (limit.kind !== "literal" || typeof limit.value !== "number") return undefined
  const path = pathOf(measured.object)
  if (path === undefined) return undefined
  switch (operator) {
    case "<=": case "==": return { path, length: Math.max(0, Math.floor(limit.value)) }
    case "<": return { path, length: Math.max(0, Math.ceil(limit.value) - 1) }
    default: return undefined
  }
}

/** Field names from `result` on; undefined for anything else. */
function pathOf(expression: ExpressionPlan): readonly string[] | undefined {
  if (expression.kind === "result") return []
  if (expression.kind !== "member" || expression.optional) return undefined
  const path = pathOf(expression.object)
  return path && [...path, expression.name]
}

function limitedAt(shape: Shape, path: readonly string[], length: number): Shape {
  const [name, ...rest] = path
  if (name === undefined) return limited(shape, length)
  if (shape.kind === "either") {
    return { ...shape, options: shape.options.map((option) => limitedAt(option, path, length)) }
  }
  if (shape.kind !== "record") return shape
  return {
    ...shape,
    fields: shape.fields.map((field) =>
      (field.name === name ? { ...field, shape: limitedAt(field.shape, rest, length) } : field)),
  }
}
