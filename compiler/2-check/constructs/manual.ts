// manual: who decides when everything else has failed.

import type { ManualClause } from "../../../grammar/syntax/nodes.ts"
import { expectType } from "../expect.ts"
import { STRING } from "../types/relate.ts"
import { duration, plainOnly } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkManual(clause: ManualClause, { env, check }: ClauseSite): void {
  expectType(check(clause.by, env), STRING, clause.by, env, " after by")
  plainOnly(clause.by, "Who decides", env.file)
  duration(clause.within, "The time for a person", env.file)
}
