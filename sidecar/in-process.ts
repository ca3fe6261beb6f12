// The host without a network hop: a worker in the hub's own process, which keeps the live context of its instances.

import { randomUUID } from "node:crypto"
import type { FailureDetails } from "../engine/types.ts"
import { systemClock } from "./clock.ts"
import type { Clock } from "./clock.ts"
import type { ActivityItem, TurnItem, WorkItem } from "./dispatcher.ts"
import { createHub } from "./hub.ts"
import type { Hub } from "./hub.ts"
import { createLiveExecutions } from "./live-executions.ts"
import type { WorkflowExecutor } from "./live-executions.ts"
import type { Store } from "./store/store.ts"

export interface ActivityContext {
  getWorkflowInstanceId(): string
  getWorkflowActivityId(): number
}

export type ActivityFunction = (context: ActivityContext, input: unknown) => unknown

export interface InProcessWorkerOptions {
  readonly executor: WorkflowExecutor
  readonly activities: ReadonlyMap<string, ActivityFunction>
  /** Turns and activities that run at the same time. */
  readonly slots?: number
  /** Instances whose context stays in memory between their turns. */
  readonly liveMax?: number
  /** Told of each item when its answer goes to the hub: the order in which work ends. */
  readonly onAnswered?: (item: WorkItem) => void
  /** Told when an item could not be answered, which a closed hub is the only cause of. */
  readonly onUnanswered?: (error: unknown) => void
}

export interface InProcessWorker {
  /** Takes no more work; resolves when what runs has been answered, or after that time. */
  stop(answersMsMax: number): Promise<void>
}

const slotsDefault = 256
const liveMaxDefault = 1_000

/** Connects workflow and activity functions to a hub as one more worker. */
export function attachWorker(hub: Hub, options: InProcessWorkerOptions): InProcessWorker {
  const { executor, activities, slots = slotsDefault, onAnswered = () => {}, onUnanswered = () => {} } = options
  const live = createLiveExecutions({ executor, liveMax: options.liveMax ?? liveMaxDefault })
  const peer = `in-process ${randomUUID()}`
  const running = new Set<Promise<void>>()
  const answerTurn = async (item: TurnItem): Promise<void> => {
    const { instanceId, token } = item
    const { actions, customStatus } = await live.run(item)
    onAnswered(item)
    await hub.completeTurn({ instanceId, peer, token, actions, customStatus })
  }
  const answerActivity = async (item: ActivityItem): Promise<void> => {
    const { instanceId, wireTaskId } = item
    const outcome = await runActivity(activities, item)
    onAnswered(item)
    await hub.completeActivity({ instanceId, wireTaskId, ...outcome })
  }
  const send = (item: WorkItem): void => {
    const work = (item.kind === "turn" ? answerTurn(item) : answerActivity(item))
      .catch(onUnanswered)
      .finally(() => running.delete(work))
    running.add(work)
  }
  const disconnect = hub.connect({ peer, slots, send, end: () => {}, runsEarly: live.goesOn })
  return {
    async stop(answersMsMax) {
      disconnect()
      await settled(running, answersMsMax)
    },
  }
}

interface ActivityOutcome {
  readonly result?: string
  readonly failure?: FailureDetails
}

/** As the SDK's worker does it, but for what that never answers: a thrown null or undefined. */
async function runActivity(
  activities: ReadonlyMap<string, ActivityFunction>, { name, input, instanceId, wireTaskId }: ActivityItem,
): Promise<ActivityOutcome> {
  const activity = activities.get(name)
  if (!activity) {
    return { failure: { errorType: "ActivityNotRegisteredError", errorMessage: `no activity is named '${name}'` } }
  }
  try {
    const context = { getWorkflowInstanceId: () => instanceId, getWorkflowActivityId: () => wireTaskId }
    const result = await activity(context, input === undefined || input === "" ? undefined : JSON.parse(input))
    return { result: JSON.stringify(result ?? undefined) ?? "" }
  } catch (thrown) {
    return { failure: failureOf(thrown) }
  }
}

function failureOf(thrown: unknown): FailureDetails {
  if (!(thrown instanceof Error)) return { errorType: Object(thrown).constructor?.name ?? "Object", errorMessage: String(thrown) }
  const { constructor, message, stack } = thrown
  return { errorType: constructor.name, errorMessage: message, ...(stack === undefined ? {} : { stackTrace: stack }) }
}

async function settled(running: ReadonlySet<Promise<void>>, waitMsMax: number): Promise<void> {
  let timeout: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => { timeout = setTimeout(resolve, waitMsMax) })
  await Promise.race([Promise.allSettled(running), late])
  clearTimeout(timeout)
}

export interface InProcessHostOptions extends InProcessWorkerOptions {
  readonly store: Store
  /** By default the machine's. */
  readonly clock?: Clock
  readonly newId?: () => string
  readonly onFault?: (error: unknown) => void
}

export interface InProcessHost {
  readonly hub: Hub
  close(): Promise<void>
}

const answersMsMax = 300

/** Hub and worker on a store that the host owns from then on. */
export function startInProcessHost(options: InProcessHostOptions): InProcessHost {
  const { store, clock = systemClock, newId = randomUUID, onFault = () => {} } = options
  const hub = createHub({ store, clock, newId, onFault })
  const worker = attachWorker(hub, options)
  return {
    hub,
    async close() {
      await worker.stop(answersMsMax)
      await hub.close()
      store.close()
    },
  }
}
