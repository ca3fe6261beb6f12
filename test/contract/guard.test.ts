// Who may call the sidecar, and how much.

import { request } from "node:http"
import { createConnection } from "node:net"
import type { Socket } from "node:net"
import { Client, Metadata, credentials } from "@grpc/grpc-js"
import type { MethodDefinition, ServiceError } from "@grpc/grpc-js"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { daprdMessageBytes } from "../../sidecar/guard.ts"
import { loadProtocol } from "../../sidecar/grpc/protocol.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar, SidecarSettings } from "../../sidecar/start.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { silenceConsole, startWorker, until } from "./harness.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function start(settings: SidecarSettings): Promise<Sidecar> {
  const sidecar = await startSidecar({ store: openMemoryStore(), ...settings })
  cleanups.push(() => sidecar.close())
  return sidecar
}

function client({ grpcPort }: Sidecar, apiToken?: string) {
  const made = connect({ grpcPort, deadlineMs: 2_000, ...(apiToken === undefined ? {} : { apiToken }) })
  cleanups.push(() => made.close())
  return made
}

function openSockets(port: number, count: number) {
  const sockets = Array.from({ length: count }, () => createConnection(port, "127.0.0.1"))
  cleanups.push(() => { for (const socket of sockets) socket.destroy() })
  return sockets
}

/** How many of them the other end closes. One that stays open is known by the time that it has stayed. */
async function closedOf(sockets: readonly Socket[]): Promise<number> {
  const closed = sockets.map((socket) => new Promise<boolean>((resolve) => {
    socket.on("error", () => resolve(true)).on("close", () => resolve(true)).resume()
    setTimeout(() => resolve(false), 300)
  }))
  return (await Promise.all(closed)).filter(Boolean).length
}

const metadataOf = async ({ httpPort }: Sidecar, headers: Record<string, string> = {}) =>
  (await fetch(`http://127.0.0.1:${httpPort}/v1.0/metadata`, { headers })).status

describe("the API token", () => {
  it("is asked of every call but the health check, over gRPC and HTTP", async () => {
    const sidecar = await start({ apiToken: "a secret" })
    for (const wrong of [undefined, "", "another secret"]) {
      await expect(client(sidecar, wrong).get("x")).rejects.toThrow("API token is missing or wrong")
      expect(await metadataOf(sidecar, wrong === undefined ? {} : { "dapr-api-token": wrong })).toBe(401)
    }
    expect(await client(sidecar, "a secret").get("x")).toBeUndefined()
    expect(await metadataOf(sidecar, { "dapr-api-token": "a secret" })).toBe(200)
    expect((await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/healthz`)).status).toBe(204)
  })

  it("is asked of workers too", async () => {
    silenceConsole()
    const sidecar = await start({ apiToken: "a secret" })
    const worker = await startWorker({ activities: {}, workflows: {} }, sidecar).catch(() => undefined)
    cleanups.push(async () => worker?.stop())
    const headers = { "dapr-api-token": "a secret" }
    const health = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/metadata`, { headers })
    expect(await health.json()).toMatchObject({ workflows: { connectedWorkers: 0 } })
  })

  it("is required where other machines can reach the sidecar", async () => {
    await expect(startSidecar({ store: openMemoryStore(), host: "0.0.0.0" })).rejects.toThrow(
      "0.0.0.0 can be reached by other machines, so an API token is required",
    )
    const open = await start({ host: "0.0.0.0", apiToken: "a secret" })
    await expect(client(open).get("x")).rejects.toThrow("API token")
  })
})

describe("pages in a browser", () => {
  it("of other origins, or under a name that only leads here, are refused", async () => {
    const { httpPort } = await start({})
    const status = (headers: Readonly<Record<string, string>>) => new Promise<number | undefined>((resolve, reject) => {
      request({ host: "127.0.0.1", port: httpPort, path: "/v1.0/state/statestore", method: "POST", headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).once("error", reject).end("[]")
    })
    expect(await status({ origin: "https://evil.example" })).toBe(403)
    expect(await status({ origin: "null" })).toBe(403)
    expect(await status({ host: `evil.example:${httpPort}` })).toBe(403)
    for (const headers of [{}, { host: `localhost:${httpPort}` }, { origin: `http://127.0.0.1:${httpPort}` }, { host: `[::1]:${httpPort}` }]) {
      expect(await status(headers)).toBe(204)
    }
  })
})

describe("limits", () => {
  it("on connections refuse one worker too many, and one HTTP connection too many", async () => {
    const sidecar = await start({ limits: { connections: 2 } })
    const stream = () => {
      const raw = new Client(`127.0.0.1:${sidecar.grpcPort}`, credentials.createInsecure())
      cleanups.push(() => raw.close())
      const { path, requestSerialize, responseDeserialize } = loadProtocol().taskHub["GetWorkItems"] as MethodDefinition<object, object>
      const work = raw.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {})
      return { work, refused: new Promise<string>((resolve) => work.once("error", (error: Error) => resolve(error.message))) }
    }
    const [first] = [stream(), stream()]
    await until("both are connected", () => sidecar.hub.workers() === 2)
    expect(await stream().refused).toContain("2 workers are connected already")
    first?.work.cancel()
    await until("one has left", () => sidecar.hub.workers() === 1)
    stream()
    await until("another has its place", () => sidecar.hub.workers() === 2)

    expect(await closedOf(openSockets(sidecar.httpPort, 3))).toBe(1)
  })

  it("on connections hold for gRPC that calls nothing, and leave those alone that are open", async () => {
    const sidecar = await start({ limits: { connections: 3 } })
    const own = client(sidecar)
    expect(await own.get("x")).toBeUndefined()
    const silent = openSockets(sidecar.grpcPort, 4)
    expect(await closedOf(silent)).toBe(2)
    expect(await own.get("x")).toBeUndefined()
    const late = new Client(`127.0.0.1:${sidecar.grpcPort}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 })
    cleanups.push(() => late.close())
    const isReady = (deadlineMs: number) => new Promise((resolve) => late.waitForReady(Date.now() + deadlineMs, (error) => resolve(!error)))
    expect(await isReady(500)).toBe(false)
    for (const socket of silent) socket.destroy()
    expect(await isReady(10_000)).toBe(true)
  })

  it("on the size of a payload are told, as daprd's 4 MiB would be", async () => {
    const sidecar = await start({ limits: { messageBytes: daprdMessageBytes } })
    const own = client(sidecar)
    const big = JSON.stringify("x".repeat(daprdMessageBytes))
    await expect(own.start({ name: "f", input: big })).rejects.toMatchObject({
      code: "tooLarge", message: `the input has ${big.length} bytes, more than the limit of ${daprdMessageBytes}`,
    })
    const id = await own.start({ name: "f" })
    await expect(own.raiseEvent(id, { name: "e", input: big })).rejects.toMatchObject({ code: "tooLarge" })
    const url = `http://127.0.0.1:${sidecar.httpPort}/v1.0/state/statestore`
    const refused = await fetch(url, { method: "POST", body: big })
    expect([refused.status, ((await refused.json()) as { errorCode: string }).errorCode]).toEqual([413, "ERR_BODY_TOO_LARGE"])
  })

  it("make a failure of an activity's result that is too large, where daprd hangs", async () => {
    silenceConsole()
    const sidecar = await start({ limits: { messageBytes: 1_000 } })
    const worker = await startWorker({
      activities: { big: () => "x".repeat(2_000) },
      workflows: { async *call(context) { return yield context.callActivity("big") as never } },
    }, sidecar)
    cleanups.push(() => worker.stop())
    const own = client(sidecar)
    const view = await own.waitForEnd(await own.start({ name: "call" }))
    expect(view).toMatchObject({ status: "failed", failure: { errorMessage: expect.stringContaining("the result has 2002 bytes") } })
  })

  it("on calls under way refuse the next, and let it in when one has ended", async () => {
    const sidecar = await start({ limits: { pendingCalls: 1 } })
    const own = client(sidecar)
    const waiting = own.waitForEnd("nobody", { deadlineMs: 400 }).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 100))
    await expect(own.get("x")).rejects.toMatchObject({ code: "tooLarge", message: "1 calls are under way already; try again later" })
    expect(await metadataOf(sidecar)).toBe(429)
    await waiting
    expect(await own.get("x")).toBeUndefined()
  })
})

describe("the task hub", () => {
  it("is the only one that a call can reach", async () => {
    const { grpcPort } = await start({})
    const method = loadProtocol().taskHub["GetInstance"] as MethodDefinition<object, object>
    const raw = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure())
    cleanups.push(() => raw.close())
    const answer = (taskhub: string) => new Promise<string>((resolve) => {
      const metadata = new Metadata()
      metadata.set("taskhub", taskhub)
      const { path, requestSerialize, responseDeserialize } = method
      const settle = (error: ServiceError | null) => resolve(error ? error.details : "answered")
      raw.makeUnaryRequest(path, requestSerialize, responseDeserialize, { instanceId: "x" }, metadata, settle)
    })
    expect(await answer("default")).toBe("answered")
    expect(await answer("another")).toBe("there is no task hub 'another'")
  })
})
