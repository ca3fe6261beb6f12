// What a run leaves behind: one trace over two workers, metrics, logs, text as it comes, and a secret in none of them.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, it, vi } from "vitest"
import { connect } from "../../runtime/client.ts"
import { agent, httpTool, secret, tool } from "../../runtime/define.ts"
import { ToolError } from "../../runtime/errors.ts"
import { startModelServer } from "../../runtime/model-server/server.ts"
import { traceIdOf } from "../../runtime/telemetry/traces.ts"
import { startWorker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { fast, record, schemaOf, scratchServer } from "./helpers.ts"

const value = "s3cr3t/+value-0451"
const closing: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0).reverse()) await close()
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const nothing = schemaOf<object>(record({}))
const text = schemaOf<string>({ type: "string" })
const token = secret({ name: "token", store: "vault", key: "token" })

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: { readonly key: string; readonly value: { readonly stringValue?: string; readonly intValue?: number } }[]
  readonly status: { readonly code?: number }
  readonly links?: { readonly traceId: string; readonly spanId: string }[]
}

it("tells one trace, metrics and logs of a run that two workers executed, and a secret to nobody", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-telemetry-"))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, "secrets.json"), JSON.stringify({ token: value }))
  const collector = await scratchServer((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
  // A service that shows what it was sent, in an answer and in an error.
  const leaky = await scratchServer((request, response) => {
    const failing = request.url === "/fail"
    response.writeHead(failing ? 500 : 200).end(JSON.stringify({ echo: request.headers["authorization"] }))
  })
  const models = await startModelServer()
  const sidecar = await startSidecar({ file: join(folder, "runs.db") })
  closing.push(collector.close, leaky.close, () => models.close(), () => sidecar.close())
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
  const metricsPort = await freePort()
  const lines: string[] = []
  const variables = {
    DAPR_GRPC_PORT: String(sidecar.grpcPort), DAPR_HTTP_PORT: String(sidecar.httpPort),
    AGENTFLOW_SECRET_FILES: JSON.stringify({ vault: join(folder, "secrets.json") }),
    OPENAI_BASE_URL: `${models.url}/v1`, OPENAI_API_KEY: "sk-offline-key", AGENTFLOW_STREAM: "1",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  }
  let calls = 0
  const flaky = tool<object, string>({
    name: "flaky", parameters: nothing, result: text, effect: "reads", secrets: [token],
    policy: { retry: { times: 2, backoff: { first: 1 } } },
    async run(_parameters, context) {
      calls += 1
      if (calls === 1) throw new ToolError("unavailable", `no luck with ${await context.secret("token")}`)
      await expect(context.secret("other")).rejects.toThrow('flaky has no secret called "other"')
      return `done with ${await context.secret("token")}`
    },
  })
  const call = (name: string, path: string) => httpTool<object, unknown>({
    name, parameters: nothing, result: schemaOf(true), effect: "reads", secrets: [token],
    policy: { retry: "never", limit: { atOnce: 1 }, circuit: { failures: 1, within: "1m", retryAfter: "1m" } },
    request: (_parameters, secrets) => ({ method: "GET", url: `${leaky.url}${path}`, headers: { authorization: `Bearer ${secrets(token)}` } }),
  })
  const [echo, fail] = [call("echo", "/"), call("fail", "/fail")]
  const Writer = agent<object, string>({
    name: "Writer", parameters: nothing, result: text, models: [{ model: fast }], prompt: () => "Write a sentence.", budget: { tokens: 50_000 },
  })
  const Part = workflow<{ left: number }, number>({
    name: "Part", parameters: schemaOf(record({ left: { type: "integer" } })), result: schemaOf({ type: "integer" }),
  }, function* (run, { left }) {
    yield* run.call(echo, {})
    return left === 0 ? 7 : run.continueAsNew({ left: left - 1 })
  })
  const Story = workflow<object, unknown>({ name: "Story", parameters: nothing, result: schemaOf(true) }, function* (run) {
    const first = yield* run.call(flaky, {})
    yield* run.sleep("1s")
    const echoed = yield* run.call(echo, {})
    const written = yield* run.call(Writer, {})
    yield* run.call(Part, { left: 1 })
    run.log(`wrote ${written.length > 0} after ${first}`)
    yield* run.call(fail, {})
    return echoed
  })
  const parts = { app: "story", workflows: [Story, Part], callables: [flaky, echo, fail, Writer] }
  const write = (line: string): void => void lines.push(line)
  const first = await startWorker(parts, { variables, write })
  const client = await connect({ variables })
  closing.push(() => client.close())
  const { id } = await client.start(Story, {}, { id: "story" })
  await expect.poll(() => calls, { timeout: 20_000 }).toBe(2)
  await first.stop()
  const second = await startWorker(parts, { variables: { ...variables, AGENTFLOW_METRICS_PORT: String(metricsPort) }, write })
  const finished = await client.wait(id, { timeoutMs: 30_000 })
  expect(finished).toMatchObject({ ok: false, error: { kind: "unavailable", step: "Story/fail" } })
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404)
  await second.stop()

  const spans = collector.requests.flatMap(({ body }) =>
    (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
  const root = spans.find(({ name }) => name === "run Story")
  expect(root?.parentSpanId ?? "").toBe("")
  expect(root?.traceId).toBe(traceIdOf("story", Number(/"start":(\d+)/.exec(readAll(folder))?.[1])))
  // A child run is a trace of its own, linked to the step that called it; so is each of its histories, to the one before.
  const [early, late] = spans.filter(({ name }) => name === "run Part")
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId, early?.traceId, late?.traceId]))
  const calling = spans.find(({ name, traceId }) => name === "Story/Part" && traceId === root?.traceId)
  expect(calling?.parentSpanId).toBe(root?.spanId)
  expect(early?.links).toMatchObject([{ traceId: root?.traceId, spanId: calling?.spanId }])
  expect(late?.links).toMatchObject([{ traceId: early?.traceId, spanId: early?.spanId }])
  const steps = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId)
  expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(["Story/flaky", "Story/echo", "Story/fail"]))
  const flakyStep = steps.find(({ name }) => name === "Story/flaky")
  const attempts = spans.filter(({ parentSpanId }) => parentSpanId === flakyStep?.spanId)
  expect(attempts.map(({ name, status }) => [name, status.code ?? 0])).toEqual([["execute_tool flaky", 2], ["execute_tool flaky", 0]])
  const chat = spans.find(({ name }) => name === "chat gpt-4o-mini")
  const facts = Object.fromEntries(chat?.attributes.map(({ key, value: one }) => [key, one.stringValue ?? one.intValue]) ?? [])
  expect(facts).toMatchObject({
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.agent.name": "Writer",
    "gen_ai.usage.input_tokens": expect.any(Number), "gen_ai.usage.output_tokens": expect.any(Number),
  })

  expect(metrics).toMatch(/agentflow_runs_total\{.*workflow="Story".*outcome="failed".*\} 1/)
  expect(metrics).toMatch(/agentflow_failures_total\{.*kind="unavailable".*\} 1/)
  expect(metrics).toMatch(/agentflow_tokens_total\{.*agent="Writer",model="gpt-4o-mini",direction="output".*\} [1-9]/)
  expect(metrics).toMatch(/agentflow_dollars_total\{.*\} 0?\.?\d/)
  expect(metrics).toMatch(/agentflow_attempt_seconds_bucket/)
  expect(metrics).toMatch(/agentflow_attempts_total\{.*workflow="Part".*callable="echo".*outcome="ok".*\} 2/)
  expect(metrics).toMatch(/agentflow_circuit_state\{.*circuit="echo".*\} 0/)
  expect(metrics).toMatch(/agentflow_circuit_state\{.*circuit="fail".*\} 2/)
  expect(metrics).toMatch(/agentflow_queue_seconds_count\{.*what="step",name="echo".*\} 3/)

  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(logged).toContainEqual(expect.objectContaining({ agentflow: "attempt", run: "story", step: "Story/flaky", attempt: 1, kind: "unavailable" }))
  expect(logged).toContainEqual(expect.objectContaining({ agentflow: "log", run: "story", workflow: "Story", step: "Story", message: expect.stringContaining("wrote true") }))
  const heard = logged.filter((line) => line["agentflow"] === "text").map((line) => line["delta"]).join("")
  expect(heard.length).toBeGreaterThan(0)

  // Everything that is left: database with its journal, traces, metrics, logs, the answer of the client.
  const left = [readAll(folder), ...collector.requests.map(({ body }) => body), metrics, lines.join("\n"), JSON.stringify(finished)]
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64"), "sk-offline-key"]
  for (const form of forms) expect(left.filter((one) => one.includes(form))).toEqual([])
  expect(left.filter((one) => one.includes("[secret token]")).length).toBeGreaterThan(1)
})

function readAll(folder: string): string {
  return readdirSync(folder).filter((name) => name !== "secrets.json").map((name) => readFileSync(join(folder, name), "latin1")).join("\n")
}
