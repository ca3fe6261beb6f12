// The state of one run: rebuilt by every replay from the same inputs, never stored.

import type { Flow, Policy, Run, RunStatus, Task, Waiting, WorkflowContext } from "../contract.ts"
import type { Account } from "../policy/budget.ts"
import type { UndoStack } from "../policy/compensation.ts"
import type { Scope } from "./scope.ts"

export interface RunState {
  readonly context: WorkflowContext
  readonly workflow: string
  readonly id: string
  /** Epoch ms. */
  readonly start: number
  /** The defaults of the workflow's steps. */
  readonly steps: Policy
  /** The run's own account, the root of all others. */
  readonly account: Account
  phase: RunStatus["phase"]
  stepsStarted: number
  undo: UndoStack<UndoAction>
  /** In the order in which the waits began. */
  readonly waiting: Set<Waiting>
  /** Event waits that lost a race: raced again, because a second one of the same name would never get its event. */
  readonly events: Map<string, Task>
  /** Makes the `Run` of a frame; a field, so that the steps and the run they are given to need not know each other. */
  readonly runOf: (frame: Frame) => Run
}

/** Where a piece of a run stands: what its steps are called, who pays, and what ends them. */
export interface Frame {
  readonly state: RunState
  readonly path: string
  readonly scope: Scope
  readonly account: Account
  /** How often each name was used at this path. */
  readonly names: Map<string, number>
  /** Inside an undo: nothing is registered, counted against `calls`, or left without a retry. */
  readonly isUndo: boolean
}

export interface UndoAction {
  /** Set when the step was left behind in flight: its outcome decides. */
  readonly inFlight?: Task
  /** Absent: the outcome is unknown. */
  readonly result?: { readonly value: unknown }
  readonly needsResult: boolean
  readonly undo: (run: Run, result: unknown) => Flow<unknown>
}

type FrameChanges = Partial<Pick<Frame, "scope" | "account" | "isUndo">>

export function openFrame(parent: Frame, path: string, changes: FrameChanges = {}): Frame {
  return { ...parent, ...changes, path, names: new Map() }
}

/** `name`, and `name#2` the second time: every step of a run has a path of its own. */
export function stepPath(frame: Frame, name: string): string {
  const used = (frame.names.get(name) ?? 0) + 1
  frame.names.set(name, used)
  return `${frame.path}/${used === 1 ? name : `${name}#${used}`}`
}

/** The wait for an event, kept until it is taken. */
export function eventTask(state: RunState, name: string): Task {
  const kept = state.events.get(name)
  if (kept) return kept
  const task = state.context.waitForExternalEvent(name)
  state.events.set(name, task)
  return task
}

/** The payload of an event that has come; the next wait of that name is a new one. */
export function takeEvent(state: RunState, name: string): unknown {
  const task = state.events.get(name)
  state.events.delete(name)
  return task?.getResult()
}

export function nowMs(state: RunState): number {
  return state.context.getCurrentUtcDateTime().getTime()
}

export function timerIn(state: RunState, delayMs: number): Task {
  return state.context.createTimer(new Date(nowMs(state) + delayMs))
}
