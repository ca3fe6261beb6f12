// Compensation: every registered step undone, last started first, each undo a durable step of its own.

import type { CaughtError, Flow } from "../contract.ts"
import { asCaughtError, asFlowError } from "../errors.ts"
import { nextUndo } from "../policy/compensation.ts"
import type { Undo } from "../policy/compensation.ts"
import { readEnvelope } from "./attempts.ts"
import { openScope } from "./scope.ts"
import { openFrame } from "./state.ts"
import type { Frame, UndoAction } from "./state.ts"

export interface Compensated {
  readonly undone: readonly string[]
  readonly failed: readonly CaughtError[]
  /** The outcome is unknown and the undo needs it. */
  readonly unknown: readonly string[]
}

/** An undo that fails does not stop the others. */
export function* compensate(frame: Frame): Flow<Compensated> {
  const { state } = frame
  const undone: string[] = []
  const failed: CaughtError[] = []
  const unknown: string[] = []
  for (let next = nextUndo(state.undo); next; next = nextUndo(state.undo)) {
    state.undo = next.rest
    const { undo } = next
    try {
      const outcome = yield* undoStep(frame, undo)
      if (outcome === "undone") undone.push(undo.step)
      if (outcome === "unknown") unknown.push(undo.step)
    } catch (thrown) {
      failed.push(asCaughtError(asFlowError(thrown, undo.step)))
    }
  }
  return { undone, failed, unknown }
}

function* undoStep(frame: Frame, { step, action }: Undo<UndoAction>): Flow<"undone" | "unknown" | "not done"> {
  const outcome = yield* outcomeOf(action)
  if (outcome === "not done") return "not done"
  if (outcome === "unknown" && action.needsResult) return "unknown"
  // A fresh scope: neither the deadline that ended the run nor a failed sibling may end its undo.
  const own = openFrame(frame, `${step}/undo`, { scope: openScope(), isUndo: true })
  yield* action.undo(frame.state.runOf(own), outcome === "unknown" ? undefined : outcome.value)
  return "undone"
}

function* outcomeOf(action: UndoAction): Flow<{ readonly value: unknown } | "unknown" | "not done"> {
  const { result, inFlight } = action
  if (result) return result
  if (!inFlight) return "unknown"
  while (!inFlight.isComplete) yield [inFlight]
  const envelope = readEnvelope(inFlight)
  if (envelope.ok) return { value: envelope.value }
  return envelope.maybeDone ? "unknown" : "not done"
}
