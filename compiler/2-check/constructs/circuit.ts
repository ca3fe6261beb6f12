// circuit: how many failures open it, and for how long.

import type { CircuitClause } from "../../../grammar/syntax/nodes.ts"
import { duration, wholeNumber } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkCircuit(clause: CircuitClause, { env: { file } }: ClauseSite): void {
  wholeNumber(clause.failures, { what: "The count of failures that open a circuit", min: 1 }, file)
  duration(clause.window, "The window of a circuit", file)
  duration(clause.retryAfter, "The wait of an open circuit", file)
}
