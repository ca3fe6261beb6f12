// Unary, binary and conditional expressions.

import { unreachable } from "../../base/assert.ts"
import type { BinaryExpression, ConditionalExpression, UnaryExpression } from "../../grammar/syntax/nodes.ts"
import { report, type CheckExpression, type Env } from "./context.ts"
import { expectType } from "./expect.ts"
import { assume } from "./narrowing.ts"
import type { Type } from "./types.ts"
import {
  assignable, BOOL, expand, INT, isOptional, join, NUMBER, present, STRING, UNKNOWN, widen,
} from "./types/relate.ts"
import { render } from "./types/render.ts"

export function checkUnary(node: UnaryExpression, env: Env, check: CheckExpression): Type {
  const type = check(node.operand, env)
  if (node.operator === "not") {
    expectType(type, BOOL, node.operand, env, " after not")
    return BOOL
  }
  const known = widen(expand(type, env.file.context.declared))
  if (known.kind === "int" || known.kind === "number" || known.kind === "money" || known.kind === "duration") {
    return known
  }
  if (known.kind !== "unknown") {
    report(env.file, node, "AF3001", { actual: render(type), expected: "a number", where: " after -" })
  }
  return UNKNOWN
}

export function checkConditional(
  node: ConditionalExpression, env: Env, expected: Type | undefined, check: CheckExpression,
): Type {
  expectType(check(node.condition, env), BOOL, node.condition, env, " before ?")
  const then = check(node.then, assume(node.condition, "true", env), expected)
  const otherwise = check(node.otherwise, assume(node.condition, "false", env), expected)
  return join(then, otherwise, env.file.context.declared)
}

export function checkBinary(
  node: BinaryExpression, env: Env, expected: Type | undefined, check: CheckExpression,
): Type {
  switch (node.operator) {
    case "and":
    case "or": {
      expectType(check(node.left, env), BOOL, node.left, env, ` before ${node.operator}`)
      const known = assume(node.left, node.operator === "and" ? "true" : "false", env)
      expectType(check(node.right, known), BOOL, node.right, env, ` after ${node.operator}`)
      return BOOL
    }
    case "??": {
      const left = check(node.left, env, expected)
      const right = check(node.right, env, expected ?? present(left, env.file.context.declared))
      if (left.kind === "nothing") return right
      if (!isOptional(left, env.file.context.declared)) return left
      return join(present(left, env.file.context.declared), right, env.file.context.declared)
    }
    case "==":
    case "!=":
      checkEquality(node, env, check)
      return BOOL
    case "<":
    case "<=":
    case ">":
    case ">=":
      checkOrder(node, env, check)
      return BOOL
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return checkArithmetic(node, env, check)
    default:
      return unreachable(node.operator)
  }
}

function checkEquality(node: BinaryExpression, env: Env, check: CheckExpression): void {
  const { declared } = env.file.context
  const left = check(node.left, env)
  const right = check(node.right, env, left)
  if (left.kind === "unknown" || right.kind === "unknown") return
  const pair: readonly (readonly [Type, Type])[] = [[left, right], [right, left]]
  for (const [one, other] of pair) {
    if (one.kind === "nothing" && other.kind !== "nothing" && !isOptional(other, declared) && other.kind !== "json") {
      return refuse(node, left, right, env)
    }
  }
  if (left.kind === "nothing" || right.kind === "nothing") return
  const bare = [present(left, declared), present(right, declared)] as const
  const alike = assignable(bare[0], bare[1], declared) || assignable(bare[1], bare[0], declared)
  if (!alike || !isScalar(bare[0], env) || !isScalar(bare[1], env)) refuse(node, left, right, env)
}

/** Records and lists are not compared: what "the same" means for them is the program's to say. */
function isScalar(type: Type, env: Env): boolean {
  const known = expand(type, env.file.context.declared)
  if (known.kind === "union") return known.members.every((member) => isScalar(member, env))
  if (known.kind === "declared") return env.file.context.declared.get(known.symbol)?.kind === "enum"
  return [
    "string", "int", "number", "bool", "time", "duration", "money", "literal", "never", "unknown",
  ].includes(known.kind)
}

function checkOrder(node: BinaryExpression, env: Env, check: CheckExpression): void {
  const [left, right] = operands(node, env, check)
  if (left.kind === "unknown" || right.kind === "unknown") return
  const numbers = isNumber(left) && isNumber(right)
  const same = left.kind === right.kind && ["string", "time", "duration", "money"].includes(left.kind)
  if (!numbers && !same) refuse(node, left, right, env)
}

function checkArithmetic(node: BinaryExpression, env: Env, check: CheckExpression): Type {
  const [left, right] = operands(node, env, check)
  if (left.kind === "unknown" || right.kind === "unknown") return UNKNOWN
  const result = arithmetic(node.operator, left, right)
  if (result === undefined) refuse(node, left, right, env)
  return result ?? UNKNOWN
}

function arithmetic(operator: BinaryExpression["operator"], left: Type, right: Type): Type | undefined {
  if (isNumber(left) && isNumber(right)) {
    return operator !== "/" && left.kind === "int" && right.kind === "int" ? INT : NUMBER
  }
  const additive = operator === "+" || operator === "-"
  if (operator === "+" && left.kind === "string" && right.kind === "string") return STRING
  if (additive && left.kind === right.kind && (left.kind === "money" || left.kind === "duration")) {
    return { kind: left.kind }
  }
  if (additive && left.kind === "time" && right.kind === "duration") return { kind: "time" }
  if (operator === "-" && left.kind === "time" && right.kind === "time") return { kind: "duration" }
  if (operator === "*" && (left.kind === "money" || left.kind === "duration") && right.kind === "int") {
    return { kind: left.kind }
  }
  return undefined
}

function operands(node: BinaryExpression, env: Env, check: CheckExpression): readonly [Type, Type] {
  const { declared } = env.file.context
  return [widen(expand(check(node.left, env), declared)), widen(expand(check(node.right, env), declared))]
}

function isNumber(type: Type): boolean {
  return type.kind === "int" || type.kind === "number"
}

function refuse(node: BinaryExpression, left: Type, right: Type, env: Env): void {
  const { declared } = env.file.context
  const maybe = [left, right].find((type) => isOptional(type, declared) && type.kind !== "nothing")
  const compares = node.operator === "==" || node.operator === "!="
  const hint = maybe !== undefined && !compares ? "; one of them may be nothing: write `??` with another value" : ""
  report(env.file, node, "AF3010", { operator: node.operator, left: render(left), right: render(right), hint })
}
