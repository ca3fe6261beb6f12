// use and steps use: the name of a policy.

import type { StepsUseClause, UseClause } from "../../../grammar/syntax/nodes.ts"
import { expectKind } from "./names.ts"
import type { ClauseSite } from "./site.ts"

export function checkUse(clause: UseClause | StepsUseClause, { env }: ClauseSite): void {
  expectKind(clause.policy, ["policy"], env.file)
}
