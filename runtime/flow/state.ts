// The state of one run: rebuilt by every replay from the same inputs, never stored.

import type {
  CaughtError, Envelope, Policy, Run, RunStatus, Setting, Task, UndoCall, Waiting, WorkflowContext,
} from "../contract.ts"
import type { Account } from "../policy/budget.ts"
import type { UndoStack } from "../policy/compensation.ts"
import type { Fiber } from "./fibers.ts"
import type { Scope } from "./scope.ts"

export interface RunState {
  readonly context: WorkflowContext
  readonly workflow: string
  readonly id: string
  /** Epoch ms. */
  readonly start: number
  /** Counts how often the body began: again after a failure, or in a new history. */
  generation: number
  /** The run's own account, the root of all others. */
  readonly account: Account
  phase: RunStatus["phase"]
  stepsStarted: number
  /** What compensation came to, in blocks and at the end. */
  readonly compensated: Compensated
  /** Beside the body: lost branches of a race that still have something in flight. */
  readonly background: Fiber<void>[]
  /** Left in flight by a deadline; their results must not reach another history. */
  readonly leftBehind: Set<Task>
  readonly mailboxes: Map<string, Mailbox>
  settings: Readonly<Record<string, unknown>>
  /** Every one that is open, the run's own first. */
  readonly sagas: Set<Saga>
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
  /** The clauses of the workflow's steps and of the blocks around, the nearest on top. */
  readonly defaults: Policy
  /** Where the steps register their undos. */
  readonly saga: Saga
  /** How many such pieces run at a time: each has that part of what is left for children. */
  readonly share: number
  /** How often each name was used at this path. */
  readonly names: Map<string, number>
  /** Inside an undo: nothing is registered, counted against `calls`, or left without a retry. */
  readonly isUndo: boolean
}

/** What is undone together. */
export interface Saga {
  undo: UndoStack<UndoAction>
}

export type UndoAction =
  | { readonly outcome: "done"; readonly call: UndoCall }
  /** And the undo needs to know it. */
  | { readonly outcome: "unknown" }
  /** Left behind: `decide` is asked when it has ended. */
  | { readonly outcome: "in flight"; readonly task: Task; decide(envelope: Envelope): UndoAction | undefined }

export interface Compensated {
  readonly undone: string[]
  readonly failed: CaughtError[]
  readonly unknown: string[]
}

/** The events of one name: those that have come and fitted nobody yet, and the wait for the next. */
export interface Mailbox {
  readonly received: unknown[]
  next: Task | undefined
}

type FrameChanges = Partial<Pick<Frame, "scope" | "account" | "isUndo" | "defaults" | "saga" | "share">>

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

/** A setting as it was when the run started. */
export function settingOf<T>(state: RunState, { name }: Setting<T>): T {
  if (!(name in state.settings)) throw new Error(`setting ${name} is not declared by workflow ${state.workflow}`)
  return state.settings[name] as T
}
