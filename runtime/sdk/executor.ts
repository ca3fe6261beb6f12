// The SDK's unpublished executor as a few calls: events in, actions out, and a context that stays. Runs in a browser too.

import { OrchestrationExecutor } from "@dapr/dapr/workflow/internal/durabletask/worker/orchestration-executor.js"
import { Registry } from "@dapr/dapr/workflow/internal/durabletask/worker/registry.js"
import { RuntimeOrchestrationContext } from "@dapr/dapr/workflow/internal/durabletask/worker/runtime-orchestration-context.js"
import { WhenAnyTask } from "@dapr/dapr/workflow/internal/durabletask/task/when-any-task.js"
import type { SdkAction, SdkEvent } from "./messages.ts"
import { ignoreSecondSuspend } from "./suspend.ts"

export type SdkRegistry = Registry
export type InnerContext = RuntimeOrchestrationContext

/** The SDK's own class, with the parts that its types keep to themselves. */
interface Processor {
  logger: Readonly<Record<"debug" | "info" | "warn" | "error" | "verbose", () => void>>
  processEvent(context: RuntimeOrchestrationContext, event: SdkEvent): Promise<void>
}

/** One instance's workflow function, run as far as its events allow. */
export interface SdkExecution {
  /** First what is history already, then what is new. What a turn throws ends the instance as failed. */
  turn(past: readonly SdkEvent[], fresh: readonly SdkEvent[]): Promise<void>
  actions(): readonly SdkAction[]
  customStatus(): string
  isComplete(): boolean
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, verbose() {} }

export function openSdkExecution(registry: SdkRegistry, instanceId: string): SdkExecution {
  const processor = new OrchestrationExecutor(registry) as unknown as Processor
  processor.logger = silent
  const context = new RuntimeOrchestrationContext(instanceId)
  /** Of its actions only the failure is left. */
  const fail = (thrown: unknown): void => context.setFailed(thrown instanceof Error ? thrown : new Error(String(thrown)))
  return {
    async turn(past, fresh) {
      try {
        context._isReplaying = true
        for (const event of past) await processor.processEvent(context, event)
        context._isReplaying = false
        for (const event of fresh) await processor.processEvent(context, event)
      } catch (thrown) {
        fail(thrown)
      }
    },
    actions() {
      try {
        return context.getActions()
      } catch (thrown) {
        fail(thrown)
        return context.getActions()
      }
    },
    customStatus: () => context._customStatus,
    isComplete: () => context._isComplete,
  }
}

export function createRegistry(workflows: ReadonlyMap<string, (context: InnerContext, input: unknown) => unknown>): SdkRegistry {
  const registry = new Registry()
  for (const [name, run] of workflows) registry.addNamedOrchestrator(name, run as unknown as Parameters<Registry["addNamedOrchestrator"]>[1])
  return registry
}

export function whenAny(tasks: readonly unknown[]): unknown {
  return new WhenAnyTask(tasks as unknown as ConstructorParameters<typeof WhenAnyTask>[0])
}

/** For every executor of this process, the SDK's own among them. */
export function repairExecutor(): void {
  ignoreSecondSuspend(OrchestrationExecutor)
}
