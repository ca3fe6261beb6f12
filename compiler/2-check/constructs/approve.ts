// approve by: the human step before every call of a tool.

import type { ApproveClause, Expression } from "../../../grammar/syntax/nodes.ts"
import { callableOf, report, symbolAt, type Env } from "../context.ts"
import { stepCall } from "../expressions.ts"
import { expectType, shorten } from "../expect.ts"
import { BOOL, expand } from "../types/relate.ts"
import { render } from "../types/render.ts"
import type { ClauseSite } from "./site.ts"

export function checkApprove(clause: ApproveClause, { env, check }: ClauseSite): void {
  checkYesNo(clause.by, env)
  if (clause.when !== undefined) expectType(check(clause.when, env), BOOL, clause.when, env, " after when")
}

/** The call of a human whose answer says yes or no: a bool, or an enum whose first member is the yes. */
export function checkYesNo(value: Expression, env: Env): void {
  const { file } = env
  const call = stepCall(value, env)
  const symbol = call?.callee.kind === "nameExpression" ? symbolAt(file, call.callee.name) : undefined
  if (call === undefined || symbol === undefined || callableOf(file.context, symbol.id)?.kind !== "human") {
    const name = shorten(symbol?.name ?? "this")
    report(file, value, "AF2016", { name, actual: "not the call of a human", expected: "the call of a human" })
    return
  }
  // The question is no step of its own: it belongs to the step that asks.
  const { steps: _, ...outside } = env
  const answer = expand(env.step(call, outside, { role: "fallback", clauses: [] }), file.context.declared)
  const isEnum = answer.kind === "declared" && file.context.declared.get(answer.symbol)?.kind === "enum"
  if (!isEnum && answer.kind !== "bool" && answer.kind !== "unknown") {
    const where = ` as the answer of ${symbol.name}`
    report(file, value, "AF3001", { actual: render(answer), expected: "bool or an enum", where })
  }
}
