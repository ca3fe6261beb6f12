// Tools behind Dapr's API, against a server that answers as a sidecar does: what is sent, and what each answer means.

import { afterEach, describe, expect, it } from "vitest"
import type { Callable, Envelope, JsonSchema } from "../../runtime/contract.ts"
import { bindingTool, invokeTool, publishTool, secret, stateTool } from "../../runtime/define.ts"
import type { PublishedEvent } from "../../runtime/publish.ts"
import { execute, record, schemaOf, scratchServer, servicesWith } from "./helpers.ts"
import type { Scratch } from "./helpers.ts"

let scratch: Scratch | undefined
afterEach(async () => {
  await scratch?.close()
  scratch = undefined
})

interface Answer {
  readonly status?: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

async function against(callable: Callable, parameters: object, answer: Answer = {}): Promise<Envelope> {
  scratch = await scratchServer((_request, response) => {
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers }).end(answer.body)
  })
  const services = servicesWith({
    sidecar: { httpUrl: scratch.url, apiToken: "sidecar-token" },
    secrets: { read: () => Promise.resolve((one) => `value of ${one.name}`) },
  })
  return execute(callable, services, { parameters })
}

const token = secret({ name: "token", store: "vault", key: "token" })
const order = { parameters: schemaOf<{ id: string }>(record({ id: { type: "string" } })) }

describe("invoke", () => {
  const charge = invokeTool<{ id: string }, unknown>({
    ...order, name: "charge", result: schemaOf(true), effect: "writes", idempotent: true, app: "billing", secrets: [token],
    request: ({ id }, secrets) => ({
      method: "POST", path: `/orders/${encodeURIComponent(id)}/charge?now=1`, headers: { "x-token": secrets(token) }, body: { id },
    }),
  })

  it("calls the other app's method through the sidecar, with the step's key", async () => {
    expect(await against(charge, { id: "a/b" }, { body: '{"paid":true}' })).toEqual({ ok: true, value: { paid: true } })
    expect(scratch?.requests).toMatchObject([{
      method: "POST", url: "/v1.0/invoke/billing/method/orders/a%2Fb/charge?now=1", body: '{"id":"a/b"}',
      headers: { "idempotency-key": "key-1", "x-token": "value of token", "dapr-api-token": "sidecar-token" },
    }])
  })

  it.each([
    [429, { "retry-after": "3" }, { kind: "rate_limited", retryAfterMs: 3_000 }],
    [500, {}, { kind: "unavailable" }],
    [504, {}, { kind: "timeout", maybeDone: true }],
    [403, {}, { kind: "denied" }],
  ])("reads status %i as an HTTP tool does", async (status, headers, failure) => {
    const answered = await against(charge, { id: "1" }, { status, headers, body: '{"errorCode":"ERR_DIRECT_INVOKE"}' })
    expect(answered).toMatchObject({ ok: false, ...failure })
    expect(JSON.stringify(answered)).not.toContain("now=1")
  })

  it("refuses a path that leaves the method", async () => {
    const climbing = invokeTool<{ id: string }, unknown>({
      ...order, name: "climb", result: schemaOf(true), effect: "reads", app: "billing",
      request: ({ id }) => ({ method: "GET", path: `/orders/${id}` }),
    })
    expect(await against(climbing, { id: "../../../publish" })).toMatchObject({ ok: false, kind: "invalid_input" })
    expect(scratch?.requests).toEqual([])
  })
})

describe("binding", () => {
  const send = bindingTool<{ id: string }, unknown>({
    ...order, name: "send", result: schemaOf(true), effect: "writes", idempotent: true, binding: "smtp", operation: "create",
    request: ({ id }) => ({ data: `order ${id}`, metadata: { emailTo: "a@b.test" } }),
  })

  it("hands operation, data and metadata to the component", async () => {
    expect(await against(send, { id: "1" }, { status: 204 })).toEqual({ ok: true, value: null })
    expect(scratch?.requests).toMatchObject([{ method: "POST", url: "/v1.0/bindings/smtp" }])
    expect(JSON.parse(scratch?.requests[0]?.body ?? "")).toEqual({
      operation: "create", data: "order 1", metadata: { "Idempotency-Key": "key-1", emailTo: "a@b.test" },
    })
  })

  it.each([
    ["a component that broke", "error invoking output binding smtp: EOF", true],
    ["a component that is not there", "couldn't find output binding smtp", undefined],
  ])("tells of %s", async (_name, message, maybeDone) => {
    const answered = await against(send, { id: "1" }, { status: 500, body: JSON.stringify({ message }) })
    expect(answered).toMatchObject({ ok: false, kind: "unavailable" })
    expect("maybeDone" in answered ? answered.maybeDone : undefined).toBe(maybeDone)
  })
})

describe("state", () => {
  const tool = (request: "get" | "delete" | "set", result: JsonSchema = true): Callable =>
    stateTool<{ id: string }, unknown>({
      ...order, name: "customer", result: schemaOf(result), effect: "writes", idempotent: true, store: "crm",
      request: ({ id }) => (request === "set" ? { operation: "set", key: id, value: { id } } : { operation: request, key: id }),
    })

  it("gets, sets and deletes one key", async () => {
    expect(await against(tool("get"), { id: "c/1" }, { body: '{"name":"Ada"}' })).toEqual({ ok: true, value: { name: "Ada" } })
    expect(scratch?.requests[0]).toMatchObject({ method: "GET", url: "/v1.0/state/crm/c%2F1?consistency=strong" })
    await scratch?.close()
    expect(await against(tool("set"), { id: "c" }, { status: 204 })).toEqual({ ok: true, value: null })
    expect(JSON.parse(scratch?.requests[0]?.body ?? "")).toMatchObject([{ key: "c", value: { id: "c" } }])
    await scratch?.close()
    expect(await against(tool("delete"), { id: "c" }, { status: 204 })).toEqual({ ok: true, value: null })
    expect(scratch?.requests[0]).toMatchObject({ method: "DELETE", url: "/v1.0/state/crm/c" })
  })

  it("has null for a key that is not there, or not_found where null does not fit", async () => {
    expect(await against(tool("get"), { id: "c" }, { status: 204 })).toEqual({ ok: true, value: null })
    await scratch?.close()
    const strict = await against(tool("get", { type: "object" }), { id: "c" }, { status: 204 })
    expect(strict).toMatchObject({ ok: false, kind: "not_found", message: 'customer: crm has no key "c"' })
  })

  it.each(["inbox:run:step", "call:x", "memory:a:b", "deadletter:index"])("keeps its hands off the runtime's key %s", async (id) => {
    for (const operation of ["get", "set", "delete"] as const) {
      expect(await against(tool(operation), { id })).toMatchObject({ ok: false, kind: "denied" })
      expect(scratch?.requests).toEqual([])
      await scratch?.close()
    }
  })
})

describe("publish", () => {
  it("sends one event whose id is the step's key", async () => {
    const published: PublishedEvent[] = []
    const services = servicesWith({ publish: (event) => Promise.resolve(void published.push(event)) })
    const announce = publishTool<{ id: string }, null>({
      ...order, name: "announce", result: schemaOf({ type: "null" }), effect: "writes", idempotent: true,
      pubsub: "bus", topic: "orders", data: ({ id }) => ({ order: id }),
    })
    expect(await execute(announce, services, { parameters: { id: "7" } })).toEqual({ ok: true, value: null })
    expect(published).toEqual([
      { pubsub: "bus", topic: "orders", id: "key-1", type: "announce", source: "agentflow/run-1", data: { order: "7" } },
    ])
  })
})
