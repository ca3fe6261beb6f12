// limit and cache.

import type { CacheClause, LimitClause } from "../../../grammar/syntax/nodes.ts"
import { duration, wholeNumber } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkLimit(clause: LimitClause, { env: { file } }: ClauseSite): void {
  wholeNumber(clause.rate?.count, { what: "The count of a limit", min: 1 }, file)
  duration(clause.rate?.per, "The time of a limit", file)
  wholeNumber(clause.atOnce, { what: "The count at once", min: 1 }, file)
}

export function checkCache(clause: CacheClause, { env, check }: ClauseSite): void {
  duration(clause.duration, "The time of a cache", env.file)
  for (const key of clause.by) check(key, env)
}
