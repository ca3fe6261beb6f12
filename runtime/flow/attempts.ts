// One activity until it gives a value: reserve, send, settle, wait, again.

import type { Amounts, Envelope, Failure, Success, Task } from "../contract.ts"
import type { Flow } from "../contract.ts"
import { FlowError } from "../errors.ts"
import { reserve, settle } from "../policy/budget.ts"
import type { Refused } from "../policy/budget.ts"
import { idempotencyKey } from "../policy/key.ts"
import { formatDollars } from "../policy/money.ts"
import { nextRetryMs } from "../policy/retry.ts"
import type { RetryPlan } from "../policy/retry.ts"
import { askForMore } from "./over-budget.ts"
import type { Limits } from "./policies.ts"
import { throwIfStopped, waitForAny, waitInFlight } from "./scope.ts"
import { nowMs, timerIn } from "./state.ts"
import type { Frame } from "./state.ts"
import { shortError, showWaiting } from "./status.ts"

/** What outlives a single attempt: a step that a person sends again counts on from here. */
export interface Progress {
  attempts: number
  /** An attempt's outcome is unknown, so the effect may have happened. */
  maybeDone: boolean
  /** The attempt that a deadline left behind. */
  inFlight: Task | undefined
}

export interface Sending {
  readonly activity: string
  readonly step: string
  readonly retry: RetryPlan | undefined
  /** What each input carries beside step, attempt and key. */
  readonly limits: Limits & { readonly deadline?: number }
  /** Called before each attempt, because what is left may have changed; throws `budget_exceeded`. */
  readonly prepare: () => { readonly allowance: Amounts; readonly parameters: unknown }
  /** `undefined`: the outcome is unknown. */
  readonly spent: (envelope: Envelope | undefined, allowance: Amounts) => Amounts
}

export function newProgress(): Progress {
  return { attempts: 0, maybeDone: false, inFlight: undefined }
}

export function sendUntilDone(frame: Frame, sending: Sending, progress: Progress): Flow<Success> {
  return untilDone(frame, sending, progress, () => attempt(frame, sending, progress))
}

/** The attempts of a step of any kind, and the waits between them. */
export function* untilDone(
  frame: Frame, sending: Pick<Sending, "step" | "retry">, progress: Progress, attemptOnce: () => Flow<Envelope>,
): Flow<Success> {
  for (let retriesUsed = 0; ; ) {
    const envelope = yield* attemptOnce()
    if (envelope.ok) return envelope
    if (envelope.maybeDone) progress.maybeDone = true
    // Not a failure of the step but of the worker: what was cut off is paid for, and a new attempt is not a retry.
    if (envelope.kind === "interrupted") continue
    const error = failureOf(envelope, sending.step)
    const delayMs = nextRetryMs(sending.retry, {
      kind: error.kind, retriesUsed, retryAfterMs: error.retryAfterMs, attempt: progress.attempts,
      step: `${frame.state.id}/${sending.step}`,
    })
    if (delayMs === undefined) throw error
    retriesUsed += 1
    yield* waitToRetry(frame, { step: sending.step, delayMs, attempt: progress.attempts + 1, error })
  }
}

function* waitToRetry(frame: Frame, wait: {
  readonly step: string
  readonly delayMs: number
  readonly attempt: number
  readonly error: FlowError
}): Flow<void> {
  const { state, scope } = frame
  const { step, delayMs, attempt } = wait
  throwIfStopped(scope, step)
  const waiting = { step, for: "retry", until: nowMs(state) + delayMs, attempt, error: shortError(wait.error) } as const
  yield* showWaiting(state, waiting, waitForAny(scope, step, [timerIn(state, delayMs)]))
}

function* attempt(frame: Frame, sending: Sending, progress: Progress): Flow<Envelope> {
  const { state, scope, account } = frame
  const { allowance, parameters } = yield* reserveRoom(frame, sending)
  progress.attempts += 1
  const send = (): Task => state.context.callActivity(sending.activity, {
    step: sending.step,
    attempt: progress.attempts,
    // Only when it is sent: a replay would draw the keys of all steps for nothing.
    get key() {
      return idempotencyKey({ runId: state.id, start: state.start, step: sending.step })
    },
    start: state.start,
    ...sending.limits,
    parameters,
  })
  let task = send()
  let isAnswered = yield* waitInFlight(scope, task)
  while (isAnswered && isForAnotherRun(task, state.start)) {
    task = send()
    isAnswered = yield* waitInFlight(scope, task)
  }
  const envelope = isAnswered ? readEnvelope(task) : undefined
  settle(account, { reserved: allowance, spent: sending.spent(envelope, allowance) })
  if (envelope) return envelope
  progress.maybeDone = true
  progress.inFlight = task
  state.leftBehind.add(task)
  throwIfStopped(scope, sending.step)
  throw new Error("internal: an attempt was left behind without a deadline")
}

/**
 * daprd gives a late answer to whoever has the id now, and drops the right one as its double: so the right one is asked for
 * again, with the same key, which costs nothing where it is known already.
 */
function isForAnotherRun(task: Task, start: number): boolean {
  if (task.isFailed) return false
  const answer = task.getResult() as { readonly start?: unknown } | null | undefined
  return typeof answer?.start === "number" && answer.start !== start
}

/** What an attempt may use, taken out of every account; who has no room may get more by asking. */
function* reserveRoom(frame: Frame, sending: Sending): Flow<ReturnType<Sending["prepare"]>> {
  for (;;) {
    throwIfStopped(frame.scope, sending.step)
    try {
      const prepared = sending.prepare()
      const refused = reserve(frame.account, prepared.allowance)
      if (!refused) return prepared
      throw budgetExceeded(refused, sending.step)
    } catch (thrown) {
      if (!(yield* askForMore(frame, thrown))) throw thrown
    }
  }
}

/** The part of the SDK's TaskFailedError that is read. */
interface HostFailure {
  readonly message?: string
  readonly details?: { readonly errorType?: string }
}

/** An activity never throws: a failed task is a failure of the host (not registered, a result it would not carry). */
export function readEnvelope(task: Task): Envelope {
  if (task.isFailed) {
    const { message, details } = task.getException() as HostFailure
    const maybeDone = details?.errorType !== "ActivityNotRegisteredError"
    return { ok: false, kind: "internal", message: message ?? "the host failed the activity", maybeDone }
  }
  const result = task.getResult() as Partial<Envelope> | null | undefined
  if (typeof result === "object" && result !== null && typeof result.ok === "boolean") return result as Envelope
  return { ok: false, kind: "internal", message: "the activity did not answer with an envelope", maybeDone: true }
}

export function budgetExceeded({ by, refusal }: Refused, step: string): FlowError {
  const { account, unit, needed, left } = refusal
  const written = (amount: number): string => (unit === "nanoDollars" ? formatDollars(amount) : `${amount} ${unit}`)
  const message = `needs ${written(needed)}, the budget of ${account} has ${written(left)} left`
  return new FlowError("budget_exceeded", message, refusal, { step, refusedBy: by })
}

function failureOf(failure: Failure, step: string): FlowError {
  return new FlowError(failure.kind, failure.message, failure.data, {
    step, retryAfterMs: failure.retryAfterMs, maybeDone: failure.maybeDone,
  })
}
