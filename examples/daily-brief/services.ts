// Plays the news sites, Slack and Notion on this machine, with faults that come once and stay away after a restart.

import { createHash, randomUUID } from "node:crypto"
import { readFileSync, realpathSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { openJournal } from "./journal.ts"
import type { Fault, Journal, Received } from "./journal.ts"
import { readArticles, renderArticle } from "./pages.ts"

export interface ServicesOptions {
  /** A free one when absent. */
  readonly port?: number
  /** JSON-lines file: what was received, and what a restarted server must remember. */
  readonly journal: string
  /**
   * The secret store's file: requests to Slack must carry its `slackToken`. Made with a random one, readable by its
   * owner only, when it is not there. Without this option any token will do.
   */
  readonly secrets?: string
  /** How long the page that hangs does so. */
  readonly hangMs?: number
}

export interface Services {
  readonly origin: string
  readonly port: number
  close(): Promise<void>
  received(): readonly Received[]
}

/** What the n-th request of a path meets. Five retries get past all of it, so every run has the same sources. */
const faults: Readonly<Record<string, readonly Fault[]>> = {
  "/market/memory-is-the-bottleneck": ["unavailable"],
  "/energy/liquid-cooling-becomes-normal": ["hang"],
  "/energy/the-queue-for-the-grid": ["rate limited"],
  "/engineering/retries-that-multiply": ["rate limited", "rate limited"],
  "/v1/pages": ["rate limited"],
  // Slack posts the message and then says 503: only the idempotency key keeps the retry from posting it again.
  "/api/chat.postMessage": ["answer lost"],
}

const hangMsUsual = 4_000
const bodyBytesMax = 1_000_000

interface Request {
  readonly method: string
  readonly path: string
  readonly key: string | undefined
  readonly authorization: Received["authorization"]
  readonly body: unknown
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly effect?: "first" | "repeat"
  readonly id?: string
}

type Service = (request: Request, journal: Journal) => Answer

export async function startServices(options: ServicesOptions): Promise<Services> {
  const journal = openJournal(options.journal)
  if (options.secrets !== undefined) ensureSecrets(options.secrets)
  const services = new Map<string, Service>([
    ["POST /api/chat.postMessage", postMessage],
    ["POST /api/chat.delete", deleteMessage],
    ["POST /v1/pages", createPage],
    ...readArticles().map((article): [string, Service] => {
      return [`GET ${new URL(article.url).pathname}`, () => ({ status: 200, body: renderArticle(article) })]
    }),
  ])
  const hanging = new Set<NodeJS.Timeout>()
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(incoming, options)
    if (request === undefined) return send(response, { status: 400, body: { ok: false, error: "unreadable_request" } })
    const { answer, fault } = answerTo(request, services, journal)
    if (fault !== "hang") return send(response, answer)
    const timer = setTimeout(() => { hanging.delete(timer); send(response, answer) }, options.hangMs ?? hangMsUsual)
    hanging.add(timer)
  }
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      send(response, { status: 500, body: { ok: false, error: "internal_error" } })
    })
  })
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return failed(error)
      failed(new Error(`Port ${options.port} on 127.0.0.1 is in use; give another with --port.`, { cause: error }))
    })
    server.listen(options.port ?? 0, "127.0.0.1", listening)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received: () => [...journal.entries],
    close: () => new Promise((closed) => {
      for (const timer of hanging) clearTimeout(timer)
      server.close(() => closed())
      server.closeAllConnections()
    }),
  }
}

/** Decides, writes down, and only then lets the answer leave: a crash in between repeats no fault and no effect. */
function answerTo(request: Request, services: ReadonlyMap<string, Service>, journal: Journal) {
  const { method, path, key, authorization, body } = request
  const earlier = journal.entries.filter((entry) => entry.path === path).length
  const service = services.get(`${method} ${path}`)
  const fault = service === undefined || authorization === "wrong" ? undefined : faults[path]?.[earlier]
  const answer = fault === "unavailable" || fault === "rate limited" ? refusal(fault)
    : service === undefined ? { status: 404, body: { ok: false, error: "not_found" } }
    : service(request, journal)
  const sent = fault === "answer lost" && answer.effect ? { ...answer, ...refusal("unavailable") } : answer
  journal.append({
    at: new Date().toISOString(),
    method,
    path,
    request: earlier + 1,
    authorization,
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(body === undefined ? {} : { body }),
    status: sent.status,
    ...(fault === undefined ? {} : { fault }),
    ...(answer.effect === undefined ? {} : { effect: answer.effect }),
    ...(answer.id === undefined ? {} : { id: answer.id }),
  })
  return { answer: sent, fault }
}

function refusal(fault: "unavailable" | "rate limited"): Answer {
  return fault === "unavailable"
    ? { status: 503, body: { ok: false, error: "service_unavailable" } }
    : { status: 429, body: { ok: false, error: "ratelimited" }, headers: { "retry-after": "1" } }
}

function postMessage(request: Request, journal: Journal): Answer {
  if (request.authorization !== "right") return { status: 401, body: { ok: false, error: "invalid_auth" } }
  const { channel, text } = fields(request.body)
  if (typeof channel !== "string" || typeof text !== "string" || text === "") {
    return { status: 400, body: { ok: false, error: "invalid_arguments" } }
  }
  return once(request, journal, {
    newId: (count) => `1790000000.${String(count + 1).padStart(6, "0")}`,
    body: (ts) => ({ ok: true, channel, ts, message: { type: "message", text, ts } }),
  })
}

function deleteMessage(request: Request, journal: Journal): Answer {
  if (request.authorization !== "right") return { status: 401, body: { ok: false, error: "invalid_auth" } }
  const { channel, ts } = fields(request.body)
  const wasPosted = journal.entries.some((entry) => {
    return entry.path === "/api/chat.postMessage" && entry.effect === "first" && entry.id === ts
  })
  if (typeof ts !== "string" || !wasPosted) return { status: 404, body: { ok: false, error: "message_not_found" } }
  return once(request, journal, { newId: () => ts, body: () => ({ ok: true, channel, ts }) })
}

function createPage(request: Request, journal: Journal): Answer {
  if (request.authorization === "wrong") return { status: 401, body: { object: "error", code: "unauthorized" } }
  const { parent, properties } = fields(request.body)
  if (parent === undefined || properties === undefined) {
    return { status: 400, body: { object: "error", code: "validation_error" } }
  }
  return once(request, journal, {
    newId: (count) => uuidFrom(request.key ?? `page ${count}`),
    body: (id) => ({ object: "page", id, url: `https://www.notion.so/${id.replaceAll("-", "")}`, parent, properties }),
  })
}

interface Operation {
  readonly newId: (count: number) => string
  readonly body: (id: string) => object
}

/** The same key means the same request: the effect happens once, and its answer is given again. */
function once(request: Request, journal: Journal, { newId, body }: Operation): Answer {
  const effects = journal.entries.filter((entry) => entry.path === request.path && entry.effect === "first")
  const known = request.key === undefined ? undefined : effects.find((entry) => entry.idempotencyKey === request.key)
  if (known?.id === undefined) {
    const id = newId(effects.length)
    return { status: 200, body: body(id), effect: "first", id }
  }
  if (JSON.stringify(known.body) !== JSON.stringify(request.body)) {
    return { status: 409, body: { ok: false, error: "idempotency_key_reused" } }
  }
  return { status: 200, body: body(known.id), effect: "repeat", id: known.id }
}

async function receive(incoming: IncomingMessage, options: ServicesOptions): Promise<Request | undefined> {
  const body = await readJson(incoming)
  if (body === undefined) return undefined
  const path = new URL(incoming.url ?? "/", "http://services").pathname
  const key = incoming.headers["idempotency-key"]
  return {
    method: incoming.method ?? "GET",
    path,
    key: typeof key === "string" ? key : undefined,
    authorization: judge(incoming.headers.authorization, path, options.secrets),
    body: body.value,
  }
}

async function readJson(incoming: IncomingMessage): Promise<{ readonly value: unknown } | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  if (bytes === 0) return { value: undefined }
  try {
    return bytes > bodyBytesMax ? undefined : { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown }
  } catch {
    return undefined
  }
}

/** Read anew each time: the file may be made, or its token changed, while this server runs. */
function judge(header: string | undefined, path: string, secrets: string | undefined): Received["authorization"] {
  if (header === undefined) return "missing"
  const token = /^Bearer (.+)$/.exec(header)?.[1]
  if (token === undefined) return "wrong"
  if (secrets === undefined || !path.startsWith("/api/")) return "right"
  return token === slackTokenIn(secrets) ? "right" : "wrong"
}

function ensureSecrets(file: string): void {
  try {
    writeFileSync(file, `${JSON.stringify({ slackToken: `local-${randomUUID()}` })}\n`, { mode: 0o600, flag: "wx" })
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
}

function slackTokenIn(file: string): unknown {
  try {
    return fields(JSON.parse(readFileSync(file, "utf8")))["slackToken"]
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isPage = typeof body === "string"
  response.writeHead(status, { "content-type": isPage ? "text/html; charset=utf-8" : "application/json", ...headers })
  response.end(isPage ? body : JSON.stringify(body))
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {}
}

function uuidFrom(text: string): string {
  const digits = createHash("sha256").update(text).digest("hex")
  const part = (start: number, end: number): string => digits.slice(start, end)
  return [part(0, 8), part(8, 12), `4${part(13, 16)}`, `8${part(17, 20)}`, part(20, 32)].join("-")
}

const usage = "usage: node services.ts --journal FILE [--port PORT] [--secrets FILE]"

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: "string" }, journal: { type: "string" }, secrets: { type: "string" } },
  })
  const port = Number(values.port ?? 8787)
  if (values.journal === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(usage)
  const services = await startServices({
    port,
    journal: resolve(values.journal),
    ...(values.secrets === undefined ? {} : { secrets: resolve(values.secrets) }),
  })
  console.log(JSON.stringify({ services: "ready", origin: services.origin, pid: process.pid }))
  const stop = (): void => { void services.close().then(() => process.exit(0)) }
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(2)
  })
}
