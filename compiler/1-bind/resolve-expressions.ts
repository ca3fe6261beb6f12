// Resolves the names of expressions; members and argument names wait for types.

import { unreachable } from "../../base/assert.ts"
import type { Expression } from "../../grammar/syntax/nodes.ts"
import { declareLocal, resolveName, type Resolver } from "./resolver.ts"
import { childOf, type Scope } from "./scopes.ts"

export function resolveExpression(expression: Expression, scope: Scope, resolver: Resolver): void {
  const inside = (...found: readonly Expression[]): void => {
    for (const each of found) resolveExpression(each, scope, resolver)
  }
  switch (expression.kind) {
    case "nameExpression":
      return resolveName(expression.name, scope, resolver)
    case "number":
    case "money":
    case "duration":
    case "bool":
    case "nothing":
    case "missing":
      return
    case "template":
      for (const part of expression.parts) if (part.kind === "templateHole") inside(part.expression)
      return
    case "list":
      return inside(...expression.items.map((item) => (item.kind === "spread" ? item.value : item)))
    case "record":
      for (const entry of expression.entries) {
        if (entry.value !== undefined) inside(entry.value)
        else if (entry.kind === "entry") resolveName(entry.key, scope, resolver)
      }
      return
    case "member":
      return inside(expression.object)
    case "index":
      return inside(expression.object, expression.index)
    case "call":
      return inside(expression.callee, ...expression.arguments.map(({ value }) => value))
    case "lambda": {
      const body = childOf(scope)
      for (const name of expression.parameters) declareLocal(name, "lambdaParameter", expression, body, resolver)
      return resolveExpression(expression.body, body, resolver)
    }
    case "unary":
      return inside(expression.operand)
    case "binary":
      return inside(expression.left, expression.right)
    case "conditional":
      return inside(expression.condition, expression.then, expression.otherwise)
    case "parenthesis":
      return inside(expression.expression)
    default:
      return unreachable(expression)
  }
}
