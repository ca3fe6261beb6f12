// One durable step: the call of a callable, its name, the clauses around it.

import { assert } from "../../base/assert.ts"
import { cover } from "../../base/text/span.ts"
import type { CallExpression, NodeId } from "../../grammar/syntax/nodes.ts"
import { checkArguments } from "./calls.ts"
import { checkClauses } from "./clauses.ts"
import { callableOf, symbolAt, type Env, type StepUse } from "./context.ts"
import { checkExpression } from "./expressions.ts"
import { policiesOfCall } from "./policies.ts"
import type { Type } from "./types.ts"

/** The callee must be the name of a callable. */
export function checkStep(call: CallExpression, env: Env, { role, clauses }: StepUse): Type {
  const { file } = env
  const { context } = file
  assert(call.callee.kind === "nameExpression", "a step's callee is a name")
  const symbol = symbolAt(file, call.callee.name)
  const signature = symbol === undefined ? undefined : context.signatures.get(symbol.id)
  const node = symbol === undefined ? undefined : callableOf(context, symbol.id)
  assert(symbol !== undefined && signature !== undefined && node !== undefined, "a step's callee is a callable")

  file.calls.set(call.id, symbol.id)
  file.types.set(call.id, signature.result)
  nameStep(call.id, symbol.name, env)
  checkArguments(call, symbol.name, signature.parameters, env, checkExpression)
  setResults(clauses, signature.result, env)
  const whole = clauses.reduce((span, clause) => cover(span, clause.span), call.span)
  checkClauses(
    {
      place: `${node.kind} call`, env: { ...env, inline: false }, clauses, callable: {
        symbol: symbol.id, node,
      }, result: signature.result,
      check: checkExpression,
    },
    whole,
  )
  const effective = policiesOfCall({ callee: symbol.id, clauses, file, workflow: env.workflow, blocks: env.blocks })
  if (env.steps !== undefined) file.callPolicies.set(call.id, effective)
  context.callSites.push({ path: file.path, call, callee: symbol.id, role, clauses, effective, guarded: env.guarded })
  return signature.result
}

/** A step's segment in the path of its run: its name, then name#2, name#3 in the order of the source. */
export function nameStep(id: NodeId, name: string, env: Env): void {
  if (env.steps === undefined) return
  const count = (env.steps.get(name) ?? 0) + 1
  env.steps.set(name, count)
  env.file.stepNames.set(id, count === 1 ? name : `${name}#${count}`)
}

/** Gives the `result` that `compensate` and `require` see its type. */
export function setResults(clauses: StepUse["clauses"], result: Type, env: Env): void {
  const { context, bound } = env.file
  for (const clause of clauses) {
    if (clause.kind !== "compensate" && clause.kind !== "require") continue
    for (const symbol of resultsIn(clause)) context.symbolTypes.set(symbol, result)
  }

  function resultsIn(value: unknown): readonly number[] {
    if (Array.isArray(value)) return value.flatMap(resultsIn)
    if (typeof value !== "object" || value === null) return []
    const found = Object.values(value).flatMap(resultsIn)
    const isName = "kind" in value && value.kind === "name" && "id" in value
    const use = isName ? bound.uses.get(value.id as NodeId) : undefined
    return use !== undefined && context.bound.symbols.symbols[use]!.kind === "result" ? [use, ...found] : found
  }
}
