// The local services of the daily brief: faults come once, effects happen once, and the journal remembers both.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readJournal } from "../../examples/daily-brief/journal.ts"
import { readArticles } from "../../examples/daily-brief/pages.ts"
import { readPage } from "../../examples/daily-brief/html.ts"
import { startServices } from "../../examples/daily-brief/services.ts"
import type { Services, ServicesOptions } from "../../examples/daily-brief/services.ts"

const articles = readArticles()
const paths = articles.map(({ url }) => new URL(url).pathname)
const token = "token-for-this-test"

let folder = ""
let journal = ""
let secrets = ""
let open: Services[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-services-"))
  journal = join(folder, "received.jsonl")
  secrets = join(folder, "secrets.json")
  writeFileSync(secrets, JSON.stringify({ slackToken: token }))
})

afterEach(async () => {
  await Promise.all(open.map((services) => services.close()))
  open = []
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<ServicesOptions> = {}): Promise<Services> {
  const services = await startServices({ journal, secrets, hangMs: 20, ...options })
  open.push(services)
  return services
}

async function restart(services: Services): Promise<Services> {
  await services.close()
  return start()
}

interface Fetched {
  readonly statuses: readonly number[]
  readonly html: string
}

/** What the language's `retry 5 times` does, without the waits. */
async function fetchWithRetries(origin: string, path: string): Promise<Fetched> {
  const statuses: number[] = []
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    const response = await fetch(origin + path)
    const html = await response.text()
    statuses.push(response.status)
    if (response.ok) return { statuses, html }
  }
  throw new Error(`${path} failed six times: ${statuses.join(", ")}`)
}

async function fetchAll({ origin }: Services): Promise<ReadonlyMap<string, Fetched>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await fetchWithRetries(origin, path)] as const)))
}

const failuresIn = (fetched: ReadonlyMap<string, Fetched>): string[] => {
  const failures = [...fetched].flatMap(([path, { statuses }]) => statuses.slice(0, -1).map((status) => [status, path]))
  return failures.map((failure) => failure.join(" ")).sort()
}

interface Post { readonly path: string; readonly key?: string; readonly body: unknown; readonly bearer?: string }

async function post({ origin }: Services, { path, key, body, bearer }: Post) {
  const response = await fetch(origin + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() as Record<string, unknown> }
}

const message = { path: "/api/chat.postMessage", bearer: token, body: { channel: "#market", text: "News" } }
const page = { path: "/v1/pages", body: { parent: { page_id: "x" }, properties: { title: {} }, children: [] } }

describe("sources", () => {
  it("are fifteen articles of three sites, each with its own path", () => {
    expect(articles).toHaveLength(15)
    expect(new Set(paths).size).toBe(15)
    expect(new Set(articles.map(({ url }) => new URL(url).origin)).size).toBe(3)
    for (const { title, paragraphs } of articles) {
      const words = paragraphs.join(" ").split(" ").length
      expect([title, words >= 150 && words <= 300]).toEqual([title, true])
    }
  })

  it("meet exactly the promised faults, and five retries get past all of them", async () => {
    const services = await start()
    expect(failuresIn(await fetchAll(services))).toEqual([
      "429 /energy/the-queue-for-the-grid",
      "429 /engineering/retries-that-multiply",
      "429 /engineering/retries-that-multiply",
      "503 /market/memory-is-the-bottleneck",
    ])
    const hanging = services.received().filter(({ fault }) => fault === "hang")
    expect(hanging.map(({ path, request }) => [path, request])).toEqual([["/energy/liquid-cooling-becomes-normal", 1]])
  })

  it("are the same pages twice, the second time without any fault", async () => {
    const services = await start()
    const first = await fetchAll(services)
    const second = await fetchAll(services)
    expect([...second.values()].every(({ statuses }) => statuses.length === 1)).toBe(true)
    for (const [path, { html }] of first) expect([path, second.get(path)?.html]).toEqual([path, html])
  })

  it("are read back from HTML word by word", async () => {
    const fetched = await fetchAll(await start())
    for (const { url, title, paragraphs } of articles) {
      const { html } = fetched.get(new URL(url).pathname)!
      expect(readPage(html)).toEqual({ title, text: paragraphs.join("\n\n") })
    }
  })

  it("say how long to wait with 429", async () => {
    const { origin } = await start()
    const response = await fetch(`${origin}/energy/the-queue-for-the-grid`)
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "1"])
  })

  it("repeat no fault after a restart", async () => {
    const services = await start()
    for (const path of paths) await fetch(services.origin + path)
    const again = await restart(services)
    expect(failuresIn(await fetchAll(again))).toEqual(["429 /engineering/retries-that-multiply"])
    expect(again.received().filter(({ fault }) => fault === "hang")).toHaveLength(1)
  })

  it("never break or hang more than three answers in a whole run", async () => {
    const services = await start()
    await fetchAll(services)
    for (let times = 0; times < 3; times += 1) {
      await post(services, { ...message, key: "k" })
      await post(services, { ...page, key: "k" })
    }
    const hard = services.received().filter(({ fault, status }) => fault === "hang" || status === 503)
    expect(hard).toHaveLength(3)
    expect(services.received().some(({ status }) => status === 429)).toBe(true)
  })

  it("close at once, with a page still hanging", async () => {
    const services = await start({ hangMs: 3_600_000 })
    const request = fetch(`${services.origin}/energy/liquid-cooling-becomes-normal`)
    const outcome = request.then(() => "answered", () => "cut off")
    while (services.received().length === 0) await new Promise((later) => setTimeout(later, 5))
    await services.close()
    expect(await outcome).toBe("cut off")
  })
})

describe("Slack", () => {
  it("posts once for one key, although its first answer is lost", async () => {
    const services = await start()
    const lost = await post(services, { ...message, key: "k" })
    const again = await post(services, { ...message, key: "k" })
    const third = await post(services, { ...message, key: "k" })
    expect(lost.status).toBe(503)
    expect(again).toMatchObject({ status: 200, body: { ok: true, channel: "#market", ts: "1790000000.000001" } })
    expect(third).toEqual(again)
    expect(services.received().map(({ effect }) => effect)).toEqual(["first", "repeat", "repeat"])
  })

  it("gives another key another message, and remembers both after a restart", async () => {
    const services = await start()
    await post(services, { ...message, key: "a" })
    const b = await post(services, { ...message, key: "b" })
    const later = await restart(services)
    expect((await post(later, { ...message, key: "a" })).body["ts"]).toBe("1790000000.000001")
    expect((await post(later, { ...message, key: "b" })).body["ts"]).toBe(b.body["ts"])
    expect((await post(later, { ...message, key: "c" })).body["ts"]).toBe("1790000000.000003")
    expect(later.received().filter(({ effect }) => effect === "first")).toHaveLength(3)
  })

  it("refuses a known key with another body", async () => {
    const services = await start()
    await post(services, { ...message, key: "k" })
    const other = await post(services, { ...message, key: "k", body: { channel: "#market", text: "Other news" } })
    expect(other).toEqual({ status: 409, body: { ok: false, error: "idempotency_key_reused" } })
  })

  it("deletes what was posted, once, and nothing else", async () => {
    const services = await start()
    await post(services, { ...message, key: "k" })
    const remove = { path: "/api/chat.delete", bearer: token, body: { channel: "#market", ts: "1790000000.000001" } }
    expect((await post(services, { ...remove, key: "u" })).status).toBe(200)
    expect((await post(services, { ...remove, key: "u" })).status).toBe(200)
    expect((await post(services, { ...remove, key: "v", body: { channel: "#market", ts: "1" } })).status).toBe(404)
    const deletions = services.received().filter(({ path }) => path === "/api/chat.delete")
    expect(deletions.map(({ effect }) => effect)).toEqual(["first", "repeat", undefined])
  })

  it("wants the token of the secret store and never writes it down", async () => {
    const services = await start()
    const wrong = "another-token"
    expect((await post(services, { ...message, bearer: wrong, key: "k" })).status).toBe(401)
    expect((await post(services, { path: message.path, body: message.body, key: "k" })).status).toBe(401)
    await post(services, { ...message, key: "k" })
    expect(services.received().map(({ authorization }) => authorization)).toEqual(["wrong", "missing", "right"])
    const written = readFileSync(journal, "utf8")
    expect(written).not.toContain(token)
    expect(written).not.toContain(wrong)
  })

  it("makes a token for a secret store that is not there, for its owner only, and keeps the one that is", async () => {
    const fresh = join(folder, "fresh.json")
    await start({ journal: join(folder, "a.jsonl"), secrets: fresh })
    const made = readFileSync(fresh, "utf8")
    const { slackToken } = JSON.parse(made) as { slackToken: string }
    const services = await start({ journal: join(folder, "b.jsonl"), secrets: fresh })
    await post(services, { ...message, bearer: slackToken, key: "k" })
    expect(services.received().map(({ authorization }) => authorization)).toEqual(["right"])
    expect([readFileSync(fresh, "utf8"), (statSync(fresh).mode & 0o777).toString(8)]).toEqual([made, "600"])
  })

  it("refuses what is not JSON or says nothing, with no effect", async () => {
    const services = await start()
    expect((await post(services, { ...message, body: "{" })).status).toBe(400)
    expect((await post(services, { ...message, body: { channel: "#market" } })).status).toBe(400)
    expect(services.received().filter(({ effect }) => effect !== undefined)).toEqual([])
  })
})

describe("Notion", () => {
  it("is busy once, then keeps one page per key", async () => {
    const services = await start()
    expect((await post(services, { ...page, key: "k" })).status).toBe(429)
    const saved = await post(services, { ...page, key: "k" })
    const again = await post(await restart(services), { ...page, key: "k" })
    expect(saved.status).toBe(200)
    expect(saved.body["url"]).toMatch(/^https:\/\/www\.notion\.so\/[0-9a-f]{32}$/)
    expect(again).toEqual(saved)
  })
})

describe("journal", () => {
  it("says what was received, and another process may read it", async () => {
    const services = await start()
    await post(services, { ...message, key: "k" })
    expect(readJournal(journal)).toEqual(services.received())
    expect(readJournal(journal)[0]).toMatchObject({
      method: "POST", path: "/api/chat.postMessage", request: 1, authorization: "right", idempotencyKey: "k",
      body: message.body, status: 503, fault: "answer lost", effect: "first", id: "1790000000.000001",
    })
  })

  it("survives a line that a crash cut off", async () => {
    const services = await start()
    await post(services, { ...message, key: "k" })
    appendFileSync(journal, "{\"at\":\"20")
    expect(readJournal(journal)).toHaveLength(1)
    const later = await restart(services)
    await post(later, { ...message, key: "k" })
    expect(readJournal(journal).map(({ effect }) => effect)).toEqual(["first", "repeat"])
  })

  it("is not mistaken for any other file", async () => {
    writeFileSync(journal, "hello\n")
    await expect(start()).rejects.toThrow("received.jsonl:1 is not a line of this journal; give another file")
  })
})

describe("as a program", () => {
  const program = join(import.meta.dirname, "../../examples/daily-brief/services.ts")

  it("says where it listens, and goes on after SIGKILL where it was", async () => {
    const run = async () => {
      const flags = ["--port", "0", "--journal", journal, "--secrets", secrets]
      const child = spawn(process.execPath, [program, ...flags], { stdio: ["ignore", "pipe", "inherit"] })
      const [line] = await once(createInterface({ input: child.stdout }), "line") as [string]
      return { child, origin: (JSON.parse(line) as { origin: string }).origin }
    }
    const url = "/market/memory-is-the-bottleneck"
    const first = await run()
    expect((await fetch(first.origin + url)).status).toBe(503)
    first.child.kill("SIGKILL")
    await once(first.child, "exit")
    const second = await run()
    expect((await fetch(second.origin + url)).status).toBe(200)
    second.child.kill("SIGTERM")
    expect(await once(second.child, "exit")).toEqual([0, null])
  })

  it("names a busy port, and how it is used", async () => {
    const { port } = await start()
    const failure = async (...args: string[]) => {
      const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"] })
      let text = ""
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => { text += chunk })
      const [code] = await once(child, "close") as [number]
      return { code, text: text.trim() }
    }
    expect(await failure("--port", String(port), "--journal", join(folder, "other.jsonl"))).toEqual({
      code: 2, text: `Port ${port} on 127.0.0.1 is in use; give another with --port.`,
    })
    expect(await failure("--port", "0")).toEqual({
      code: 2, text: "usage: node services.ts --journal FILE [--port PORT] [--secrets FILE]",
    })
  })
})
