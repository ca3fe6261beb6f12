// One call as one durable step, with its clauses around it: manual, fallback, deadline, then the work itself.

import { runAgent } from "../agent/loop.ts"
import type { Callable, CallOptions, Flow } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { noAmounts } from "../policy/budget.ts"
import { registerUndo } from "../policy/compensation.ts"
import { newProgress, sendUntilDone } from "./attempts.ts"
import type { Progress } from "./attempts.ts"
import { askPerson, parkStep } from "./person.ts"
import { policyOf } from "./policies.ts"
import type { StepPolicy } from "./policies.ts"
import { openDeadline, throwIfStopped } from "./scope.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame, UndoAction } from "./state.ts"

interface Step<P extends object, R> {
  readonly callable: Callable<P, R>
  readonly parameters: P
  readonly options: CallOptions<P, R>
  readonly policy: StepPolicy<P, R>
  /** Of the step itself: its parts (turns, fallback, parking) are named below it. */
  readonly frame: Frame
  readonly progress: Progress
  /** Its place in the run's start order. */
  readonly start: number
}

export function* callStep<P extends object, R>(
  caller: Frame, callable: Callable<P, R>, parameters: P, options: CallOptions<P, R> = {},
): Flow<R> {
  const path = stepPath(caller, options.as ?? callable.name)
  throwIfStopped(caller.scope, path)
  const policy = policyOf(caller, callable, options)
  const frame = openFrame(caller, path)
  const start = caller.state.stepsStarted++
  const step: Step<P, R> = { callable, parameters, options, policy, frame, progress: newProgress(), start }
  for (;;) {
    try {
      return yield* withFallback(step)
    } catch (thrown) {
      const decision = yield* decideByHand(step, thrown)
      if (decision.action === "retry") continue
      registerMaybeDone(step)
      if (decision.action === "skip") return decision.value
      throw thrown
    }
  }
}

function* decideByHand<P extends object, R>(step: Step<P, R>, thrown: unknown): ReturnType<typeof parkStep<P, R>> {
  const { manual } = step.policy
  if (!(thrown instanceof FlowError)) throw thrown
  thrown.step ??= step.frame.path
  if (!manual || thrown.endsRun || thrown.kind === "cancelled") return { action: "fail" }
  return yield* parkStep(step.frame, { callable: step.callable, parameters: step.parameters, error: thrown, manual })
}

function* withFallback<P extends object, R>(step: Step<P, R>): Flow<R> {
  const { fallback } = step.policy
  try {
    return yield* withinDeadline(step)
  } catch (thrown) {
    if (!fallback || !(thrown instanceof FlowError) || !catches(thrown, ...(fallback.on ?? []))) throw thrown
    const frame = openFrame(step.frame, stepPath(step.frame, "fallback"))
    const value = yield* fallback.value(frame.state.runOf(frame), step.parameters)
    registerMaybeDone(step)
    return value
  }
}

function* withinDeadline<P extends object, R>(step: Step<P, R>): Flow<R> {
  const { policy, frame } = step
  const { deadlineMs, account } = policy
  const scope = deadlineMs === undefined
    ? frame.scope
    : openDeadline(frame.state.context, { of: "step", lengthMs: deadlineMs, parent: frame.scope })
  const result = yield* work(step, { ...frame, scope, account })
  register(step, { result: { value: result } })
  return result
}

function work<P extends object, R>(step: Step<P, R>, frame: Frame): Flow<R> {
  const { callable, parameters, policy, progress } = step
  const { retry, limits } = policy
  switch (callable.kind) {
    case "tool": return callTool(step, frame)
    case "agent": return runAgent({ frame, agent: callable, parameters, retry, limits, progress })
    case "human": return askPerson(frame, { callable, parameters, step: frame.path, progress, timeout: policy.timeout })
  }
}

function* callTool<P extends object, R>(step: Step<P, R>, frame: Frame): Flow<R> {
  // An undo is owed: it is sent even when the budget that was planned for the work is used up.
  const once = frame.isUndo ? noAmounts : { ...noAmounts, calls: 1 }
  const success = yield* sendUntilDone(frame, {
    activity: step.callable.name,
    step: frame.path,
    retry: step.policy.retry,
    limits: step.policy.limits,
    prepare: () => ({ allowance: once, parameters: step.parameters }),
    spent: (envelope) => (envelope?.ok === false && envelope.kind === "circuit_open" ? noAmounts : once),
  }, step.progress)
  return success.value as R
}

/** A step that failed may have had its effect all the same; only a tool has one. */
function registerMaybeDone<P extends object, R>(step: Step<P, R>): void {
  const { maybeDone, inFlight } = step.progress
  if (step.callable.kind === "tool" && maybeDone) register(step, inFlight ? { inFlight } : {})
}

function register<P extends object, R>(step: Step<P, R>, outcome: Pick<UndoAction, "inFlight" | "result">): void {
  const { callable, options, frame, parameters } = step
  const place = options.compensate ? options : callable.spec
  if (frame.isUndo || !place.compensate) return
  const action: UndoAction = {
    ...outcome,
    needsResult: place.compensateNeedsResult ?? true,
    undo: (run, result) => place.compensate?.(run, parameters, result as R) ?? nothing(),
  }
  frame.state.undo = registerUndo(frame.state.undo, { start: step.start, step: frame.path, action })
}

// eslint-disable-next-line require-yield
function* nothing(): Flow<void> {}
