// A small client of the task hub for our own tools; talks to our sidecar and to a real daprd alike.

import { Client, credentials, Metadata, status as codes } from "@grpc/grpc-js"
import type { MethodDefinition, ServiceError } from "@grpc/grpc-js"
import { assert } from "../base/assert.ts"
import type { FailureDetails, HistoryEvent, InstanceStatus } from "../engine/types.ts"
import { eventFrom, failureFrom, statusFromWire, statusToWire, text, textFrom, timeFrom } from "./grpc/convert.ts"
import { loadProtocol } from "./grpc/protocol.ts"
import type { WireEvent, WireGetInstanceResponse, WireState, WireText } from "./grpc/wire.ts"

export interface ConnectOptions {
  readonly host?: string
  readonly grpcPort: number
  /** Every call fails after this time; none hangs. */
  readonly deadlineMs?: number
  readonly apiToken?: string
}

export interface InstanceView {
  readonly id: string
  readonly name: string
  readonly status: InstanceStatus
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly input?: string
  readonly output?: string
  readonly customStatus?: string
  readonly failure?: FailureDetails
}

export interface StartOptions {
  readonly name: string
  readonly instanceId?: string
  /** JSON text. */
  readonly input?: string
  readonly scheduledStartMs?: number
  /** What becomes of the start, or of the other, when an instance with this id is active; by default it is refused. */
  readonly whenActive?: "ignore" | "terminate"
}

export interface ListOptions {
  readonly statuses?: readonly InstanceStatus[]
  readonly limit?: number
}

export interface RerunOptions {
  readonly eventId: number
  readonly newInstanceId?: string
  /** JSON text in place of the step's own input. */
  readonly input?: string
}

/** Payloads go in and come out as JSON texts. Calls reject with a ClientError. */
export interface TaskHubClient {
  start(options: StartOptions): Promise<string>
  get(instanceId: string): Promise<InstanceView | undefined>
  /** Resolves when the instance has ended. */
  waitForEnd(instanceId: string, options?: { readonly deadlineMs?: number }): Promise<InstanceView | undefined>
  list(options?: ListOptions): Promise<readonly InstanceView[]>
  history(instanceId: string): Promise<readonly HistoryEvent[]>
  raiseEvent(instanceId: string, event: { readonly name: string; readonly input?: string }): Promise<void>
  terminate(instanceId: string, options?: { readonly output?: string; readonly recursive?: boolean }): Promise<void>
  suspend(instanceId: string, options?: { readonly reason?: string }): Promise<void>
  resume(instanceId: string, options?: { readonly reason?: string }): Promise<void>
  /** Starts a new instance that takes over what an ended one had done before the step with this event id. */
  rerun(instanceId: string, options: RerunOptions): Promise<string>
  purge(instanceId: string, options?: { readonly recursive?: boolean }): Promise<number>
  close(): void
}

export type ClientErrorCode =
  | "unreachable" | "deadline" | "notFound" | "alreadyActive" | "notEnded" | "tooLarge" | "unimplemented" | "other"

export class ClientError extends Error {
  readonly code: ClientErrorCode

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = "ClientError"
    this.code = code
  }
}

const deadlineMsDefault = 10_000
const listLimitDefault = 100
const messageBytesMax = 128 * 1024 * 1024

type Invoke = <Response>(method: string, request: object, deadlineMs?: number) => Promise<Response>

export function connect(options: ConnectOptions): TaskHubClient {
  const { host = "127.0.0.1", grpcPort, deadlineMs = deadlineMsDefault, apiToken } = options
  const client = new Client(`${host}:${grpcPort}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": messageBytesMax, "grpc.max_send_message_length": messageBytesMax,
    "grpc.enable_channelz": 0,
  })
  const invoke = invoker({ client, deadlineMs, ...(apiToken === undefined ? {} : { apiToken }) })
  const command = async (method: string, request: object) => void (await invoke(method, request))
  return {
    async start({ name, instanceId = "", input, scheduledStartMs, whenActive }) {
      const scheduledStartTimestamp = scheduledStartMs === undefined ? undefined : wireTime(scheduledStartMs)
      const reuse = whenActive ? { orchestrationIdReusePolicy: reusePolicy(whenActive) } : {}
      const request = { name, instanceId, input: text(input), scheduledStartTimestamp, ...reuse }
      return (await invoke<{ readonly instanceId?: string }>("StartInstance", request)).instanceId ?? ""
    },
    get: (instanceId) => get(invoke, instanceId),
    async waitForEnd(instanceId, wait = {}) {
      const request = { instanceId, getInputsAndOutputs: true }
      return viewOf(await invoke("WaitForInstanceCompletion", request, wait.deadlineMs), instanceId)
    },
    list: (query = {}) => list(invoke, query),
    async history(instanceId) {
      const response: { readonly events?: readonly WireEvent[] } =
        await readAgain(() => invoke("GetInstanceHistory", { instanceId }))
      return (response.events ?? []).map(eventFrom)
    },
    raiseEvent: (instanceId, { name, input }) => command("RaiseEvent", { instanceId, name, input: text(input) }),
    terminate: (instanceId, { output, recursive = false } = {}) =>
      command("TerminateInstance", { instanceId, output: text(output), recursive }),
    async suspend(instanceId, { reason } = {}) {
      // daprd keeps a second suspend, which ends every worker of the official SDK in an endless loop.
      if ((await get(invoke, instanceId))?.status === "suspended") return
      await command("SuspendInstance", { instanceId, reason: text(reason) })
    },
    resume: (instanceId, { reason } = {}) => command("ResumeInstance", { instanceId, reason: text(reason) }),
    async rerun(sourceInstanceID, { eventId: eventID, newInstanceId, input }) {
      const overwrite = input === undefined ? {} : { overwriteInput: true, input: text(input) }
      const id = newInstanceId === undefined ? {} : { newInstanceID: newInstanceId }
      const request = { sourceInstanceID, eventID, ...id, ...overwrite }
      return (await invoke<{ readonly newInstanceID?: string }>("RerunWorkflowFromEvent", request)).newInstanceID ?? ""
    },
    async purge(instanceId, { recursive = false } = {}) {
      const request = { instanceId, recursive }
      const response = await invoke<{ readonly deletedInstanceCount?: number }>("PurgeInstances", request)
      return response.deletedInstanceCount ?? 0
    },
    close: () => client.close(),
  }
}

function invoker({ client, deadlineMs, apiToken }: {
  readonly client: Client
  readonly deadlineMs: number
  readonly apiToken?: string
}): Invoke {
  const { taskHub } = loadProtocol()
  const metadata = new Metadata()
  if (apiToken) metadata.set("dapr-api-token", apiToken)
  return <Response>(name: string, request: object, callDeadlineMs = deadlineMs) => {
    const method = taskHub[name] as MethodDefinition<object, Response> | undefined
    assert(method, `the protocol has no method ${name}`)
    const { path, requestSerialize, responseDeserialize } = method
    return new Promise<Response>((resolve, reject) => {
      const options = { deadline: Date.now() + callDeadlineMs }
      const settle = (error: ServiceError | null, response?: Response) => {
        if (error) reject(clientError(error))
        else resolve(response as Response)
      }
      withoutStack(() => {
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, settle)
      })
    })
  }
}

/** Each call notes its stack in case it fails, which costs more than the rest of it; ours fail with their own words. */
function withoutStack(work: () => void): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function reusePolicy(whenActive: NonNullable<StartOptions["whenActive"]>) {
  const active = ["running", "pending", "suspended"] as const
  return { operationStatus: active.map(statusToWire), action: whenActive === "ignore" ? 1 : 2 }
}

function wireTime(ms: number) {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 }
}

const readAttemptsMax = 20
const readDelayMs = 25

/** daprd refuses a read that falls into its own write of the same instance. */
async function readAgain<Response>(read: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      const isTransient = error instanceof ClientError && error.message.includes("transient store read failure")
      if (!isTransient || attempt === readAttemptsMax) throw error
      await new Promise((resolve) => setTimeout(resolve, readDelayMs))
    }
  }
}

async function get(invoke: Invoke, instanceId: string): Promise<InstanceView | undefined> {
  const request = { instanceId, getInputsAndOutputs: true }
  return viewOf(await readAgain(() => invoke("GetInstance", request)), instanceId)
}

function viewOf(response: WireGetInstanceResponse, instanceId: string): InstanceView | undefined {
  const { exists, orchestrationState: state } = response
  return exists && state ? toView({ ...state, instanceId }) : undefined
}

function toView(state: WireState): InstanceView {
  const { instanceId = "", name = "", orchestrationStatus, createdTimestamp, lastUpdatedTimestamp } = state
  const input = textFrom(state.input)
  const output = textFrom(state.output)
  const customStatus = textFrom(state.customStatus)
  const failure = failureFrom(state.failureDetails)
  return {
    id: instanceId, name, status: statusFromWire(orchestrationStatus),
    createdAtMs: timeFrom(createdTimestamp) ?? 0, updatedAtMs: timeFrom(lastUpdatedTimestamp) ?? 0,
    ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }),
    ...(customStatus ? { customStatus } : {}), ...(failure ? { failure } : {}),
  }
}

interface QueryResponse {
  readonly orchestrationState?: readonly WireState[]
  readonly continuationToken?: WireText
}

async function list(invoke: Invoke, options: ListOptions): Promise<readonly InstanceView[]> {
  const { statuses = [], limit = listLimitDefault } = options
  const views: InstanceView[] = []
  let continuationToken: WireText | undefined
  try {
    do {
      const query = {
        runtimeStatus: statuses.map(statusToWire), maxInstanceCount: limit - views.length, continuationToken,
        fetchInputsAndOutputs: true,
      }
      const page: QueryResponse = await invoke("QueryInstances", { query })
      views.push(...(page.orchestrationState ?? []).map(toView))
      continuationToken = page.continuationToken
    } while (continuationToken && views.length < limit)
    return views
  } catch (error) {
    if (error instanceof ClientError && error.code === "unimplemented") return listOneByOne(invoke, { statuses, limit })
    throw error
  }
}

/** daprd lists ids only, in no order of time. */
async function listOneByOne(invoke: Invoke, options: Required<ListOptions>): Promise<readonly InstanceView[]> {
  const { statuses, limit } = options
  const views = new Map<string, InstanceView>()
  let continuationToken = ""
  do {
    const page: { readonly instanceIds?: readonly string[]; readonly continuationToken?: string } =
      await invoke("ListInstanceIDs", { pageSize: 100, ...(continuationToken ? { continuationToken } : {}) })
    const found = await Promise.all((page.instanceIds ?? []).map((id) => get(invoke, id)))
    // On Redis a page may repeat ids of an earlier one.
    for (const view of found) if (view) views.set(view.id, view)
    continuationToken = page.continuationToken ?? ""
  } while (continuationToken)
  return [...views.values()]
    .filter((view) => statuses.length === 0 || statuses.includes(view.status))
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .slice(0, limit)
}

function clientError(error: ServiceError): ClientError {
  return new ClientError(errorCode(error), error.details || error.message, error)
}

function errorCode({ code, details }: ServiceError): ClientErrorCode {
  switch (code) {
    case codes.UNAVAILABLE: return "unreachable"
    case codes.DEADLINE_EXCEEDED: return "deadline"
    // Nothing here cancels a call: the host has seen the deadline pass before we did.
    case codes.CANCELLED: return "deadline"
    case codes.RESOURCE_EXHAUSTED: return "tooLarge"
    case codes.UNIMPLEMENTED: return "unimplemented"
    case codes.NOT_FOUND: return "notFound"
    default:
      // daprd answers all of these with code UNKNOWN; only the text tells them apart.
      if (details.includes("no such instance exists")) return "notFound"
      if (details.includes("already exists")) return "alreadyActive"
      // What daprd's service does not have, it takes for a call to another app.
      if (details.includes("failed to proxy request")) return "unimplemented"
      return details.includes("has not yet completed") ? "notEnded" : "other"
  }
}
