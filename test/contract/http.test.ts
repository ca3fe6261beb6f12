// Dapr's HTTP API as far as the sidecar serves it.

import { join } from "node:path"
import { CommunicationProtocolEnum, DaprClient } from "@dapr/dapr"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { silenceConsole, temporaryFolder } from "./harness.ts"

const folder = temporaryFolder()
let sidecar: Sidecar
beforeAll(async () => {
  silenceConsole()
  sidecar = await startSidecar({ file: join(folder.path, "hub.db") })
})
afterAll(async () => {
  await sidecar.close()
  folder.remove()
})

interface Answer {
  readonly status: number
  readonly body: string
  readonly etag: string | null
}

async function call(
  method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const url = `http://127.0.0.1:${sidecar.httpPort}/${path}`
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  return { status: response.status, body: await response.text(), etag: response.headers.get("etag") }
}

const save = (...items: readonly object[]) => call("POST", "v1.0/state/store", JSON.stringify(items))
const read = (key: string) => call("GET", `v1.0/state/store/${key}`)

describe("state", () => {
  it("comes back byte for byte", async () => {
    const value = "{ \"n\": 1.0, \"big\": 12345678901234567890, \"text\": \"a\\\"]},\\u00e9\", \"list\": [ 1 , [] ] }"
    const body = `[ {"value": ${value} , "key":"exact"}, {"key":"next","value":-0.50}]`
    expect((await call("POST", "v1.0/state/store", body)).status).toBe(204)
    expect(await read("exact")).toMatchObject({ status: 200, body: value })
    expect((await read("next")).body).toBe("-0.50")
  })

  it("is 204 where nothing is", async () => {
    expect(await read("nothing")).toMatchObject({ status: 204, body: "" })
  })

  it("is guarded by etags", async () => {
    await save({ key: "guarded", value: 1 })
    const { etag } = await read("guarded")
    expect((await save({ key: "guarded", value: 2, etag })).status).toBe(204)
    const late = await save({ key: "guarded", value: 3, etag })
    expect(late.status).toBe(409)
    expect(JSON.parse(late.body)).toMatchObject({
      errorCode: "ERR_STATE_SAVE", message: expect.stringContaining("etag mismatch"),
    })
    expect((await call("DELETE", "v1.0/state/store/guarded", undefined, { "if-match": etag ?? "" })).status).toBe(409)
    const now = (await read("guarded")).etag ?? ""
    expect((await call("DELETE", "v1.0/state/store/guarded", undefined, { "if-match": now })).status).toBe(204)
    expect((await read("guarded")).status).toBe(204)
  })

  it("can be won by the first writer only", async () => {
    const first = { key: "first", value: 1, options: { concurrency: "first-write" } }
    expect((await save(first)).status).toBe(204)
    expect((await save({ ...first, value: 2 })).status).toBe(409)
    expect((await read("first")).body).toBe("1")
  })

  it("expires", async () => {
    const item = (key: string, ttlInSeconds: string) => ({ key, value: 1, metadata: { ttlInSeconds } })
    await save(item("brief", "1"), item("lasting", "-1"))
    const fresh = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/state/store/brief`)
    expect(new Date(fresh.headers.get("metadata.ttlexpiretime") ?? "").getTime()).toBeGreaterThan(Date.now() - 1_000)
    expect((await read("lasting")).status).toBe(200)
  })

  it("is read in bulk and changed in transactions", async () => {
    const operations = [
      { operation: "upsert", request: { key: "t1", value: { a: 1 } } }, { operation: "delete", request: { key: "t2" } },
    ]
    await save({ key: "t2", value: 2 })
    expect((await call("POST", "v1.0/state/store/transaction", JSON.stringify({ operations }))).status).toBe(204)
    const { body } = await call("POST", "v1.0/state/store/bulk", JSON.stringify({ keys: ["t1", "t2"] }))
    expect(JSON.parse(body)).toEqual([{ key: "t1", data: { a: 1 }, etag: expect.any(String) }, { key: "t2" }])
  })

  it("works for the official client", async () => {
    const client = new DaprClient({
      daprHost: "127.0.0.1", daprPort: String(sidecar.httpPort), communicationProtocol: CommunicationProtocolEnum.HTTP,
    })
    await client.start()
    expect(await client.state.save("store", [{ key: "official", value: { ok: true } }])).toEqual({})
    expect(await client.state.get("store", "official")).toEqual({ ok: true })
    await client.stop()
  })
})

describe("the official client over gRPC", () => {
  it("finds the sidecar ready", async () => {
    const client = new DaprClient({
      daprHost: "127.0.0.1", daprPort: String(sidecar.grpcPort), communicationProtocol: CommunicationProtocolEnum.GRPC,
    })
    await client.start()
    expect((await client.metadata.get()).id).toBe("agentflow")
    await client.stop()
  })
})

describe("a malformed request", () => {
  it("is refused, whatever stands where an object should", async () => {
    for (const [path, body] of [
      ["store", "[1]"], ["store", "[null]"], ["store", "{}"], ["store", "[{\"value\":1}]"], ["store/bulk", "[]"],
      ["store/transaction", "{\"operations\":[{\"operation\":\"upsert\",\"request\":1}]}"],
      ["store/transaction", "{\"operations\":[7]}"],
    ] as const) {
      const { status, body: answer } = await call("POST", `v1.0/state/${path}`, body)
      expect([body, status, JSON.parse(answer)]).toMatchObject([body, 400, { errorCode: "ERR_MALFORMED_REQUEST" }])
    }
  })
})

describe("anything else", () => {
  it("is refused in JSON", async () => {
    for (const [method, path, status, errorCode] of [
      ["POST", "v1.0/publish/pubsub/topic", 501, "ERR_NOT_IMPLEMENTED"],
      ["GET", "v1.0/secrets/store/key", 501, "ERR_NOT_IMPLEMENTED"],
      ["GET", "v1.0/nonsense", 404, "ERR_NOT_FOUND"],
      ["GET", "favicon.ico", 404, "ERR_NOT_FOUND"],
      ["POST", "v1.0/state/store", 400, "ERR_MALFORMED_REQUEST"],
      ["GET", "v1.0/state/store/%E0%A4%A", 400, "ERR_MALFORMED_REQUEST"],
    ] as const) {
      const { status: got, body } = await call(method, path, method === "POST" ? "{nonsense" : undefined)
      expect([path, got, JSON.parse(body)]).toEqual([path, status, { errorCode, message: expect.any(String) }])
    }
  })

  it("health and metadata are there", async () => {
    expect((await call("GET", "v1.0/healthz")).status).toBe(204)
    expect((await call("GET", "v1.0/healthz/outbound")).status).toBe(204)
    expect(JSON.parse((await call("GET", "v1.0/metadata")).body)).toMatchObject({ workflows: { connectedWorkers: 0 } })
  })
})
