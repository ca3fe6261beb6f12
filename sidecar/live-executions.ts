// Contexts of workflow functions between their turns: each is fed only what is new, or built again from its history.

import type { Action, HistoryEvent } from "../engine/types.ts"
import type { TurnItem } from "./dispatcher.ts"

export interface ExecutionTurn {
  readonly actions: readonly Action[]
  readonly customStatus: string
}

/** A workflow function that ran as far as its events allow; it goes on with the events of the next feed. */
export interface Execution {
  feed(past: readonly HistoryEvent[], fresh: readonly HistoryEvent[]): Promise<ExecutionTurn>
}

export interface WorkflowExecutor {
  open(instanceId: string): Execution
}

export interface LiveExecutions {
  run(item: Pick<TurnItem, "instanceId" | "past" | "fresh">): Promise<ExecutionTurn>
  /** Whether a turn behind this history runs nothing again. */
  goesOn(instanceId: string, past: readonly HistoryEvent[]): boolean
}

export interface LiveOptions {
  readonly executor: WorkflowExecutor
  /** The ones used last are kept. */
  readonly liveMax: number
}

interface Live {
  readonly execution: Execution
  /** Events that it has been fed, and the last of them: the very object, as a check that they are this history's. */
  readonly fed: number
  readonly last: HistoryEvent | undefined
}

export function createLiveExecutions({ executor, liveMax }: LiveOptions): LiveExecutions {
  const kept = new Map<string, Live>()
  return {
    async run({ instanceId, past, fresh }) {
      const known = kept.get(instanceId)
      // Until its answer is in, nobody may go on from a context that has seen events which may come again.
      kept.delete(instanceId)
      const live = known && isAt(known, past) ? known : { execution: executor.open(instanceId), fed: 0 }
      const turn = await live.execution.feed(live.fed === 0 ? past : past.slice(live.fed), fresh)
      if (turn.actions.some(endsContext)) return turn
      kept.set(instanceId, { execution: live.execution, fed: past.length + fresh.length, last: fresh.at(-1) })
      for (const oldest of kept.keys()) {
        if (kept.size <= liveMax) break
        kept.delete(oldest)
      }
      return turn
    },
    goesOn(instanceId, past) {
      const known = kept.get(instanceId)
      return past.length === 0 || (known !== undefined && isAt(known, past))
    },
  }
}

/** False when the hub dropped the answer, read the history back from its store, or began another generation. */
function isAt({ fed, last }: Live, past: readonly HistoryEvent[]): boolean {
  return past.length >= fed && past[fed - 1] === last
}

function endsContext({ kind }: Action): boolean {
  return kind === "complete" || kind === "continueAsNew" || kind === "unsupported"
}
