// The clauses in a workflow's own body: they govern the run itself.

import type { Flow, RunEnvelope, WorkflowSpec } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { nextRetryMs, retryPlan } from "../policy/retry.ts"
import { waitForAny } from "./scope.ts"
import { nowMs, openFrame, stepPath, timerIn } from "./state.ts"
import type { Frame } from "./state.ts"
import { shortError, showWaiting } from "./status.ts"
import { compensate } from "./undo.ts"

/** What a body gave: the run's result, or the input of its next history. */
export type Ended<R> = { readonly result: R } | { readonly next: RunEnvelope }

/** Undoes everything before it begins again, under names of its own, or gives another value. */
export function* governed<P extends object, R>(
  frame: Frame, spec: WorkflowSpec<P, R>, parameters: P, work: (frame: Frame) => Flow<Ended<R>>,
): Flow<Ended<R>> {
  const { state } = frame
  const { fallback } = spec.policy ?? {}
  const retry = retryPlan(spec.policy?.retry)
  let own = frame
  for (let retriesUsed = 0; ; retriesUsed++) {
    try {
      return yield* orReturn(own, parameters, work(own))
    } catch (thrown) {
      if (!(thrown instanceof FlowError) || thrown.endsRun) throw thrown
      const delayMs = nextRetryMs(retry, {
        kind: thrown.kind, retriesUsed, retryAfterMs: thrown.retryAfterMs, attempt: retriesUsed + 1,
        step: `${state.id}/${frame.path}`,
      })
      if (delayMs === undefined && !(fallback && catches(thrown, ...(fallback.on ?? [])))) throw thrown
      yield* compensate(own, own.saga)
      if (delayMs === undefined) {
        const instead = openFrame(own, stepPath(own, "fallback"))
        return { result: (yield* fallback?.value(state.runOf(instead), parameters) ?? nothing()) as R }
      }
      const until = nowMs(state) + delayMs
      const waiting = { step: own.path, for: "retry", until, attempt: retriesUsed + 2, error: shortError(thrown) } as const
      yield* showWaiting(state, waiting, waitForAny(own.scope, own.path, [timerIn(state, delayMs)]))
      state.generation += 1
      own = openFrame(own, `${spec.name}#${state.generation}`)
    }
  }
}

/** The value of the budget's own `else return`, when the run's budget has no room. */
function* orReturn<R>(frame: Frame, parameters: object, flow: Flow<Ended<R>>): Flow<Ended<R>> {
  try {
    return yield* flow
  } catch (thrown) {
    const action = frame.account.over?.action
    const isOwn = thrown instanceof FlowError && thrown.refusedBy === frame.account
    if (!isOwn || !action || !("return" in action)) throw thrown
    const own = openFrame(frame, stepPath(frame, "else"))
    return { result: (yield* action.return(frame.state.runOf(own), parameters)) as R }
  }
}

// eslint-disable-next-line require-yield
function* nothing(): Flow<undefined> {
  return undefined
}
