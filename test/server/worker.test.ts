// The server as a browser gets it: bundled for a web worker, spoken to over a MessagePort.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { servePort } from "../../server/worker.ts"

interface Message {
  readonly id?: number
  readonly method?: string
  readonly result?: unknown
  readonly params?: unknown
}

describe("worker", () => {
  let folder = ""
  let serve: typeof servePort
  let code = ""

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentflow-worker-"))
    const built = await build({
      configFile: false, logLevel: "error", resolve: { conditions: ["browser", "import", "default"] },
      // What only printing generated code needs comes later, in chunks of its own.
      build: { write: false, minify: true, lib: { entry: join(import.meta.dirname, "../../server/worker.ts"), formats: ["es"], fileName: "worker" }, rollupOptions: { external: ["ts-morph", /^ajv/] } },
    })
    const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ("output" in each ? each.output : []))
    for (const output of outputs) if (output.type === "chunk") writeFileSync(join(folder, output.fileName), output.code)
    const entry = outputs.find((output) => output.type === "chunk" && output.isEntry)!
    code = entry.type === "chunk" ? entry.code : ""
    const file = join(folder, "entry.mjs")
    writeFileSync(file, `export * from "./${entry.fileName}"\n`)
    serve = ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { readonly servePort: typeof servePort }).servePort
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("needs nothing of Node", () => {
    expect(code).not.toMatch(/from\s*["']node:|require\(["']/)
  })

  it("answers over a port", async () => {
    const { port1, port2 } = new MessageChannel()
    serve(port1 as never, { version: "0.0.0", files: new Map([["/lib.agentflow", "type Page { title: string }\n"]]) })
    const waiting = new Map<number, (result: unknown) => void>()
    const published: unknown[] = []
    port2.onmessage = ({ data }: { readonly data: Message }) => {
      if (data.id !== undefined && data.method === undefined) waiting.get(data.id)?.(data.result)
      if (data.method === "textDocument/publishDiagnostics") published.push(data.params)
    }
    let last = 0
    const request = (method: string, params: unknown): Promise<unknown> => new Promise((resolve) => {
      waiting.set(++last, resolve)
      port2.postMessage({ jsonrpc: "2.0", id: last, method, params })
    })
    const notify = (method: string, params: unknown): void => port2.postMessage({ jsonrpc: "2.0", method, params })
    const uri = "memory:///main.agentflow"
    const files = 'import { Page } from "./lib.agentflow"\nworkflow Main(page: Page): string {\n  dead letter "failed"\n  return page.\n}\n'

    const { serverInfo } = (await request("initialize", { processId: null, rootUri: null, capabilities: {} })) as { readonly serverInfo: { readonly name: string } }
    expect(serverInfo.name).toBe("agentflow")
    notify("initialized", {})
    notify("textDocument/didOpen", { textDocument: { uri: "file:///main.agentflow", languageId: "agentflow", version: 1, text: files } })
    const list = (await request("textDocument/completion", { textDocument: { uri: "file:///main.agentflow" }, position: { line: 3, character: 14 } })) as { readonly items: readonly { readonly label: string }[] }
    expect(list.items.map(({ label }) => label)).toEqual(["title"])
    notify("textDocument/didOpen", { textDocument: { uri, languageId: "agentflow", version: 1, text: "type A { b: Missing }\n" } })
    await expect.poll(() => published).toContainEqual(expect.objectContaining({ uri, diagnostics: [expect.objectContaining({ code: "AF2009" })] }))
    port2.close()
    port1.close()
  })
})
