// within: clauses around a block.

import type { WithinStatement } from "../../../grammar/syntax/nodes.ts"
import { checkClauses } from "../clauses.ts"
import type { Env } from "../context.ts"
import { checkExpression } from "../expressions.ts"
import { UNKNOWN } from "../types/relate.ts"

export function checkWithin(form: WithinStatement, env: Env): void {
  const inside = { ...env, inline: false }
  checkClauses(
    { place: "within", env: inside, clauses: form.clauses, result: UNKNOWN, check: checkExpression }, form.span,
  )
}
