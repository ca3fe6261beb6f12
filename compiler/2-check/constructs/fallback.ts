// fallback: a value or a call of the same result type.

import type { FallbackClause } from "../../../grammar/syntax/nodes.ts"
import { stepCall } from "../expressions.ts"
import { expectType } from "../expect.ts"
import { distinctKinds } from "./kinds.ts"
import type { ClauseSite } from "./site.ts"

export function checkFallback(clause: FallbackClause, { env, result, check }: ClauseSite): void {
  distinctKinds(clause.on, env.file)
  const inside = { ...env, run: true }
  const call = stepCall(clause.value, inside)
  const actual =
    call === undefined ? check(clause.value, inside, result) : env.step(call, inside, { role: "fallback", clauses: [] })
  expectType(actual, result, clause.value, env, " as the fallback")
}
