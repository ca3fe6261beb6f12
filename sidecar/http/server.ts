// Dapr's HTTP API as far as it is served here. Anything else gets a plain JSON error.

import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Api } from "../api/api.ts"
import { fault, isFault } from "../fault.ts"
import type { Guard } from "../guard.ts"
import { StoreError } from "../store/store.ts"
import { appRoutes } from "./app-routes.ts"
import { stateRoutes } from "./state-routes.ts"

export interface HttpOptions {
  readonly api: Api
  readonly guard: Guard
}

export interface Request {
  readonly method: string
  /** Path segments behind the version, decoded. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** As they came, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Response {
  readonly status: number
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** Undefined when the request is not for this route; throws an ApiFault to answer with an error. */
export type Route = (request: Request) => Response | undefined | Promise<Response | undefined>

/** Areas of the API that the sidecar knows by name only. */
const notServed: readonly string[] = [
  "lock", "unlock", "configuration", "workflows", "actors", "conversation", "crypto",
]

export function createHttpServer({ api, guard }: HttpOptions): Server {
  const routes: readonly Route[] = [healthRoutes, stateRoutes(api), appRoutes(api)]
  const server = createServer((request, response) => {
    handle(routes, guard, request).catch(errorResponse).then((result) => send(response, result))
  })
  server.maxConnections = guard.limits.connections
  return server
}

async function handle(routes: readonly Route[], guard: Guard, request: IncomingMessage): Promise<Response> {
  const isHealth = request.url?.startsWith("/v1.0/healthz") ?? false
  if (!isHealth) {
    guard.authenticate(request.headers["dapr-api-token"])
    guard.refusePages(request.headers)
  }
  const leave = guard.enter()
  try {
    return await answer(routes, await readRequest(request, guard.limits.messageBytes))
  } finally {
    leave()
  }
}

async function answer(routes: readonly Route[], request: Request): Promise<Response> {
  for (const route of routes) {
    const response = await route(request)
    if (response) return response
  }
  const [area = ""] = request.path
  if (notServed.includes(area)) throw fault(501, "ERR_NOT_IMPLEMENTED", `this sidecar does not offer '${area}'`)
  throw fault(404, "ERR_NOT_FOUND", "no such route")
}

const healthRoutes: Route = ({ method, path }) => {
  const isHealth = path[0] === "healthz" && (path.length === 1 || (path.length === 2 && path[1] === "outbound"))
  return isHealth && method === "GET" ? { status: 204 } : undefined
}

async function readRequest(request: IncomingMessage, bytesMax: number): Promise<Request> {
  const url = new URL(request.url ?? "/", "http://sidecar")
  const [version = "", ...path] = url.pathname.split("/").slice(1).map(decode)
  if (!/^v1\.0(-alpha\d+|-beta\d+)?$/.test(version)) throw fault(404, "ERR_NOT_FOUND", "no such route")
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) throw fault(413, "ERR_BODY_TOO_LARGE", `a request may have ${bytesMax} bytes at most`)
    chunks.push(chunk)
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  return { method: request.method ?? "GET", path, query: url.searchParams, headers, body: Buffer.concat(chunks) }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw fault(400, "ERR_MALFORMED_REQUEST", "the path is not valid percent-encoding")
  }
}

function errorResponse(error: unknown): Response {
  if (isFault(error)) {
    const { status, errorCode, message } = error
    return { status, body: JSON.stringify({ errorCode, message }) }
  }
  const message = error instanceof StoreError ? error.message : "internal error"
  return { status: 500, body: JSON.stringify({ errorCode: "ERR_INTERNAL", message }) }
}

function send(response: ServerResponse, { status, body, headers = {} }: Response): void {
  const type = body === undefined ? {} : { "content-type": "application/json" }
  // What is left of a refused request is not read, so its connection can't serve another.
  const last = status === 413 ? { connection: "close" } : {}
  response.writeHead(status, { ...type, ...headers, ...last }).end(body)
}
