// Tools behind Dapr's API on an unmodified daprd: the same answers as the sidecar's, and its own failures.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import type { Callable, Envelope, JsonSchema } from "../../runtime/contract.ts"
import { bindingTool, invokeTool, publishTool, stateTool } from "../../runtime/define.ts"
import { createDaprProvider } from "../../runtime/providers/dapr.ts"
import { createPublisher } from "../../runtime/publish.ts"
import { startDapr } from "../harness/dapr.ts"
import { freePort } from "../harness/triggered.ts"
import { execute, providerRequest, record, schemaOf, servicesWith } from "../runtime-activity/helpers.ts"

const parameters = schemaOf<{ id: string }>(record({ id: { type: "string" } }))
const base = { parameters, result: schemaOf<unknown>(true), effect: "writes" as const, idempotent: true }

function component(name: string, type: string, metadata: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(metadata).map(([key, value]) => `    - { name: ${key}, value: ${JSON.stringify(value)} }\n`)
  return `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec:\n  type: ${type}\n  version: v1\n` +
    (lines.length === 0 ? "  metadata: []\n" : `  metadata:\n${lines.join("")}`)
}

it("reaches apps, bindings, state and topics through real Dapr", { timeout: 200_000 }, async () => {
  const runDir = mkdtempSync(join(tmpdir(), "agentflow-tools-daprd-"))
  const files = join(runDir, "files")
  mkdirSync(files)
  const appPort = await freePort()
  const seen: (string | undefined)[] = []
  const app = createServer((request, response) => {
    if (!request.url?.startsWith("/orders")) return void response.writeHead(request.url === "/dapr/config" ? 200 : 404).end("{}")
    seen.push(request.headers["idempotency-key"] as string | undefined)
    if (request.url.endsWith("slow")) return void response.writeHead(429, { "retry-after": "7" }).end()
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ url: request.url, method: request.method }))
  })
  await new Promise<void>((resolve) => app.listen(appPort, "127.0.0.1", resolve))
  const dapr = await startDapr({ runDir, appId: "shop", stateStore: "sqlite", appPort, resources: {
    "pubsub.yaml": component("pubsub", "pubsub.in-memory"),
    "files.yaml": component("files", "bindings.localstorage", { rootPath: files }),
  } })
  try {
    const sidecar = { httpUrl: `http://127.0.0.1:${dapr.httpPort}` }
    const services = servicesWith({ sidecar, publish: createPublisher(sidecar, "pubsub") })
    const call = (callable: Callable, id: string): Promise<Envelope> => execute(callable, services, { parameters: { id } })

    const charge = (name: string, to: string) => invokeTool<{ id: string }, unknown>({
      ...base, name, app: to, request: ({ id }) => ({ method: "PUT", path: `/orders/${encodeURIComponent(id)}`, body: { id } }),
    })
    expect(await call(charge("charge", "shop"), "a b")).toEqual({ ok: true, value: { url: "/orders/a%20b", method: "PUT" } })
    expect(seen).toEqual(["key-1"])
    expect(await call(charge("slow", "shop"), "slow")).toMatchObject({ ok: false, kind: "rate_limited", retryAfterMs: 7_000 })
    expect(await call(charge("lost", "nobody"), "1")).toMatchObject({ ok: false, kind: "unavailable" })

    const store = bindingTool<{ id: string }, unknown>({
      ...base, name: "store", binding: "files", operation: "create", request: ({ id }) => ({ data: `order ${id}`, metadata: { fileName: `${id}.txt` } }),
    })
    expect(await call(store, "1")).toMatchObject({ ok: true })
    expect(readdirSync(files).map((name) => readFileSync(join(files, name), "utf8"))).toEqual([expect.stringContaining("order 1")])
    const absent = bindingTool<{ id: string }, unknown>({ ...base, name: "absent", binding: "none", operation: "create", request: () => ({}) })
    expect(await call(absent, "1")).toMatchObject({ ok: false })

    const state = (operation: "get" | "set" | "delete", result: JsonSchema = true) => stateTool<{ id: string }, unknown>({
      ...base, name: `${operation}${result === true}`, result: schemaOf(result), store: "statestore",
      request: ({ id }) => (operation === "set" ? { operation, key: `c/${id}`, value: { name: "Ada" } } : { operation, key: `c/${id}` }),
    })
    expect(await call(state("get"), "1")).toEqual({ ok: true, value: null })
    expect(await call(state("set"), "1")).toEqual({ ok: true, value: null })
    expect(await call(state("get"), "1")).toEqual({ ok: true, value: { name: "Ada" } })
    expect(await call(state("delete"), "1")).toEqual({ ok: true, value: null })
    expect(await call(state("get", { type: "object" }), "1")).toMatchObject({ ok: false, kind: "not_found" })

    const announce = (pubsub: string) => publishTool<{ id: string }, unknown>({ ...base, name: `announce${pubsub}`, pubsub, topic: "orders", data: ({ id }) => ({ id }) })
    expect(await call(announce("pubsub"), "1")).toEqual({ ok: true, value: null })
    expect(await call(announce("none"), "1")).toMatchObject({ ok: false, kind: "invalid_input" })

    // The daprd of stable components has no conversation component: only its refusal can be seen here.
    const chat = createDaprProvider({ sidecar, component: "chat" })
    expect(await chat.complete(providerRequest())).toMatchObject({ ok: false, message: expect.stringMatching(/conversation component "chat" answered \d+: /) })
  } finally {
    await dapr.stop()
    await new Promise((resolve) => {
      app.close(resolve)
      app.closeAllConnections()
    })
    rmSync(runDir, { recursive: true, force: true })
  }
})
