// The protocol in a browser: the server in a web worker of Chromium, the real client library in the page.

import { join } from "node:path"
import { rolldown } from "rolldown"
import { expect, it } from "vitest"
import type { InitializeParams, InitializeResult } from "vscode-languageserver-protocol"
import { chromiumMissing, serveFiles, startChromium, type ServedFile } from "../harness/chromium.ts"
import type { PageClient } from "./chromium-page.ts"
import { conformance, type Peer } from "./conformance.ts"

type Window = { readonly client: PageClient }

async function bundled(entries: Readonly<Record<string, string>>): Promise<Map<string, ServedFile>> {
  const files = new Map<string, ServedFile>()
  for (const [name, file] of Object.entries(entries)) {
    const bundle = await rolldown({ input: { [name]: join(import.meta.dirname, file) }, platform: "browser", resolve: { conditionNames: ["browser", "import", "default"] } })
    const { output } = await bundle.generate({ format: "esm", chunkFileNames: `${name}-[name].js` })
    await bundle.close()
    for (const each of output) files.set(`/${each.fileName}`, { type: "text/javascript", body: each.type === "chunk" ? each.code : each.source })
  }
  return files
}

async function connect(params: Partial<InitializeParams>): Promise<Peer> {
  const files = await bundled({ page: "chromium-page.ts", worker: "chromium-worker.ts" })
  files.set("/", { type: "text/html", body: '<!doctype html><script type="module" src="/page.js"></script>' })
  const server = await serveFiles(files)
  const browser = await startChromium()
  const page = await browser.newPage()
  const errors: string[] = []
  page.on("pageerror", (error) => void errors.push(error.message))
  await page.goto(`${server.origin}/`)
  await page.waitForFunction(() => "client" in globalThis)
  const request = <T>(method: string, asked?: unknown): Promise<T> =>
    page.evaluate(([name, value]) => (globalThis as unknown as Window).client.request(name as string, value), [method, asked ?? null]) as Promise<T>
  const notify = (method: string, said?: unknown): Promise<void> =>
    page.evaluate(([name, value]) => (globalThis as unknown as Window).client.notify(name as string, value), [method, said])
  const initialized = await request<InitializeResult>("initialize", { processId: null, rootUri: null, capabilities: {}, ...params })
  await notify("initialized", {})
  return {
    initialized, request, notify,
    diagnostics: (uri, version) => page.evaluate(([name, number]) => (globalThis as unknown as Window).client.diagnostics(name as string, number as number), [uri, version]),
    cancelled: (method, asked) => page.evaluate(([name, value]) => (globalThis as unknown as Window).client.cancelled(name as string, value), [method, asked]),
    close: async () => {
      await browser.close()
      await server.stop()
      expect(errors).toEqual([])
    },
  }
}

const missing = chromiumMissing()
if (missing) it(`the protocol in Chromium is left out: ${missing}`, () => expect(missing).toBeTruthy())
else conformance("web worker in Chromium", connect)
