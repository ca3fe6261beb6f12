// The activities that the runtime itself needs, and the limits of a worker.

import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "vitest"
import { activitiesOf } from "../../runtime/activity.ts"
import type { Envelope } from "../../runtime/contract.ts"
import { human } from "../../runtime/define.ts"
import { ToolError } from "../../runtime/errors.ts"
import { createLimiter } from "../../runtime/limit.ts"
import { createPublisher } from "../../runtime/publish.ts"
import type { PublishedEvent } from "../../runtime/publish.ts"
import type { Services } from "../../runtime/services.ts"
import { objectSchema, textSchema } from "../harness/callables.ts"
import { memoryState, servicesWith } from "../runtime-activity/helpers.ts"

function execute(services: Services, name: string, parameters: unknown, key = "key-1"): Promise<Envelope> {
  const activity = activitiesOf([], services).get(name)
  if (!activity) throw new Error(`no activity ${name}`)
  return activity({ getWorkflowInstanceId: () => "run-1" }, { step: "W/x", attempt: 1, key, start: 1_000, parameters })
}

describe("agentflow.cache", () => {
  it("gives what was put until it is too old", async () => {
    let now = new Date("2030-01-01T00:00:00Z")
    const services = servicesWith({ now: () => now })
    const get = () => execute(services, "agentflow.cache", { action: "get", key: "cache:look:1" })
    expect(await get()).toEqual({ ok: true, value: null })
    for (const value of ["old", "new"]) await execute(services, "agentflow.cache", { action: "put", key: "cache:look:1", value, forMs: 60_000 })
    expect(await get()).toEqual({ ok: true, value: { value: "new" } })
    now = new Date("2030-01-01T00:01:00Z")
    expect(await get()).toEqual({ ok: true, value: null })
  })
})

describe("agentflow.memory", () => {
  it("keeps the last messages, and adds nothing twice when a step is executed again", async () => {
    const services = servicesWith()
    const append = (content: string, key: string) =>
      execute(services, "agentflow.memory", { action: "append", agent: "helper", by: "a", messages: [{ role: "user", content }], keep: 2 }, key)
    await append("one", "k1")
    await append("two", "k2")
    await append("two", "k2")
    await append("three", "k3")
    const get = (by: string) => execute(services, "agentflow.memory", { action: "get", agent: "helper", by })
    expect(await get("a")).toEqual({ ok: true, value: [{ role: "user", content: "two" }, { role: "user", content: "three" }] })
    expect(await get("b")).toEqual({ ok: true, value: [] })
  })
})

describe("agentflow.settings", () => {
  it("takes the worker's value, else the default", async () => {
    const services = servicesWith({ settings: { channel: "#test" } })
    const settings = [{ name: "channel", default: "#market" }, { name: "limit", default: 5 }]
    expect(await execute(services, "agentflow.settings", { settings })).toEqual({ ok: true, value: { channel: "#test", limit: 5 } })
  })
})

describe("agentflow.publish and agentflow.deadletter", () => {
  it("publish with the step's key as the event's id", async () => {
    const published: PublishedEvent[] = []
    const services = servicesWith({ publish: async (event) => { published.push(event) } })
    await execute(services, "agentflow.publish", { event: "Paid", topic: "payments", payload: { order: 1 } }, "key-7")
    expect(published).toEqual([{ topic: "payments", pubsub: undefined, id: "key-7", type: "Paid", source: "agentflow/run-1", data: { order: 1 } }])
  })

  it("stores the entry and lists it once, without secrets, even when the topic can't be reached", async () => {
    const state = memoryState()
    const services = servicesWith({ state, publish: () => Promise.reject(new Error("no pub/sub")) })
    services.redactor.add("token", "s3cr3t-value")
    const failure = { v: 1, kind: "Sold", message: "out of s3cr3t-value", undone: [], undoFailed: [], undoUnknown: [] }
    for (let executions = 0; executions < 2; executions++) {
      expect(await execute(services, "agentflow.deadletter", { workflow: "W", topic: "failed", input: { topic: "x" }, failure })).toEqual({ ok: true, value: null, note: "not published to failed: no pub/sub" })
    }
    expect(state.values.get("deadletter:run-1:1000")).toMatchObject({ run: "run-1", workflow: "W", start: 1_000, input: { topic: "x" } })
    expect(state.values.get("deadletter:index")).toEqual({ v: 1, entries: [{ run: "run-1", start: 1_000 }] })
    expect(JSON.stringify([...state.values])).not.toContain("s3cr3t-value")
  })
})

describe("the announcement of a question", () => {
  const boss = human({ name: "boss", parameters: objectSchema, result: textSchema, ask: () => "Well?", announce: { topic: "approvals" } })
  const ask = (services: Services, attempt: number): Promise<Envelope> | undefined => activitiesOf([boss], services).get("boss")?.(
    { getWorkflowInstanceId: () => "run-1" }, { step: "W#2/boss", attempt, key: "key-1", start: 1_000, parameters: {} })

  it("names run and step", async () => {
    const published: PublishedEvent[] = []
    const state = memoryState()
    await ask(servicesWith({ state, publish: async (event) => { published.push(event) } }), 1)
    expect(published).toEqual([{
      topic: "approvals", id: "key-1", type: "agentflow.question", source: "agentflow/run-1", data: { run: "run-1", step: "W#2/boss", human: "boss" },
    }])
    expect(state.values.get("inbox:run-1:W#2/boss")).toMatchObject({ workflow: "W" })
  })

  it("waits for a sidecar, but the question stands without it", async () => {
    const services = servicesWith({ publish: () => Promise.reject(new ToolError("unavailable", "away")) })
    expect(await ask(services, 1)).toMatchObject({ ok: false, kind: "unavailable" })
    expect(await ask(services, 6)).toMatchObject({ ok: true, note: "not published to approvals: away" })
  })
})

describe("agentflow.cancel", () => {
  it("raises the reserved event at the other run", async () => {
    const raised: unknown[] = []
    const services = servicesWith({ raiseEvent: async (...event) => { raised.push(event) } })
    expect(await execute(services, "agentflow.cancel", { run: "run-1:Child:1" })).toMatchObject({ ok: true })
    expect(raised).toEqual([["run-1:Child:1", "agentflow.cancel", {}]])
  })
})

describe("the publisher", () => {
  it("sends one CloudEvent, and says what went wrong", async () => {
    const seen: { url: string | undefined; type: string | undefined; body: unknown }[] = []
    const server = createServer((request, response) => {
      let text = ""
      request.on("data", (chunk: Buffer) => { text += chunk.toString() })
      request.on("end", () => {
        seen.push({ url: request.url, type: request.headers["content-type"], body: JSON.parse(text) })
        response.writeHead(seen.length === 1 ? 204 : 404).end(seen.length === 1 ? undefined : "pubsub bus not found")
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const publish = createPublisher({ httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, "pubsub")
    const event = { topic: "a/b", id: "i", type: "Paid", source: "agentflow/r", data: { order: 1 } }
    await publish(event)
    await expect(publish({ ...event, pubsub: "bus" })).rejects.toMatchObject({ kind: "invalid_input", message: 'pub/sub "bus" answered 404: pubsub bus not found' })
    server.close()
    expect(seen[0]).toEqual({
      url: "/v1.0/publish/pubsub/a%2Fb", type: "application/cloudevents+json",
      body: { specversion: "1.0", id: "i", type: "Paid", source: "agentflow/r", datacontenttype: "application/json", data: { order: 1 } },
    })
  })
})

describe("the limiter", () => {
  it("lets so many in at once, in their order", async () => {
    const limiter = createLimiter()
    const started: number[] = []
    let running = 0
    let most = 0
    await Promise.all([0, 1, 2, 3, 4, 5].map((n) => limiter.run("t", { atOnce: 2 }, async () => {
      started.push(n)
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running -= 1
    })))
    expect(most).toBe(2)
    expect(started).toEqual([0, 1, 2, 3, 4, 5])
  })

  it("never starts more than so many in any stretch of the time", async () => {
    let now = 0
    const limiter = createLimiter({ now: () => now, sleep: async (delayMs) => { now += delayMs } })
    const starts: number[] = []
    for (let call = 0; call < 8; call++) {
      await limiter.run("t", { times: 3, perMs: 1_000 }, async () => { starts.push(now) })
      now += 100
    }
    for (const start of starts) expect(starts.filter((other) => other > start - 1_000 && other <= start).length).toBeLessThanOrEqual(3)
    expect(starts.at(-1)).toBe(2_100)
  })

  it("keeps names and numbers apart, and lets pass what has no limit", async () => {
    const limiter = createLimiter({ now: () => 0, sleep: () => Promise.reject(new Error("waits")) })
    const work = () => Promise.resolve("done")
    await limiter.run("a", { times: 1, perMs: 1_000 }, work)
    expect(await limiter.run("b", { times: 1, perMs: 1_000 }, work)).toBe("done")
    expect(await limiter.run("a", { times: 2, perMs: 1_000 }, work)).toBe("done")
    expect(await limiter.run("a", undefined, work)).toBe("done")
    await expect(limiter.run("a", { times: 1, perMs: 1_000 }, work)).rejects.toThrow("waits")
  })
})
