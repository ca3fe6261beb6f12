// The type of each expression: one case per kind, the details in their own files.

import { unreachable } from "../../base/assert.ts"
import type { Expression, Name } from "../../grammar/syntax/nodes.ts"
import { checkCall, wordFor } from "./calls.ts"
import { report, symbolAt, withArticle, type Env } from "./context.ts"
import { checkIndex, checkMember } from "./members.ts"
import { checkBinary, checkConditional, checkUnary } from "./operators.ts"
import { checkList, checkRecord } from "./records.ts"
import { checkTemplate, wantsLiteral } from "./templates.ts"
import type { Type } from "./types.ts"
import { BOOL, INT, NOTHING, NUMBER, STRING, UNKNOWN } from "./types/relate.ts"

/** `expected` guides literals; the caller compares. */
export function checkExpression(expression: Expression, env: Env, expected?: Type): Type {
  const type = typeOf(expression, env, expected)
  env.file.types.set(expression.id, type)
  return type
}

function typeOf(expression: Expression, env: Env, expected: Type | undefined): Type {
  switch (expression.kind) {
    case "nameExpression":
      return checkName(expression.name, env)
    case "number": {
      if (wantsLiteral(expected, env)) return { kind: "literal", value: expression.value }
      return Number.isInteger(expression.value) ? INT : NUMBER
    }
    case "money":
      return { kind: "money" }
    case "duration":
      return { kind: "duration" }
    case "bool":
      return wantsLiteral(expected, env) ? { kind: "literal", value: expression.value } : BOOL
    case "nothing":
      return NOTHING
    case "template":
      return checkTemplate(expression, env, expected, checkExpression)
    case "list":
      return checkList(expression, env, expected, checkExpression)
    case "record":
      return checkRecord(expression, env, expected, checkExpression, (entry, inside) => checkName(entry.key, inside))
    case "member":
      return checkMember(expression, env, checkExpression)
    case "index":
      return checkIndex(expression, env, checkExpression)
    case "call":
      return checkCall(expression, env, checkExpression)
    case "lambda":
      report(env.file, expression, "AF3020", {})
      return UNKNOWN
    case "unary":
      return checkUnary(expression, env, checkExpression)
    case "binary":
      return checkBinary(expression, env, expected, checkExpression)
    case "conditional":
      return checkConditional(expression, env, expected, checkExpression)
    case "parenthesis":
      return checkExpression(expression.expression, env, expected)
    case "missing":
      return UNKNOWN
    default:
      return unreachable(expression)
  }
}

function checkName(name: Name, env: Env): Type {
  const symbol = symbolAt(env.file, name)
  if (symbol === undefined) return UNKNOWN
  switch (symbol.kind) {
    case "parameter":
    case "let":
    case "var":
    case "loopVariable":
    case "lambdaParameter":
    case "caught":
    case "patternBinding":
    case "branch":
    case "result":
    case "eventField":
      return env.narrowed.get(`#${symbol.id}`) ?? env.file.context.symbolTypes.get(symbol.id) ?? UNKNOWN
    case "setting":
      if (!env.run && !env.settings) {
        const where = "in the body of a workflow, in the texts of an agent or a human, and in a request"
        report(env.file, name, "AF3027", { name: symbol.name, where })
      }
      return env.file.context.symbolTypes.get(symbol.id) ?? UNKNOWN
    case "enum":
      return { kind: "namespace", symbol: symbol.id }
    case "secret":
      if (env.secrets) return STRING
      report(env.file, name, "AF8001", { name: symbol.name })
      return UNKNOWN
    case "type":
    case "error":
    case "event":
    case "model":
    case "policy":
    case "tool":
    case "agent":
    case "human":
    case "workflow":
    case "builtin":
      report(
        env.file, name, "AF2016", { name: symbol.name, actual: withArticle(wordFor(symbol.kind)), expected: "a value" },
      )
      return UNKNOWN
    default:
      return unreachable(symbol.kind)
  }
}

/** The whole of a right-hand side that is the call of a callable; undefined for any other expression. */
export function stepCall(expression: Expression, env: Env): Extract<Expression, { readonly kind: "call" }> | undefined {
  if (expression.kind !== "call" || expression.callee.kind !== "nameExpression") return undefined
  const symbol = symbolAt(env.file, expression.callee.name)
  return symbol !== undefined && env.file.context.signatures.has(symbol.id) ? expression : undefined
}
