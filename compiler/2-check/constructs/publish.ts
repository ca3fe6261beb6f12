// publish: an event, made here like a call or held in a value, to a topic.

import type { CallExpression, Expression, PublishStatement } from "../../../grammar/syntax/nodes.ts"
import type { Symbol } from "../../1-bind/types.ts"
import { checkArguments } from "../calls.ts"
import { report, symbolAt, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { checkExpression } from "../expressions.ts"
import { nameStep } from "../steps.ts"
import type { Type } from "../types.ts"
import { expand, STRING } from "../types/relate.ts"
import { render } from "../types/render.ts"

export function checkPublish(statement: PublishStatement, env: Env): void {
  const { file } = env
  expectType(checkExpression(statement.topic, env), STRING, statement.topic, env, " as a topic")
  const type = typeOfEvent(statement.value, env)
  const known = expand(type, file.context.declared)
  const isEvent = known.kind === "declared" && file.context.declared.get(known.symbol)?.kind === "event"
  if (isEvent) nameStep(statement.id, known.name, env)
  else if (known.kind !== "unknown") {
    const expected = "an event, such as Paid(orderId: order.id)"
    report(file, statement.value, "AF3001", { actual: render(type), expected, where: " to publish" })
  }
}

function typeOfEvent(value: Expression, env: Env): Type {
  if (value.kind !== "call" || value.callee.kind !== "nameExpression") return checkExpression(value, env)
  const symbol = symbolAt(env.file, value.callee.name)
  if (symbol?.kind !== "event") return checkExpression(value, env)
  const type: Type = { kind: "declared", symbol: symbol.id, name: symbol.name }
  checkFields(value, symbol, env)
  env.file.types.set(value.id, type)
  return type
}

/** The fields of the event are its parameters. */
function checkFields(call: CallExpression, event: Symbol, env: Env): void {
  const structure = env.file.context.declared.get(event.id)
  if (structure?.kind === "event") checkArguments(call, event.name, structure.fields, env, checkExpression)
}
