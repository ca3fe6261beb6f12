// What the tests of the activity side share: a state store in memory, services, schemas, tools, a scratch server.

import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { activitiesOf } from "../../runtime/activity.ts"
import { createBreakers } from "../../runtime/breaker.ts"
import type {
  Agent,
  Callable,
  Envelope,
  JsonSchema,
  Model,
  ModelRequest,
  Schema,
  ToolDescription,
} from "../../runtime/contract.ts"
import { agent, model, tool } from "../../runtime/define.ts"
import { createLimiter } from "../../runtime/limit.ts"
import { createRedactor } from "../../runtime/redact.ts"
import { schemaFromJson } from "../../runtime/schema/compile.ts"
import type { Services } from "../../runtime/services.ts"
import type { StateStore } from "../../runtime/state.ts"
import { createMcpServers } from "../../runtime/tools/mcp-servers.ts"
import type { ProviderRequest } from "../../runtime/providers/provider.ts"

export const seed = 20_260_101

export function schemaOf<T>(json: JsonSchema): Schema<T> {
  return schemaFromJson(json) as Schema<T>
}

export function record(
  properties: Record<string, JsonSchema>,
  required = Object.keys(properties),
): Record<string, unknown> {
  return { type: "object", properties, required, additionalProperties: false }
}

export interface MemoryState extends StateStore {
  readonly values: Map<string, unknown>
}

/** Etags as a real store gives them; values go through JSON. */
export function memoryState(): MemoryState {
  const values = new Map<string, unknown>()
  const etags = new Map<string, number>()
  const write = (key: string, value: unknown): void => {
    values.set(key, JSON.parse(JSON.stringify(value)))
    etags.set(key, (etags.get(key) ?? 0) + 1)
  }
  return {
    values,
    get: (key) =>
      Promise.resolve(values.has(key) ? { value: values.get(key), etag: String(etags.get(key)) } : undefined),
    saveFirst(key, value) {
      if (values.has(key)) return Promise.resolve("exists")
      write(key, value)
      return Promise.resolve("saved")
    },
    saveMatching(key, value, etag) {
      if (String(etags.get(key)) !== etag) return Promise.resolve("changed")
      write(key, value)
      return Promise.resolve("saved")
    },
    delete(key) {
      values.delete(key)
      return Promise.resolve()
    },
  }
}

export function servicesWith(changes: Partial<Services> = {}): Services {
  return {
    sidecar: { httpUrl: "http://127.0.0.1:1" },
    mcp: createMcpServers({ config: {}, endpoints: {} }),
    state: memoryState(),
    secrets: { read: () => Promise.resolve(() => "") },
    redactor: createRedactor(),
    breakers: createBreakers(),
    limiter: createLimiter(),
    settings: {},
    publish: () => Promise.resolve(),
    raiseEvent: () => Promise.resolve(),
    endpoints: {},
    provider: () => undefined,
    now: () => new Date("2026-01-02T03:04:05Z"),
    ...changes,
  }
}

export interface Execution {
  readonly parameters?: unknown
  readonly attempt?: number
  readonly timeoutMs?: number
  readonly circuit?: { readonly failures: number; readonly withinMs: number; readonly retryAfterMs: number }
  readonly deadline?: number
  readonly step?: string
  readonly start?: number
}

/** Runs the activity of a callable as a host would, on the JSON of its input. */
export async function execute(callable: Callable, services: Services, execution: Execution = {}): Promise<Envelope> {
  const activity = activitiesOf([callable], services).get(callable.name)
  if (activity === undefined) throw new Error(`no activity ${callable.name}`)
  const input = { step: `Flow/${callable.name}`, attempt: 1, key: "key-1", start: 1_000, parameters: {}, ...execution }
  return activity({ getWorkflowInstanceId: () => "run-1" }, JSON.parse(JSON.stringify(input)))
}

const anyRecord = schemaOf<object>({ type: "object" })

/** A reading tool whose work is the given code. */
export function readingTool<R>(run: () => R | Promise<R>, result: JsonSchema = true): Callable {
  return tool<object, unknown>({ name: "look", parameters: anyRecord, result: schemaOf(result), effect: "reads", run })
}

export const fast: Model = model({
  name: "fast",
  provider: "openai",
  id: "gpt-4o-mini",
  price: { input: 0.15, output: 0.6, per: 1_000_000 },
  context: 128_000,
  output: 16_000,
})

export function agentOf(result: JsonSchema): Agent {
  return agent<object, unknown>({
    name: "Writer",
    parameters: anyRecord,
    result: schemaOf(result),
    models: [{ model: fast }],
    prompt: () => "",
  })
}

export function modelRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: fast,
    messages: [{ role: "user", content: "Write about https://a.test/x. Chips are scarce." }],
    tools: [],
    responseSchema: { type: "string" },
    maxOutputTokens: 1_000,
    allowance: { tokens: 1_500, nanoDollars: 1_000_000, turns: 1, calls: 0 },
    ...changes,
  }
}

export function providerRequest(changes: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    agent: "Writer",
    step: "Flow/Writer",
    attempt: 1,
    turn: 1,
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "Write about https://a.test/x. Chips are scarce." }],
    tools: [],
    responseSchema: { type: "string" },
    maxOutputTokens: 1_000,
    idempotencyKey: "key-1",
    signal: new AbortController().signal,
    ...changes,
  }
}

export const lookUp: ToolDescription = {
  name: "lookUp",
  description: "Looks a page up.",
  parameters: record({ url: { type: "string" }, depth: { type: "integer", minimum: 1, maximum: 3 } }, ["url"]),
}

export interface Scratch {
  readonly url: string
  readonly requests: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage["headers"]
    readonly body: string
  }[]
  close(): Promise<void>
}

export async function scratchServer(
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<Scratch> {
  const requests: Scratch["requests"] = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on("end", () => {
      requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body })
      handle(request, response, body)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
}

export function deferred<T>(): Deferred<T> {
  let settle: ((value: T) => void) | undefined
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, resolve: (value) => settle?.(value) }
}
