// The offline model as a local OpenAI-compatible HTTP server, faults included.

import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { ModelFault, ModelRule, ModelScript } from "../providers/model-script.ts"
import { parseModelScript } from "../providers/model-script.ts"
import { replyOffline } from "../providers/offline-model.ts"
import type { OfflineAnswer, OfflineRequest } from "../providers/offline-model.ts"
import { chunksOf, completionOf } from "./completion.ts"
import { readRequest } from "./request.ts"

export interface ModelServerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** A script, or the path of a model.json. */
  readonly script?: ModelScript | string
  /** Rules that are asked before those of the script. */
  readonly faults?: readonly ModelRule[]
}

export interface ModelServer {
  /** The origin; OPENAI_BASE_URL is this with `/v1`. */
  readonly url: string
  readonly port: number
  /** Requests that asked for a completion, faults included. */
  readonly requests: () => number
  close(): Promise<void>
}

const bodyBytesMax = 32 * 1024 * 1024
const modelNames = ["agentflow-offline", "gpt-4o", "gpt-4o-mini"]

/** On loopback only. Rejects when the port is taken or the script is wrong. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const given = typeof options.script === "string" ? readScriptFile(options.script) : options.script
  const script: ModelScript = { rules: [...(options.faults ?? []), ...(given?.rules ?? [])] }
  const attempts = new Map<string, number>()
  let requests = 0
  const server = createServer((request, response) => {
    void route(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      if (response.headersSent) response.destroy()
      else sendError(response, 500, { message })
    })
  })
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://local")
    if (request.method === "GET" && pathname === "/v1/models")
      return sendJson(response, { object: "list", data: modelNames.map(modelOf) })
    if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
      return sendError(response, 404, { message: `no ${request.method} ${pathname} here`, code: "not_found" })
    }
    requests += 1
    const body = await readBody(request)
    const read = body === undefined ? undefined : readRequest(body, request.headers)
    if (read === undefined || !read.ok)
      return sendError(response, 400, {
        message: read?.problem ?? "the body is not JSON or too large",
        code: "invalid_request",
      })
    const attempt = read.request.attempt ?? counted(attempts, read.request)
    await answer({
      response,
      script,
      request: { ...read.request, attempt },
      stream: read.stream,
      withUsage: read.withUsage,
    })
  }
  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Hanging requests would keep it open.
        server.closeAllConnections()
      }),
  }
}

function readScriptFile(path: string): ModelScript {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (error) {
    throw new Error(`the model script can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
  const read = parseModelScript(text)
  if (!read.ok) throw new Error(`${path}: ${read.problems.join("; ")}`)
  return read.script
}

/** A client that does not say which attempt this is: the same step's requests of one turn are counted here. */
function counted(attempts: Map<string, number>, request: Omit<OfflineRequest, "attempt">): number {
  const key = `${request.step}\0${request.agent}\0${request.messages.length}`
  const count = (attempts.get(key) ?? 0) + 1
  attempts.set(key, count)
  return count
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new Error(`the model server cannot listen on 127.0.0.1:${port}: ${error.message}`, { cause: error })),
    )
    server.listen(port, "127.0.0.1", () => resolve())
  })
}

function modelOf(id: string): object {
  return { id, object: "model", created: 0, owned_by: "agentflow" }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  if (bytes > bodyBytesMax) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"))
  } catch {
    return undefined
  }
}

interface Exchange {
  readonly response: ServerResponse
  readonly script: ModelScript
  readonly request: OfflineRequest
  readonly stream: boolean
  readonly withUsage: boolean
}

async function answer(exchange: Exchange): Promise<void> {
  const { response, script, request } = exchange
  const reply = replyOffline(script, request)
  if (reply.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, reply.delayMs))
  if (reply.fault === undefined)
    return exchange.stream ? sendStream(exchange, reply) : sendJson(response, completionOf(reply, request))
  // A client that gives up closes the connection; until then nothing is said.
  if (reply.fault.hang === true) return
  if (reply.fault.cut === true) return exchange.stream ? cutStream(response, request) : cut(response)
  sendFault(response, reply.fault)
}

function sendFault(response: ServerResponse, fault: ModelFault): void {
  const status = fault.status ?? 500
  if (fault.retryAfter !== undefined) response.setHeader("retry-after", String(fault.retryAfter))
  sendError(response, status, {
    message: fault.message ?? `scripted failure ${status}`,
    ...(fault.code === undefined ? {} : { code: fault.code }),
  })
}

/** Announces more than it sends, so that the client sees a broken connection and no short answer. */
function cut(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write('{"id":"chatcmpl-cut","object":', () => response.destroy())
}

function cutStream(response: ServerResponse, request: OfflineRequest): void {
  startStream(response)
  const begun: OfflineAnswer = {
    text: "{",
    toolCalls: [],
    finishReason: "stop",
    usage: { inputTokens: 0, outputTokens: 0 },
    delayMs: 0,
  }
  const [first] = chunksOf(begun, request, { withUsage: false })
  response.write(`data: ${JSON.stringify(first)}\n\n`, () => response.destroy())
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    connection: "keep-alive",
  })
}

function sendStream({ response, request, withUsage }: Exchange, reply: OfflineAnswer): void {
  startStream(response)
  for (const chunk of chunksOf(reply, request, { withUsage })) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  response.end("data: [DONE]\n\n")
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

function sendError(
  response: ServerResponse,
  status: number,
  error: { readonly message: string; readonly code?: string },
): void {
  const body = {
    error: {
      message: error.message,
      type: status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error",
      param: null,
      code: error.code ?? null,
    },
  }
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}
