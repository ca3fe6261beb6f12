// What one history of a run hands to the next, and takes from the one before.

import type { Callable, CarriedRun, CarriedUndo, Flow, RunEnvelope } from "../contract.ts"
import { keptEvents } from "./events.ts"
import type { Compensated, Frame, Saga, UndoAction } from "./state.ts"
import { compensatedOf, decidedOf } from "./undo.ts"

export interface RunInput {
  readonly parameters: unknown
  readonly allotment?: RunEnvelope["allotment"]
  readonly carried?: CarriedRun
  readonly cause?: RunEnvelope["cause"]
}

/** A run started from outside gets its bare parameters. */
export function readInput(input: unknown): RunInput {
  const envelope = input as Partial<RunEnvelope> | null | undefined
  return typeof envelope === "object" && envelope?.["agentflow.run"] === 1
    ? envelope as RunEnvelope
    : { parameters: input ?? {} }
}

/** Waits for everything in flight first: a host may give its result to the next history. */
export function* carry(frame: Frame, undos: readonly Callable[]): Flow<CarriedRun> {
  const { state, scope, saga, account } = frame
  const undo: CarriedUndo[] = []
  for (const { start, step, action } of saga.undo) {
    const decided = yield* decidedOf(action)
    if (decided) undo.push({ start, step, ...carriedCall(decided, undos) })
  }
  for (const task of state.leftBehind) while (!task.isComplete) yield [task]
  return {
    generation: state.generation + 1,
    spent: account.spent,
    caps: account.caps,
    ...(scope.deadline ? { deadlineAt: scope.deadline.fireAtMs } : {}),
    stepsStarted: state.stepsStarted,
    undo,
    compensated: compensatedOf(state),
    events: keptEvents(state),
    settings: state.settings,
  }
}

function carriedCall(action: UndoAction, undos: readonly Callable[]): Pick<CarriedUndo, "call"> {
  if (action.outcome !== "done") return {}
  const { callable, parameters } = action.call
  if (!undos.some(({ name }) => name === callable.name)) {
    throw new Error(`internal: ${callable.name} undoes a step, but the workflow does not list it in its undos`)
  }
  return { call: { callable: callable.name, parameters } }
}

export function carriedCompensated(carried: CarriedRun | undefined): Compensated {
  const { undone = [], undoFailed = [], undoUnknown = [] } = carried?.compensated ?? {}
  return { undone: [...undone], failed: [...undoFailed], unknown: [...undoUnknown] }
}

export function carriedSaga(carried: CarriedRun | undefined, undos: readonly Callable[]): Saga {
  const undo = (carried?.undo ?? []).map(({ start, step, call }) => {
    const callable = call && undos.find(({ name }) => name === call.callable)
    const action: UndoAction = call && callable
      ? { outcome: "done", call: { callable, parameters: call.parameters } }
      : { outcome: "unknown" }
    return { start, step, action }
  })
  return { undo }
}
