// Publish and subscribe: kept until done, in order, shared within a group, across a stop of the sidecar.

import { join } from "node:path"
import { Client, credentials } from "@grpc/grpc-js"
import type { ClientDuplexStream, MethodDefinition } from "@grpc/grpc-js"
import { CommunicationProtocolEnum, DaprClient } from "@dapr/dapr"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadProtocol } from "../../sidecar/grpc/protocol.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { silenceConsole, temporaryFolder, until } from "./harness.ts"

const success = 0
const retry = 1

const cleanups: (() => unknown)[] = []
let file = ""
let sidecar: Sidecar
beforeEach(async () => {
  silenceConsole()
  const folder = temporaryFolder()
  cleanups.push(folder.remove)
  file = join(folder.path, "hub.db")
  sidecar = await startSidecar({ file })
})
afterEach(async () => {
  for (const clean of cleanups.splice(1).reverse()) clean()
  await sidecar.close()
  for (const clean of cleanups.splice(0)) clean()
})

const publish = async (topic: string, data: unknown, query = "") => {
  const url = `http://127.0.0.1:${sidecar.httpPort}/v1.0/publish/pubsub/${topic}${query}`
  const headers = { "content-type": "application/json" }
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(data) })).status
}

interface Event { readonly id?: string; readonly data?: Buffer; readonly topic?: string; readonly data_content_type?: string }

interface Subscription {
  readonly got: unknown[]
  readonly ids: string[]
  leave(): void
}

/** Subscribes over gRPC; `answer` says what becomes of each message, undefined to leave it unanswered. */
function subscribe(topic: string, answer: (data: unknown) => number | undefined, group = ""): Subscription {
  const { path, requestSerialize, responseDeserialize } =
    loadProtocol().dapr["SubscribeTopicEventsAlpha1"] as MethodDefinition<object, { readonly event_message?: Event }>
  const client = new Client(`127.0.0.1:${sidecar.grpcPort}`, credentials.createInsecure())
  const stream: ClientDuplexStream<object, { readonly event_message?: Event }> =
    client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  const [got, ids]: [unknown[], string[]] = [[], []]
  stream.on("data", ({ event_message: event }) => {
    if (!event) return
    const data: unknown = JSON.parse(event.data?.toString() ?? "null")
    got.push(data)
    ids.push(event.id ?? "")
    const status = answer(data)
    if (status !== undefined) stream.write({ event_processed: { id: event.id, status: { status } } })
  })
  stream.on("error", () => {})
  const metadata = group ? { consumerID: group } : {}
  stream.write({ initial_request: { pubsub_name: "pubsub", topic, metadata } })
  const leave = () => {
    stream.cancel()
    client.close()
  }
  cleanups.push(leave)
  return { got, ids, leave }
}

describe("topics", () => {
  it("give what was published before and after, in order, once", async () => {
    expect(await publish("t", 1)).toBe(204)
    const { got } = subscribe("t", () => success)
    await until("the first arrives", () => got.length === 1)
    for (const n of [2, 3, 4]) await publish("t", { n })
    await publish("other", "not this")
    await until("all arrive", () => got.length === 4)
    expect(got).toEqual([1, { n: 2 }, { n: 3 }, { n: 4 }])
  })

  it("give each group all, and each message to one of a group", async () => {
    const [a1, a2, b] = [subscribe("t", () => success, "a"), subscribe("t", () => success, "a"), subscribe("t", () => success, "b")]
    await until("all have subscribed", async () => {
      const answer = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/metadata`)
      return ((await answer.json()) as { subscriptions: unknown[] }).subscriptions.length === 3
    })
    await publish("t", "first")
    await until("both groups have it", () => a1.got.length + a2.got.length === 1 && b.got.length === 1)
    for (let n = 0; n < 20; n++) await publish("t", n)
    await until("all arrive", () => a1.got.length + a2.got.length === 21 && b.got.length === 21)
    expect(Math.min(a1.got.length, a2.got.length)).toBeGreaterThan(0)
  })

  it("bring a message again that was to be retried, or whose subscriber left", async () => {
    let attempts = 0
    const first = subscribe("t", () => ++attempts === 1 ? retry : undefined)
    await publish("t", "x")
    await until("it comes again", () => first.got.length === 2)
    expect(first.ids[0]).toBe(first.ids[1])
    first.leave()
    const second = subscribe("t", () => success)
    await until("the next one has it", () => second.got.length === 1)
    expect(second.ids).toEqual(first.ids.slice(0, 1))
  })

  it("survive the sidecar", async () => {
    const before = subscribe("t", () => success)
    await publish("t", 1)
    await until("the first arrives", () => before.got.length === 1)
    before.leave()
    await publish("t", 2)
    await sidecar.close()
    sidecar = await startSidecar({ file })
    await publish("t", 3)
    const after = subscribe("t", () => success)
    await until("the rest arrives", () => after.got.length === 2)
    expect(after.got).toEqual([2, 3])
  })

  it("take what the official client publishes, over gRPC and HTTP", async () => {
    const { got } = subscribe("t", () => success)
    for (const [communicationProtocol, port] of [
      [CommunicationProtocolEnum.GRPC, sidecar.grpcPort], [CommunicationProtocolEnum.HTTP, sidecar.httpPort],
    ] as const) {
      const client = new DaprClient({ daprHost: "127.0.0.1", daprPort: String(port), communicationProtocol })
      await client.pubsub.publish("pubsub", "t", { by: communicationProtocol })
      await client.pubsub.publishBulk("pubsub", "t", [{ bulk: communicationProtocol }]).catch(() => {})
      await client.stop()
    }
    await until("they arrive", () => got.length >= 2)
    expect(got).toEqual(expect.arrayContaining([
      { by: CommunicationProtocolEnum.GRPC }, { by: CommunicationProtocolEnum.HTTP },
    ]))
  })
})
