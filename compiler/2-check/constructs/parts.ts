// How the parts of a block form are checked.

import type { Clause, RightHandSide, Statement } from "../../../grammar/syntax/nodes.ts"
import type { Env } from "../context.ts"
import type { Type } from "../types.ts"

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
