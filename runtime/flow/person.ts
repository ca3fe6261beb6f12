// Waiting for people: a question with a typed answer, and a parked step that a person decides about.

import { answerEvent, parkActivity } from "../contract.ts"
import type { Answer, Callable, Flow, ManualDecision, Task, Waiting } from "../contract.ts"
import { asCaughtError, FlowError } from "../errors.ts"
import { noAmounts } from "../policy/budget.ts"
import { durationMs, formatDuration } from "../policy/duration.ts"
import { retryPlan, inboxRetry } from "../policy/retry.ts"
import { accept } from "../schema/accept.ts"
import { newProgress, sendUntilDone } from "./attempts.ts"
import type { Progress } from "./attempts.ts"
import { pauseDeadlines, resumeDeadlines, throwIfStopped, waitForAny } from "./scope.ts"
import { eventTask, nowMs, stepPath, takeEvent } from "./state.ts"
import type { Frame } from "./state.ts"
import { shortError, showWaiting } from "./status.ts"

interface Question {
  readonly activity: string
  readonly step: string
  readonly parameters: unknown
  readonly progress: Progress
  readonly lapsesAfterMs: number | undefined
  readonly waiting: Pick<Waiting, "for" | "error">
}

/** A `human` step: the inbox entry, then the first valid answer, or `timeout`. */
export function* askPerson<P extends object, R>(frame: Frame, asked: {
  readonly callable: Extract<Callable<P, R>, { kind: "human" }>
  readonly parameters: P
  readonly step: string
  readonly progress: Progress
  readonly timeout: number | string | undefined
}): Flow<R> {
  const { spec } = asked.callable
  const answer = yield* ask(frame, {
    activity: spec.name,
    step: asked.step,
    parameters: asked.parameters,
    progress: asked.progress,
    lapsesAfterMs: asked.timeout === undefined ? undefined : durationMs(asked.timeout),
    waiting: { for: "answer" },
  }, (value) => {
    const accepted = accept(spec.result, value)
    if (!accepted.ok) return undefined
    const fits = (spec.require ?? []).every((rule) => rule.holds(accepted.value, asked.parameters))
    return fits ? { value: accepted.value } : undefined
  })
  if (answer) return answer.value
  const message = `nobody answered within ${formatDuration(asked.timeout ?? 0)}`
  throw new FlowError("timeout", message, undefined, { step: asked.step })
}

export type Decision<R> =
  | { readonly action: "retry" }
  | { readonly action: "skip"; readonly value: R }
  | { readonly action: "fail" }

/** Parks a step that failed for good; no decision in time is the decision to fail. */
export function* parkStep<P extends object, R>(frame: Frame, parked: {
  readonly callable: Callable<P, R>
  readonly parameters: P
  readonly error: FlowError
  readonly manual: { readonly by: string; readonly within?: number | string }
}): Flow<Decision<R>> {
  const { callable, manual, error } = parked
  const schema = callable.spec.result
  const decision = yield* ask<Decision<R>>(frame, {
    activity: parkActivity,
    step: stepPath(frame, "manual"),
    parameters: {
      callable: callable.name,
      by: manual.by,
      error: asCaughtError(error),
      parameters: parked.parameters,
      schema: schema.json,
    },
    progress: newProgress(),
    lapsesAfterMs: manual.within === undefined ? undefined : durationMs(manual.within),
    waiting: { for: "manual", error: shortError(error) },
  }, (value) => {
    const made = value as Partial<ManualDecision> | null | undefined
    if (made?.action === "retry" || made?.action === "fail") return { value: { action: made.action } }
    if (made?.action !== "skip") return undefined
    const accepted = accept(schema, made.value)
    return accepted.ok ? { value: { action: "skip", value: accepted.value } } : undefined
  })
  return decision?.value ?? { action: "fail" }
}

/** Undefined when the question lapsed. An answer that `read` does not take is ignored, and the wait goes on. */
function* ask<T>(
  frame: Frame, question: Question, read: (value: unknown) => { readonly value: T } | undefined,
): Flow<{ readonly value: T } | undefined> {
  const { state, scope } = frame
  const { step, lapsesAfterMs } = question
  throwIfStopped(scope, step)
  pauseDeadlines(scope, state.context)
  try {
    const deadline = lapsesAfterMs === undefined ? undefined : nowMs(state) + lapsesAfterMs
    yield* sendUntilDone(frame, {
      activity: question.activity,
      step,
      retry: retryPlan(inboxRetry),
      limits: deadline === undefined ? {} : { deadline },
      prepare: () => ({ allowance: noAmounts, parameters: question.parameters }),
      spent: () => noAmounts,
    }, question.progress)
    const lapse = deadline === undefined ? [] : [state.context.createTimer(new Date(deadline))]
    const waiting = { step, ...question.waiting, ...(deadline === undefined ? {} : { until: deadline }) }
    return yield* showWaiting(state, waiting, firstValidAnswer(frame, { step, lapse, read }))
  } finally {
    resumeDeadlines(scope, state.context)
  }
}

function* firstValidAnswer<T>(frame: Frame, wait: {
  readonly step: string
  readonly lapse: readonly Task[]
  readonly read: (value: unknown) => { readonly value: T } | undefined
}): Flow<{ readonly value: T } | undefined> {
  const name = answerEvent(wait.step)
  for (;;) {
    const event = eventTask(frame.state, name)
    yield* waitForAny(frame.scope, wait.step, [event, ...wait.lapse])
    if (!event.isComplete) return undefined
    const payload = takeEvent(frame.state, name) as Partial<Answer> | null | undefined
    const read = typeof payload === "object" && payload !== null ? wait.read(payload.v) : undefined
    if (read) return read
  }
}
