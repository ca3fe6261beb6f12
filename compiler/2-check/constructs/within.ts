// within: clauses around a block, which its steps take where they say nothing nearer.

import type { WithinStatement } from "../../../grammar/syntax/nodes.ts"
import { checkClauses } from "../clauses.ts"
import type { Env } from "../context.ts"
import { checkExpression } from "../expressions.ts"
import { policiesOfBlock } from "../policies.ts"
import { nameStep } from "../steps.ts"
import type { Type } from "../types.ts"
import { NOTHING, UNKNOWN } from "../types/relate.ts"
import { block, type Parts, type Want } from "./parts.ts"

export function checkWithin(form: WithinStatement, env: Env, want: Want, parts: Parts): Type {
  nameStep(form.id, "within", env)
  const blocks = [...policiesOfBlock(form.clauses, env.file), ...env.blocks]
  const type = block(form.body, { ...env, steps: new Map(), blocks }, want, parts)
  const result = !want.value ? NOTHING : (want.expected ?? type)
  const inside = { ...env, inline: false }
  checkClauses({ place: "within", env: inside, clauses: form.clauses, result, check: checkExpression }, form.span)
  // A block that always leaves gives what the `else` of its budget returns.
  const goesOn = form.clauses.some((clause) => clause.kind === "budget" && clause.otherwise?.action === "return")
  return type.kind === "never" && goesOn ? (want.expected ?? (want.value ? UNKNOWN : NOTHING)) : type
}
