// The SDK's own orchestration executor without a connection: plain events in, plain actions out, and a context that stays.

import sdkPackage from "@dapr/dapr/package.json" with { type: "json" }
import { OrchestrationExecutor } from "@dapr/dapr/workflow/internal/durabletask/worker/orchestration-executor.js"
import { Registry } from "@dapr/dapr/workflow/internal/durabletask/worker/registry.js"
import { RuntimeOrchestrationContext } from "@dapr/dapr/workflow/internal/durabletask/worker/runtime-orchestration-context.js"
import { WhenAnyTask } from "@dapr/dapr/workflow/internal/durabletask/task/when-any-task.js"
import type { LogEntry, Observation, Task, WorkflowContext } from "./contract.ts"
import { lateEncoding } from "./late-encoding.ts"
import { actionOf, eventMessage } from "./executor-messages.ts"
import type { ExecutorAction, ExecutorEvent, SdkEvent } from "./executor-messages.ts"
import { ignoreSecondSuspend } from "./executor-suspend.ts"

export type { ExecutorAction, ExecutorEvent } from "./executor-messages.ts"

/** What is used of the SDK here is not published, so only versions that the tests have run with are taken. */
export const executorSdkVersions: readonly string[] = ["3.18.0"]

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

/** The SDK's own class, with the parts that its types keep to themselves. */
interface Processor {
  logger: Readonly<Record<"debug" | "info" | "warn" | "error" | "verbose", () => void>>
  processEvent(context: RuntimeOrchestrationContext, event: SdkEvent): Promise<void>
}

/** Throws when the SDK is of a version that this was not written for. */
export function createExecutor({ workflows, onLog = () => undefined, onObserve }: ExecutorOptions): Executor {
  const { version } = sdkPackage
  if (!executorSdkVersions.includes(version)) {
    const known = executorSdkVersions.join(", ")
    throw new ExecutorVersionError(
      `@dapr/dapr is ${version}, but running workflows in one process is tested with ${known} only; ` +
        "install that version, or run worker and sidecar as processes of their own",
    )
  }
  ignoreSecondSuspend(OrchestrationExecutor)
  const registry = new Registry()
  for (const [name, body] of workflows) {
    const run = (inner: RuntimeOrchestrationContext, input: unknown): unknown =>
      body(contextOf(inner, onLog, onObserve), input as never)
    registry.addNamedOrchestrator(name, run as unknown as Parameters<Registry["addNamedOrchestrator"]>[1])
  }
  return { open: (instanceId) => openExecution(registry, instanceId) }
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, verbose() {} }

function openExecution(registry: Registry, instanceId: string): Execution {
  const processor = new OrchestrationExecutor(registry) as unknown as Processor
  processor.logger = silent
  const context = new RuntimeOrchestrationContext(instanceId)
  return {
    async feed(past, fresh) {
      try {
        context._isReplaying = true
        for (const event of past) await processor.processEvent(context, eventMessage(event))
        context._isReplaying = false
        for (const event of fresh) await processor.processEvent(context, eventMessage(event))
      } catch (thrown) {
        context.setFailed(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
      const actions = context.getActions().map(actionOf)
      return { actions, customStatus: context._customStatus }
    },
  }
}

/** The SDK's own wrapper pulls in its connection; this one is all that a workflow needs and runs in a browser too. */
function contextOf(
  inner: RuntimeOrchestrationContext, onLog: (entry: LogEntry) => void, onObserve: ExecutorOptions["onObserve"],
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
    whenAny: (tasks) => task(new WhenAnyTask(tasks as unknown as ConstructorParameters<typeof WhenAnyTask>[0])),
    log: onLog,
    ...(onObserve === undefined ? {} : { observe: (observation) => onObserve(inner.instanceId, observation) }),
  }
}
