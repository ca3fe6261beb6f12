// Steps that the runtime itself needs: they cost nothing, have no clauses, and are patient.

import type { Flow } from "../contract.ts"
import { noAmounts } from "../policy/budget.ts"
import { retryPlan, inboxRetry } from "../policy/retry.ts"
import { newProgress, sendUntilDone } from "./attempts.ts"
import type { Frame } from "./state.ts"

export function* serviceStep(frame: Frame, sent: {
  readonly activity: string
  readonly step: string
  readonly parameters: unknown
}): Flow<unknown> {
  const { value } = yield* sendUntilDone(frame, {
    activity: sent.activity,
    step: sent.step,
    retry: retryPlan(inboxRetry),
    limits: {},
    prepare: () => ({ allowance: noAmounts, parameters: sent.parameters }),
    spent: () => noAmounts,
  }, newProgress())
  return value
}
