// fail: raises a declared error with its data.

import type { FailStatement } from "../../../grammar/syntax/nodes.ts"
import { isBuiltInError } from "../../1-bind/built-ins.ts"
import { report, symbolAt, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { checkExpression } from "../expressions.ts"
import type { Type } from "../types.ts"
import { isOptional, NEVER, STRING } from "../types/relate.ts"

export function checkFail(statement: FailStatement, env: Env): Type {
  const { file } = env
  const { message, data, error } = statement
  if (message !== undefined) {
    expectType(checkExpression(message, env), STRING, message, env, " as the message of an error")
  }
  const symbol = symbolAt(file, error)
  const structure = symbol === undefined ? undefined : file.context.declared.get(symbol.id)
  if (symbol === undefined || structure?.kind !== "error") {
    if (data !== undefined) checkExpression(data, env)
    if (isBuiltInError(error.text)) {
      report(
        file,
        error,
        "AF2016",
        { name: error.text, actual: "a built-in error kind", expected: "an error declared with `error`" },
      )
    }
    return NEVER
  }
  const type: Type = { kind: "declared", symbol: symbol.id, name: symbol.name }
  if (data !== undefined) {
    expectType(checkExpression(data, env, type), type, data, env, " as the data of the error")
  } else {
    const missing = structure.fields.filter((field) => !isOptional(field.type, file.context.declared))
    if (missing.length > 0 && !statement.recovered) {
      report(file, statement, "AF3002", { name: missing.map(({ name }) => name).join(", "), type: symbol.name })
    }
  }
  return NEVER
}
