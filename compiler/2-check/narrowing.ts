// What a condition tells about values that may be nothing.

import type { Expression, Node } from "../../grammar/syntax/nodes.ts"
import { symbolAt, type Env } from "./context.ts"
import { nodesIn } from "./flow/walk.ts"
import type { Type } from "./types.ts"
import { literalValue } from "./types/build.ts"
import { expand, fieldsOf, isOptional, join, NEVER, NOTHING, present } from "./types/relate.ts"

/** A value that can't change between two looks at it, as a key: "#12.title"; undefined for anything computed. */
export function pathOf(expression: Expression, env: Env): string | undefined {
  switch (expression.kind) {
    case "nameExpression": {
      const symbol = symbolAt(env.file, expression.name)
      // A setting is read anew at every look, which TypeScript does not narrow.
      return symbol === undefined || symbol.kind === "setting" ? undefined : `#${symbol.id}`
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
      if (value === undefined) {
        const said = literalValue(right)
        if (left.kind !== "member" || said === undefined) return env
        const same = (operator === "==") === (holds === "true")
        return assumeMember(left, (other) => (other === said) === same, env)
      }
      return assumeValue(value, (operator === "==") === (holds === "true") ? "nothing" : "present", env)
    }
    case "member":
      return assumeResult(condition, holds, env)
    default:
      return env
  }
}

/** `each.ok` of what `collect failures` gives: its value is there, or its error is. */
function assumeResult({ object, name }: Extract<Expression, { readonly kind: "member" }>, holds: "true" | "false", env: Env): Env {
  const type = name.text === "ok" ? env.file.types.get(object.id) : undefined
  const path = pathOf(object, env)
  const known = type === undefined ? undefined : expand(type, env.file.context.declared)
  if (path === undefined || known?.kind !== "result") return env
  return holds === "true" ? narrow(env, `${path}.value`, known.value) : narrow(env, `${path}.error`, { kind: "caughtError", errors: [] })
}

/** The environment in which `value` is known to be nothing, or to be there. */
export function assumeValue(value: Expression, what: "nothing" | "present", env: Env): Env {
  const path = pathOf(value, env)
  const type = env.file.types.get(value.id)
  const { declared } = env.file.context
  // What stands before a `?.` is there as well.
  if (what === "present" && value.kind === "member" && value.optional) env = assumeValue(value.object, what, env)
  if (path === undefined || type === undefined || !isOptional(type, declared)) return env
  return narrow(env, path, what === "nothing" ? NOTHING : present(type, declared))
}

/** `first.winner == "quick"`: of the union that `first` is, the members whose field can be that. */
export function assumeMember(
  member: Extract<Expression, { readonly kind: "member" }>,
  holds: (value: string | number | boolean) => boolean,
  env: Env,
): Env {
  const { declared } = env.file.context
  const type = env.file.types.get(member.object.id)
  const path = pathOf(member.object, env)
  const known = type === undefined ? undefined : expand(type, declared)
  if (path === undefined || known?.kind !== "union") return env
  const kept = known.members.filter((each) => {
    const field = fieldsOf(each, declared)?.find(({ name }) => name === member.name.text)?.type
    return field?.kind !== "literal" || holds(field.value)
  })
  if (kept.length === known.members.length) return env
  return narrow(env, path, kept.reduce((a, b) => join(a, b, declared), NEVER))
}

/** Whether anything is known of a `var`: nothing else is ever assigned, and then no node need be looked through. */
function mayChange({ narrowed, file: { context: { bound } } }: Env): boolean {
  for (const path of narrowed.keys()) if (bound.symbols.symbols[Number.parseInt(path.slice(1), 10)]?.kind === "var") return true
  return false
}

/** What is known of a `var` no longer holds once something in `node` may have assigned it. */
export function forget(env: Env, node: Node): Env {
  if (!mayChange(env)) return env
  let narrowed = env.narrowed
  for (const inside of nodesIn(node)) {
    const symbol = inside.kind === "assign" ? env.file.bound.uses.get(inside.name.id) : undefined
    if (symbol === undefined) continue
    const isOfIt = (path: string): boolean => path === `#${symbol}` || path.startsWith(`#${symbol}.`)
    narrowed = new Map([...narrowed].filter(([path]) => !isOfIt(path)))
  }
  return narrowed.size === env.narrowed.size ? env : { ...env, narrowed }
}

export function narrow(env: Env, path: string, type: Type): Env {
  return { ...env, narrowed: new Map(env.narrowed).set(path, type) }
}
