// The task hub service: each call becomes an input of the hub, each refusal the error that daprd answers.

import { Metadata, status as codes } from "@grpc/grpc-js"
import type { ServerWritableStream, UntypedServiceImplementation } from "@grpc/grpc-js"
import { isEndStatus } from "../../engine/instance.ts"
import type { Input, InstanceSummary, Refusal } from "../../engine/types.ts"
import type { Guard } from "../guard.ts"
import type { Hub } from "../hub.ts"
import type { ListQuery } from "../store/store.ts"
import { answerActivity, answerTurn, answerWork, answersHeader } from "./answers.ts"
import { eventToWire, stateToWire, statusFromWire, text, textFrom, timeFrom } from "./convert.ts"
import { grpcFault, unary } from "./unary.ts"
import type { Call, GrpcFault } from "./unary.ts"
import type { WireActivityResponse, WireQuery, WireText, WireTime, WireTurnResponse } from "./wire.ts"

export interface TaskHubOptions {
  readonly hub: Hub
  readonly guard: Guard
}

export function taskHubService({ hub, guard }: TaskHubOptions): UntypedServiceImplementation {
  const completeTurn = unary(async (request: WireTurnResponse, call) => {
    await answerTurn({ hub, guard }, request, call.getPeer())
    return {}
  })
  return {
    Hello: unary(async () => ({})),
    StartInstance: unary(async (request: StartRequest, call) => {
      guard.measure("the input", textFrom(request.input))
      return start(hub, request, call)
    }),
    GetInstance: unary(async (request: GetRequest) => found(hub.summary(request.instanceId ?? ""), request)),
    WaitForInstanceStart: unary((request: GetRequest, call) => waitFor(hub, request, call, hasStarted)),
    WaitForInstanceCompletion: unary((request: GetRequest, call) => waitFor(hub, request, call, isOver)),
    RaiseEvent: unary(async ({ instanceId = "", name = "", input }: RaiseRequest) => {
      guard.measure("the payload", textFrom(input))
      await send(hub, instanceId, { kind: "raiseEvent", name, ...present("input", textFrom(input)) })
      return {}
    }),
    TerminateInstance: unary(async (request: TerminateRequest, call) => {
      const { instanceId = "", output, recursive = false } = request
      const input: Input = { kind: "terminate", recursive, ...present("output", textFrom(output)) }
      await send(hub, instanceId, input, "failed to submit termination request: ")
      await hub.wait(instanceId, isOver, cancellation(call))
      return {}
    }),
    SuspendInstance: unary(async ({ instanceId = "", reason }: ReasonRequest) => {
      await send(hub, instanceId, { kind: "suspend", ...present("reason", textFrom(reason)) })
      return {}
    }),
    ResumeInstance: unary(async ({ instanceId = "", reason }: ReasonRequest) => {
      await send(hub, instanceId, { kind: "resume", ...present("reason", textFrom(reason)) })
      return {}
    }),
    PurgeInstances: unary((request: PurgeRequest) => purge(hub, request)),
    QueryInstances: unary(async ({ query = {} }: { readonly query?: WireQuery }) => queryInstances(hub, query)),
    ListInstanceIDs: unary(async (request: ListRequest) => listIds(hub, request)),
    GetInstanceHistory: unary(async ({ instanceId = "" }: GetRequest) => {
      if (!hub.summary(instanceId)) throw refused("notFound", instanceId)
      return { events: hub.history(instanceId).map(eventToWire) }
    }),
    RerunWorkflowFromEvent: unary((request: RerunRequest) => rerun(hub, request)),
    GetWorkItems: (call: ServerWritableStream<object, object>) => {
      if (hub.workers() < guard.limits.connections) return streamWork(hub, call)
      const details = `${guard.limits.connections} workers are connected already`
      call.emit("error", grpcFault(codes.RESOURCE_EXHAUSTED, details))
    },
    CompleteOrchestratorTask: completeTurn,
    CompleteWorkflowTask: completeTurn,
    CompleteActivityTask: unary(async (request: WireActivityResponse) => {
      await answerActivity({ hub, guard }, request)
      return {}
    }),
    AnswerWork: (call: Parameters<typeof answerWork>[1]) => answerWork({ hub, guard }, call),
  }
}

interface StartRequest {
  readonly instanceId?: string
  readonly name?: string
  readonly input?: WireText
  readonly scheduledStartTimestamp?: WireTime
  readonly orchestrationIdReusePolicy?: { readonly operationStatus?: readonly number[]; readonly action?: number }
}
interface GetRequest { readonly instanceId?: string; readonly getInputsAndOutputs?: boolean }
interface RaiseRequest { readonly instanceId?: string; readonly name?: string; readonly input?: WireText }
interface TerminateRequest { readonly instanceId?: string; readonly output?: WireText; readonly recursive?: boolean }
interface ReasonRequest { readonly instanceId?: string; readonly reason?: WireText }
interface RerunRequest {
  readonly sourceInstanceID?: string
  readonly eventID?: number
  readonly newInstanceID?: string
  readonly input?: WireText
  readonly overwriteInput?: boolean
  readonly newChildWorkflowInstanceID?: string
}
interface ListRequest { readonly continuationToken?: string; readonly pageSize?: number }
interface PurgeRequest {
  readonly instanceId?: string
  readonly recursive?: boolean
  readonly purgeInstanceFilter?: {
    readonly createdTimeFrom?: WireTime
    readonly createdTimeTo?: WireTime
    readonly runtimeStatus?: readonly number[]
  }
}

function refused(refusal: Refusal, instanceId: string, prefix = ""): GrpcFault {
  if (refusal === "inboxFull") {
    return grpcFault(codes.RESOURCE_EXHAUSTED, `too many events wait to be read by '${instanceId}'; try again later`)
  }
  const texts: Partial<Readonly<Record<Refusal, string>>> = {
    alreadyActive: `failed to create workflow instance: an active workflow with ID '${instanceId}' already exists`,
    notFound: "no such instance exists",
    notEnded: "orchestration has not yet completed",
  }
  return { code: codes.UNKNOWN, details: prefix + (texts[refusal] ?? refusal) }
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}

async function send(hub: Hub, instanceId: string, input: Input, prefix = ""): Promise<void> {
  const refusal = await hub.send(instanceId, input)
  if (refusal) throw refused(refusal, instanceId, prefix)
}

async function rerun(hub: Hub, request: RerunRequest): Promise<object> {
  const { sourceInstanceID: sourceId = "", eventID: eventId = 0, newInstanceID, overwriteInput } = request
  if (!sourceId) throw invalid("rerun workflow source instance ID is required")
  if (sourceId === newInstanceID) {
    throw invalid("rerun workflow instance ID must be different from the original instance ID")
  }
  const { instanceId, refusal } = await hub.rerun({
    sourceId, eventId, ...present("instanceId", newInstanceID || undefined),
    ...present("childInstanceId", request.newChildWorkflowInstanceID),
    ...(overwriteInput ? { input: present("value", textFrom(request.input)) } : {}),
  })
  if (refusal) throw rerunRefused(refusal, { sourceId, eventId, instanceId })
  return { newInstanceID: instanceId }
}

function rerunRefused(
  refusal: Refusal, { sourceId, eventId, instanceId }: { sourceId: string; eventId: number; instanceId: string },
): GrpcFault {
  switch (refusal) {
    case "notFound": return grpcFault(codes.NOT_FOUND, `workflow instance does not exist with ID '${sourceId}'`)
    case "notEnded": return invalid(`'${sourceId}' is not in a terminal state`)
    case "isChild": return invalid(`'${sourceId}': cannot rerun from child-workflows`)
    case "noSuchStep": return grpcFault(codes.NOT_FOUND, `does not have history event with ID '${eventId}'`)
    case "notAStep":
      return grpcFault(codes.NOT_FOUND, `target event with ID '${eventId}' is not an event that can be rerun`)
    case "doesNotFit": return invalid(`event '${eventId}' takes no such input or child workflow instance ID`)
    default: return grpcFault(codes.ALREADY_EXISTS, `workflow '${instanceId}' has already been created`)
  }
}

function invalid(details: string): GrpcFault {
  return grpcFault(codes.INVALID_ARGUMENT, details)
}

async function start(hub: Hub, request: StartRequest, call: Call): Promise<object> {
  const { instanceId = "", name = "", input, scheduledStartTimestamp } = request
  if (await givesWay(hub, request, call) === "ignore") return { instanceId }
  const result = await hub.start({
    instanceId, name, ...present("input", textFrom(input)),
    ...present("scheduledStartMs", timeFrom(scheduledStartTimestamp)),
  })
  if (result.refusal) throw refused(result.refusal, result.instanceId)
  if (!scheduledStartTimestamp) await begun(hub, result.instanceId, call)
  return { instanceId: result.instanceId }
}

const reuseActions = ["error", "ignore", "terminate"] as const

/** What the policy of a request makes of the instance that has its id: nothing where it does not name its status. */
async function givesWay(
  hub: Hub, { instanceId = "", orchestrationIdReusePolicy: policy }: StartRequest, call: Call,
): Promise<(typeof reuseActions)[number] | undefined> {
  const existing = policy && instanceId ? hub.summary(instanceId) : undefined
  const isNamed = existing && policy?.operationStatus?.map(statusFromWire).includes(existing.status)
  const action = isNamed ? reuseActions[policy?.action ?? 0] : undefined
  if (action === "error") throw refused("alreadyActive", instanceId)
  if (action !== "terminate" || !existing || isOver(existing)) return action
  await send(hub, instanceId, { kind: "terminate", recursive: false })
  await hub.wait(instanceId, isOver, cancellation(call))
  return action
}

/** How long a caller waits for the first turn of what it started: daprd has no limit, nor a worker that is absent. */
const firstTurnMsMax = 1_000

async function begun(hub: Hub, instanceId: string, call: Call): Promise<void> {
  if (hub.workers() === 0) return
  const controller = new AbortController()
  const giveUp = () => controller.abort(null)
  const timer = setTimeout(giveUp, firstTurnMsMax)
  call.on("cancelled", giveUp)
  await hub.wait(instanceId, hasStarted, controller.signal).catch(() => {})
  clearTimeout(timer)
}

function found(summary: InstanceSummary | undefined, { getInputsAndOutputs = false }: GetRequest): object {
  return summary ? { exists: true, orchestrationState: stateToWire(summary, getInputsAndOutputs) } : { exists: false }
}

function hasStarted({ status }: InstanceSummary): boolean {
  return status !== "pending"
}

function isOver({ status }: InstanceSummary): boolean {
  return isEndStatus(status)
}

/** Ends when the caller gives up: the SDK's own time-outs leave the call open until its connection closes. */
function cancellation(call: Call): AbortSignal {
  const controller = new AbortController()
  call.on("cancelled", () => controller.abort({ code: codes.CANCELLED, details: "cancelled" } satisfies GrpcFault))
  return controller.signal
}

async function waitFor(
  hub: Hub, request: GetRequest, call: Call, until: (summary: InstanceSummary) => boolean,
): Promise<object> {
  return found(await hub.wait(request.instanceId ?? "", until, cancellation(call)), request)
}

const purgePrefix = "failed to purge workflow state: "
const purgePage = 500

async function purge(hub: Hub, request: PurgeRequest): Promise<object> {
  const { instanceId, recursive = false, purgeInstanceFilter: filter } = request
  if (!filter) {
    await send(hub, instanceId ?? "", { kind: "purge", recursive }, purgePrefix)
    return { deletedInstanceCount: 1 }
  }
  const statuses = (filter.runtimeStatus ?? []).map(statusFromWire).filter(isEndStatus)
  const query: ListQuery = {
    statuses: statuses.length > 0 ? statuses : ["completed", "failed", "terminated", "canceled"], limit: purgePage,
    ...period(filter),
  }
  let deletedInstanceCount = 0
  for (let page = hub.list(query); page.length > 0; page = hub.list(query)) {
    const refusals = await Promise.all(page.map(({ id }) => hub.send(id, { kind: "purge", recursive })))
    const deleted = refusals.filter((refusal) => !refusal).length
    if (deleted === 0) break
    deletedInstanceCount += deleted
  }
  return { deletedInstanceCount }
}

function period({ createdTimeFrom, createdTimeTo }: Pick<WireQuery, "createdTimeFrom" | "createdTimeTo">) {
  const [from, to] = [timeFrom(createdTimeFrom), timeFrom(createdTimeTo)]
  return { ...present("createdFromMs", from), ...present("createdToMs", to) }
}

const pageSizeDefault = 100
const pageSizeMax = 1_000

function queryInstances(hub: Hub, query: WireQuery): object {
  const limit = Math.min(query.maxInstanceCount || pageSizeDefault, pageSizeMax)
  const statuses = query.runtimeStatus ?? []
  const page = hub.list({
    limit, ...after(textFrom(query.continuationToken)), ...present("idPrefix", textFrom(query.instanceIdPrefix)),
    ...(statuses.length > 0 ? { statuses: statuses.map(statusFromWire) } : {}),
    ...period(query),
  })
  return {
    orchestrationState: page.map((summary) => stateToWire(summary, query.fetchInputsAndOutputs ?? false)),
    ...present("continuationToken", text(tokenAfter(page, limit))),
  }
}

function listIds(hub: Hub, { continuationToken, pageSize }: ListRequest): object {
  const limit = Math.min(pageSize || pageSizeMax, pageSizeMax)
  const page = hub.list({ limit, ...after(continuationToken) })
  return { instanceIds: page.map(({ id }) => id), ...present("continuationToken", tokenAfter(page, limit)) }
}

/** A page ends at an instance; its time and id say where the next one begins. */
function tokenAfter(page: readonly InstanceSummary[], limit: number): string | undefined {
  const last = page.length === limit ? page.at(-1) : undefined
  return last && `${last.createdAtMs} ${last.id}`
}

function after(token: string | undefined): Pick<ListQuery, "after"> {
  if (!token) return {}
  const [createdAtMs = "", ...id] = token.split(" ")
  if (!Number.isFinite(Number(createdAtMs))) {
    throw { code: codes.INVALID_ARGUMENT, details: "this continuation token is not one of ours" } satisfies GrpcFault
  }
  return { after: { createdAtMs: Number(createdAtMs), id: id.join(" ") } }
}

function streamWork(hub: Hub, call: ServerWritableStream<object, object>): void {
  const userAgent = String(call.metadata.get("user-agent")[0] ?? "")
  const [announced, slots] = /\bagentflow\/\S* .*?\bitems=(\d+)/.exec(userAgent) ?? []
  if (announced !== undefined) call.sendMetadata(offer())
  const disconnect = hub.connect({
    peer: call.getPeer(),
    ...present("slots", slots === undefined ? undefined : Number(slots)),
    send: (item) => void call.write(item),
    end: () => call.end(),
  })
  for (const event of ["cancelled", "close", "error"]) call.on(event, disconnect)
}

/** Only workers of ours know what to do with it. */
function offer(): Metadata {
  const metadata = new Metadata()
  metadata.set(answersHeader, "1")
  return metadata
}
