// approve by: the human step before every call of a tool.

import type { ApproveClause } from "../../../grammar/syntax/nodes.ts"
import { callableOf, report, symbolAt } from "../context.ts"
import { stepCall } from "../expressions.ts"
import { expectType, shorten } from "../expect.ts"
import { BOOL } from "../types/relate.ts"
import type { ClauseSite } from "./site.ts"

export function checkApprove(clause: ApproveClause, { env, check }: ClauseSite): void {
  const call = stepCall(clause.by, env)
  const symbol = call?.callee.kind === "nameExpression" ? symbolAt(env.file, call.callee.name) : undefined
  if (call === undefined || symbol === undefined || callableOf(env.file.context, symbol.id)?.kind !== "human") {
    report(
      env.file,
      clause.by,
      "AF2016",
      { name: shorten(symbol?.name ?? "this"), actual: "not the call of a human", expected: "the call of a human" },
    )
  } else {
    env.step(call, env, { role: "fallback", clauses: [] })
  }
  if (clause.when !== undefined) expectType(check(clause.when, env), BOOL, clause.when, env, " after when")
}
