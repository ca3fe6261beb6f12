// The HTTP server of the Studio and the playground: loopback only, one token, a strict content policy, no other site's requests.

import { createHash, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Failure, messageOf } from "../failure.ts"
import type { ApiError, Json } from "./api.ts"
import type { StaticFiles } from "./static-files.ts"

/** Answered as JSON with its status; thrown by a route. */
export class Refusal extends Error {
  readonly status: number
  readonly advice: string | undefined

  constructor(status: number, message: string, advice?: string) {
    super(message)
    this.name = "Refusal"
    this.status = status
    this.advice = advice
  }
}

export interface ApiRequest {
  readonly method: string
  /** Segments after `/api/`, decoded. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** Parsed; undefined when there is none. */
  readonly body: unknown
}

export interface Api {
  readonly token: string
  handle(request: ApiRequest): Promise<object>
  /** Takes the response over: a stream of server-sent events. */
  stream(request: ApiRequest, response: ServerResponse): void
}

export interface StudioOptions {
  readonly files: StaticFiles
  readonly port: number
  /** Takes any free port when that one is taken. */
  readonly mayChoosePort: boolean
  /** Absent: the files alone. */
  readonly api?: Api
}

export interface StudioServer {
  readonly port: number
  /** With the token, when there is one. */
  readonly url: string
  close(): Promise<void>
}

const bodyBytesMax = 4 * 1024 * 1024

export async function serveStudio({ files, port, mayChoosePort, api }: StudioOptions): Promise<StudioServer> {
  let bound = port
  const server = createServer((request, response) => {
    void answer(request, response, { files, api, port: bound }).catch((thrown: unknown) => {
      if (!response.headersSent) sendError(response, refusalOf(thrown))
      else response.destroy()
    })
  })
  bound = await listen(server, port, mayChoosePort)
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/${api === undefined ? "" : `?token=${api.token}`}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function listen(server: Server, port: number, mayChoosePort: boolean): Promise<number> {
  const attempt = (wanted: number): Promise<number> => new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(wanted, "127.0.0.1", () => {
      server.off("error", reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
  try {
    return await attempt(port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    if (!mayChoosePort) throw new Failure(2, `Port ${port} is taken.`, "Choose another one with --port; 0 takes a free one.")
    return attempt(0)
  }
}

interface Serving {
  readonly files: StaticFiles
  readonly api: Api | undefined
  readonly port: number
}

async function answer(request: IncomingMessage, response: ServerResponse, { files, api, port }: Serving): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  refuseOthers(request, port)
  const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`)
  const method = request.method ?? "GET"
  if (url.pathname !== "/api" && !url.pathname.startsWith("/api/")) return sendFile(files, pageOf(decoded(url.pathname), api), method, response)
  if (api === undefined) throw new Refusal(404, "There is no API here: this is the playground alone.", "`agentflow dev` serves the Studio.")
  response.setHeader("cache-control", "no-store")
  const path = url.pathname.slice("/api/".length).split("/").map(decoded)
  const isStream = path.length === 1 && path[0] === "events"
  checkToken(request, api.token, isStream ? url.searchParams.get("token") : null)
  const asked: ApiRequest = { method, path, query: url.searchParams, body: method === "GET" || method === "HEAD" ? undefined : await readBody(request) }
  if (isStream) {
    if (method !== "GET") throw new Refusal(405, `${method} is not for this address.`)
    return api.stream(asked, response)
  }
  sendJson(response, 200, await api.handle(asked))
}

/** Where there are runs to show, the first page is the Studio; the playground stays beside it. */
function pageOf(path: string, api: Api | undefined): string {
  return path === "/" && api !== undefined ? "/studio.html" : path
}

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

/** A name that someone else's DNS points here, a page of another site, a form of another site: none of them is served. */
function refuseOthers({ headers }: IncomingMessage, port: number): void {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  if (!hosts.includes(headers.host ?? "")) throw new Refusal(403, "This host name is not served here.", `Open http://127.0.0.1:${port}/`)
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) throw new Refusal(403, "Requests of other origins are not served.")
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new Refusal(403, "Requests of other sites are not served.")
}

function checkToken({ headers }: IncomingMessage, token: string, fromQuery: string | null): void {
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? fromQuery ?? ""
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
  if (!timingSafeEqual(digest(given), digest(token))) throw new Refusal(401, "The token is missing or wrong.", "Open the address that `agentflow dev` printed.")
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(400, "That is no address.")
  }
}

function readBody(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on("error", reject)
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bodyBytesMax) reject(new Refusal(413, `A request may have at most ${bodyBytesMax} bytes.`))
      else chunks.push(chunk)
    })
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8")
      if (text === "") return resolve(undefined)
      // A form of another page can't send this type without asking first.
      if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return reject(new Refusal(400, "A body must be JSON, with the type application/json."))
      try {
        resolve(JSON.parse(text))
      } catch (thrown) {
        reject(new Refusal(400, `The body is not JSON: ${messageOf(thrown)}`))
      }
    })
  })
}

function sendFile(files: StaticFiles, path: string, method: string, response: ServerResponse): void {
  if (method !== "GET" && method !== "HEAD") throw new Refusal(405, `${method} is not for this address.`)
  const file = files.read(path)
  if (file === undefined) throw new Refusal(404, "There is no such file.")
  response.writeHead(200, {
    "content-type": file.type, "content-length": file.body.length, "content-security-policy": file.contentPolicy, "cache-control": file.isKept ? "public, max-age=31536000, immutable" : "no-cache",
  })
  response.end(method === "HEAD" ? undefined : file.body)
}

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown
  if (thrown instanceof Failure) return new Refusal(409, thrown.message, thrown.advice)
  const code = thrown instanceof Error && thrown.name === "ClientError" ? (thrown as Error & { readonly code: string }).code : undefined
  if (code === "notFound") return new Refusal(404, messageOf(thrown))
  if (code === "alreadyActive" || code === "notEnded") return new Refusal(409, messageOf(thrown))
  if (code === "unreachable" || code === "deadline") return new Refusal(502, `The sidecar can't be reached: ${messageOf(thrown)}`)
  return new Refusal(500, messageOf(thrown))
}

function sendError(response: ServerResponse, { status, message, advice }: Refusal): void {
  const body: ApiError = { error: { message, ...(advice === undefined ? {} : { advice }) } }
  sendJson(response, status, body)
}

function sendJson(response: ServerResponse, status: number, body: object | Json): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" })
  response.end(JSON.stringify(body))
}
