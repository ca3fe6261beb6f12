// The SDK's own orchestration executor without a connection: plain events in, plain actions out, and a context that stays.

import type { LogEntry, Observation, Task, WorkflowContext } from "./contract.ts"
import { createRegistry, openSdkExecution, repairExecutor, whenAny } from "./sdk/executor.ts"
import type { InnerContext, SdkRegistry } from "./sdk/executor.ts"
import { lateEncoding } from "./sdk/late-encoding.ts"
import { actionOf, eventMessage } from "./sdk/messages.ts"
import type { ExecutorAction, ExecutorEvent } from "./sdk/messages.ts"
import { isTestedSdk, sdkVersion, testedSdkVersions } from "./sdk/version.ts"

export type { ExecutorAction, ExecutorEvent } from "./sdk/messages.ts"

export type WorkflowBody = (context: WorkflowContext, input: never) => unknown

export interface ExecutorOptions {
  readonly workflows: ReadonlyMap<string, WorkflowBody>
  readonly onLog?: (entry: LogEntry) => void
  readonly onObserve?: (instanceId: string, observation: Observation) => void
}

export interface ExecutorTurn {
  readonly actions: readonly ExecutorAction[]
  readonly customStatus: string
}

/** One instance's workflow function, run as far as its events allow. */
export interface Execution {
  /**
   * Feeds events that are history (each of which an earlier feed may have caused), then those of the turn.
   * Feeding all of history to a new execution is a replay; feeding only what is new to this one gives the same.
   */
  feed(past: readonly ExecutorEvent[], fresh: readonly ExecutorEvent[]): Promise<ExecutorTurn>
}

export interface Executor {
  open(instanceId: string): Execution
}

export class ExecutorVersionError extends Error {
  override readonly name = "ExecutorVersionError"
}

/** Throws when the SDK is of a version that the tests have not run with: a difference would be a wrong replay. */
export function createExecutor({ workflows, onLog = () => undefined, onObserve }: ExecutorOptions): Executor {
  if (!isTestedSdk) {
    throw new ExecutorVersionError(
      `@dapr/dapr is ${sdkVersion}, but running workflows in one process is tested with ${testedSdkVersions.join(", ")} only; ` +
        "install that version, or run worker and sidecar as processes of their own",
    )
  }
  repairExecutor()
  const bodies = [...workflows].map(([name, body]) =>
    [name, (inner: InnerContext, input: unknown): unknown => body(contextOf(inner, onLog, onObserve), input as never)] as const)
  const registry = createRegistry(new Map(bodies))
  return { open: (instanceId) => openExecution(registry, instanceId) }
}

function openExecution(registry: SdkRegistry, instanceId: string): Execution {
  const execution = openSdkExecution(registry, instanceId)
  return {
    async feed(past, fresh) {
      await execution.turn(past.map(eventMessage), fresh.map(eventMessage))
      return { actions: execution.actions().map(actionOf), customStatus: execution.customStatus() }
    },
  }
}

/** The SDK's own wrapper pulls in its connection; this one is all that a workflow needs and runs in a browser too. */
function contextOf(
  inner: InnerContext, onLog: (entry: LogEntry) => void, onObserve: ExecutorOptions["onObserve"],
): WorkflowContext {
  const task = (made: unknown): Task => made as Task
  const late = lateEncoding(inner)
  return {
    getWorkflowInstanceId: () => inner.instanceId,
    getCurrentUtcDateTime: () => inner.currentUtcDateTime,
    isReplaying: () => inner.isReplaying,
    callActivity: (name, input) => task(late === undefined ? inner.callActivity(name, input) : late.callActivity(name, input)),
    createTimer: (fireAt) => task(inner.createTimer(fireAt)),
    waitForExternalEvent: (name) => task(inner.waitForExternalEvent(name)),
    callChildWorkflow: (name, input, instanceId) => task(inner.callSubOrchestrator(name, input, instanceId)),
    continueAsNew: (input, saveEvents) => inner.continueAsNew(input, saveEvents),
    setCustomStatus: (status) => inner.setCustomStatus(status),
    ...(late === undefined ? {} : { showStatus: late.showStatus }),
    whenAny: (tasks) => task(whenAny(tasks)),
    log: onLog,
    ...(onObserve === undefined ? {} : { observe: (observation) => onObserve(inner.instanceId, observation) }),
  }
}
