// HTTP tools and `context.fetch`, against a real local server.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Envelope, HttpRequest, Secret } from "../../runtime/contract.ts"
import { httpTool, secret, tool } from "../../runtime/define.ts"
import { readEnvironment } from "../../runtime/environment.ts"
import { createSecretReader } from "../../runtime/secrets.ts"
import { createRedactor } from "../../runtime/redact.ts"
import { errorForStatus, kindForStatus, retryAfterMs } from "../../runtime/tools/http-status.ts"
import { urlPart } from "../../runtime/tools/http.ts"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { execute, record, schemaOf, scratchServer, servicesWith } from "./helpers.ts"
import type { Execution, Scratch } from "./helpers.ts"

let server: Scratch
let other: Scratch
const declared = "https://api.example.test"
const folder = mkdtempSync(join(tmpdir(), "agentflow-http-"))

beforeAll(async () => {
  other = await scratchServer((_, response) => {
    response.end('{"leaked":true}')
  })
  server = await scratchServer((request, response, body) => {
    const url = new URL(request.url ?? "/", "http://x")
    const status = /^\/status\/(\d+)/.exec(url.pathname)?.[1]
    if (status !== undefined) {
      const wait = url.searchParams.get("wait")
      response
        .writeHead(Number(status), wait === null ? {} : { "retry-after": wait })
        .end("went wrong with key sk-verysecret")
      return
    }
    switch (url.pathname) {
      case "/echo":
        return void response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify({ body: body === "" ? null : JSON.parse(body), query: url.search }))
      case "/text":
        return void response.setHeader("content-type", "text/plain").end("plain words")
      case "/broken":
        return void response.setHeader("content-type", "application/json").end('{"half":')
      case "/empty":
        return void response.writeHead(204).end()
      case "/big":
        return void response.end("x".repeat(9 * 1024 * 1024))
      case "/cut":
        return void response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy())
      case "/hang":
        return
      case "/here":
        return void response.writeHead(307, { location: "/echo?moved" }).end()
      case "/declared":
        return void response.writeHead(307, { location: `${declared}/echo?mapped` }).end()
      case "/away":
        return void response.writeHead(302, { location: `${other.url}/steal` }).end()
      case "/circle":
        return void response.writeHead(302, { location: "/circle" }).end()
      default:
        response.writeHead(404).end()
    }
  })
})
afterAll(async () => {
  await Promise.all([server.close(), other.close()])
  rmSync(folder, { recursive: true })
})

interface Call extends Execution {
  readonly effect?: "reads" | "writes"
  readonly idempotent?: boolean
  readonly secrets?: readonly Secret[]
  readonly result?: Record<string, unknown> | boolean
}

function call(
  request: HttpRequest | ((read: (secret: Secret) => string) => HttpRequest),
  { effect = "reads", idempotent = true, secrets = [], result = true, ...execution }: Call = {},
): Promise<Envelope> {
  const redactor = createRedactor()
  const file = join(folder, "vault.json")
  writeFileSync(file, JSON.stringify({ "slack-bot": "xoxb-very-secret" }))
  const services = servicesWith({
    endpoints: { [declared]: server.url },
    redactor,
    secrets: createSecretReader({
      files: { vault: file, gone: join(folder, "none.json") },
      sidecar: { grpc: "127.0.0.1:1", httpUrl: "http://127.0.0.1:1" },
      redactor,
    }),
  })
  const callable = httpTool<object, unknown>({
    name: "send",
    parameters: schemaOf({ type: "object" }),
    result: schemaOf(result),
    effect,
    idempotent,
    secrets,
    request: (_, read) => (typeof request === "function" ? request(read) : request),
  })
  return execute(callable, services, execution)
}

const get = (path: string, more: Call = {}): Promise<Envelope> =>
  call({ method: "GET", url: `${declared}${path}` }, more)

describe("status", () => {
  it.each([
    [429, "rate_limited"],
    [408, "timeout"],
    [504, "timeout"],
    [500, "unavailable"],
    [503, "unavailable"],
    [599, "unavailable"],
    [404, "not_found"],
    [401, "denied"],
    [403, "denied"],
    [409, "conflict"],
    [400, "invalid_input"],
    [422, "invalid_input"],
  ])("%i is %s", async (status, kind) => {
    expect(kindForStatus(status)).toBe(kind)
    expect(await get(`/status/${status}`)).toMatchObject({
      ok: false,
      kind,
      data: { status },
      message: expect.stringContaining(`GET api.example.test/status/${status} answered ${status}: went wrong`),
    })
    expect(errorForStatus(new Response(null, { status }))).toMatchObject({
      kind,
      message: expect.stringContaining(String(status)),
    })
  })

  it("reads Retry-After in seconds and as a date", async () => {
    const now = Date.parse("2026-01-02T03:04:05Z")
    expect(retryAfterMs("7", now)).toBe(7_000)
    expect(retryAfterMs("0.5", now)).toBe(500)
    expect(retryAfterMs("Fri, 02 Jan 2026 03:04:35 GMT", now)).toBe(30_000)
    expect(retryAfterMs("Fri, 02 Jan 2026 03:04:00 GMT", now)).toBe(0)
    for (const wrong of ["soon", "-5", "", null, undefined]) expect(retryAfterMs(wrong, now)).toBeUndefined()
    expect(await get("/status/429?wait=7")).toMatchObject({ kind: "rate_limited", retryAfterMs: 7_000 })
    expect(errorForStatus(new Response(null, { status: 429, headers: { "retry-after": "3" } }))).toMatchObject({
      retryAfterMs: 3_000,
    })
  })

  it("below 400 is no error", () => expect(errorForStatus(new Response("x"))).toBeUndefined())

  it("of a gateway that gave up leaves a write in doubt", async () => {
    expect(await get("/status/504", { effect: "writes" })).toMatchObject({ kind: "timeout", maybeDone: true })
    expect(await get("/status/503", { effect: "writes" })).not.toHaveProperty("maybeDone")
  })
})

describe("a request", () => {
  it("carries JSON, the secret and the idempotency key", async () => {
    const slackToken = secret({ name: "slackToken", store: "vault", key: "slack-bot" })
    const envelope = await call(
      (read) => ({
        method: "POST",
        url: `${declared}/echo`,
        headers: { Authorization: `Bearer ${read(slackToken)}` },
        body: { text: "ü" },
      }),
      { effect: "writes", secrets: [slackToken] },
    )
    expect(envelope).toEqual({ ok: true, value: { body: { text: "ü" }, query: "" } })
    expect(server.requests.at(-1)?.headers).toMatchObject({
      authorization: "Bearer xoxb-very-secret",
      "idempotency-key": "key-1",
      "content-type": "application/json",
    })
  })

  it("without idempotency has no key", async () => {
    await get("/echo", { idempotent: false })
    expect(server.requests.at(-1)?.headers).not.toHaveProperty("idempotency-key")
  })

  it("fails as denied when a secret is missing, and says which without a value", async () => {
    const missing = (store: string): Promise<Envelope> =>
      get("/echo", { secrets: [secret({ name: "token", store, key: "nope" })] })
    expect(await missing("vault")).toEqual({
      ok: false,
      kind: "denied",
      message: 'secret token: store "vault" has no key "nope"',
    })
    expect(await missing("gone")).toEqual({
      ok: false,
      kind: "denied",
      message: 'secret token: the file of store "gone" is missing or not JSON',
    })
    expect(await missing("dapr")).toMatchObject({ ok: false, kind: "unavailable" })
  })

  it("never shows the secret in an error", async () => {
    const token = secret({ name: "token", store: "vault", key: "slack-bot" })
    const failed = await call(
      (read) => ({ method: "GET", url: `${declared}/status/400?${read(token)}`, headers: { bad: `${read(token)}\n` } }),
      { secrets: [token] },
    )
    expect(JSON.stringify(failed)).not.toContain("xoxb")
  })

  it("follows redirects inside of the origin only", async () => {
    const before = other.requests.length
    expect(await call({ method: "POST", url: `${declared}/here`, body: [1] })).toEqual({
      ok: true,
      value: { body: [1], query: "?moved" },
    })
    expect(await get("/declared")).toMatchObject({ ok: true, value: { query: "?mapped" } })
    expect(await get("/away")).toMatchObject({
      ok: false,
      kind: "denied",
      message: expect.stringContaining("redirects to another origin"),
    })
    expect(await get("/circle")).toMatchObject({ ok: false, kind: "unavailable" })
    expect(other.requests.length).toBe(before)
  })

  it("is invalid_input when its address is none", async () => {
    expect(await call({ method: "GET", url: "nowhere" })).toMatchObject({ ok: false, kind: "invalid_input" })
  })
})

describe("an answer", () => {
  it("is JSON, text, or nothing", async () => {
    expect(await get("/text", { result: { type: "string" } })).toEqual({ ok: true, value: "plain words" })
    expect(await get("/empty", { result: { type: "null" } })).toEqual({ ok: true, value: null })
    expect(await get("/broken")).toMatchObject({
      ok: false,
      kind: "invalid_output",
      message: expect.stringContaining("not JSON"),
    })
    expect(await get("/text", { result: record({ a: { type: "string" } }) })).toMatchObject({
      ok: false,
      kind: "invalid_output",
    })
  })

  it("over the limit is too_large", async () =>
    expect(await get("/big")).toMatchObject({ ok: false, kind: "too_large" }))

  it("that breaks off is a network failure, and a write in doubt", async () => {
    expect(await get("/cut")).toMatchObject({ ok: false, kind: "network" })
    expect(await get("/cut", { effect: "writes" })).toMatchObject({ ok: false, kind: "network", maybeDone: true })
  })

  it("that never comes is a timeout", async () =>
    expect(await get("/hang", { timeoutMs: 30 })).toMatchObject({ ok: false, kind: "timeout" }))

  it("of a closed port is a network failure without doubt", async () => {
    const closed = await scratchServer(() => undefined)
    await closed.close()
    expect(await call({ method: "POST", url: closed.url }, { effect: "writes" })).toEqual({
      ok: false,
      kind: "network",
      message: `${new URL(closed.url).host} could not be reached: ECONNREFUSED`,
    })
  })
})

describe("context.fetch", () => {
  const fetching = (url: string, execution: Execution = {}): Promise<Envelope> =>
    execute(
      tool<object, unknown>({
        name: "look",
        parameters: schemaOf({ type: "object" }),
        result: schemaOf(true),
        effect: "reads",
        async run(_, context) {
          const response = await context.fetch(url)
          const error = errorForStatus(response)
          if (error) throw error
          return response.json()
        },
      }),
      servicesWith({ endpoints: { [declared]: server.url } }),
      execution,
    )

  it("maps the declared origin", async () =>
    expect(await fetching(`${declared}/echo?a`)).toEqual({ ok: true, value: { body: null, query: "?a" } }))
  it("turns a refused connection into a network failure", async () =>
    expect(await fetching("http://127.0.0.1:1/")).toMatchObject({ kind: "network" }))
  it("stops with the attempt", async () =>
    expect(await fetching(`${declared}/hang`, { timeoutMs: 30 })).toMatchObject({ kind: "timeout" }))
  it("gives a status the tool's own kind", async () =>
    expect(await fetching(`${declared}/status/429?wait=1`)).toMatchObject({
      kind: "rate_limited",
      retryAfterMs: 1_000,
    }))
})

describe("urlPart", () => {
  it.each([
    ["a b/c?d", "a%20b%2Fc%3Fd"],
    ["..", "%2E%2E"],
    [7, "7"],
    [null, ""],
    [{ a: 1 }, "%7B%22a%22%3A1%7D"],
  ])("%j is %s", (value, part) => expect(urlPart(value)).toBe(part))
})

describe("the environment", () => {
  const problems = (variables: Record<string, string>): readonly string[] => {
    const read = readEnvironment(variables)
    return read.ok ? [] : read.problems
  }

  it("has defaults, and takes OpenAI when it is reachable", () => {
    expect(readEnvironment({})).toMatchObject({
      ok: true,
      environment: {
        sidecar: { grpc: "127.0.0.1:50001", httpUrl: "http://127.0.0.1:3500" },
        stateStore: "statestore",
        provider: "offline",
        log: "json",
      },
    })
    expect(readEnvironment({ OPENAI_API_KEY: "k" })).toMatchObject({ environment: { provider: "openai" } })
    expect(readEnvironment({ OPENAI_API_KEY: "k", AGENTFLOW_PROVIDER: "offline" })).toMatchObject({
      environment: { provider: "offline" },
    })
  })

  it("maps origins to this machine only, unless told otherwise", () => {
    const remote = { AGENTFLOW_ENDPOINTS: '{"https://slack.com":"https://evil.test"}' }
    expect(problems(remote)).toEqual([
      expect.stringMatching(/^AGENTFLOW_ENDPOINTS maps https:\/\/slack.com to the remote host https:\/\/evil.test/),
    ])
    expect(problems({ ...remote, AGENTFLOW_ALLOW_REMOTE: "1" })).toEqual([])
    for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
      expect(problems({ AGENTFLOW_ENDPOINTS: `{"https://slack.com":"http://${host}:1"}` })).toEqual([])
    for (const host of ["127.0.0.1.evil.test", "localhost.evil.test", "10.0.0.1"])
      expect(problems({ AGENTFLOW_ENDPOINTS: `{"https://slack.com":"http://${host}:1"}` })).toHaveLength(1)
    expect(problems({ AGENTFLOW_ENDPOINTS: '{"https://slack.com/api":"http://127.0.0.1:1"}' })).toHaveLength(1)
  })

  it("names every mistake", () => {
    expect(
      problems({
        DAPR_HTTP_PORT: "x",
        AGENTFLOW_LOG: "loud",
        AGENTFLOW_SECRET_FILES: "[]",
        AGENTFLOW_MODEL_SCRIPT: join(folder, "none"),
      }),
    ).toHaveLength(4)
  })
})
