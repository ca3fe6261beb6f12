// require: what must hold of a result, and what is said when it does not.

import type { RequireClause } from "../../../grammar/syntax/nodes.ts"
import { expectType } from "../expect.ts"
import { BOOL, STRING } from "../types/relate.ts"
import type { ClauseSite } from "./site.ts"

export function checkRequire(clause: RequireClause, { env, check }: ClauseSite): void {
  expectType(check(clause.condition, env), BOOL, clause.condition, env, " after require")
  const prose = { ...env, text: "prose" as const }
  expectType(check(clause.otherwise, prose), STRING, clause.otherwise, prose, " after else")
}
