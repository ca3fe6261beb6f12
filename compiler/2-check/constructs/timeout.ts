// timeout and deadline: one attempt, and all attempts together.

import type { DeadlineClause, TimeoutClause } from "../../../grammar/syntax/nodes.ts"
import { report } from "../context.ts"
import { duration } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkTimeout(clause: TimeoutClause, { env }: ClauseSite): void {
  duration(clause.duration, "A timeout", env.file)
}

export function checkDeadline(clause: DeadlineClause, { env, clauses }: ClauseSite): void {
  const deadlineMs = duration(clause.duration, "A deadline", env.file)
  const timeout = clauses.find((each) => each.kind === "timeout")?.duration
  if (deadlineMs !== undefined && timeout?.kind === "duration" && timeout.ms > deadlineMs) {
    report(
      env.file,
      clause.duration,
      "AF3030",
      { what: "A deadline", expected: "at least as long as the timeout of one attempt" },
    )
  }
}
