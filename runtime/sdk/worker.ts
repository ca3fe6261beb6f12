// The private fields of the SDK's worker, client and context: what is read and set there, each behind a check that it is there.

import { promisify } from "node:util"
import { readWork, streamAnswers } from "./answers.ts"
import type { AnsweringStub, Ask } from "./answers.ts"

/** Work items that one worker holds at a time; announced to the sidecar, which then never sends more. */
export const itemsMax = 256
const queueMax = 1_000_000

interface Fields {
  _isRunning?: boolean
  _maxConcurrentWorkItems?: number
  _maxQueueSize?: number
  _responseStream?: { destroyed?: boolean } | null
  _stub?: ({ close(): void } & Record<string, unknown>) | null
}

/** What can be seen of a worker that was made, and done to it. */
export interface WorkerInside {
  /** False when the worker has died: it never comes back by itself. Where it does not show, it counts as alive. */
  isRunning(): boolean
  isStreaming(): boolean
  /** True where the number of items that it runs at once is its own, and can be set. */
  readonly isSizable: boolean
  size(): void
  /** `read` makes a message of the SDK of the bytes of a work item; without it the SDK does. */
  speedUp(read?: (bytes: Uint8Array) => object): void
  closeStub(): void
}

/** Of the SDK's own WorkflowRuntime. */
export function insideOf(runtime: object): WorkerInside {
  const worker = workerOf(runtime) as Fields
  return {
    isRunning: () => worker._isRunning !== false,
    isStreaming: () => !("_responseStream" in worker) || (worker._responseStream !== null && worker._responseStream?.destroyed !== true),
    isSizable: typeof worker._maxConcurrentWorkItems === "number",
    size() {
      worker._maxConcurrentWorkItems = itemsMax
      // Release 3.18 queues 100 more and drops what comes on top without a word; one without this limit drops nothing.
      if (typeof worker._maxQueueSize === "number") worker._maxQueueSize = queueMax
    },
    speedUp: (read) => speedUp(worker, read),
    closeStub() {
      try {
        worker._stub?.close()
      } catch {
        // A stub that is closed already is what was wanted.
      }
    },
  }
}

export function workerOf(runtime: object): object {
  return (runtime as { readonly worker?: object }).worker ?? {}
}

/**
 * The SDK makes each answer's call anew with `promisify(stub.call.bind(stub))`, and each call notes its stack in case it
 * fails. Both are a good tenth of what a worker does, and nothing here reads the stack.
 */
function speedUp({ _stub: stub }: Fields, read: ((bytes: Uint8Array) => object) | undefined): void {
  if (!stub) return
  if (read && isAnswering(stub)) readWork(stub, read)
  const streamed = isAnswering(stub) ? streamAnswers(stub) : undefined
  for (const [name, kind] of [["completeOrchestratorTask", "turn"], ["completeActivityTask", "activity"]] as const) {
    const call = stub[name]
    if (typeof call !== "function") continue
    const ask = asking(call.bind(stub) as UnaryCall)
    const asPromise = Object.assign(() => undefined, { [promisify.custom]: streamed?.(kind, ask) ?? ask })
    stub[name] = { bind: () => asPromise }
  }
}

function isAnswering(stub: object): stub is AnsweringStub {
  const { getWorkItems, makeBidiStreamRequest, close } = stub as Partial<AnsweringStub>
  return [getWorkItems, makeBidiStreamRequest, close].every((method) => typeof method === "function")
}

type UnaryCall = (request: unknown, answer: (error: Error | null, response: unknown) => void) => unknown

function asking(call: UnaryCall): Ask {
  return (request) => new Promise((resolve, reject) => {
    withoutStack(() => call(request, (error, response) => (error ? reject(error) : resolve(response))))
  })
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

/** The SDK's context behind the one that it gives to workflows; undefined where there is none. */
export function innerContextOf(context: object): object | undefined {
  return (context as { readonly _innerContext?: object })._innerContext
}

/**
 * An event that comes later in the turn that ends a history goes to a wait that is still open, and is lost with it; when
 * no wait is open, the SDK keeps it for the next history.
 */
export function forgetWaits(context: object): void {
  const inner = innerContextOf(context) as { _pendingEvents?: object } | undefined
  if (inner?._pendingEvents) inner._pendingEvents = {}
}

/** The generated client behind a DaprClient, for the calls that the SDK gives no name of its own. */
export function generatedClient<Client>(client: { readonly daprClient: object }): Promise<Client> {
  return (client.daprClient as { getClient(isStarted: boolean): Promise<Client> }).getClient(false)
}
