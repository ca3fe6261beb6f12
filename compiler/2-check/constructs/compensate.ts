// compensate: the call that undoes, with the parameters and the `result` of what is undone.

import type { CompensateClause } from "../../../grammar/syntax/nodes.ts"
import { callableOf, report, symbolAt } from "../context.ts"
import { stepCall } from "../expressions.ts"
import type { ClauseSite } from "./site.ts"

export function checkCompensate(clause: CompensateClause, { env, check, callable }: ClauseSite): void {
  const { file } = env
  const call = stepCall(clause.call, env)
  if (call === undefined) {
    if (clause.call.kind !== "missing" && check(clause.call, env).kind !== "unknown") {
      report(file, clause.call, "AF6002", { why: "this is a value" })
    } else if (clause.call.kind === "nameExpression" && symbolAt(file, clause.call.name) !== undefined) {
      report(file, clause.call, "AF6002", { why: "it needs its arguments in ( )" })
    }
    return
  }
  env.step(call, env, { role: "undo", clauses: [] })
  const target = call.callee.kind === "nameExpression" ? symbolAt(file, call.callee.name) : undefined
  if (target === undefined) return
  if (target.id === callable?.symbol) report(file, clause.call, "AF6002", { why: `${target.name} would undo itself` })
  else if (callableOf(file.context, target.id)?.kind === "human") {
    report(file, clause.call, "AF6002", { why: `${target.name} is a human, who undoes nothing` })
  }
}
