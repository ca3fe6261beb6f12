// The parts of the SDK's worker that it does not publish: what is set and replaced in them, and how to tell that they are there.

import { createRequire } from "node:module"
import { promisify } from "node:util"
import { ignoreSecondSuspend } from "./executor-suspend.ts"

/** The private fields below are those of this version. Another one runs too, with its own limits if they moved. */
export const knownSdkVersion = "3.18.0"
/** Work items that one worker holds at a time; announced to the sidecar, which then never sends more. */
export const itemsMax = 256
const queueMax = 1_000_000

export interface InnerWorker {
  _isRunning: boolean
  _maxConcurrentWorkItems: number
  _maxQueueSize: number
  _activeWorkItems: number
  readonly _responseStream: { destroyed?: boolean } | null
  readonly _stub: ({ close(): void } & Record<string, unknown>) | null
}

export function isKnownWorker(worker: InnerWorker): boolean {
  return (
    typeof worker._isRunning === "boolean" &&
    typeof worker._maxConcurrentWorkItems === "number" &&
    typeof worker._maxQueueSize === "number"
  )
}

/** The SDK runs 10 items, queues 100 more and drops what comes on top without a word. */
export function resize(worker: InnerWorker): void {
  worker._maxConcurrentWorkItems = itemsMax
  worker._maxQueueSize = queueMax
}

const executorModule = "@dapr/dapr/workflow/internal/durabletask/worker/orchestration-executor.js"

/** Where another version keeps its executor elsewhere, that one has to do without. */
export function repairExecutor(): void {
  try {
    const { OrchestrationExecutor } = createRequire(import.meta.url)(executorModule) as ExecutorModule
    ignoreSecondSuspend(OrchestrationExecutor)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error
  }
}

interface ExecutorModule {
  readonly OrchestrationExecutor: { readonly prototype: object }
}

/**
 * The SDK makes each answer's call anew with `promisify(stub.call.bind(stub))`, and each call notes its stack in case it
 * fails. Both are a good tenth of what a worker does, and nothing here reads the stack.
 */
export function speedUp({ _stub: stub }: InnerWorker): void {
  if (!stub) return
  for (const name of ["completeOrchestratorTask", "completeActivityTask"]) {
    const call = stub[name]
    if (typeof call === "function") stub[name] = { bind: () => asPromise(call.bind(stub) as UnaryCall) }
  }
}

type UnaryCall = (request: unknown, answer: (error: Error | null, response: unknown) => void) => unknown

function asPromise(call: UnaryCall): object {
  const ask = (request: unknown): Promise<unknown> => new Promise((resolve, reject) => {
    withoutStack(() => call(request, (error, response) => (error ? reject(error) : resolve(response))))
  })
  return Object.assign(() => undefined, { [promisify.custom]: ask })
}

function withoutStack(work: () => unknown): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
