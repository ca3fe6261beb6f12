// How the parts of a block form are checked.

import type { Block, Clause, RightHandSide, Statement } from "../../../grammar/syntax/nodes.ts"
import { report, type Env } from "../context.ts"
import type { Type } from "../types.ts"
import { UNKNOWN } from "../types/relate.ts"

/** Whether the value is used, and what is expected of it. */
export interface Want {
  readonly value: boolean
  readonly expected?: Type
}

export const NO_VALUE: Want = { value: false }

/** How the parts of a form are checked; handed down, since statements hold forms and forms hold statements. */
export interface Parts {
  readonly block: (statements: readonly Statement[], env: Env, want: Want) => Type
  readonly right: (value: RightHandSide, clauses: readonly Clause[], env: Env, want: Want) => Type
}

/** A nested block; its type is kept under its id, where `after` looks for `never`. */
export function block(node: Block, env: Env, want: Want, parts: Parts): Type {
  const type = parts.block(node.statements, env, want)
  if (want.value && node.statements.length === 0) {
    report(env.file, node, "AF3016", { what: "it is empty" })
    return UNKNOWN
  }
  env.file.types.set(node.id, type)
  return type
}
