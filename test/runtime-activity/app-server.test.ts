// The worker's HTTP port: what it takes, and what pages in a browser can't make it do.

import { request as send } from "node:http"
import { afterEach, describe, expect, it } from "vitest"
import type { Workflow } from "../../runtime/contract.ts"
import { readEnvironment } from "../../runtime/environment.ts"
import { startAppServer } from "../../runtime/triggers/app-server.ts"
import type { AppServer } from "../../runtime/triggers/app-server.ts"
import { endpoint } from "../../runtime/triggers/endpoints.ts"
import { jobRoute } from "../../runtime/triggers/jobs.ts"
import type { Occasion, Starter } from "../../runtime/triggers/starter.ts"
import { workflow } from "../../runtime/workflow.ts"
import { record, schemaOf } from "./helpers.ts"

const parameters = schemaOf<{ id: string; count: number }>(record({ id: { type: "string" }, count: { type: "integer" } }, ["id"]))
const Flow = workflow<{ id: string; count: number }, null>({ name: "Flow", parameters, result: schemaOf(true) }, function* () {
  return null
}) as unknown as Workflow
const begun: Occasion[] = []
const notes: string[] = []
let server: AppServer | undefined
afterEach(async () => {
  await server?.stop()
  begun.length = 0
})

async function open(begin: Starter["begin"] = async (occasion) => {
  begun.push(occasion)
  return { kind: "started", id: occasion.id }
}): Promise<string> {
  const starter: Starter = { begin, tend: () => Promise.resolve() }
  const routes = [
    endpoint(Flow, { on: "http", method: "POST", path: "/flows/{id}" }, starter),
    endpoint(Flow, { on: "http", method: "GET", path: "/flows/{id}/look" }, starter),
    jobRoute({
      sidecar: { httpUrl: "http://127.0.0.1:1" }, starter, now: () => Date.parse("2026-01-02T03:04:05Z"), appToken: "app-token",
      signal: new AbortController().signal, note: (message) => notes.push(message),
      jobs: [{ name: "agentflow-Flow-1", workflow: Flow, trigger: { on: "schedule", cron: "0 8 * * *", parameters: () => ({ id: "daily" }) } }],
    }),
  ]
  server = await startAppServer({ host: "127.0.0.1", port: 0, routes, note: (message) => notes.push(message) })
  return `http://127.0.0.1:${server.port}`
}

function ask(url: string, options: { method?: string; body?: string; headers?: Record<string, string> } = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { method = "POST", body = "", headers = {} } = options
    const sent = send(url, { method, headers: { "content-type": "application/json", ...headers } }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

describe("the worker's port", () => {
  it("takes parameters from path, query and body", async () => {
    const url = await open()
    expect(await ask(`${url}/flows/a%2Fb`, { body: '{"count":3}' })).toMatchObject({ status: 202 })
    expect(await ask(`${url}/flows/c/look?count=4`, { method: "GET" })).toMatchObject({ status: 202 })
    expect(begun.map(({ input }) => input)).toEqual([{ id: "a/b", count: 3 }, { id: "c", count: 4 }])
  })

  it.each([
    ["another path", "/nothing", {}, 404],
    ["another method", "/flows/a", { method: "PUT" }, 404],
    ["a broken escape", "/flows/%E0", {}, 400],
    ["a body that is no JSON", "/flows/a", { body: "{" }, 400],
    ["a body that is no object", "/flows/a", { body: "[1]" }, 400],
    ["a form of a page", "/flows/a", { body: "{}", headers: { "content-type": "text/plain" } }, 415],
    ["a name that points here", "/flows/a", { headers: { host: "evil.test" } }, 403],
    ["a body that is too large", "/flows/a", { body: `"${"x".repeat(1_100_000)}"` }, 413],
  ])("refuses %s", async (_name, path, options, status) => {
    expect(await ask(`${await open()}${path}`, options)).toMatchObject({ status })
    expect(begun).toEqual([])
  })

  it.each([["dropped", 429], ["busy", 409], ["joined", 200]] as const)("says that a start was %s", async (kind, status) => {
    const url = await open(() => Promise.resolve(kind === "joined" ? { kind, id: "other" } : { kind }))
    expect(await ask(`${url}/flows/a`)).toMatchObject({ status })
  })

  it("says nothing of what broke inside", async () => {
    const url = await open(() => Promise.reject(new Error("the store's address is 10.0.0.7")))
    expect(await ask(`${url}/flows/a`)).toEqual({ status: 503, body: '{"error":"unavailable"}' })
    expect(notes.join()).toContain("10.0.0.7")
  })

  it("takes a due job from the sidecar only, and once per tick", async () => {
    const url = await open()
    expect(await ask(`${url}/job/agentflow-Flow-1`)).toMatchObject({ status: 401 })
    for (let round = 0; round < 2; round += 1)
      expect(await ask(`${url}/job/agentflow-Flow-1`, { headers: { "dapr-api-token": "app-token" } })).toMatchObject({ status: 200 })
    expect(begun.map(({ input }) => input)).toEqual([{ id: "daily" }, { id: "daily" }])
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1)
    expect(begun[0]?.id).toMatch(/^Flow-2026-01-02T03.04.00Z-/)
  })
})

describe("the environment", () => {
  it("says what is wrong with the new variables", () => {
    const read = readEnvironment({
      AGENTFLOW_MCP: '{"tracker":{"comand":["x"]}}', AGENTFLOW_RECORD: "a", AGENTFLOW_REPLAY: "b", AGENTFLOW_OPENAI_API: "chats",
      AGENTFLOW_PROVIDER: "azure", AGENTFLOW_HTTP_PORT: "70000",
    })
    expect(read.ok ? [] : read.problems).toEqual([
      'AGENTFLOW_PROVIDER must be one of offline, openai, dapr, not "azure"',
      "AGENTFLOW_RECORD and AGENTFLOW_REPLAY exclude each other",
      'AGENTFLOW_OPENAI_API must be one of chat, responses, not "chats"',
      'AGENTFLOW_HTTP_PORT must be a port from 1 to 65535, not "70000"',
      'AGENTFLOW_MCP must be a JSON record: server name -> {"command":["…"]} or {"url":"https://…"}',
    ])
  })
})
