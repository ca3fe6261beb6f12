// The Studio's server by itself: who is served, what the headers say, which files are given out.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request as send, type IncomingHttpHeaders } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Refusal, serveStudio, type ApiRequest, type StudioServer } from "../../cli/studio/server.ts"
import { playgroundFiles } from "../../cli/studio/static-files.ts"

const token = "a-token-of-this-test"
let folder = ""
let server: StudioServer
const seen: ApiRequest[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-studio-"))
  mkdirSync(join(folder, "site/assets"), { recursive: true })
  writeFileSync(join(folder, "site/index.html"), `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'"><p>page</p>`)
  writeFileSync(join(folder, "site/studio.html"), `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'"><p>runs</p>`)
  writeFileSync(join(folder, "site/assets/main-abcd1234.js"), "console.log(1)")
  writeFileSync(join(folder, "secret.txt"), "not for anyone")
  server = await serveStudio({
    files: playgroundFiles([join(folder, "site")]), port: 0, mayChoosePort: true,
    api: {
      token,
      async handle(request) {
        seen.push(request)
        if (request.path[0] === "refused") throw new Refusal(409, "not now", "later")
        if (request.path[0] === "broken") throw new Error("a defect")
        return { ok: true }
      },
      stream: (_request, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end("event: a\n\n"),
    },
  })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** With headers that `fetch` does not let a program set. */
function ask(path: string, { method = "GET", headers = {}, body }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send({ host: "127.0.0.1", port: server.port, path, method, headers: { host: `127.0.0.1:${server.port}`, ...headers } }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on("error", reject)
    request.end(body)
  })
}

const bearer = { authorization: `Bearer ${token}` }

describe("the Studio's server", () => {
  it("gives out the page and its files, with a strict policy", async () => {
    const page = await ask("/?token=x")
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin" } })
    expect(page.headers["content-security-policy"]).toBe("default-src 'none'; script-src 'self'; frame-ancestors 'self'")
    expect(page.headers["set-cookie"]).toBeUndefined()
    expect(page.headers["access-control-allow-origin"]).toBeUndefined()
    expect(await ask("/assets/main-abcd1234.js")).toMatchObject({ status: 200, text: "console.log(1)", headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=31536000, immutable" } })
    // A worker's file has a policy of its own: the page's would forbid what only the worker may do.
    expect((await ask("/assets/main-abcd1234.js")).headers["content-security-policy"]).toBe("frame-ancestors 'self'")
    expect((await ask("/api/session")).headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(await ask("/", { method: "HEAD" })).toMatchObject({ status: 200, text: "" })
  })

  it.each([["/../secret.txt"], ["/assets/../../secret.txt"], ["/%2e%2e/secret.txt"], ["/..%2fsecret.txt"], ["/assets/%2e%2e%2f%2e%2e%2fsecret.txt"], ["/assets"], ["/nothing.js"], ["/\u0000"]])("has no file %j", async (path) => {
    const answer = await ask(encodeURI(path).replaceAll("%25", "%"))
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain("not for anyone")
  })

  it("asks for the token", async () => {
    expect((await ask("/api/session")).status).toBe(401)
    expect((await ask("/api/session", { headers: { authorization: "Bearer wrong" } })).status).toBe(401)
    expect((await ask("/api/session", { headers: { authorization: token } })).status).toBe(401)
    expect((await ask(`/api/session?token=${token}`)).status).toBe(401)
    expect((await ask("/api/events")).status).toBe(401)
    expect((await ask("/api/events?token=wrong")).status).toBe(401)
    expect(seen).toEqual([])
    expect(await ask("/api/session", { headers: bearer })).toMatchObject({ status: 200, text: '{"ok":true}', headers: { "cache-control": "no-store" } })
    expect((await ask(`/api/events?token=${token}`)).text).toBe("event: a\n\n")
  })

  it.each([
    ["another host", { host: "evil.example" }], ["another port", { host: "127.0.0.1:1" }], ["another origin", { origin: "https://evil.example" }], ["no origin at all", { origin: "null" }],
    ["another site", { "sec-fetch-site": "cross-site" }], ["a site beside it", { "sec-fetch-site": "same-site" }],
  ])("refuses %s, with the right token too", async (_name, headers) => {
    for (const path of ["/", "/api/session", `/api/events?token=${token}`]) expect((await ask(path, { headers: { ...bearer, ...headers } })).status).toBe(403)
  })

  it("serves its own pages", async () => {
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
      expect((await ask("/api/session", { headers: { ...bearer, host, origin: `http://${host}`, "sec-fetch-site": "same-origin" } })).status).toBe(200)
    }
  })

  it("takes JSON bodies only", async () => {
    const post = (body: string, type?: string): Promise<Answer> => ask("/api/runs", { method: "POST", body, headers: { ...bearer, ...(type === undefined ? {} : { "content-type": type }) } })
    expect((await post("{}", "application/json; charset=utf-8")).status).toBe(200)
    expect(seen.at(-1)).toMatchObject({ method: "POST", path: ["runs"], body: {} })
    expect((await post("{}", "text/plain")).status).toBe(400)
    expect((await post("{}")).status).toBe(400)
    expect((await post("{", "application/json")).status).toBe(400)
    expect((await post("")).status).toBe(200)
    expect((await post(`"${"x".repeat(5_000_000)}"`, "application/json")).status).toBe(413)
  })

  it("answers refusals and defects as JSON", async () => {
    expect(await ask("/api/refused", { headers: bearer })).toMatchObject({ status: 409, text: '{"error":{"message":"not now","advice":"later"}}' })
    expect(await ask("/api/broken", { headers: bearer })).toMatchObject({ status: 500, text: '{"error":{"message":"a defect"}}' })
    expect((await ask("/api/%E0%A4%A", { headers: bearer })).status).toBe(400)
    expect((await ask("/", { method: "POST" })).status).toBe(405)
  })

  it("takes another port only where it may", async () => {
    const other = await serveStudio({ files: playgroundFiles([join(folder, "site")]), port: server.port, mayChoosePort: true })
    expect(other.port).not.toBe(server.port)
    expect(other.url).toBe(`http://127.0.0.1:${other.port}/`)
    await other.close()
    await expect(serveStudio({ files: playgroundFiles([]), port: server.port, mayChoosePort: false })).rejects.toThrow(/is taken/)
  })

  it("says so when the pages are not built", () => {
    const files = playgroundFiles([join(folder, "nowhere")])
    expect(files.isBuilt).toBe(false)
    expect(files.read("/")?.body.toString()).toContain("npm run build")
    expect(files.read("/")?.contentPolicy).toContain("default-src 'none'")
  })
})
