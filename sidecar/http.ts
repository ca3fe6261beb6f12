// Dapr's HTTP API as far as it is served here: health, metadata and state. Anything else gets a plain JSON error.

import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { fault } from "./fault.ts"
import type { ApiFault } from "./fault.ts"
import { runtimeVersion } from "./grpc/dapr-service.ts"
import type { Hub } from "./hub.ts"
import { stateRoutes } from "./state.ts"
import type { Store } from "./store/store.ts"
import { StoreError } from "./store/store.ts"

export interface HttpOptions {
  readonly store: Store
  readonly hub: Hub
  readonly appId: string
  readonly clock: () => number
}

export interface Request {
  readonly method: string
  /** Path segments behind the version, decoded. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly ifMatch?: string
  readonly body: string
}

export interface Response {
  readonly status: number
  /** JSON text. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Undefined when the request is not for this route; throws an ApiFault to answer with an error. */
export type Route = (request: Request) => Response | undefined

/** Areas of the API that the sidecar knows by name only. */
const notYet: readonly string[] = [
  "publish", "bindings", "secrets", "lock", "unlock", "invoke", "configuration", "jobs", "workflows", "actors",
]

const bodyBytesMax = 16 * 1024 * 1024

export function createHttpServer(options: HttpOptions): Server {
  const routes: readonly Route[] = [healthRoutes, metadataRoute(options), stateRoutes(options)]
  return createServer((request, response) => {
    readRequest(request).then((read) => answer(routes, read)).catch(errorResponse).then(
      (result) => send(response, result),
    )
  })
}

function answer(routes: readonly Route[], request: Request): Response {
  for (const route of routes) {
    const response = route(request)
    if (response) return response
  }
  if (notYet.includes(request.path[0] ?? "")) {
    throw fault(501, "ERR_NOT_IMPLEMENTED", `this sidecar does not offer '${request.path[0]}' yet`)
  }
  throw fault(404, "ERR_NOT_FOUND", "no such route")
}

const healthRoutes: Route = ({ method, path }) => {
  const isHealth = path[0] === "healthz" && (path.length === 1 || (path.length === 2 && path[1] === "outbound"))
  return isHealth && method === "GET" ? { status: 204 } : undefined
}

function metadataRoute({ appId, hub }: HttpOptions): Route {
  return ({ method, path }) => {
    if (method !== "GET" || path.length !== 1 || path[0] !== "metadata") return undefined
    const metadata = {
      id: appId, runtimeVersion, enabledFeatures: [], actors: [], components: [], extended: { host: "agentflow" },
      workflows: { connectedWorkers: hub.workers() },
    }
    return { status: 200, body: JSON.stringify(metadata) }
  }
}

async function readRequest(request: IncomingMessage): Promise<Request> {
  const url = new URL(request.url ?? "/", "http://sidecar")
  const [version = "", ...path] = url.pathname.split("/").slice(1).map(decode)
  if (!/^v1\.0(-alpha\d+|-beta\d+)?$/.test(version)) throw fault(404, "ERR_NOT_FOUND", "no such route")
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw fault(413, "ERR_BODY_TOO_LARGE", `a request may have ${bodyBytesMax} bytes at most`)
    chunks.push(chunk)
  }
  const ifMatch = request.headers["if-match"]
  return {
    method: request.method ?? "GET", path, query: url.searchParams, body: Buffer.concat(chunks).toString("utf8"),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw fault(400, "ERR_MALFORMED_REQUEST", "the path is not valid percent-encoding")
  }
}

function errorResponse(error: unknown): Response {
  if (typeof error === "object" && error !== null && "errorCode" in error) {
    const { status, errorCode, message } = error as ApiFault
    return { status, body: JSON.stringify({ errorCode, message }) }
  }
  const message = error instanceof StoreError ? error.message : "internal error"
  return { status: 500, body: JSON.stringify({ errorCode: "ERR_INTERNAL", message }) }
}

function send(response: ServerResponse, { status, body, headers = {} }: Response): void {
  const type = body === undefined ? {} : { "content-type": "application/json" }
  response.writeHead(status, { ...type, ...headers }).end(body)
}
