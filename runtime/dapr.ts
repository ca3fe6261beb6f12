// What is used of @dapr/dapr as it is published: a worker that can be watched and sized, and a client whose calls end.

import { ConsoleLoggerService, DaprWorkflowClient, WorkflowRuntime, WorkflowRuntimeStatus } from "@dapr/dapr"
import type { WorkflowContext as SdkContext, WorkflowState } from "@dapr/dapr"
import type { LogEntry, Task, Workflow, WorkflowContext } from "./contract.ts"
import type { SidecarAddress } from "./environment.ts"
import { forgetWaits, innerContextOf, insideOf, itemsMax, lateEncoding, loadExecutorInside } from "./sdk/inside.ts"
import type { ExecutorInside } from "./sdk/inside.ts"
import type { Activity } from "./services.ts"

export interface WorkerConnection {
  start(): Promise<void>
  /** False when the SDK's worker has died: it never comes back by itself. */
  isAlive(): boolean
  isConnected(): boolean
  /** Lets what runs finish, at most that long, then lets go. */
  stop(deadlineMs: number): Promise<void>
  /** Lets go at once. */
  abandon(): void
}

export interface WorkerParts {
  readonly sidecar: SidecarAddress
  readonly workflows: readonly Workflow[]
  readonly activities: ReadonlyMap<string, Activity>
  readonly onLog: (entry: LogEntry) => void
}

/** The SDK logs every work item to the console and offers no way to turn that off. */
export function silenceSdk(): void {
  for (const level of ["error", "warn", "info", "verbose", "debug"] as const) {
    ConsoleLoggerService.prototype[level] = () => undefined
  }
}

export function connectWorker(parts: WorkerParts): WorkerConnection {
  const { isSizable } = insideOf(new WorkflowRuntime(sdkOptions(parts.sidecar, {})))
  const runtime = new WorkflowRuntime(
    sdkOptions(parts.sidecar, {
      ...workerChannel, ...(isSizable ? { "grpc.primary_user_agent": `agentflow/1 items=${itemsMax}` } : {}),
    }),
  )
  const inside = insideOf(runtime)
  if (isSizable) inside.size()
  return {
    async start() {
      const executor = await loadExecutorInside()
      executor?.repair()
      registerOn(runtime, parts, executor)
      await runtime.start()
      inside.speedUp(executor?.readWorkItem)
    },
    isAlive: inside.isRunning,
    isConnected: inside.isStreaming,
    stop: (deadlineMs) => within(deadlineMs, "the worker's stop", runtime.stop()).catch(inside.closeStub),
    abandon: inside.closeStub,
  }
}

/** Makes workflows and activities known to a worker of the SDK's own. */
export function registerOn(
  runtime: WorkflowRuntime, { workflows, activities, onLog }: Omit<WorkerParts, "sidecar">, executor?: ExecutorInside,
): void {
  for (const workflow of workflows) {
    runtime.registerWorkflowWithName(workflow.workflowName, (context: SdkContext, input: unknown) => {
      return workflow(adapted(context, onLog), input)
    })
  }
  for (const [name, activity] of activities) runtime.registerActivityWithName(name, activity)
  executor?.keepContexts(runtime, new Set(workflows.map(({ workflowName }) => workflowName)))
}

/** An answer that is lost with its connection needs no second try: the work comes again on the next one. */
const workerChannel = { "grpc.enable_retries": 0, "grpc.enable_channelz": 0 }

type SdkOptions = NonNullable<ConstructorParameters<typeof WorkflowRuntime>[0]>

/** Where only an endpoint URL is known, the SDK reads it from the environment itself, with its rules for TLS. */
function sdkOptions(sidecar: SidecarAddress, grpcOptions: Record<string, string | number>): SdkOptions {
  const plain = /^([^/:]+):(\d+)$/.exec(sidecar.grpc)
  return {
    ...(plain === null ? {} : { daprHost: plain[1] ?? "127.0.0.1", daprPort: plain[2] ?? "50001" }),
    ...(sidecar.apiToken === undefined ? {} : { daprApiToken: sidecar.apiToken }),
    grpcOptions,
  }
}

/** The SDK's context behind our own interface. Its tasks fit ours; it just does not publish that type for reading. */
function adapted(context: SdkContext, onLog: (entry: LogEntry) => void): WorkflowContext {
  const task = (made: unknown): Task => made as Task
  const late = lateEncoding(innerContextOf(context))
  return {
    getWorkflowInstanceId: () => context.getWorkflowInstanceId(),
    getCurrentUtcDateTime: () => context.getCurrentUtcDateTime(),
    isReplaying: () => context.isReplaying(),
    callActivity: (name, input) => task(late === undefined ? context.callActivity(name, input) : late.callActivity(name, input)),
    createTimer: (fireAt) => task(context.createTimer(fireAt)),
    waitForExternalEvent: (name) => task(context.waitForExternalEvent(name)),
    callChildWorkflow: (name, input, instanceId) => task(context.callChildWorkflow(name, input, instanceId)),
    continueAsNew(input, saveEvents) {
      context.continueAsNew(input, saveEvents)
      forgetWaits(context)
    },
    setCustomStatus: (status) => context.setCustomStatus(status),
    ...(late === undefined ? {} : { showStatus: late.showStatus }),
    whenAny: (tasks) => task(context.whenAny(tasks as unknown as Parameters<SdkContext["whenAny"]>[0])),
    log: onLog,
  }
}

export type RunState = "running" | "completed" | "failed" | "terminated" | "pending" | "suspended"

export interface RunSnapshot {
  readonly id: string
  readonly workflow: string
  readonly state: RunState
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly customStatus?: string
  readonly output?: string
  readonly failure?: { readonly type: string; readonly message: string }
}

/** The SDK's client with a deadline on every call: it sets none, and a sidecar without a worker never answers. */
export interface WorkflowPort {
  start(workflow: string, input: unknown, id: string): Promise<string>
  read(id: string): Promise<RunSnapshot | undefined>
  raiseEvent(id: string, name: string, payload: unknown): Promise<void>
  terminate(id: string, output: unknown): Promise<void>
  purge(id: string): Promise<void>
  close(): Promise<void>
}

export interface PortOptions {
  readonly sidecar: SidecarAddress
  readonly callTimeoutMs: number
}

export function openWorkflowPort({ sidecar, callTimeoutMs }: PortOptions): WorkflowPort {
  const client = new DaprWorkflowClient(sdkOptions(sidecar, {}))
  const bounded = <T>(what: string, work: Promise<T>): Promise<T> => within(callTimeoutMs, what, work)
  return {
    start: (workflow, input, id) => bounded(`starting ${workflow}`, client.scheduleNewWorkflow(workflow, input, id)),
    async read(id) {
      const read = () => readAgain(() => client.getWorkflowState(id, true))
      const state = await bounded(`reading run ${id}`, read()).catch((error: unknown) => {
        throw error instanceof TypeError ? new StalledError(id) : error
      })
      return state === undefined ? undefined : snapshotOf(state)
    },
    raiseEvent: (id, name, payload) => bounded(`raising ${name}`, client.raiseEvent(id, name, payload)),
    terminate: (id, output) => bounded(`terminating run ${id}`, client.terminateWorkflow(id, output)),
    purge: async (id) => {
      await bounded(`purging run ${id}`, client.purgeWorkflow(id))
    },
    close: () => client.stop(),
  }
}

const readAttemptsMax = 20
const readDelayMs = 25

/** daprd refuses a read that falls into its own write of the same instance; and a read in a connection that breaks is as good in the next. */
async function readAgain<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      const isTransient = error instanceof Error && /transient store read failure|UNAVAILABLE: Connection dropped/.test(error.message)
      if (!isTransient || attempt === readAttemptsMax) throw error
      await new Promise((resolve) => setTimeout(resolve, readDelayMs))
    }
  }
}

/** For activities: connects at the first event, because most workers never raise one. */
export function openRaiser(sidecar: SidecarAddress): (run: string, name: string, payload: unknown) => Promise<void> {
  let port: WorkflowPort | undefined
  return (run, name, payload) => {
    port ??= openWorkflowPort({ sidecar, callTimeoutMs: 10_000 })
    return port.raiseEvent(run, name, payload)
  }
}

function snapshotOf(state: WorkflowState): RunSnapshot {
  const failure = state.workflowFailureDetails
  return {
    id: state.instanceId,
    workflow: state.name,
    state: stateNames[state.runtimeStatus],
    createdAt: state.createdAt,
    updatedAt: state.lastUpdatedAt,
    ...(state.customStatus ? { customStatus: state.customStatus } : {}),
    ...(state.serializedOutput === undefined ? {} : { output: state.serializedOutput }),
    ...(failure === undefined ? {} : { failure: { type: failure.getErrorType(), message: failure.getErrorMessage() } }),
  }
}

const stateNames: Readonly<Record<WorkflowRuntimeStatus, RunState>> = {
  [WorkflowRuntimeStatus.RUNNING]: "running",
  [WorkflowRuntimeStatus.CONTINUED_AS_NEW]: "running",
  [WorkflowRuntimeStatus.COMPLETED]: "completed",
  [WorkflowRuntimeStatus.FAILED]: "failed",
  [WorkflowRuntimeStatus.TERMINATED]: "terminated",
  [WorkflowRuntimeStatus.PENDING]: "pending",
  [WorkflowRuntimeStatus.SUSPENDED]: "suspended",
}

export class DeadlineError extends Error {
  override readonly name = "DeadlineError"
}

/** daprd's status 8, for which the SDK has no name: reading it ends in a TypeError. */
export class StalledError extends Error {
  override readonly name = "StalledError"

  constructor(id: string) {
    super(
      `run ${id} is stalled: its history has grown beyond what daprd sends in one message; ` +
        "start daprd with a larger --max-body-size, or purge the run",
    )
  }
}

async function within<T>(deadlineMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new DeadlineError(
            `${what} took longer than ${deadlineMs} ms; is the sidecar running, with a worker connected?`,
          ),
        ),
      deadlineMs,
    )
  })
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
