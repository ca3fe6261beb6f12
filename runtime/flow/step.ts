// One call as one durable step, with its clauses around it: manual, fallback, deadline, then the work itself.

import { runAgent } from "../agent/loop.ts"
import type { Callable, CallOptions, Envelope, Flow, Task, Tool, UndoCall, Undoing } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { noAmounts } from "../policy/budget.ts"
import { registerUndo } from "../policy/compensation.ts"
import { isApproved } from "./approval.ts"
import { newProgress, sendUntilDone } from "./attempts.ts"
import type { Progress } from "./attempts.ts"
import { throughCache } from "./cache.ts"
import { callChild } from "./child.ts"
import { orValue } from "./over-budget.ts"
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
  const policy = policyOf(caller, { callable, parameters, options })
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
    return yield* orValue(step.frame, step.policy.account, withinDeadline(step))
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
  const working = { ...frame, scope, account }
  const { value, isFresh } = yield* throughCache(working, { ...step, cache: policy.cache }, () => work(step, working))
  if (isFresh) register(step, { value })
  return value
}

function work<P extends object, R>(step: Step<P, R>, frame: Frame): Flow<R> {
  const { callable, parameters, policy, progress } = step
  const { retry, limits } = policy
  switch (callable.kind) {
    case "tool": return callTool(step, callable, frame)
    case "agent": return runAgent({ frame, agent: callable, parameters, retry, limits, progress })
    case "workflow": return callChild({ frame, workflow: callable, parameters, retry, progress })
    case "human": return askPerson(frame, { callable, parameters, step: frame.path, progress, timeout: policy.timeout })
  }
}

function* callTool<P extends object, R>(step: Step<P, R>, tool: Tool<P, R>, frame: Frame): Flow<R> {
  yield* approve(step, tool, frame)
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

/** Asked here, below every way to reach a tool, so that none gets past it. */
function* approve<P extends object, R>(step: Step<P, R>, { name, spec }: Tool<P, R>, frame: Frame): Flow<void> {
  const approval = spec.approve
  if (!approval || approval.when?.(step.parameters) === false) return
  const asking = openFrame(frame, stepPath(frame, "approve"))
  if (yield* isApproved(asking, approval, step.parameters)) return
  throw new FlowError("denied", `${name} was not approved`, undefined, { step: frame.path })
}

/** A step that failed may have had its effect all the same; only a tool has one. */
function registerMaybeDone<P extends object, R>(step: Step<P, R>): void {
  const { maybeDone, inFlight } = step.progress
  if (step.callable.kind === "tool" && maybeDone) register(step, inFlight ? { inFlight } : {})
}

/** Without a value the outcome is unknown, or still to come. */
function register<P extends object, R>(step: Step<P, R>, outcome: { readonly value?: R; readonly inFlight?: Task }): void {
  const { callable, options, frame, parameters } = step
  const place = options.compensate ? options : callable.spec
  if (frame.isUndo || !place.compensate) return
  const callWith = (result: R): UndoAction => {
    const call = place.compensate?.(undoing, parameters, result)
    return call ? { outcome: "done", call } : unknown
  }
  const decide = (envelope: Envelope): UndoAction | undefined => {
    if (envelope.ok) return callWith(envelope.value as R)
    if (!envelope.maybeDone) return undefined
    return place.compensateNeedsResult === false ? callWith(undefined as R) : unknown
  }
  const action = ((): UndoAction | undefined => {
    if (outcome.inFlight) return { outcome: "in flight", task: outcome.inFlight, decide }
    if ("value" in outcome) return callWith(outcome.value as R)
    return decide({ ok: false, kind: "outcome_unknown", message: "", maybeDone: true })
  })()
  if (action) frame.saga.undo = registerUndo(frame.saga.undo, { start: step.start, step: frame.path, action })
}

const unknown: UndoAction = { outcome: "unknown" }

const undoing: Undoing = { call: (callable, parameters): UndoCall => ({ callable: callable as Callable, parameters }) }
