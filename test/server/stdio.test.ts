// A whole session with `agentflow lsp` as editors start it: the real protocol library over standard input and output.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { CompletionList, Hover, Location, WorkspaceEdit } from "vscode-languageserver-protocol"
import { TextDocument } from "vscode-languageserver-textdocument"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startProcess, type Client } from "./client.ts"

const lib = 'tool fetchPage(url: string): Page from "./tools.ts" {\n  reads\n  retry 3 times\n}\n\n/// What a page says.\ntype Page { url: string   title: string }\n'
const main = 'import { fetchPage } from "./lib/pages.agentflow"\n\nworkflow Main(topic: string): string {\n  dead letter "failed"\n  let page = fetchPage(topic)\n  return page.title\n}\n'

describe("agentflow lsp", () => {
  let folder = ""
  let client: Client & { readonly exited: Promise<number | null> }
  const uri = (path: string): string => pathToFileURL(join(folder, path)).href

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentflow-lsp-"))
    mkdirSync(join(folder, "lib"))
    writeFileSync(join(folder, "lib/pages.agentflow"), lib)
    writeFileSync(join(folder, "lib/tools.ts"), "// Tools.\nexport async function fetchPage({ url }: { url: string }): Promise<object> {\n  return { url, title: url }\n}\n")
    writeFileSync(join(folder, "main.agentflow"), main)
    client = await startProcess(folder, { workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "w" }] })
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("says what it can", () => {
    const { capabilities, serverInfo } = client.initialized
    expect(serverInfo?.name).toBe("agentflow")
    expect(Object.keys(capabilities).sort()).toMatchSnapshot()
  })

  it("reports what is wrong in an opened file, with imports from the disk", async () => {
    client.open(uri("main.agentflow"), main)
    expect((await client.diagnostics(uri("main.agentflow"), 1)).diagnostics).toEqual([])
    client.change(uri("main.agentflow"), main.replace("page.title", "page.titel"), 2)
    const { diagnostics } = await client.diagnostics(uri("main.agentflow"), 2)
    expect(diagnostics.map(({ code, message, source }) => ({ code, message, source }))).toEqual([
      { code: "AF3004", message: "Page has no titel; did you mean title?", source: "agentflow" },
    ])
    client.change(uri("main.agentflow"), main, 3)
    expect((await client.diagnostics(uri("main.agentflow"), 3)).diagnostics).toEqual([])
  })

  it("takes incremental changes", async () => {
    const edits = [{ range: { start: { line: 5, character: 14 }, end: { line: 5, character: 19 } }, text: "" }]
    void client.connection.sendNotification("textDocument/didChange", { textDocument: { uri: uri("main.agentflow"), version: 4 }, contentChanges: edits })
    const list = await client.connection.sendRequest<CompletionList>("textDocument/completion", client.at(uri("main.agentflow"), 5, 14))
    expect(list.items.map(({ label }) => label)).toEqual(["url", "title"])
    client.change(uri("main.agentflow"), main, 5)
  })

  it("hovers", async () => {
    const hover = await client.connection.sendRequest<Hover>("textDocument/hover", client.at(uri("main.agentflow"), 4, 15))
    expect((hover.contents as { readonly value: string }).value).toContain("tool fetchPage(url: string): Page")
  })

  it("goes to the TypeScript function of a tool", async () => {
    const found = await client.connection.sendRequest<Location[]>("textDocument/implementation", client.at(uri("main.agentflow"), 4, 15))
    expect(found).toEqual([{ uri: uri("lib/tools.ts"), range: { start: { line: 1, character: 22 }, end: { line: 1, character: 31 } } }])
  })

  it("goes back from the function to its tool", async () => {
    const found = await client.connection.sendRequest<Location[]>("agentflow/tools", { uri: uri("lib/tools.ts"), name: "fetchPage" })
    expect(found).toEqual([{ uri: uri("lib/pages.agentflow"), range: { start: { line: 0, character: 5 }, end: { line: 0, character: 14 } } }])
  })

  it("renames across files", async () => {
    const edit = await client.connection.sendRequest<WorkspaceEdit>("textDocument/rename", { ...client.at(uri("main.agentflow"), 4, 15), newName: "readPage" })
    const renamed = (path: string, text: string): string => TextDocument.applyEdits(TextDocument.create(uri(path), "agentflow", 1, text), edit.changes![uri(path)]!)
    expect(Object.keys(edit.changes!).sort()).toEqual([uri("lib/pages.agentflow"), uri("main.agentflow")])
    expect(renamed("main.agentflow", main)).toBe(main.replaceAll("fetchPage", "readPage"))
    expect(renamed("lib/pages.agentflow", lib)).toBe(lib.replace("fetchPage", "readPage"))
  })

  it("prints the generated project", async () => {
    const generated = await client.connection.sendRequest<{ readonly files: readonly { readonly path: string; readonly text: string }[] }>("agentflow/emit", { uri: uri("main.agentflow") })
    const workflow = generated.files.find(({ path }) => path.startsWith("workflows/") && path.endsWith(".ts"))
    expect(workflow?.text).toContain("Main")
  })

  it("sees files that change on disk", async () => {
    writeFileSync(join(folder, "lib/pages.agentflow"), lib.replace("title: string", "name: string"))
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri: uri("lib/pages.agentflow"), type: 2 }] })
    client.change(uri("main.agentflow"), `${main}\n`, 6)
    const { diagnostics } = await client.diagnostics(uri("main.agentflow"), 6)
    expect(diagnostics.map(({ code }) => code)).toEqual(["AF3004"])
  })

  it("ends with its client", async () => {
    const other = await startProcess(folder)
    other.connection.end()
    expect(await other.exited).toBe(1)
  })

  it("shuts down when it is told to", async () => {
    await client.close()
    expect(await client.exited).toBe(0)
  })
})
