// A run that another run calls: an instance of its own, with an allotment of the budget, cancelled with its caller.

import { cancelRunActivity } from "../contract.ts"
import type { Amounts, Caps, ChildResult, Envelope, Flow, RunEnvelope, Task, Workflow } from "../contract.ts"
import { catches, FlowError, parseRunFailure } from "../errors.ts"
import { capsOf, childAllotment, noAmounts, reserve, settle } from "../policy/budget.ts"
import type { Refusal } from "../policy/budget.ts"
import { sha256Hex } from "../policy/hash.ts"
import type { RetryPlan } from "../policy/retry.ts"
import { accept } from "../schema/accept.ts"
import { untilDone } from "./attempts.ts"
import type { Progress } from "./attempts.ts"
import { openScope, stopReason, stopTasks, throwIfStopped } from "./scope.ts"
import { serviceStep } from "./service.ts"
import { openFrame } from "./state.ts"
import type { Frame } from "./state.ts"
import { showWaiting } from "./status.ts"

export interface ChildCall<P extends object, R> {
  readonly frame: Frame
  readonly workflow: Workflow<P, R>
  readonly parameters: P
  readonly retry: RetryPlan | undefined
  readonly progress: Progress
}

/** A failed child has undone itself, so its retry is a child of its own. */
export function* callChild<P extends object, R>(call: ChildCall<P, R>): Flow<R> {
  const { frame, workflow, progress } = call
  const told: Told = { isTight: false }
  try {
    const attempt = (): Flow<Envelope> => attemptChild(call, told)
    const success = yield* untilDone(frame, { step: frame.path, retry: call.retry }, progress, attempt)
    const result = accept(workflow.spec.result, success.value)
    if (result.ok) return result.value
    throw new FlowError("invalid_output", result.problems.join("; "))
  } catch (thrown) {
    if (thrown instanceof FlowError && thrown.kind === "budget_exceeded" && told.isTight) {
      throw new FlowError(thrown.kind, thrown.message, thrown.data, { step: thrown.step, refusedBy: frame.account })
    }
    throw thrown
  }
}

/** Whether the child ran out of what its caller could give, and not of what it allows itself. */
interface Told {
  isTight: boolean
}

function* attemptChild<P extends object, R>(call: ChildCall<P, R>, told: Told): Flow<Envelope> {
  const { frame, workflow, parameters, progress } = call
  const { state, scope, account } = frame
  throwIfStopped(scope, frame.path)
  // An undo is owed, whatever the budget for the work has left.
  const declared = capsOf(workflow.spec.budget)
  const allotment = frame.isUndo ? {} : childAllotment(account, declared, frame.share)
  const reserved = reservable(allotment)
  const refused = reserve(account, reserved)
  if (refused) throw new Error(`internal: an allotment of ${refused.by.name} that it has no room for`)
  progress.attempts += 1
  const input: RunEnvelope = { "agentflow.run": 1, parameters, allotment, cause: { run: state.id, start: state.start, step: frame.path } }
  const id = childId(frame, workflow.workflowName, progress.attempts)
  const task = state.context.callChildWorkflow(workflow.workflowName, input, id)
  const waiting = { step: frame.path, for: "child", attempt: progress.attempts } as const
  yield* showWaiting(state, waiting, untilEnded(frame, task, id))
  const { envelope, spent } = outcomeOf(task, reserved)
  settle(account, { reserved, spent })
  if (envelope.ok) return envelope
  throwIfStopped(scope, frame.path)
  const { unit } = (envelope.data ?? {}) as Partial<Refusal>
  told.isTight = unit !== undefined && (allotment[unit] ?? Infinity) < (declared[unit] ?? Infinity)
  return envelope
}

/** No host takes a slash in an id; the hash keeps apart what the name does not. */
function childId({ state, path }: Frame, name: string, attempt: number): string {
  return `${state.id}:${name}:${sha256Hex(JSON.stringify([path, state.start, attempt]), 12)}`
}

function reservable(caps: Caps): Amounts {
  return { ...noAmounts, ...caps }
}

/** Whatever stops the step cancels the child, which then ends in its own time: it has to undo what it did. */
function* untilEnded(frame: Frame, task: Task, id: string): Flow<void> {
  while (!task.isComplete && !stopReason(frame.scope)) yield [task, ...stopTasks(frame.scope)]
  if (task.isComplete) return
  frame.state.background.push({ flow: cancelChild(frame, id), waits: [] })
  while (!task.isComplete) yield [task]
}

/** One that has ended meanwhile can't be told, and need not be. */
function* cancelChild(frame: Frame, id: string): Flow<void> {
  const own = openFrame(frame, `${frame.path}/cancel`, { scope: openScope() })
  try {
    yield* serviceStep(own, { activity: cancelRunActivity, step: own.path, parameters: { run: id } })
  } catch (thrown) {
    if (!(thrown instanceof FlowError) || !catches(thrown)) throw thrown
  }
}

function outcomeOf(task: Task, reserved: Amounts): { readonly envelope: Envelope; readonly spent: Amounts } {
  if (!task.isFailed) {
    const result = task.getResult() as Partial<ChildResult> | null | undefined
    if (result?.["agentflow.run"] === 1) return { envelope: { ok: true, value: result.value }, spent: result.spent ?? reserved }
    const message = "the run gave no result as a child: is it a workflow of another runtime?"
    return { envelope: { ok: false, kind: "internal", message }, spent: reserved }
  }
  const message = (task.getException() as { readonly message?: string } | undefined)?.message ?? "the run was terminated"
  const failure = parseRunFailure(message)
  // Without its own record it did not end by itself, and nobody knows what it spent or did.
  if (!failure) return { envelope: { ok: false, kind: "internal", message, maybeDone: true }, spent: reserved }
  const { kind, data } = failure
  return {
    envelope: { ok: false, kind, message: failure.message, ...(data === undefined ? {} : { data }) },
    spent: failure.spent ?? reserved,
  }
}
