// The built-in methods of lists and strings: pure, the same on every replay.

import { unreachable } from "../../base/assert.ts"
import type { Argument, CallExpression, Expression } from "../../grammar/syntax/nodes.ts"
import { report, symbolAt, type CheckExpression, type Env } from "./context.ts"
import { expectType } from "./expect.ts"
import type { Type } from "./types.ts"
import { arrayOf, BOOL, expand, INT, NUMBER, optional, STRING, UNKNOWN } from "./types/relate.ts"
import { render } from "./types/render.ts"

export type ListMethod =
  | "map" | "filter" | "find" | "some" | "every" | "sortBy" | "groupBy" | "chunks" | "flat" | "join" | "take"
  | "distinct" | "sum"
export type StringMethod =
  | "trim" | "lower" | "upper" | "includes" | "startsWith" | "endsWith" | "split" | "replace" | "slice"

/** How many arguments each takes. */
export const LIST_METHODS: Readonly<Record<ListMethod, readonly [min: number, max: number]>> = {
  map: [1, 1], filter: [1, 1], find: [1, 1], some: [1, 1], every: [1, 1], sortBy: [1, 1], groupBy: [1, 1],
  chunks: [1, 1], flat: [0, 0], join: [0, 1], take: [1, 1], distinct: [0, 0], sum: [0, 1],
}

interface MethodShape {
  readonly takes: readonly Type[]
  readonly min: number
  readonly gives: Type
}

export const STRING_METHODS: Readonly<Record<StringMethod, MethodShape>> = {
  trim: { takes: [], min: 0, gives: STRING },
  lower: { takes: [], min: 0, gives: STRING },
  upper: { takes: [], min: 0, gives: STRING },
  includes: { takes: [STRING], min: 1, gives: BOOL },
  startsWith: { takes: [STRING], min: 1, gives: BOOL },
  endsWith: { takes: [STRING], min: 1, gives: BOOL },
  split: { takes: [STRING], min: 1, gives: arrayOf(STRING) },
  replace: { takes: [STRING, STRING], min: 2, gives: STRING },
  slice: { takes: [INT, INT], min: 1, gives: STRING },
}

/** A call being checked as a method of a list of `element`. */
interface ListCall {
  readonly node: CallExpression
  readonly method: ListMethod
  readonly element: Type
  readonly env: Env
  readonly check: CheckExpression
}

export function checkStringMethod(node: CallExpression, method: StringMethod, env: Env, check: CheckExpression): Type {
  const { takes, min, gives } = STRING_METHODS[method]
  countArguments(node, method, [min, takes.length], env)
  for (const [index, argument] of node.arguments.entries()) {
    const actual = check(argument.value, env)
    if (takes[index] !== undefined) expectType(actual, takes[index], argument.value, env, ` for ${method}`)
  }
  return gives
}

export function checkListMethod(
  node: CallExpression, method: ListMethod, element: Type, env: Env, check: CheckExpression,
): Type {
  const call: ListCall = { node, method, element, env, check }
  if (!countArguments(node, method, LIST_METHODS[method], env)) {
    for (const { value } of node.arguments) if (value.kind !== "lambda") check(value, env)
    return UNKNOWN
  }
  switch (method) {
    case "map":
      return arrayOf(lambda(call, undefined, { index: true }))
    case "filter":
      lambda(call, BOOL, { index: true })
      return arrayOf(element)
    case "find":
      lambda(call, BOOL)
      return optional(element)
    case "some":
    case "every":
      lambda(call, BOOL)
      return BOOL
    case "sortBy":
      ordered(lambda(call, undefined), call)
      return arrayOf(element)
    case "groupBy":
      textual(lambda(call, undefined), call)
      return { kind: "map", value: arrayOf(element) }
    case "chunks":
    case "take":
      expectType(check(node.arguments[0]!.value, env), INT, node.arguments[0]!.value, env, ` for ${method}`)
      return method === "take" ? arrayOf(element) : arrayOf(arrayOf(element))
    case "flat": {
      const inner = expand(element, env.file.context.declared)
      if (inner.kind === "array") return arrayOf(inner.element)
      if (inner.kind !== "unknown" && inner.kind !== "never") reportElement(call, "a list of lists")
      return UNKNOWN
    }
    case "join":
      textual(element, call)
      if (node.arguments[0] !== undefined) {
        expectType(check(node.arguments[0].value, env), STRING, node.arguments[0].value, env, " for join")
      }
      return STRING
    case "distinct":
      return arrayOf(element)
    case "sum": {
      const summed = node.arguments.length === 1 ? lambda(call, undefined) : element
      const known = expand(summed, env.file.context.declared)
      if (known.kind === "int" || known.kind === "money" || known.kind === "duration") return known
      if (known.kind !== "number" && known.kind !== "unknown" && known.kind !== "never") {
        reportElement(call, "a list of numbers")
      }
      return NUMBER
    }
    default:
      return unreachable(method)
  }
}

/** Checks the argument as a function of an element; gives the type of its body. */
function lambda(call: ListCall, expected: Type | undefined, options: { readonly index?: boolean } = {}): Type {
  const { env, check, element, method } = call
  const argument: Expression = call.node.arguments[0]!.value
  if (argument.kind !== "lambda") {
    const actual = check(argument, env)
    if (actual.kind !== "unknown") {
      report(env.file, argument, "AF3021", { method, why: "takes a function such as `x => …`" })
    }
    return UNKNOWN
  }
  const most = options.index === true ? 2 : 1
  if (argument.parameters.length > most || argument.parameters.length === 0) {
    report(
      env.file,
      argument,
      "AF3021",
      { method, why: most === 1 ? "gives its function one value" : "gives its function a value and its place" },
    )
  }
  for (const [index, name] of argument.parameters.entries()) {
    const symbol = symbolAt(env.file, name)
    if (symbol !== undefined) env.file.context.symbolTypes.set(symbol.id, index === 0 ? element : INT)
  }
  const body = check(argument.body, { ...env, inline: false }, expected)
  if (expected !== undefined) expectType(body, expected, argument.body, env, ` from the function of ${method}`)
  env.file.types.set(argument.id, { kind: "function", parameters: [element], result: body })
  return body
}

function ordered(type: Type, call: ListCall): void {
  const known = expand(type, call.env.file.context.declared)
  const hasOrder = ["string", "int", "number", "money", "duration", "time", "unknown", "literal"].includes(known.kind)
  if (!hasOrder) reportElement(call, "something with an order")
}

function textual(type: Type, call: ListCall): void {
  const { declared } = call.env.file.context
  const known = expand(type, declared)
  const isEnum = known.kind === "declared" && declared.get(known.symbol)?.kind === "enum"
  const isPlain = ["string", "int", "number", "bool", "literal", "unknown", "never"].includes(known.kind)
  if (!isEnum && !isPlain) reportElement(call, "text")
}

function reportElement(call: ListCall, expected: string): void {
  report(
    call.env.file,
    call.node,
    "AF3021",
    { method: call.method, why: `needs ${expected}, and this is a list of ${render(call.element)}` },
  )
}

/** Counts the arguments and refuses names: built-ins have none. */
export function countArguments(
  node: CallExpression, name: string, [min, max]: readonly [number, number], env: Env,
): boolean {
  const named: Argument | undefined = node.arguments.find((argument) => argument.name !== undefined)
  if (named !== undefined) {
    report(env.file, named, "AF3006", { name, argument: named.name!.text, hint: "." })
    return false
  }
  const count = node.arguments.length
  if (count >= min && count <= max) return true
  report(env.file, node, "AF3005", { name, expected: countText(min, max), actual: count })
  return false
}

export function countText(min: number, max: number): string {
  const range = min === max ? String(min) : `${min} to ${max}`
  return `${range} argument${max === 1 ? "" : "s"}`
}
