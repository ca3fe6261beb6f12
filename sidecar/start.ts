// Starts a sidecar in this process: store, hub, gRPC and HTTP servers, and one way to stop them all.

import { randomUUID } from "node:crypto"
import type { Server as HttpServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Server, ServerCredentials } from "@grpc/grpc-js"
import { daprService } from "./grpc/dapr-service.ts"
import { loadProtocol } from "./grpc/protocol.ts"
import { taskHubService } from "./grpc/service.ts"
import { withWorkItems } from "./grpc/work-items.ts"
import { createHttpServer } from "./http.ts"
import { createHub } from "./hub.ts"
import type { Hub } from "./hub.ts"
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
  /** Told once when a commit fails; the sidecar serves nothing any more and should be closed. */
  readonly onFault?: (error: unknown) => void
}

export interface Sidecar {
  readonly host: string
  readonly grpcPort: number
  readonly httpPort: number
  close(): Promise<void>
}

/** A port that can't be listened on. */
export class PortError extends Error {
  constructor(host: string, port: number, reason: string, cause?: unknown) {
    super(`cannot listen on ${host}:${port}: ${reason}; choose another port or end the program that has it`, { cause })
    this.name = "PortError"
  }
}

const messageBytesMax = 128 * 1024 * 1024
/** How long workers may still answer what they hold when the sidecar stops. */
const answersMsMax = 300

/** Rejects with a StoreError or a PortError when the file or a port can't be used. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { host = "127.0.0.1", grpcPort = 0, httpPort = 0, appId = "agentflow", onFault = () => {} } = options
  const store = "store" in options ? options.store : openSqliteStore({ file: options.file })
  const grpc = new Server({
    "grpc.max_receive_message_length": messageBytesMax, "grpc.max_send_message_length": messageBytesMax,
  })
  const hub = createHub({ store, clock: Date.now, newId: randomUUID, onFault })
  const protocol = loadProtocol()
  grpc.addService(withWorkItems(protocol.taskHub), taskHubService(hub))
  grpc.addService(protocol.dapr, daprService({ appId }))
  const http = createHttpServer({ store, hub, appId, clock: Date.now })
  try {
    const ports = { grpcPort: await bindGrpc(grpc, host, grpcPort), httpPort: await bindHttp(http, host, httpPort) }
    return { host, ...ports, close: onlyOnce(() => close({ grpc, http, hub, store })) }
  } catch (error) {
    await close({ grpc, http, hub, store })
    throw error
  }
}

function bindGrpc(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(new PortError(host, port, portReason(error), error))
      else resolve(bound)
    })
  })
}

function bindHttp(server: HttpServer, host: string, port: number): Promise<number> {
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
  readonly http: HttpServer
  readonly hub: Hub
  readonly store: Store
}

async function close({ grpc, http, hub, store }: Parts): Promise<void> {
  // A stream that ends well makes the SDK come back later; one that breaks kills its worker for good.
  await hub.drain(answersMsMax)
  await hub.close()
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
