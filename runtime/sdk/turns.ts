// Turns of workflows over the SDK's connection without a replay: what ran in this process goes on from where it stands.

import { promisify } from "node:util"
import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import { getStringValue } from "@dapr/dapr/workflow/internal/durabletask/utils/pb-helper.util.js"
import { openSdkExecution } from "./executor.ts"
import type { SdkExecution, SdkRegistry } from "./executor.ts"
import { eventsOf, isSameEvent } from "./work-items.ts"
import type { History } from "./work-items.ts"

type Event = messages.HistoryEvent

/** The part of the SDK's worker that is used; none of it is published. */
export interface TurningWorker {
  _registry: SdkRegistry
  _executeOrchestrator(request: messages.OrchestratorRequest, stub: Stub): Promise<void>
}

interface Stub {
  completeOrchestratorTask(response: messages.OrchestratorResponse, done: (error: unknown) => void): void
}

interface Live {
  /** Of its workflow. */
  readonly name: string
  readonly execution: SdkExecution
  /** How many events of history came before its last turn, and the events of that turn as they were. */
  readonly before: number
  readonly fed: readonly Uint8Array[]
}

/** The ones used last are kept; any other is built again from its history, as the SDK does for each turn. */
const keptMax = 500

/** From now on the worker keeps the contexts of these workflows between their turns. False for a worker of another kind. */
export function keepContexts(given: object, workflows: ReadonlySet<string>): boolean {
  const worker = given as Partial<TurningWorker>
  if (typeof worker._executeOrchestrator !== "function" || worker._registry === undefined) return false
  const kept = new Map<string, Live>()
  const usual = worker._executeOrchestrator.bind(worker)
  const registry = worker._registry
  worker._executeOrchestrator = async (request, stub) => {
    const id = request.getInstanceid()
    const events = eventsOf(request)
    const known = kept.get(id)
    // Until its answer is in, nobody may go on from a context that has seen events which may come again.
    kept.delete(id)
    const live = known !== undefined && holds(events.past, known) ? known : undefined
    const name = live === undefined ? nameIn(events.past.events(0, namedWithin)) ?? nameIn(events.fresh) : live.name
    if (events.fresh.length === 0 || name === undefined || !workflows.has(name)) return usual(request, stub)
    const execution = live?.execution ?? openSdkExecution(registry, id)
    const response = await turn(execution, id, { past: events.past.events(live === undefined ? 0 : live.before + live.fed.length), fresh: events.fresh })
    if (!execution.isComplete()) keep(kept, id, { name, execution, before: events.past.length, fed: events.freshBytes() })
    // What is not taken comes again, and then does not fit what is kept.
    await asked(stub)(response).catch(() => undefined)
  }
  return true
}

/** As the SDK asks, whose way to do it may have been replaced. */
function asked(stub: Stub): (response: messages.OrchestratorResponse) => Promise<unknown> {
  const call = stub.completeOrchestratorTask.bind(stub) as Stub["completeOrchestratorTask"] & { readonly [promisify.custom]?: ReturnType<typeof asked> }
  return call[promisify.custom] ?? promisify(call)
}

/** An instance says its name in one of its first events. */
const namedWithin = 3

function nameIn(events: readonly Event[]): string | undefined {
  return events.slice(0, namedWithin).find((event) => event.hasExecutionstarted())?.getExecutionstarted()?.getName()
}

async function turn(execution: SdkExecution, id: string, { past, fresh }: { readonly past: readonly Event[]; readonly fresh: readonly Event[] }): Promise<messages.OrchestratorResponse> {
  await execution.turn(past, fresh)
  const response = new messages.OrchestratorResponse()
  response.setInstanceid(id)
  response.setActionsList([...execution.actions()])
  response.setCustomstatus(getStringValue(execution.customStatus()))
  return response
}

/**
 * Whether the events of the last turn stand in the history where they were: what came before them was checked at their
 * turn. They don't when the answer was lost, another worker took the turn, or the id was used again.
 */
function holds(past: History, { before, fed }: Live): boolean {
  return fed.every((bytes, index) => {
    const found = past.bytes(before + index)
    return found !== undefined && isSameEvent(bytes, found)
  })
}

function keep(kept: Map<string, Live>, id: string, live: Live): void {
  kept.set(id, live)
  for (const oldest of kept.keys()) {
    if (kept.size <= keptMax) break
    kept.delete(oldest)
  }
}
