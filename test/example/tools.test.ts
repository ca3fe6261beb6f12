// The daily brief's two TypeScript tools against the local services: what they send, what they make of each answer.

import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { RequestListener, Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ToolContext } from "@agentflow/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { readArticles } from "../../examples/daily-brief/pages.ts"
import { startServices } from "../../examples/daily-brief/services.ts"
import type { Services } from "../../examples/daily-brief/services.ts"
import { fetchSource, saveToNotion } from "../../examples/daily-brief/tools.ts"

interface ListItem {
  readonly rich_text: readonly { readonly text: { readonly content: string } }[]
}

const brief = { headline: "Chips arrive", points: ["a", "b".repeat(2_500), "c"], sources: ["https://a.test/1"] }

let folder = ""
let services: Services
let odd: Server | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-tools-"))
  services = await startServices({ journal: join(folder, "received.jsonl"), hangMs: 5 })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await services.close()
  odd?.closeAllConnections()
  odd?.close()
  odd = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Maps every origin to the local services, as the example's config does. */
function context(origin = services.origin): ToolContext {
  const mapped: typeof fetch = (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    return fetch(`${origin}${pathname}${search}`, init)
  }
  const { signal } = new AbortController()
  const secret = (): Promise<string> => Promise.resolve("")
  return { signal, idempotencyKey: "key-1", step: "DailyBrief/step", attempt: 1, runId: "run", fetch: mapped, secret }
}

async function odds(listener: RequestListener): Promise<ToolContext> {
  const server = odd = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  return context(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

describe("fetchSource", () => {
  it("reads title and text of a page", async () => {
    const { url, title, paragraphs } = readArticles().find((article) => article.url.endsWith("/cost-per-answer"))!
    expect(await fetchSource(url, context())).toEqual({ url, title, text: paragraphs.join("\n\n") })
  })

  it("fails with the kind that the answer means, and what Retry-After asks for", async () => {
    const busy = fetchSource("https://gridledger.example/energy/the-queue-for-the-grid", context())
    await expect(busy).rejects.toMatchObject({ kind: "rate_limited", retryAfterMs: 1_000 })
    const away = fetchSource("https://siliconpost.example/market/memory-is-the-bottleneck", context())
    await expect(away).rejects.toMatchObject({ kind: "unavailable" })
    const unknown = fetchSource("https://siliconpost.example/none", context())
    await expect(unknown).rejects.toMatchObject({ kind: "not_found" })
  })

  it.each(["", "no address", "file:///etc/hosts", "javascript:alert(1)"])("takes no %j", async (url) => {
    await expect(fetchSource(url, context())).rejects.toMatchObject({ kind: "invalid_input" })
    expect(services.received()).toEqual([])
  })

  it.each([
    ["no web page", "application/pdf", "%PDF", "invalid_output"],
    ["no text", "text/html", "<script>1</script>", "invalid_output"],
    ["too much", "text/html", "x".repeat(2_000_001), "too_large"],
  ])("refuses a page that is %s", async (_what, type, body, kind) => {
    const tools = await odds((_request, response) => response.writeHead(200, { "content-type": type }).end(body))
    await expect(fetchSource("https://a.test/", tools)).rejects.toMatchObject({ kind })
  })

  it.each([["word ", "word …"], ["字", "字 …"], ["e", "e …"]])("cuts a long text of %j", async (piece, end) => {
    const tools = await odds((_request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<p>${piece.repeat(9_000)}</p>`)
    })
    const { text, title } = await fetchSource("https://a.test/long", tools)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_004)
    expect(Buffer.byteLength(text)).toBeGreaterThan(3_990)
    expect([text.endsWith(end), text.includes("\ufffd"), title]).toEqual([true, false, "https://a.test/long"])
  })
})

describe("saveToNotion", () => {
  it("sends the page with the step's key, and the same key gives the same page", async () => {
    await expect(saveToNotion(brief, context())).rejects.toMatchObject({ kind: "rate_limited", retryAfterMs: 1_000 })
    const { id, url } = await saveToNotion(brief, context())
    const again = await saveToNotion(brief, context())
    expect([again.id, again.url]).toEqual([id, url])
    const received = services.received()
    expect(received.map(({ idempotencyKey, effect }) => [idempotencyKey, effect])).toEqual([
      ["key-1", undefined], ["key-1", "first"], ["key-1", "repeat"],
    ])
    const { children, properties } = received[0]!.body as { children: { type: string }[]; properties: object }
    expect(properties).toEqual({ title: { title: [{ text: { content: "Chips arrive" } }] } })
    expect(children.map(({ type }) => type)).toEqual([
      "bulleted_list_item", "bulleted_list_item", "bulleted_list_item", "heading_3", "bulleted_list_item",
    ])
  })

  it("splits what is longer than Notion takes in one piece", async () => {
    await saveToNotion(brief, context()).catch(() => undefined)
    const { children } = services.received()[0]!.body as { children: { bulleted_list_item?: ListItem }[] }
    expect(children[1]!.bulleted_list_item!.rich_text.map(({ text }) => text.content.length)).toEqual([2_000, 500])
  })

  it("sends a token when the environment has one", async () => {
    vi.stubEnv("NOTION_TOKEN", "secret-of-notion")
    await saveToNotion(brief, context()).catch(() => undefined)
    vi.stubEnv("NOTION_TOKEN", "")
    await saveToNotion(brief, context()).catch(() => undefined)
    expect(services.received().map(({ authorization }) => authorization)).toEqual(["right", "missing"])
  })
})
