// The worker's own HTTP port: `on http` endpoints, and the calls that the sidecar makes to its app.

import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { isLoopback } from "../environment.ts"

export interface AppRequest {
  readonly method: string
  /** Decoded, in order. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingMessage["headers"]
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown
}

export interface AppResponse {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Undefined when the request is not for this route. */
export type AppRoute = (request: AppRequest) => Promise<AppResponse> | undefined

export interface AppServer {
  readonly port: number
  stop(): Promise<void>
}

export interface AppServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly routes: readonly AppRoute[]
  readonly note: (message: string) => void
}

const bodyBytesMax = 1024 * 1024

export async function startAppServer({ host, port, routes, note }: AppServerOptions): Promise<AppServer> {
  const server = createServer((request, response) => {
    answer(request, { host, routes }).catch((error: unknown): AppResponse => {
      note(`HTTP ${request.method} failed: ${error instanceof Error ? error.message : String(error)}`)
      return { status: 503, body: { error: "unavailable" }, headers: { "retry-after": "1" } }
    }).then((answered) => send(response, answered)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 2_000).unref()
    }),
  }
}

async function answer(
  request: IncomingMessage, { host, routes }: Pick<AppServerOptions, "host" | "routes">,
): Promise<AppResponse> {
  // A page in a browser can name this port by another host's name; nothing but this machine's own names is meant.
  if (isLoopback(host) && !isLoopback(hostOf(request))) return problem(403, "this port answers on this machine only")
  const url = new URL(request.url ?? "/", "http://app")
  const segments = url.pathname.split("/").filter((part) => part !== "").map(decoded)
  if (segments.includes(undefined)) return problem(400, "the path is not valid percent-encoding")
  const text = await bodyOf(request)
  if (text === undefined) return problem(413, `a body may have ${bodyBytesMax} bytes at most`)
  // Without this a form on any page could send a body here.
  if (text !== "" && !/^application\/([\w.+-]+\+)?json\b/i.test(request.headers["content-type"] ?? ""))
    return problem(415, "the body must be JSON, with content-type application/json")
  const body = text === "" ? { value: undefined } : parsed(text)
  if (body === undefined) return problem(400, "the body is not JSON")
  const asked: AppRequest = {
    method: request.method ?? "GET", segments: segments as string[], query: url.searchParams, headers: request.headers,
    body: body.value,
  }
  for (const route of routes) {
    const answered = route(asked)
    if (answered !== undefined) return answered
  }
  return problem(404, "there is nothing here")
}

export function problem(status: number, error: string, more: object = {}): AppResponse {
  return { status, body: { error, ...more } }
}

function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? "127.0.0.1").replace(/:\d+$/, "")
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  return bytes > bodyBytesMax ? undefined : Buffer.concat(chunks).toString("utf8")
}

function send(response: ServerResponse, { status, body, headers = {} }: AppResponse): void {
  const type = body === undefined ? {} : { "content-type": "application/json" }
  response.writeHead(status, { ...type, ...headers }).end(body === undefined ? undefined : JSON.stringify(body))
}
