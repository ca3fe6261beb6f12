// The customStatus: what a reader of the history could not know.

import type { Flow, RunStatus, Waiting } from "../contract.ts"
import type { RunState } from "./state.ts"

const waitingMax = 20
const errorLengthMax = 160

export function statusOf(state: RunState): RunStatus {
  const { account } = state
  return {
    v: 1,
    workflow: state.workflow,
    phase: state.phase,
    ...(Object.keys(account.caps).length === 0 ? {} : { budget: account.caps }),
    spent: account.spent,
    reserved: account.reserved,
    waiting: [...state.waiting].slice(0, waitingMax),
  }
}

/** Shows the wait for as long as the flow runs. */
export function* showWaiting<T>(state: RunState, waiting: Waiting, flow: Flow<T>): Flow<T> {
  state.waiting.add(waiting)
  try {
    return yield* flow
  } finally {
    state.waiting.delete(waiting)
  }
}

/** One line, short: a status travels with every turn. */
export function shortError(error: { readonly kind: string; readonly message: string }): string {
  const line = `${error.kind}: ${error.message}`.replaceAll(/\s+/g, " ")
  return line.length <= errorLengthMax ? line : `${line.slice(0, errorLengthMax - 1)}…`
}
