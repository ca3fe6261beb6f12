// Scopes: what ends the steps inside (a failed sibling, a deadline), and how a wait notices.

import type { Flow, Task, WorkflowContext } from "../contract.ts"
import { FlowError } from "../errors.ts"
import { formatDuration } from "../policy/duration.ts"
import { createSignal } from "./signal.ts"
import type { Signal } from "./signal.ts"

export interface Scope {
  readonly parent: Scope | undefined
  /** Raised when a sibling has failed: nothing new starts, what is in flight is awaited. */
  readonly cancelled: Signal
  readonly deadline: Deadline | undefined
  /** Of the run's own scope: the event that asks it to stop. */
  readonly cancelRequest?: Task
}

interface Deadline {
  readonly of: "run" | "block" | "step"
  readonly lengthMs: number
  fireAtMs: number
  /** Absent while a person is being waited for. */
  timer: Task | undefined
  waitsForPeople: number
}

export function openScope(parent?: Scope): Scope {
  return { parent, cancelled: createSignal(), deadline: undefined }
}

/** Everything inside fails with `timeout` once the time has passed. */
export function openDeadline(
  context: WorkflowContext,
  { of, lengthMs, parent, fireAt }: {
    readonly of: Deadline["of"]
    readonly lengthMs: number
    readonly parent?: Scope
    /** Epoch ms, where the time has begun earlier. */
    readonly fireAt?: number
  },
): Scope {
  const fireAtMs = fireAt ?? context.getCurrentUtcDateTime().getTime() + lengthMs
  const timer = context.createTimer(new Date(fireAtMs))
  return { parent, cancelled: createSignal(), deadline: { of, lengthMs, fireAtMs, timer, waitsForPeople: 0 } }
}

/** Why nothing new may start in the scope, the outermost reason first; undefined when all is well. */
export function stopReason(scope: Scope): FlowError | undefined {
  const outer = scope.parent && stopReason(scope.parent)
  if (outer) return outer
  if (scope.cancelRequest?.isComplete) {
    return new FlowError("cancelled", "the run was cancelled", undefined, { endsRun: true })
  }
  if (scope.cancelled.isComplete) return new FlowError("cancelled", "another branch failed")
  if (!scope.deadline?.timer?.isComplete) return undefined
  const { of, lengthMs } = scope.deadline
  const message = `the ${of}'s deadline of ${formatDuration(lengthMs)} has passed`
  return new FlowError("timeout", message, undefined, { endsRun: of === "run" })
}

export function throwIfStopped(scope: Scope, step: string): void {
  const reason = stopReason(scope)
  if (!reason) return
  reason.step = step
  throw reason
}

/** Waits for any of the tasks; throws when the scope is stopped before. */
export function* waitForAny(scope: Scope, step: string, tasks: readonly Task[]): Flow<void> {
  while (!tasks.some((task) => task.isComplete)) {
    throwIfStopped(scope, step)
    yield [...tasks, ...stopTasks(scope)]
  }
}

/** What completes when the scope is stopped. */
export function stopTasks(scope: Scope): readonly Task[] {
  return chain(scope).flatMap(({ cancelled, deadline, cancelRequest }) =>
    [cancelled, ...timerOf(deadline), ...(cancelRequest ? [cancelRequest] : [])])
}

/**
 * Waits for something in flight. Only a step's or block's own deadline leaves it behind: after a failed sibling or at the end of
 * the run the outcome decides what has to be undone. False when it was left behind.
 */
export function* waitInFlight(scope: Scope, task: Task): Flow<boolean> {
  const deadlines = chain(scope).flatMap(({ deadline }) => (deadline && deadline.of !== "run" ? [deadline] : []))
  while (!task.isComplete) {
    if (deadlines.some((deadline) => deadline.timer?.isComplete)) return false
    yield [task, ...deadlines.flatMap(timerOf)]
  }
  return true
}

/** Waiting for a person stops the clock of every step and block around it, never the run's. */
export function pauseDeadlines(scope: Scope, context: WorkflowContext): void {
  for (const { deadline } of chain(scope)) {
    if (!deadline || deadline.of === "run" || deadline.waitsForPeople++ > 0) continue
    deadline.fireAtMs -= context.getCurrentUtcDateTime().getTime()
    deadline.timer = undefined
  }
}

/** The clocks go on with the time they had left. */
export function resumeDeadlines(scope: Scope, context: WorkflowContext): void {
  for (const { deadline } of chain(scope)) {
    if (!deadline || deadline.of === "run" || --deadline.waitsForPeople > 0) continue
    deadline.fireAtMs += context.getCurrentUtcDateTime().getTime()
    deadline.timer = context.createTimer(new Date(deadline.fireAtMs))
  }
}

function timerOf(deadline: Deadline | undefined): readonly Task[] {
  return deadline?.timer ? [deadline.timer] : []
}

function chain(scope: Scope): readonly Scope[] {
  const scopes: Scope[] = []
  for (let enclosing: Scope | undefined = scope; enclosing; enclosing = enclosing.parent) scopes.push(enclosing)
  return scopes
}
