// The parts of Dapr's API beside workflows and state, over HTTP and gRPC, with what daprd answers.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { CommunicationProtocolEnum, DaprClient, HttpMethod } from "@dapr/dapr"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { silenceConsole, temporaryFolder, until } from "./harness.ts"

const folder = temporaryFolder()
const received: string[] = []
/** An app: notes what it is asked, and gives it back. */
const app = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    const line = `${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`
    received.push(line)
    response.writeHead(request.url?.startsWith("/broken") ? 418 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify({ line }))
  })
})

let sidecar: Sidecar
beforeAll(async () => {
  silenceConsole()
  await new Promise<void>((listening) => app.listen(0, "127.0.0.1", listening))
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  const secrets = join(folder.path, "secrets.json")
  writeFileSync(secrets, JSON.stringify({ a: "1", nested: { b: "2" } }))
  writeFileSync(join(folder.path, "broken.json"), "{\"token\": \"hush")
  sidecar = await startSidecar({
    file: join(folder.path, "hub.db"), apps: { agentflow: url, other: url },
    secretStores: { local: secrets, broken: join(folder.path, "broken.json") },
    bindings: { files: { kind: "file", folder: join(folder.path, "files") }, web: { kind: "http", url } },
  })
})
afterAll(async () => {
  await sidecar.close()
  app.close()
  folder.remove()
})

async function call(method: string, path: string, body?: unknown, type = "application/json") {
  const url = `http://127.0.0.1:${sidecar.httpPort}/${path}`
  const text = typeof body === "string" ? body : JSON.stringify(body)
  const response = await fetch(url, { method, headers: { "content-type": type }, ...(body === undefined ? {} : { body: text }) })
  return { status: response.status, body: await response.text() }
}

function official(protocol: "grpc" | "http"): DaprClient {
  return new DaprClient({
    daprHost: "127.0.0.1", daprPort: String(protocol === "grpc" ? sidecar.grpcPort : sidecar.httpPort),
    communicationProtocol: protocol === "grpc" ? CommunicationProtocolEnum.GRPC : CommunicationProtocolEnum.HTTP,
  })
}

describe("secrets", () => {
  it("come from their file, one or all, members of members by a colon", async () => {
    expect(await call("GET", "v1.0/secrets/local/a")).toEqual({ status: 200, body: "{\"a\":\"1\"}" })
    expect(await call("GET", "v1.0/secrets/local/nested:b")).toMatchObject({ body: "{\"nested:b\":\"2\"}" })
    expect(JSON.parse((await call("GET", "v1.0/secrets/local/bulk")).body)).toEqual({
      a: { a: "1" }, "nested:b": { "nested:b": "2" },
    })
  })

  it("that are not there are errors, and a broken file shows nothing of what it holds", async () => {
    expect(await call("GET", "v1.0/secrets/local/none")).toEqual({
      status: 500,
      body: "{\"errorCode\":\"ERR_SECRET_GET\",\"message\":\"failed getting secret with key none from secret store local: secret none not found\"}",
    })
    expect(await call("GET", "v1.0/secrets/none/a")).toEqual({
      status: 401, body: "{\"errorCode\":\"ERR_SECRET_STORE_NOT_FOUND\",\"message\":\"failed finding secret store with key none\"}",
    })
    const broken = await call("GET", "v1.0/secrets/broken/token")
    expect(broken.status).toBe(500)
    expect(broken.body).not.toContain("hush")
    expect((await call("GET", "v1.0/secrets/local/toString")).status).toBe(500)
  })

  it("reach the official client", async () => {
    for (const protocol of ["grpc", "http"] as const) {
      const client = official(protocol)
      expect(await client.secret.get("local", "a")).toEqual({ a: "1" })
      await client.stop()
    }
  })
})

describe("output bindings", () => {
  const invoke = (operation: string, fileName?: string, data?: unknown) =>
    call("POST", "v1.0/bindings/files", { operation, data, ...(fileName === undefined ? {} : { metadata: { fileName } }) })

  it("write, read, list and delete files", async () => {
    expect(await invoke("create", "sub/x.txt", "hello")).toEqual({ status: 200, body: "{\"fileName\":\"sub/x.txt\"}" })
    expect(await invoke("get", "sub/x.txt")).toEqual({ status: 200, body: "hello" })
    expect(JSON.parse((await invoke("list")).body)).toEqual([join(folder.path, "files/sub/x.txt")])
    expect((await invoke("delete", "sub/x.txt")).status).toBe(204)
    expect(await invoke("get", "sub/x.txt")).toMatchObject({ status: 500, body: expect.stringContaining("file not found") })
    expect(await invoke("nonsense")).toMatchObject({
      status: 500, body: expect.stringContaining("does not support operation nonsense. supported operations:create get list delete"),
    })
  })

  it("stay in their folder, whatever way leads out of it", async () => {
    for (const path of ["../secrets.json", "/../../secrets.json", "sub/../../secrets.json"]) {
      expect((await invoke("get", path)).status).toBe(500)
    }
    mkdirSync(join(folder.path, "files"), { recursive: true })
    symlinkSync(folder.path, join(folder.path, "files", "way-out"))
    expect(await invoke("get", "way-out/secrets.json")).toMatchObject({
      status: 500, body: expect.stringContaining("lies outside"),
    })
    expect((await invoke("create", "way-out/new.txt", "x")).status).toBe(500)
  })

  it("send HTTP requests to their address only", async () => {
    const web = (body: unknown) => call("POST", "v1.0/bindings/web", body)
    const answer = await web({ operation: "post", data: { a: 1 }, metadata: { path: "/hook?x=1" } })
    expect(JSON.parse(answer.body)).toEqual({ line: "POST /hook?x=1 {\"a\":1}" })
    expect((await web({ operation: "get", metadata: { path: "@example.test/" } })).body).toContain("GET /@example.test/")
    expect(await web({ operation: "get", metadata: { path: "/broken" } })).toMatchObject({
      status: 500, body: expect.stringContaining("received status code '418"),
    })
  })

  it("reach the official client, and name one that is not there", async () => {
    const client = official("grpc")
    expect(await client.binding.send("web", "create", { a: 2 }, { path: "/by-grpc" })).toMatchObject({
      data: new Uint8Array(Buffer.from(JSON.stringify({ line: "POST /by-grpc {\"a\":2}" }))), metadata: { statusCode: "200" },
    })
    await client.stop()
    expect(await call("POST", "v1.0/bindings/none", { operation: "create" })).toEqual({
      status: 500,
      body: "{\"errorCode\":\"ERR_INVOKE_OUTPUT_BINDING\",\"message\":\"error invoking output binding none: couldn't find output binding none\"}",
    })
  })
})

describe("service invocation", () => {
  it("passes requests and answers on, as they are", async () => {
    expect(await call("PUT", "v1.0/invoke/other/method/a%20b/c?x=1", "{\"n\":1}")).toEqual({
      status: 200, body: JSON.stringify({ line: "PUT /a%20b/c?x=1 {\"n\":1}" }),
    })
    expect((await call("GET", "v1.0/invoke/other/method/broken")).status).toBe(418)
    for (const protocol of ["grpc", "http"] as const) {
      const client = official(protocol)
      expect(await client.invoker.invoke("other", "hello", HttpMethod.POST, { a: 1 })).toEqual({ line: "POST /hello {\"a\":1}" })
      await client.stop()
    }
  })

  it("names an app that is not there", async () => {
    expect(await call("GET", "v1.0/invoke/nobody/method/m")).toEqual({
      status: 500,
      body: "{\"errorCode\":\"ERR_DIRECT_INVOKE\",\"message\":\"failed to invoke, id: nobody, err: couldn't find service: nobody\"}",
    })
  })
})

describe("jobs", () => {
  it("are scheduled, shown, called and gone", async () => {
    expect((await call("POST", "v1.0-alpha1/jobs/later", { schedule: "@every 1h", data: { a: 1 } })).status).toBe(204)
    expect((await call("POST", "v1.0-alpha1/jobs/later", { schedule: "@every 1h" })).status).toBe(409)
    expect(JSON.parse((await call("GET", "v1.0-alpha1/jobs/later")).body)).toMatchObject({
      name: "later", schedule: "@every 1h", data: { value: { a: 1 } },
    })
    expect((await call("DELETE", "v1.0-alpha1/jobs/later")).status).toBe(204)
    expect((await call("GET", "v1.0-alpha1/jobs/later")).body).toContain("job not found: later")
    expect((await call("POST", "v1.0-alpha1/jobs/soon", { dueTime: "50ms", data: { b: 2 } })).status).toBe(204)
    await until("the job is called", () => received.includes("POST /job/soon {\"b\":2}"))
  })

  it("are there over gRPC", async () => {
    const client = official("grpc")
    const raw = (await client.daprClient.getClient()) as unknown as Record<string, (request: object) => Promise<unknown>>
    await raw["scheduleJobAlpha1"]?.({ job: { name: "by-grpc", dueTime: "1h" } })
    expect(await raw["getJobAlpha1"]?.({ name: "by-grpc" })).toMatchObject({ job: { name: "by-grpc", dueTime: "1h" } })
    await raw["deleteJobAlpha1"]?.({ name: "by-grpc" })
    await expect(raw["getJobAlpha1"]?.({ name: "by-grpc" })).rejects.toMatchObject({ code: 5 })
    await client.stop()
  })
})

describe("metadata and health", () => {
  it("tell what is there, and keep what is set", async () => {
    expect((await call("GET", "v1.0/healthz")).status).toBe(204)
    expect((await call("GET", "v1.0/healthz/outbound")).status).toBe(204)
    expect((await call("PUT", "v1.0/metadata/mine", "v")).status).toBe(204)
    const { components, extended, ...rest } = JSON.parse((await call("GET", "v1.0/metadata")).body) as Record<string, unknown>
    expect(rest).toMatchObject({ id: "agentflow", runtimeVersion: "1.18.1", workflows: { connectedWorkers: 0 } })
    expect(extended).toMatchObject({ mine: "v" })
    expect((components as { name: string }[]).map(({ name }) => name)).toEqual([
      "statestore", "local", "broken", "pubsub", "files", "web",
    ])
    for (const protocol of ["grpc", "http"] as const) {
      const client = official(protocol)
      await client.start()
      expect(await client.metadata.get()).toMatchObject({ id: "agentflow" })
      await client.stop()
    }
  })
})

describe("what is not served", () => {
  it("is refused in JSON", async () => {
    for (const [method, path, status, errorCode] of [
      ["POST", "v1.0-alpha1/lock/store", 501, "ERR_NOT_IMPLEMENTED"],
      ["GET", "v1.0/nonsense", 404, "ERR_NOT_FOUND"],
      ["GET", "favicon.ico", 404, "ERR_NOT_FOUND"],
      ["POST", "v1.0/state/statestore", 400, "ERR_MALFORMED_REQUEST"],
      ["GET", "v1.0/state/statestore/%E0%A4%A", 400, "ERR_MALFORMED_REQUEST"],
      ["POST", "v1.0/publish/none/t", 404, "ERR_PUBSUB_NOT_FOUND"],
    ] as const) {
      const { status: got, body } = await call(method, path, method === "POST" ? "{nonsense" : undefined)
      expect([path, got, JSON.parse(body)]).toEqual([path, status, { errorCode, message: expect.any(String) }])
    }
    for (const [path, body] of [
      ["", "[1]"], ["", "[null]"], ["", "{}"], ["", "[{\"value\":1}]"], ["/bulk", "[]"],
      ["/transaction", "{\"operations\":[{\"operation\":\"upsert\",\"request\":1}]}"], ["/transaction", "{\"operations\":[7]}"],
    ] as const) {
      expect((await call("POST", `v1.0/state/statestore${path}`, body)).status).toBe(400)
    }
  })

  it("state values come back byte for byte", async () => {
    const value = "{ \"n\": 1.0, \"big\": 12345678901234567890, \"text\": \"a\\\"]},\\u00e9\", \"list\": [ 1 , [] ] }"
    const body = `[ {"value": ${value} , "key":"exact"}, {"key":"next","value":-0.50}]`
    expect((await call("POST", "v1.0/state/statestore", body)).status).toBe(204)
    expect(await call("GET", "v1.0/state/statestore/exact")).toEqual({ status: 200, body: value })
    expect((await call("GET", "v1.0/state/statestore/next")).body).toBe("-0.50")
  })
})
