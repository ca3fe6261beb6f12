// When to try again, and after how long: arithmetic only, the waiting is the flow's.

import { transientKinds } from "../contract.ts"
import type { ErrorKind, Retry } from "../contract.ts"
import { durationMs } from "./duration.ts"
import { unitInterval } from "./hash.ts"

export interface RetryPlan {
  readonly times: number
  readonly on: readonly ErrorKind[]
  readonly firstMs: number
  readonly maxMs: number
  readonly factor: number
  readonly jitter: boolean
}

/** A model call is tried again twice unless the program says otherwise: providers fail for seconds all the time. */
export const agentRetry: Retry = { times: 2 }

/** An undo that gives up needs a person, so it is more patient than the step was. */
export const undoRetry: Retry = { times: 5 }

/** Writing to the inbox has no policy of its own in the language, and a run must not fail for one lost connection. */
export const inboxRetry: Retry = { times: 5 }

export function retryPlan(retry: Retry | "never" | undefined): RetryPlan | undefined {
  if (retry === undefined || retry === "never" || retry.times <= 0) return undefined
  const firstMs = durationMs(retry.backoff?.first ?? "1s")
  return {
    times: retry.times,
    on: retry.on ?? transientKinds,
    firstMs,
    maxMs: Math.max(firstMs, durationMs(retry.backoff?.max ?? "60s")),
    factor: retry.factor ?? 2,
    jitter: retry.jitter ?? false,
  }
}

export interface FailedAttempt {
  readonly kind: ErrorKind
  /** Retries that this step has used before. */
  readonly retriesUsed: number
  readonly retryAfterMs?: number | undefined
  /** The step's path below its run's id. With the attempt it seeds the jitter: a replay waits as long. */
  readonly step: string
  readonly attempt: number
}

/** The wait before the next attempt in whole milliseconds, or undefined when there is none. */
export function nextRetryMs(plan: RetryPlan | undefined, failed: FailedAttempt): number | undefined {
  if (plan === undefined || failed.retriesUsed >= plan.times) return undefined
  // An open circuit answers at once: trying again would only use up what is left for the real attempts.
  if (failed.kind === "circuit_open" || !plan.on.includes(failed.kind)) return undefined
  const ceilingMs = Math.min(plan.maxMs, plan.firstMs * plan.factor ** failed.retriesUsed)
  const drawn = plan.jitter ? unitInterval(`jitter:${failed.step}:${failed.attempt}`) : 1
  return Math.max(Math.round(ceilingMs * drawn), Math.ceil(failed.retryAfterMs ?? 0))
}
