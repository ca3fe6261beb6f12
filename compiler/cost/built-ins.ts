// Shapes of what the built-in functions and methods give.

import type { BuiltInPlan, ExpressionPlan } from "../3-plan/code.ts"
import { bounded, dividedBy, least, plus, product } from "./arithmetic.ts"
import {
  absent, anyBoolean, anyNumber, boundless, charactersOf, either, elementOf, exactly, itemsOf, text,
} from "./shape.ts"
import type { Shape } from "./shape.ts"

export interface BuiltInCall {
  readonly plan: BuiltInPlan
  /** Shapes of the arguments; a lambda has none. */
  readonly arguments: readonly (Shape | undefined)[]
  /** What a lambda gives for an item of this shape. */
  readonly apply: (lambda: ExpressionPlan | undefined, item: Shape) => Shape
}

export function shapeOfBuiltIn(call: BuiltInCall): Shape {
  const { plan } = call
  const unknown = boundless(`the size of what \`${plan.name}\` gives is not known`, plan.origin)
  const subject = call.arguments[0] ?? unknown
  if (plan.name.startsWith("list.")) return shapeOfListMethod(call, subject, unknown)
  if (plan.name.startsWith("string.")) return shapeOfStringMethod(call, subject, unknown)
  switch (plan.name) {
    case "now": return text(bounded(24))
    case "uuid": return text(bounded(36))
    default: return unknown
  }
}

function shapeOfListMethod(call: BuiltInCall, subject: Shape, unknown: Shape): Shape {
  const { plan } = call
  const element = elementOf(subject, unknown)
  const items = itemsOf(subject)
  const number = literalNumber(plan.arguments[1])
  const taken = number === undefined ? items : least(items, bounded(number))
  switch (plan.name) {
    case "list.map": return { kind: "list", element: call.apply(plan.arguments[1], element), items }
    case "list.filter": case "list.sortBy": case "list.distinct": return { kind: "list", element, items }
    case "list.find": return either(element, absent)
    case "list.some": case "list.every": return anyBoolean
    case "list.sum": return anyNumber
    case "list.take": return { kind: "list", element, items: taken }
    case "list.flat":
      return { kind: "list", element: elementOf(element, unknown), items: product(items, itemsOf(element)) }
    case "list.join": {
      const separator = call.arguments[1] ?? exactly("")
      return text(product(items, plus(charactersOf(element), charactersOf(separator))))
    }
    case "list.chunks": {
      // Pieces have at least one item, whatever size is asked for.
      const size = number === undefined ? undefined : Math.max(1, number)
      const chunk: Shape = { kind: "list", element, items: size === undefined ? items : least(items, bounded(size)) }
      return { kind: "list", element: chunk, items: dividedBy(items, size ?? 1) }
    }
    default: return unknown
  }
}

function shapeOfStringMethod({ plan, arguments: given }: BuiltInCall, subject: Shape, unknown: Shape): Shape {
  const characters = charactersOf(subject)
  const [from, to] = [literalNumber(plan.arguments[1]), literalNumber(plan.arguments[2])]
  switch (plan.name) {
    case "string.trim": return text(characters)
    // One character may have two or three of the other case: "İ", "ΐ".
    case "string.lower": return text(product(characters, bounded(2)))
    case "string.upper": return text(product(characters, bounded(3)))
    case "string.slice": {
      const length = from !== undefined && to !== undefined && from >= 0 && to >= from ? to - from : undefined
      return text(length === undefined ? characters : least(characters, bounded(length)))
    }
    case "string.split": {
      // Without a separator it splits pairs of surrogates, too.
      return { kind: "list", element: text(characters), items: plus(product(characters, bounded(2)), bounded(1)) }
    }
    case "string.replace": {
      const replacement = charactersOf(given[2] ?? unknown)
      return text(plus(characters, product(plus(product(characters, bounded(2)), bounded(1)), replacement)))
    }
    case "string.includes": case "string.startsWith": case "string.endsWith": return anyBoolean
    default: return unknown
  }
}

function literalNumber(plan: ExpressionPlan | undefined): number | undefined {
  return plan?.kind === "literal" && typeof plan.value === "number" ? Math.floor(plan.value) : undefined
}
