// Resolves the names of expressions; members and argument names wait for types.

import { unreachable } from "../../base/assert.ts"
import type { Expression } from "../../grammar/syntax/nodes.ts"
import { declareLocal, resolveName, type Resolver } from "./resolver.ts"
import { childOf, type Scope } from "./scopes.ts"

export function resolveExpression(expression: Expression, scope: Scope, resolver: Resolver): void {
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
      for (const part of expression.parts) if (part.kind === "templateHole") resolveExpression(part.expression, scope, resolver)
      return
    case "list":
      for (const item of expression.items) resolveExpression(item.kind === "spread" ? item.value : item, scope, resolver)
      return
    case "record":
      for (const entry of expression.entries) {
        if (entry.value !== undefined) resolveExpression(entry.value, scope, resolver)
        else if (entry.kind === "entry") resolveName(entry.key, scope, resolver)
      }
      return
    case "member":
      return resolveExpression(expression.object, scope, resolver)
    case "index":
      resolveExpression(expression.object, scope, resolver)
      return resolveExpression(expression.index, scope, resolver)
    case "call":
      resolveExpression(expression.callee, scope, resolver)
      for (const { value } of expression.arguments) resolveExpression(value, scope, resolver)
      return
    case "lambda": {
      const body = childOf(scope)
      for (const name of expression.parameters) declareLocal(name, "lambdaParameter", expression, body, resolver)
      return resolveExpression(expression.body, body, resolver)
    }
    case "unary":
      return resolveExpression(expression.operand, scope, resolver)
    case "binary":
      resolveExpression(expression.left, scope, resolver)
      return resolveExpression(expression.right, scope, resolver)
    case "conditional":
      resolveExpression(expression.condition, scope, resolver)
      resolveExpression(expression.then, scope, resolver)
      return resolveExpression(expression.otherwise, scope, resolver)
    case "parenthesis":
      return resolveExpression(expression.expression, scope, resolver)
    default:
      return unreachable(expression)
  }
}
