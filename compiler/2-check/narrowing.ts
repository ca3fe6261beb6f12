// What a condition tells about values that may be nothing.

import type { Expression } from "../../grammar/syntax/nodes.ts"
import type { Env } from "./context.ts"
import type { Type } from "./types.ts"
import { isOptional, NOTHING, present } from "./types/relate.ts"

/** A value that can't change between two looks at it, as a key: "#12.title"; undefined for anything computed. */
export function pathOf(expression: Expression, env: Env): string | undefined {
  switch (expression.kind) {
    case "nameExpression": {
      const symbol = env.file.bound.uses.get(expression.name.id)
      return symbol === undefined ? undefined : `#${symbol}`
    }
    case "member": {
      const object = pathOf(expression.object, env)
      return object === undefined ? undefined : `${object}.${expression.name.text}`
    }
    case "parenthesis":
      return pathOf(expression.expression, env)
    default:
      return undefined
  }
}

/** The environment in which `condition` is known to be true, or false. The condition must be checked before. */
export function assume(condition: Expression, holds: "true" | "false", env: Env): Env {
  switch (condition.kind) {
    case "parenthesis":
      return assume(condition.expression, holds, env)
    case "unary":
      return condition.operator === "not" ? assume(condition.operand, holds === "true" ? "false" : "true", env) : env
    case "binary": {
      const { operator, left, right } = condition
      if (operator === "and" && holds === "true") return assume(right, holds, assume(left, holds, env))
      if (operator === "or" && holds === "false") return assume(right, holds, assume(left, holds, env))
      if (operator !== "==" && operator !== "!=") return env
      const value = right.kind === "nothing" ? left : left.kind === "nothing" ? right : undefined
      if (value === undefined) return env
      return assumeValue(value, (operator === "==") === (holds === "true") ? "nothing" : "present", env)
    }
    default:
      return env
  }
}

/** The environment in which `value` is known to be nothing, or to be there. */
export function assumeValue(value: Expression, what: "nothing" | "present", env: Env): Env {
  const path = pathOf(value, env)
  const type = env.file.types.get(value.id)
  const { declared } = env.file.context
  if (path === undefined || type === undefined || !isOptional(type, declared)) return env
  return narrow(env, path, what === "nothing" ? NOTHING : present(type, declared))
}

export function narrow(env: Env, path: string, type: Type): Env {
  return { ...env, narrowed: new Map(env.narrowed).set(path, type) }
}
