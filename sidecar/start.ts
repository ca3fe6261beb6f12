// Starts a sidecar in this process: store, hub, gRPC and HTTP servers, and one way to stop them all.

import { randomUUID } from "node:crypto"
import type { Server as HttpServer } from "node:http"
import type { AddressInfo, Server as Listener } from "node:net"
import { Server, logVerbosity, setLogVerbosity } from "@grpc/grpc-js"
import type { Api } from "./api/api.ts"
import type { BindingTarget } from "./api/bindings.ts"
import { invokeApp } from "./api/invoke.ts"
import { createJobs } from "./api/jobs.ts"
import type { Job } from "./api/jobs.ts"
import { createTopics } from "./api/topics.ts"
import { systemClock } from "./clock.ts"
import { daprService } from "./grpc/dapr-service.ts"
import { guarded } from "./grpc/guarded.ts"
import { listenerOf } from "./grpc/listener.ts"
import { loadProtocol } from "./grpc/protocol.ts"
import { taskHubService } from "./grpc/service.ts"
import { withWorkItems } from "./grpc/work-items.ts"
import { createGuard, isLoopback } from "./guard.ts"
import type { Guard, Limits } from "./guard.ts"
import { createHttpServer } from "./http/server.ts"
import { createHub } from "./hub.ts"
import type { Hub } from "./hub.ts"
import { createRetention } from "./retention.ts"
import type { Retention, RetentionPolicy } from "./retention.ts"
import { openSqliteStore } from "./store/sqlite.ts"
import type { Store } from "./store/store.ts"

export type SidecarOptions = SidecarSettings & (
  /** The database file; made when it is not there. */
  | { readonly file: string }
  /** A store that is open; the sidecar closes it. */
  | { readonly store: Store }
)

export interface SidecarSettings {
  readonly host?: string
  /** 0, the default, takes any free port. */
  readonly grpcPort?: number
  readonly httpPort?: number
  readonly appId?: string
  /** Asked of every call; required where other machines can reach the sidecar. */
  readonly apiToken?: string
  readonly limits?: Partial<Limits>
  /** By default ended instances are kept for ever. */
  readonly retention?: RetentionPolicy
  readonly stateStores?: readonly string[]
  /** Store name to JSON file. */
  readonly secretStores?: Readonly<Record<string, string>>
  readonly pubsubs?: readonly string[]
  readonly bindings?: Readonly<Record<string, BindingTarget>>
  /** App id to the base address of its HTTP server. */
  readonly apps?: Readonly<Record<string, string>>
  /** Told once when a commit fails; the sidecar serves nothing any more and should be closed. */
  readonly onFault?: (error: unknown) => void
}

export interface Sidecar {
  readonly host: string
  readonly grpcPort: number
  readonly httpPort: number
  /** For a worker of this process. */
  readonly hub: Hub
  /** Forgets what the retention policy names; done by itself every minute. Returns how many instances. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** Settings that can't be served safely. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message)
    this.name = "SettingsError"
  }
}

/** A port that can't be listened on. */
export class PortError extends Error {
  constructor(host: string, port: number, reason: string, cause?: unknown) {
    super(`cannot listen on ${host}:${port}: ${reason}; choose another port or end the program that has it`, { cause })
    this.name = "PortError"
  }
}

/** Of a whole gRPC message: a turn carries a history of many payloads. */
const frameBytesMax = 512 * 1024 * 1024
/** Calls that one connection may have under way. */
const streamsPerConnection = 10_000
const taskHubName = "default"
/** How long workers may still answer what they hold when the sidecar stops. */
const answersMsMax = 300

/** Rejects with a SettingsError, a StoreError or a PortError when the settings, the file or a port can't be used. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { host = "127.0.0.1", grpcPort = 0, httpPort = 0, apiToken, onFault = () => {} } = options
  if (!isLoopback(host) && !apiToken) {
    const text = `${host} can be reached by other machines, so an API token is required`
    throw new SettingsError(`${text}: set DAPR_API_TOKEN or listen on 127.0.0.1`)
  }
  // The library reports on stderr what we report ourselves, in our own words.
  setLogVerbosity(logVerbosity.NONE)
  const store = "store" in options ? options.store : openSqliteStore({ file: options.file })
  const hub = createHub({ store, clock: systemClock, newId: randomUUID, onFault })
  const { limits } = options
  const guard = createGuard({ ...(apiToken ? { apiToken } : {}), ...(limits ? { limits } : {}) })
  const api = createApi({ options, store, hub })
  const retention = createRetention({ hub, store, clock: Date.now, policy: options.retention ?? {}, onFault })
  const grpc = createGrpcServer({ api, hub, guard })
  const listener = listenerOf(grpc, guard.limits.connections)
  const parts: Parts = { grpc, listener, http: createHttpServer({ api, guard }), hub, store, api, retention }
  try {
    const ports = { grpcPort: await listen(listener, host, grpcPort), httpPort: await listen(parts.http, host, httpPort) }
    return { host, ...ports, hub, sweep: () => retention.sweep(), close: onlyOnce(() => close(parts)) }
  } catch (error) {
    await close(parts)
    throw error
  }
}

interface ApiArguments {
  readonly options: SidecarSettings
  readonly store: Store
  readonly hub: Hub
}

function createApi({ options, store, hub }: ApiArguments): Api {
  const { appId = "agentflow", apps = {}, pubsubs = ["pubsub"], onFault = () => {} } = options
  const clock = Date.now
  const deliver = async ({ name, data }: Job) => {
    const body = Buffer.from(data?.base64 ?? "", "base64")
    const request = { method: "POST", path: `job/${encodeURIComponent(name)}`, body, contentType: "application/json" }
    const { status } = await invokeApp({ apps }, appId, request)
    return status >= 200 && status < 300
  }
  return {
    store, clock, appId, apps, pubsubs, stateStores: options.stateStores ?? ["statestore"],
    secretStores: options.secretStores ?? {}, bindings: options.bindings ?? {}, workers: () => hub.workers(),
    extended: new Map(), topics: createTopics({ store, clock, newId: randomUUID, pubsubs, appId, onFault }),
    jobs: createJobs({ store, clock, deliver, onFault }),
  }
}

interface Services {
  readonly api: Api
  readonly hub: Hub
  readonly guard: Guard
}

function createGrpcServer({ api, hub, guard }: Services): Server {
  const server = new Server({
    "grpc.max_receive_message_length": frameBytesMax, "grpc.max_send_message_length": frameBytesMax,
    "grpc.max_concurrent_streams": streamsPerConnection, "grpc.enable_channelz": 0,
  })
  const protocol = loadProtocol()
  const behind = { guard, taskHub: taskHubName }
  server.addService(withWorkItems(protocol.taskHub), guarded(taskHubService({ hub, guard }), behind))
  server.addService(protocol.dapr, guarded(daprService(api), behind))
  return server
}

function listen(server: Listener, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new PortError(host, port, portReason(error), error)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function portReason(error: Error): string {
  if (error.message.includes("EADDRINUSE")) return "the port is in use"
  if (error.message.includes("EACCES")) return "the port may not be used by this user"
  return error.message
}

interface Parts {
  readonly grpc: Server
  readonly listener: Listener
  readonly http: HttpServer
  readonly hub: Hub
  readonly store: Store
  readonly api: Api
  readonly retention: Retention
}

async function close({ grpc, listener, http, hub, store, api, retention }: Parts): Promise<void> {
  retention.close()
  api.topics.close()
  api.jobs.close()
  // A stream that ends well makes the SDK come back later; one that breaks kills its worker for good.
  await hub.drain(answersMsMax)
  await hub.close()
  listener.close()
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => {
      grpc.forceShutdown()
      resolve()
    }, answersMsMax)
    grpc.tryShutdown(() => {
      clearTimeout(force)
      resolve()
    })
  })
  http.closeAllConnections()
  await new Promise<void>((resolve) => http.close(() => resolve()))
  store.close()
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
