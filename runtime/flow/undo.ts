// Compensation: every registered step undone, last started first, each undo a durable step of its own.

import type { Flow, RunFailure } from "../contract.ts"
import { asCaughtError, asFlowError } from "../errors.ts"
import { nextUndo, registerUndo } from "../policy/compensation.ts"
import type { Undo } from "../policy/compensation.ts"
import { readEnvelope } from "./attempts.ts"
import { openScope } from "./scope.ts"
import { openFrame } from "./state.ts"
import type { Frame, RunState, Saga, UndoAction } from "./state.ts"

/** An undo that fails does not stop the others. */
export function* compensate(frame: Frame, saga: Saga): Flow<void> {
  const { undone, failed, unknown } = frame.state.compensated
  for (let next = nextUndo(saga.undo); next; next = nextUndo(saga.undo)) {
    saga.undo = next.rest
    const { undo } = next
    try {
      const outcome = yield* undoStep(frame, undo)
      if (outcome === "undone") undone.push(undo.step)
      if (outcome === "unknown") unknown.push(undo.step)
    } catch (thrown) {
      failed.push(asCaughtError(asFlowError(thrown, undo.step)))
    }
  }
}

/** As it stands in the record of a failed run. */
export function compensatedOf({ compensated }: RunState): Pick<RunFailure, "undone" | "undoFailed" | "undoUnknown"> {
  return { undone: compensated.undone, undoFailed: compensated.failed, undoUnknown: compensated.unknown }
}

/** What the steps of one are owed is owed by the other now. */
export function joinSagas(outer: Saga, inner: Saga): void {
  outer.undo = inner.undo.reduce(registerUndo, outer.undo)
  inner.undo = []
}

function* undoStep(frame: Frame, { step, action }: Undo<UndoAction>): Flow<"undone" | "unknown" | "not done"> {
  const decided = yield* decidedOf(action)
  if (!decided) return "not done"
  if (decided.outcome !== "done") return "unknown"
  const { callable, parameters } = decided.call
  // A fresh scope: neither the deadline that ended the run nor a failed sibling may end its undo.
  const own = openFrame(frame, `${step}/undo`, { scope: openScope(), isUndo: true })
  yield* frame.state.runOf(own).call(callable, parameters)
  return "undone"
}

/** Undefined when there is nothing to undo. */
export function* decidedOf(action: UndoAction): Flow<Exclude<UndoAction, { outcome: "in flight" }> | undefined> {
  if (action.outcome !== "in flight") return action
  while (!action.task.isComplete) yield [action.task]
  const decided = action.decide(readEnvelope(action.task))
  return decided?.outcome === "in flight" ? undefined : decided
}
