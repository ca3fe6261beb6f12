// Dapr's own API over gRPC: the same parts as over HTTP, with protocol messages in and out.

import type { ServerDuplexStream, UntypedServiceImplementation } from "@grpc/grpc-js"
import { componentsOf, extendedOf, runtimeVersion } from "../api/api.ts"
import type { Api } from "../api/api.ts"
import { invokeBinding } from "../api/bindings.ts"
import { invokeApp } from "../api/invoke.ts"
import type { JobData } from "../api/jobs.ts"
import { readAllSecrets, readSecret } from "../api/secrets.ts"
import { deleteState, readState, saveState, transactState } from "../api/state.ts"
import type { ItemOptions, StateItem, StateOperation, StateValue } from "../api/state.ts"
import { fault } from "../fault.ts"
import type { StoredValue } from "../store/store.ts"
import { subscribeStream } from "./topic-stream.ts"
import { unary } from "./unary.ts"
import type { WireAny, WireEtag, WireInvoke, WireJob, WireStateItem, WireStateOptions } from "./wire-dapr.ts"

export function daprService(api: Api): UntypedServiceImplementation {
  return {
    ...stateMethods(api), ...jobMethods(api), ...topicMethods(api),
    GetMetadata: unary(async () => ({
      id: api.appId, runtime_version: runtimeVersion, extended_metadata: extendedOf(api), enabled_features: [],
      registered_components: componentsOf(api), workflows: { connected_workers: api.workers() },
    })),
    SetMetadata: unary(async ({ key = "", value = "" }: { readonly key?: string; readonly value?: string }) => {
      api.extended.set(key, value)
      return {}
    }),
    GetSecret: unary(async ({ store_name = "", key = "" }: Keyed) => ({ data: readSecret(api, store_name, key) })),
    GetBulkSecret: unary(async ({ store_name = "" }: Keyed) => {
      const all = Object.entries(readAllSecrets(api, store_name))
      return { data: Object.fromEntries(all.map(([name, value]) => [name, { secrets: { [name]: value } }])) }
    }),
    InvokeBinding: unary(async (request: BindingMessage) => {
      const { name = "", operation = "", data = Buffer.alloc(0), metadata = {} } = request
      return invokeBinding(api, name, { operation, data, metadata })
    }),
    InvokeService: unary((request: InvokeMessage) => invoke(api, request)),
  }
}

interface Keyed { readonly store_name?: string; readonly key?: string }
type Texts = Readonly<Record<string, string>>
interface BindingMessage {
  readonly name?: string
  readonly operation?: string
  readonly data?: Buffer
  readonly metadata?: Texts
}
interface InvokeMessage { readonly id?: string; readonly message?: WireInvoke }

function stateMethods(api: Api): UntypedServiceImplementation {
  return {
    SaveState: unary(async ({ store_name = "", states = [] }: StatesMessage) => {
      saveState(api, store_name, states.map(itemFrom))
      return {}
    }),
    GetState: unary(async ({ store_name = "", key = "" }: Keyed) => {
      const found = readState(api, store_name, key)
      return found ? { data: bytesOf(found), etag: found.etag, metadata: expiryOf(found) } : {}
    }),
    GetBulkState: unary(async ({ store_name = "", keys = [] }: Keyed & { readonly keys?: readonly string[] }) => ({
      items: keys.map((key) => {
        const found = readState(api, store_name, key)
        return found ? { key, data: bytesOf(found), etag: found.etag, metadata: expiryOf(found) } : { key }
      }),
    })),
    DeleteState: unary(async ({ store_name = "", key = "", ...rest }: Keyed & Conditions) => {
      deleteState(api, store_name, key, optionsFrom(rest))
      return {}
    }),
    DeleteBulkState: unary(async ({ store_name = "", states = [] }: StatesMessage) => {
      for (const item of states) deleteState(api, store_name, item.key ?? "", optionsFrom(item))
      return {}
    }),
    ExecuteStateTransaction: unary(async ({ storeName = "", operations = [] }: TransactionMessage) => {
      transactState(api, storeName, operations.map(operationFrom))
      return {}
    }),
  }
}

interface StatesMessage { readonly store_name?: string; readonly states?: readonly WireStateItem[] }
interface Conditions { readonly etag?: WireEtag; readonly options?: WireStateOptions }
interface OperationMessage { readonly operationType?: string; readonly request?: WireStateItem }
interface TransactionMessage { readonly storeName?: string; readonly operations?: readonly OperationMessage[] }

function operationFrom({ operationType = "", request = {} }: OperationMessage): StateOperation {
  if (operationType === "upsert") return { kind: "upsert", item: itemFrom(request) }
  if (operationType === "delete") return { kind: "delete", key: request.key ?? "", options: optionsFrom(request) }
  throw fault(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", `operation type ${operationType} not supported`)
}

function itemFrom(item: WireStateItem): StateItem {
  const { key = "", value = Buffer.alloc(0), metadata = {} } = item
  return { key, value: valueOf(value), metadata, ...optionsFrom(item) }
}

const concurrencies = ["", "first-write", "last-write"]
const consistencies = ["", "eventual", "strong"]

function optionsFrom({ etag, options = {} }: Conditions): ItemOptions {
  const { concurrency = 0, consistency = 0 } = options
  return {
    etag: etag?.value ?? "", concurrency: concurrencies[concurrency] ?? String(concurrency),
    consistency: consistencies[consistency] ?? String(consistency),
  }
}

/** Text stays text, so that both doors show the same; other bytes are kept in base64. */
function valueOf(bytes: Buffer): StateValue {
  const value = bytes.toString("utf8")
  return Buffer.from(value).equals(bytes) ? { value } : { value: bytes.toString("base64"), binary: true }
}

function bytesOf({ value, binary }: StoredValue): Buffer {
  return Buffer.from(value, binary ? "base64" : "utf8")
}

function expiryOf({ expiresAtMs }: StoredValue): Texts {
  return expiresAtMs === undefined ? {} : { ttlExpireTime: new Date(expiresAtMs).toISOString() }
}

function topicMethods(api: Api): UntypedServiceImplementation {
  const publishAll = unary(async ({ pubsub_name: pubsub = "", topic = "", entries = [] }: BulkPublishMessage) => {
    for (const { event: data = Buffer.alloc(0), content_type: contentType = "text/plain", metadata = {} } of entries) {
      api.topics.publish({ pubsub, topic, data, contentType, metadata })
    }
    return {}
  })
  return {
    PublishEvent: unary(async (request: PublishMessage) => {
      const { pubsub_name: pubsub = "", topic = "", data = Buffer.alloc(0), metadata = {} } = request
      api.topics.publish({ pubsub, topic, data, contentType: request.data_content_type || "text/plain", metadata })
      return {}
    }),
    BulkPublishEvent: publishAll,
    BulkPublishEventAlpha1: publishAll,
    SubscribeTopicEventsAlpha1: (call: ServerDuplexStream<object, object>) => subscribeStream(api, call),
  }
}

interface TopicTarget { readonly pubsub_name?: string; readonly topic?: string }
interface PublishMessage extends TopicTarget {
  readonly data?: Buffer
  readonly data_content_type?: string
  readonly metadata?: Texts
}
interface BulkPublishMessage extends TopicTarget {
  readonly entries?: readonly { readonly event?: Buffer; readonly content_type?: string; readonly metadata?: Texts }[]
}

function jobMethods(api: Api): UntypedServiceImplementation {
  return {
    ScheduleJobAlpha1: unary(async ({ job = {}, overwrite = false }: JobMessage) => {
      const { name = "", schedule = "", repeats, due_time: dueTime = "", ttl = "", data } = job
      api.jobs.schedule({
        name, schedule, dueTime, ttl, overwrite, ...(repeats ? { repeats } : {}),
        ...(data ? { data: jobData(data) } : {}),
      })
      return {}
    }),
    GetJobAlpha1: unary(async ({ name = "" }: { readonly name?: string }) => {
      const { schedule, repeats, dueTime, ttl, data } = api.jobs.get(name)
      const content = data && { type_url: data.typeUrl, value: Buffer.from(data.base64, "base64") }
      return { job: { name, schedule, repeats, due_time: dueTime, ttl, data: content } }
    }),
    DeleteJobAlpha1: unary(async ({ name = "" }: { readonly name?: string }) => {
      api.jobs.remove(name)
      return {}
    }),
  }
}

function jobData({ type_url: typeUrl = "", value }: WireAny): JobData {
  return { typeUrl, base64: (value ?? Buffer.alloc(0)).toString("base64") }
}

interface JobMessage { readonly job?: WireJob; readonly overwrite?: boolean }

const verbs = ["POST", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
const worstGood = 399

async function invoke(api: Api, { id = "", message = {} }: InvokeMessage): Promise<object> {
  const { method: path = "", data, content_type: contentType, http_extension: extension = {} } = message
  const search = extension.querystring ? `?${extension.querystring}` : ""
  const answer = await invokeApp(api, id, {
    method: verbs[extension.verb ?? 0] ?? "POST", path: path + search, body: data?.value ?? Buffer.alloc(0),
    ...(contentType ? { contentType } : {}),
  })
  if (answer.status > worstGood) {
    throw fault(500, "ERR_DIRECT_INVOKE", `the app answered ${answer.status}: ${answer.body.toString("utf8")}`)
  }
  return { data: { type_url: "", value: answer.body }, content_type: answer.contentType ?? "" }
}
