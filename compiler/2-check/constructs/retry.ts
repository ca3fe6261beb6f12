// retry: counts, backoff and kinds.

import type { RetryClause } from "../../../grammar/syntax/nodes.ts"
import { report } from "../context.ts"
import { duration, positiveNumber, wholeNumber } from "./constants.ts"
import { distinctKinds } from "./kinds.ts"
import type { ClauseSite } from "./site.ts"

export function checkRetry(clause: RetryClause, { env: { file } }: ClauseSite): void {
  wholeNumber(clause.times, { what: "The count of retries", min: 1, max: 1000 }, file)
  distinctKinds(clause.on, file)
  positiveNumber(clause.factor, { what: "The factor of a backoff" }, file)
  const first = duration(clause.backoff?.first, "The first backoff", file)
  const max = duration(clause.backoff?.max, "The longest backoff", file)
  if (first !== undefined && max !== undefined && first > max) {
    report(
      file, clause.backoff!.max!, "AF3030", { what: "The longest backoff", expected: "at least as long as the first" },
    )
  }
}
