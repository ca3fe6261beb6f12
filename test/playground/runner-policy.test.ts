// The worker that runs programs can connect to nothing: asserted in a worker like it, against a server that counts, beside one without the policy.

import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import fc from "fast-check"
import type { Frame, Page } from "playwright-core"
import { rolldown } from "rolldown"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { withoutEval } from "../../tasks/playground/build.ts"
import { startPlayground, type Playground } from "./page.ts"

let playground: Playground
let server: Server
let outside = ""
/** Paths that were asked for. */
const arrived: string[] = []

beforeAll(async () => {
  playground = await startPlayground()
  server = createServer((request, response) => {
    if (request.url !== "/favicon.ico") arrived.push(new URL(request.url!, "http://127.0.0.1").pathname)
    const type = request.url === "/page" ? "text/html" : request.url === "/events" ? "text/event-stream" : "text/javascript"
    response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" }).end(request.url === "/events" ? "data: x\n\n" : request.url === "/page" ? "<!doctype html><title>no policy</title>" : "")
  })
  server.on("upgrade", (request, socket) => {
    arrived.push(new URL(request.url!, "http://127.0.0.1").pathname)
    socket.destroy()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}, 60_000)
afterAll(async () => {
  await playground.stop()
  server.closeAllConnections()
  server.close()
})

/** Every way out that a worker has; each says "refused" or "connected". `classic` is one that `importScripts` exists in. */
const attempts = (to: string): string => `
const said = {}
const tried = (name, attempt) => Promise.resolve().then(attempt).then(() => { said[name] = "connected" }, () => { said[name] = "refused" })
const heard = (target, good) => new Promise((resolve, reject) => { target.addEventListener(good, resolve); target.addEventListener("error", reject) })
Promise.all([
  tried("fetch", () => fetch("${to}/fetch")),
  tried("xhr", () => { const request = new XMLHttpRequest(); request.open("GET", "${to}/xhr"); request.send(); return heard(request, "load") }),
  tried("socket", () => { const socket = new WebSocket("${to.replace("http", "ws")}/socket"); return heard(socket, "open") }),
  tried("events", () => { const source = new EventSource("${to}/events"); return heard(source, "open").finally(() => source.close()) }),
  tried("importScripts", () => importScripts("${to}/importScripts")),
  tried("import", () => import("${to}/import")),
  tried("worker", () => { const made = new Worker(URL.createObjectURL(new Blob(["import('${to}/worker').then(() => postMessage(1), () => postMessage(0))"], { type: "text/javascript" })), { type: "module" }); return new Promise((resolve, reject) => { made.onmessage = ({ data }) => data ? resolve() : reject(new Error("refused")); made.onerror = reject }) }),
]).then(() => postMessage(said))`

/** Its answer; `type` as the worker's option. */
function inWorker(frame: Frame | Page, code: string, type: "classic" | "module"): Promise<Record<string, string>> {
  return frame.evaluate(([text, kind]) => new Promise<Record<string, string>>((resolve, reject) => {
    const worker = new Worker(URL.createObjectURL(new Blob([text!], { type: "text/javascript" })), { type: kind as WorkerType })
    worker.onmessage = ({ data }: MessageEvent<Record<string, string>>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message))
  }), [code, type] as const)
}

/** With the program loaded: the runner's frame is there. */
async function openRunner(): Promise<{ readonly page: Page; readonly frame: Frame }> {
  const { page } = await playground.open({ at: "?example=order-saga" })
  await page.click("[data-tab=run]")
  await page.click(".run-bar .button-primary:enabled")
  await page.waitForSelector(".gantt")
  return { page, frame: page.frames().find((each) => each.url().endsWith("/runner.html"))! }
}

describe("the worker that runs programs", () => {
  it("is refused every connection, by its policy and not for want of a server", async () => {
    const { page, frame } = await openRunner()
    const free = await page.context().newPage()
    await free.goto(`${outside}/page`)
    arrived.length = 0
    // The same attempts without the policy arrive: the server refuses none but the socket, which it hears of.
    const open = await inWorker(free, attempts(outside), "classic")
    expect(open).toEqual({ fetch: "connected", xhr: "connected", socket: "refused", events: "connected", importScripts: "connected", import: "connected", worker: "connected" })
    expect([...new Set(arrived)].sort()).toEqual(["/events", "/fetch", "/import", "/importScripts", "/socket", "/worker", "/xhr"])
    arrived.length = 0
    for (const type of ["classic", "module"] as const) {
      for (const to of [outside, playground.origin]) {
        const said = await inWorker(frame, attempts(to), type)
        expect(said, `${type}, ${to}`).toEqual(Object.fromEntries(Object.keys(open).map((name) => [name, "refused"])))
      }
    }
    expect(arrived).toEqual([])
    await page.context().close()
  })

  it("has none of what could connect, and keeps its program from making code of text", async () => {
    const { page, frame } = await openRunner()
    const worker = page.workers().find((each) => each.url().startsWith("blob:"))!
    const left = await worker.evaluate(() => ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker", "SharedWorker", "BroadcastChannel", "importScripts", "indexedDB", "caches"].filter((name) => (globalThis as Record<string, unknown>)[name] !== undefined))
    expect(left).toEqual([])
    // What can't be taken away is refused by the policy.
    arrived.length = 0
    expect(await worker.evaluate(`import("${outside}/import").then(() => "connected", () => "refused")`)).toBe("refused")
    expect(arrived).toEqual([])
    const code = "let said = 'made'; try { new Function('return 1')() } catch { said = 'refused' } postMessage({ code: said })"
    expect(await inWorker(frame, code, "module")).toEqual({ code: "refused" })
    await page.context().close()
  })

  it("checks schemas there as Ajv does", async () => {
    const { page, frame } = await openRunner()
    const bundle = await rolldown({ input: join(import.meta.dirname, "../../simulator/schema.ts"), tsconfig: false, platform: "browser", plugins: [withoutEval], transform: { target: "es2022" } })
    const { output: [{ code }] } = await bundle.generate({ format: "esm" })
    await bundle.close()
    const leaf = fc.constantFrom<object>({ type: "integer", minimum: 0 }, { type: "string", minLength: 2, pattern: "^a" }, { type: "boolean" }, { enum: ["a", "b", 1] }, { type: ["string", "null"] }, { type: "number", multipleOf: 0.5 })
    const { schema } = fc.letrec<{ schema: object }>((tie) => ({ schema: fc.oneof({ maxDepth: 3 }, leaf,
      tie("schema").map((items) => ({ type: "array", items, maxItems: 2, uniqueItems: true })),
      fc.record({ a: tie("schema"), b: tie("schema") }).map((properties) => ({ type: "object", properties, required: ["a"], additionalProperties: false })),
      fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf }))) }))
    const value = fc.oneof(fc.constantFrom<unknown>("a", "ab", "b", 1, -1, 0.5, null, true, [], ["ab", "ab"], {}, { a: 1 }, { a: "ab", b: [] }, { a: null, c: 1 }), fc.jsonValue({ maxDepth: 2 }))
    const cases = fc.sample(fc.tuple(schema, fc.array(value, { minLength: 4, maxLength: 8 })), { seed: 9, numRuns: 200 })
    const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
    const expected = cases.map(([each, values]) => {
      const validate = ajv.compile(each)
      return values.map((tried) => validate(tried))
    })
    expect(new Set(expected.flat()).size).toBe(2)
    const asked = `${code.replace(/^export .*$/m, "")}\nconst cases = ${JSON.stringify(cases)}\npostMessage({ found: JSON.stringify(cases.map(([schema, values]) => { const validate = validatorOf(schema); return values.map((value) => validate(value)) })) })`
    const { found } = await inWorker(frame, asked, "module")
    expect(JSON.parse(found!)).toEqual(expected)
    await page.context().close()
  })
})
