// A small HTTP server that plays the services of an example: a journal, faults that come once, effects that happen once.

import { realpathSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { openJournal } from "./journal.ts"
import type { Journal, Received } from "./journal.ts"

export interface Request {
  readonly method: string
  readonly path: string
  /** What the `*` of the route stand for, in order. */
  readonly segments: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
  /** The how manieth effect of this route this would be, from 1: for ids that a test can name. */
  readonly count: number
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly retryAfterSeconds?: number
}

export interface Fault extends Answer {
  /** How many requests of the route meet it; 1 when absent. */
  readonly times?: number
  /** The request does its work, and only the answer is replaced. */
  readonly answerLost?: boolean
}

export interface World {
  /** `POST /charges` or `DELETE /reservations/*` to what answers it. Everything but GET is an effect. */
  readonly routes: Readonly<Record<string, (request: Request) => Answer>>
  /** By name, what the routes meet: route to its faults in order. The one called `usual` is taken unless another is named. */
  readonly scenarios?: Readonly<Record<string, Faults>>
}

export type Faults = Readonly<Record<string, readonly Fault[]>>

export interface LocalServicesOptions {
  readonly world: World
  /** A free one when absent. */
  readonly port?: number
  /** JSON-lines file: what was received, and what a restarted server must remember. */
  readonly journal: string
  readonly faults?: Faults
  /** Sees a request after its work is done and before its answer leaves. */
  readonly onReceived?: (entry: Received) => void | Promise<void>
}

export interface LocalServices {
  readonly origin: string
  readonly port: number
  received(): readonly Received[]
  close(): Promise<void>
}

const bodyBytesMax = 1_000_000

export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const journal = openJournal(options.journal)
  const server = createServer((incoming, response) => {
    respond(incoming, { journal, options }).then((answer) => send(response, answer), (error: unknown) => {
      send(response, { status: 500, body: { error: error instanceof Error ? error.message : "internal" } })
    })
  })
  await new Promise<void>((listening, failed) => {
    server.once("error", failed)
    server.listen(options.port ?? 0, "127.0.0.1", listening)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received: () => [...journal.entries],
    close: () => new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    }),
  }
}

interface Serving {
  readonly journal: Journal
  readonly options: LocalServicesOptions
}

/** Decides, writes down, and only then lets the answer leave: a crash in between repeats no fault and no effect. */
async function respond(incoming: IncomingMessage, { journal, options }: Serving): Promise<Answer> {
  const body = await readBody(incoming)
  if (body === undefined) return { status: 400, body: { error: "unreadable" } }
  const method = incoming.method ?? "GET"
  const path = new URL(incoming.url ?? "/", "http://services").pathname
  const matched = routeOf(options.world, method, path)
  if (matched === undefined) return { status: 404, body: { error: `no route for ${method} ${path}` } }
  const { route, segments } = matched
  const earlier = journal.entries.filter((entry) => entry.route === route)
  const fault = faultAt(options.faults ?? options.world.scenarios?.["usual"] ?? {}, route, earlier.length)
  const key = incoming.headers["idempotency-key"]
  const known = typeof key !== "string" ? undefined : earlier.find((entry) => entry.effect === "first" && entry.key === key)
  const isRefused = fault !== undefined && fault.answerLost !== true
  const count = earlier.filter(({ effect }) => effect === "first").length + 1
  const done = isRefused ? fault
    : known !== undefined ? { status: known.answer.status, body: known.answer.body }
    : options.world.routes[route]!({ method, path, segments, body, count })
  const isEffect = !isRefused && method !== "GET" && done.status < 400
  const entry: Received = {
    at: new Date().toISOString(), route, method, path, request: earlier.length + 1, body,
    answer: { status: done.status, ...(done.body === undefined ? {} : { body: done.body }) },
    ...(typeof key === "string" ? { key } : {}),
    ...(isEffect ? { effect: known === undefined ? "first" : "repeat" } : {}),
  }
  journal.append(entry)
  await options.onReceived?.(entry)
  return fault ?? done
}

function routeOf({ routes }: World, method: string, path: string): { route: string; segments: readonly string[] } | undefined {
  const parts = path.split("/")
  for (const route of Object.keys(routes)) {
    const [routeMethod, routePath = ""] = route.split(" ")
    const pattern = routePath.split("/")
    if (routeMethod !== method || pattern.length !== parts.length) continue
    if (!pattern.every((part, index) => part === "*" || part === parts[index])) continue
    return { route, segments: parts.filter((_, index) => pattern[index] === "*").map(decodeURIComponent) }
  }
  return undefined
}

function faultAt(faults: Faults, route: string, earlier: number): Fault | undefined {
  let left = earlier
  for (const fault of faults[route] ?? []) {
    left -= fault.times ?? 1
    if (left < 0) return fault
  }
  return undefined
}

async function readBody(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  if (bytes === 0) return {}
  try {
    const value: unknown = bytes > bodyBytesMax ? undefined : JSON.parse(Buffer.concat(chunks).toString("utf8"))
    return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : undefined
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status, body, retryAfterSeconds }: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  })
  response.end(JSON.stringify(body ?? {}))
}

/** True for the file that `node` was told to run. */
export function isProgram(file: string): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === file
}

/** `node services.ts --journal FILE [--port PORT] [--scenario NAME]`, until it is stopped. */
export async function serveFromCommandLine(world: World): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      journal: { type: "string", default: ".agentflow/received.jsonl" },
      scenario: { type: "string", default: "usual" },
    },
  })
  const names = ["usual", ...Object.keys(world.scenarios ?? {}).filter((name) => name !== "usual")]
  if (!names.includes(values.scenario)) throw new Error(`--scenario is one of ${names.join(", ")}`)
  const services = await startLocalServices({
    world, port: Number(values.port), journal: resolve(values.journal), faults: world.scenarios?.[values.scenario] ?? {},
  })
  console.log(JSON.stringify({ services: "ready", origin: services.origin, scenario: values.scenario }))
  const stop = (): void => { void services.close().then(() => process.exit(0)) }
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
}
