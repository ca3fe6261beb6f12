// A proxy on loopback before each service: it counts what arrives, and cuts or refuses requests where the pilot says so.

import { createHash } from "node:crypto"
import { createServer, request as send } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { request as sendSecure } from "node:https"
import type { AddressInfo } from "node:net"

/** What happens to a request: it goes on, its connection is cut before the service sees it, or it is answered 429. */
export type Treatment = "pass" | "cut" | "refuse"

export interface Seen {
  readonly atMs: number
  readonly service: string
  readonly method: string
  readonly path: string
  /** Equal for requests that ask for the same thing. */
  readonly identity: string
  /** The Idempotency-Key. */
  readonly key?: string
  readonly treatment: Treatment
  /** Absent while the service works, and where the request was cut. */
  readonly status?: number
  readonly endedMs?: number
}

export interface Proxies {
  /** By origin that the program calls: where it finds the proxy. */
  readonly endpoints: Readonly<Record<string, string>>
  seen(): readonly Seen[]
  close(): Promise<void>
}

export interface ProxyOptions {
  /** By origin that the program calls: the service behind it. */
  readonly targets: Readonly<Record<string, string>>
  /** Asked before a request goes on; `index` counts all requests from 0. */
  readonly treat: (request: { readonly service: string; readonly method: string; readonly index: number }) => Treatment
  /** The service has done its work, and its answer has not left yet. */
  readonly onDone: (count: number) => void | Promise<void>
}

type Entry = { -readonly [Key in keyof Seen]: Seen[Key] }

const bodyBytesMax = 16 * 1024 * 1024
export const retryAfterSeconds = 1

export async function openProxies({ targets, treat, onDone }: ProxyOptions): Promise<Proxies> {
  const seen: Entry[] = []
  let done = 0
  const servers: Server[] = []
  const endpoints: Record<string, string> = {}
  for (const [origin, target] of Object.entries(targets)) {
    const server = createServer((incoming, response) => {
      const service = new URL(origin).host
      void relay({ incoming, response, service, target }).catch(() => response.destroy())
    })
    await new Promise<void>((listening, failed) => server.once("error", failed).listen(0, "127.0.0.1", listening))
    servers.push(server)
    endpoints[origin] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const relay = async ({ incoming, response, service, target }: Relayed): Promise<void> => {
    const { method = "GET", url = "/", headers } = incoming
    const body = await readAll(incoming)
    const key = headers["idempotency-key"]
    const treatment = treat({ service, method, index: seen.length })
    const entry: Entry = {
      atMs: Date.now(), service, method, path: url, treatment, identity: identityOf(service, method, url, body),
      ...(typeof key === "string" ? { key } : {}),
    }
    seen.push(entry)
    if (treatment === "cut") return void incoming.socket.destroy()
    if (treatment === "refuse") {
      Object.assign(entry, { status: 429, endedMs: Date.now() })
      return void response.writeHead(429, { "retry-after": String(retryAfterSeconds), "content-type": "application/json" }).end(`{"error":"too many requests"}`)
    }
    const answer = await forward(target, incoming, body)
    Object.assign(entry, { status: answer.status, endedMs: Date.now() })
    if (method !== "GET" && answer.status < 400) done += 1
    await onDone(done)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  return {
    endpoints,
    seen: () => [...seen],
    close: async () => {
      for (const server of servers) await new Promise<void>((closed) => { server.close(() => closed()); server.closeAllConnections() })
    },
  }
}

interface Relayed {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly service: string
  readonly target: string
}

function identityOf(service: string, method: string, path: string, body: Buffer): string {
  return createHash("sha256").update(`${service} ${method} ${path}\n`).update(body).digest("base64url").slice(0, 16)
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error("a body is too large for the pilot")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** A service that can't be reached answers 502, as a gateway would say it. */
function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const url = new URL(incoming.url ?? "/", target)
  const headers = { ...incoming.headers, host: url.host, "content-length": String(body.length) }
  return new Promise((resolve) => {
    const outgoing = (url.protocol === "https:" ? sendSecure : send)(url, { method: incoming.method, headers }, (answer) => {
      readAll(answer).then((text) => {
        const { "transfer-encoding": _chunks, connection: _connection, ...kept } = answer.headers
        resolve({ status: answer.statusCode ?? 502, headers: { ...kept, "content-length": String(text.length) }, body: text })
      }, () => resolve(unreachable))
    })
    outgoing.on("error", () => resolve(unreachable))
    outgoing.end(body)
  })
}

const unreachable: Answer = { status: 502, headers: { "content-type": "application/json" }, body: Buffer.from(`{"error":"the service can't be reached"}`) }
