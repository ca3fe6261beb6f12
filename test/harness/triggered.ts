// A worker whose workflow is started by a topic, a schedule, HTTP and a bounded queue, for either kind of sidecar.

import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { expect } from "vitest"
import { connect } from "../../runtime/client.ts"
import type { Client } from "../../runtime/client.ts"
import type { Workflow } from "../../runtime/contract.ts"
import { tool } from "../../runtime/define.ts"
import { startWorker } from "../../runtime/worker.ts"
import type { Worker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { record, schemaOf } from "../runtime-activity/helpers.ts"

export interface Ports {
  readonly grpcPort: number
  readonly httpPort: number
}

interface Order {
  readonly id: string
  readonly ms?: number
}

const order = schemaOf<Order>(record({ id: { type: "string" }, ms: { type: "integer" } }, ["id"]))

export interface World {
  /** Ids of orders in the order in which their work began. */
  readonly handled: string[]
  readonly atOnceMax: () => number
  readonly workflows: readonly Workflow[]
  readonly lines: string[]
  start(): Promise<{ readonly worker: Worker; readonly url: string }>
  readonly client: Client
  publish(event: { readonly id: string; readonly data: unknown; readonly topic?: string }): Promise<void>
  until(...expected: readonly string[]): Promise<void>
  close(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function openWorld({ grpcPort, httpPort }: Ports, appPort: number): Promise<World> {
  const handled: string[] = []
  const workers: Worker[] = []
  const lines: string[] = []
  let [atOnce, atOnceMax] = [0, 0]
  const work = tool<Order, null>({
    name: "work", parameters: order, result: schemaOf({ type: "null" }), effect: "reads",
    run: async ({ id, ms = 0 }) => {
      handled.push(id)
      atOnce += 1
      atOnceMax = Math.max(atOnceMax, atOnce)
      await new Promise((resolve) => setTimeout(resolve, ms))
      atOnce -= 1
      return null
    },
  })
  const Handle = workflow<Order, null>({
    name: "Handle", parameters: order, result: schemaOf({ type: "null" }),
    triggers: [{ on: "topic", topic: "orders" }, { on: "http", method: "POST", path: "/orders/{id}" }],
  }, function* (run, given) {
    return yield* run.call(work, given)
  })
  const Tick = workflow<Order, null>({
    name: "Tick", parameters: order, result: schemaOf({ type: "null" }),
    triggers: [{ on: "schedule", cron: "*/1 * * * * *", parameters: () => ({ id: "tick" }) }],
  }, function* (run, given) {
    return yield* run.call(work, given)
  })
  const Narrow = workflow<Order, null>({
    name: "Narrow", parameters: order, result: schemaOf({ type: "null" }),
    triggers: [{ on: "topic", topic: "narrow" }, { on: "http", method: "POST", path: "/narrow" }],
    concurrency: { atMost: 1, whenFull: "join" },
  }, function* (run, given) {
    return yield* run.call(work, given)
  })
  const variables = {
    DAPR_GRPC_PORT: String(grpcPort), DAPR_HTTP_PORT: String(httpPort), AGENTFLOW_HTTP_PORT: String(appPort),
  }
  const client = await connect({ variables })
  const workflows = [Handle, Tick, Narrow]
  return {
    handled, lines, client, workflows,
    atOnceMax: () => atOnceMax,
    async start() {
      const worker = await startWorker(
        { app: "orders", workflows, callables: [work] },
        { variables: workers.length === 0 ? variables : { ...variables, AGENTFLOW_HTTP_PORT: "" }, write: (line) => lines.push(line) },
      )
      workers.push(worker)
      const { httpPort: port } = JSON.parse(lines.findLast((line) => line.includes('"ready"')) ?? "{}") as { httpPort: number }
      return { worker, url: `http://127.0.0.1:${port}` }
    },
    async publish({ id, data, topic = "orders" }) {
      const event = { specversion: "1.0", id, type: "order", source: "test", datacontenttype: "application/json", data }
      const response = await fetch(`http://127.0.0.1:${httpPort}/v1.0/publish/pubsub/${topic}`, {
        method: "POST", headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(event),
      })
      expect(response.status, await response.text()).toBe(204)
    },
    until: async (...expected) => {
      await expect.poll(() => handled.filter((id) => id !== "tick"), { timeout: 30_000 }).toEqual(expected)
    },
    async close() {
      for (const worker of workers) await worker.stop()
      await client.close()
    },
  }
}

/** What must hold on every host. */
export async function expectTriggers(world: World): Promise<void> {
  const { url } = await world.start()
  // A topic: once per event, however often it is delivered.
  await world.publish({ id: "e1", data: { id: "a" } })
  await world.until("a")
  await world.publish({ id: "e1", data: { id: "a" } })
  await world.publish({ id: "bad", data: { name: "no order" } })
  await world.publish({ id: "e2", data: { id: "b" } })
  await world.until("a", "b")
  await expect.poll(() => world.lines.join("\n"), { timeout: 10_000 }).toMatch(/event bad of orders does not fit Handle: .*id/)
  // HTTP: checked, accepted, and once per key.
  const post = (path: string, body: unknown, headers: Record<string, string> = {}, at = url): Promise<Response> =>
    fetch(`${at}${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) })
  const first = await post("/orders/c", { ms: 1 }, { "idempotency-key": "k" })
  expect(first.status).toBe(202)
  const { run } = await first.json() as { run: string }
  expect(await world.client.wait(run, { timeoutMs: 20_000 })).toMatchObject({ ok: true })
  const again = await post("/orders/c", { ms: 1 }, { "idempotency-key": "k" })
  expect([again.status, await again.json()]).toEqual([200, { run, workflow: "Handle", state: "repeated" }])
  const wrong = await post("/orders/c", { ms: "soon" })
  expect([wrong.status, await wrong.json()]).toEqual([400, {
    error: "the request does not fit Handle", problems: [expect.stringContaining("ms")],
  }])
  await world.until("a", "b", "c")
  // Bounded: one at a time over two workers, equal ones joined, the rest in their order.
  const other = (await world.start()).url
  const ids = ["x", "x", "y", "z"]
  const answers = []
  for (const [index, id] of ids.entries()) {
    answers.push(await (await post("/narrow", { id, ms: 300 }, {}, index % 2 === 0 ? url : other)).json() as { state: string })
  }
  expect(answers.map(({ state }) => state)).toEqual(["started", "joined", "queued", "queued"])
  await world.until("a", "b", "c", "x", "y", "z")
  expect(world.atOnceMax()).toBeLessThanOrEqual(2)
  // A client takes its place in the same queue.
  const narrow = world.workflows.find(({ workflowName }) => workflowName === "Narrow") as Workflow<Order, null>
  const [front, behind] = [await world.client.start(narrow, { id: "p", ms: 300 }), await world.client.start(narrow, { id: "q" })]
  expect((await world.client.start(narrow, { id: "q" })).id).toBe(behind.id)
  expect(await behind.wait({ timeoutMs: 20_000 })).toMatchObject({ ok: true })
  expect(await front.wait({ timeoutMs: 20_000 })).toMatchObject({ ok: true })
  await world.until("a", "b", "c", "x", "y", "z", "p", "q")
  // A schedule: about once a second, never twice for the same second.
  await expect.poll(() => world.handled.filter((id) => id === "tick").length, { timeout: 20_000 }).toBeGreaterThan(1)
}
