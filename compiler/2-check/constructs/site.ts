// Where a clause stands, as its check sees it.

import type { Clause } from "../../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../../1-bind/types.ts"
import type { CallableNode, CheckExpression, Env } from "../context.ts"
import type { Place } from "../places.ts"
import type { Type } from "../types.ts"

export interface ClauseSite {
  readonly place: Place
  readonly env: Env
  /** All clauses that stand together. */
  readonly clauses: readonly Clause[]
  /** The callable declared here, or called here. */
  readonly callable?: { readonly symbol: SymbolId; readonly node: CallableNode }
  /** What the carrier of the clauses gives. */
  readonly result: Type
  readonly check: CheckExpression
}
