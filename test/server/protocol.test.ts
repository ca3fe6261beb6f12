// What the server promises beyond its features: guarded handlers, encodings, cancellation, pulled diagnostics, deltas.

import { CancellationTokenSource, ResponseError, type CodeAction, type ResourceOperationKind, type DocumentDiagnosticReport, type SemanticTokens, type SemanticTokensDelta } from "vscode-languageserver-protocol"
import { TextDocument } from "vscode-languageserver-textdocument"
import { afterEach, describe, expect, it } from "vitest"
import { lineTable } from "../../base/text/line-table.ts"
import { pathOf, toOffset, toPosition, uriOf } from "../../server/convert.ts"
import { changedText } from "../../server/documents.ts"
import { toldCommand, withoutPlaces } from "../../server/editing.ts"
import { handlers } from "../../server/handlers.ts"
import { startHere, type Client, type InProcess } from "./client.ts"

const uri = "file:///w/main.agentflow"
const text = 'type Page { title: string }\n\nworkflow Main(page: Page): string {\n  dead letter "failed"\n  return page.title\n}\n'

/** Only its plan shows that retries multiply. */
const planned = `tool search(query: string): string = GET "https://a.test/{query}" { reads  retry 5 times }
workflow Inner(query: string): string { dead letter "failed"  return search(query) }
workflow Outer(query: string): string {
  dead letter "failed"
  return Inner(query) retry 4 times
}
workflow Outermost(query: string): string {
  dead letter "failed"
  return Outer(query) retry 1 times
}
`

const open: Client[] = []
const connect = async (options: InProcess = {}): Promise<Awaited<ReturnType<typeof startHere>>> => {
  const client = await startHere(options)
  open.push(client)
  return client
}

afterEach(async () => {
  for (const client of open.splice(0)) await client.close()
})

describe("protocol", () => {
  it("goes on when a feature is broken", async () => {
    const poisoned = handlers.map((handler) => (handler.method === "textDocument/hover" ? { ...handler, answer: () => { throw new Error("poison") } } : handler))
    const client = await connect({ handlers: poisoned })
    client.open(uri, text)
    expect(await client.connection.sendRequest("textDocument/hover", client.at(uri, 4, 10))).toBeNull()
    expect(await client.connection.sendRequest("textDocument/definition", client.at(uri, 4, 10))).toEqual([
      { uri, range: { start: { line: 2, character: 14 }, end: { line: 2, character: 18 } } },
    ])
    expect(client.logged.join("\n")).toContain("textDocument/hover: Error: poison")
  })

  it("answers every row of the table on any file", async () => {
    const client = await connect()
    const broken = 'workflow Main(a: string): string {\n  let x = '
    client.open(uri, broken)
    for (const { method } of handlers) {
      const params = {
        ...client.at(uri, 1, 10), uri, generated: uri, range: { start: { line: 0, character: 0 }, end: { line: 1, character: 10 } }, ranges: [], positions: [{ line: 1, character: 3 }],
        context: { diagnostics: [], includeDeclaration: true }, span: { start: 2, end: 9 }, change: { kind: "delete" }, newName: "y", ch: "}", query: "m", files: [], previousResultId: "0", previousResultIds: [], options: { tabSize: 2, insertSpaces: true },
        item: { name: "Main", kind: 5, uri, range: { start: { line: 0, character: 0 }, end: { line: 1, character: 10 } }, selectionRange: { start: { line: 0, character: 9 }, end: { line: 0, character: 13 } }, data: "workflow" },
      }
      await client.connection.sendRequest(method, params).catch((problem: unknown) => expect(problem).toBeInstanceOf(ResponseError))
    }
    expect(client.logged).toEqual([])
  })

  it("speaks UTF-8 where the client prefers it", async () => {
    const client = await connect({ params: { capabilities: { general: { positionEncodings: ["utf-8", "utf-16"] } } } })
    expect(client.initialized.capabilities.positionEncoding).toBe("utf-8")
    client.open(uri, text.replace('"failed"', '"fäiled 😀"').replace("return page.title", 'return "ä😀{page.title}"'))
    const found = await client.connection.sendRequest("textDocument/definition", client.at(uri, 4, 18))
    expect(found).toEqual([{ uri, range: { start: { line: 2, character: 14 }, end: { line: 2, character: 18 } } }])
  })

  it("pushes diagnostics with a link, tags and related places to clients that do not pull", async () => {
    const client = await connect()
    client.open(uri, text.replace("  return", "  let x = 1\n  return").concat("type page { a: string }\n"))
    const { diagnostics } = await client.diagnostics(uri, 1)
    const unused = diagnostics.find(({ code }) => code === "AF2011")
    expect(unused?.tags).toEqual([1])
    expect(unused?.codeDescription).toEqual({ href: "https://docs.test/AF2011" })
    expect(diagnostics.find(({ code }) => code === "AF2002")?.relatedInformation?.[0]?.location).toEqual({ uri, range: { start: { line: 0, character: 5 }, end: { line: 0, character: 9 } } })
  })

  it("gives pulled diagnostics once for each version", async () => {
    const client = await connect({ params: { capabilities: { textDocument: { diagnostic: {} } } } })
    client.open(uri, text.replace("page.title", "page.titel"))
    const pull = (previousResultId?: string): Promise<DocumentDiagnosticReport> => client.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri }, ...(previousResultId === undefined ? {} : { previousResultId }) })
    const first = await pull()
    expect(first.kind === "full" ? first.items.map(({ code }) => code) : first).toEqual(["AF3004"])
    expect(await pull(first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId })
    client.change(uri, text, 2)
    const second = await pull(first.resultId)
    expect(second.kind === "full" ? second.items : second).toEqual([])
    expect(client.published).toEqual([])
  })

  it("asks a client that pulls to ask again when its one open file rests on another that changed on disk", async () => {
    const files = new Map([["/w/lib.agentflow", "type Page { title: string }\n"]])
    const client = await connect({
      host: { readText: (path) => files.get(path), programFiles: () => [...files.keys()] },
      params: { capabilities: { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } } },
    })
    let refreshed = (): void => {}
    let asked = 0
    client.connection.onRequest("workspace/diagnostic/refresh", () => {
      asked++
      refreshed()
      return null
    })
    const pull = async (): Promise<readonly unknown[]> => {
      const report: DocumentDiagnosticReport = await client.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri } })
      return report.kind === "full" ? report.items.map(({ code }) => code) : []
    }
    client.open(uri, `import { Page } from "./lib.agentflow"\n${text.replace(/^.*\n/, "")}`)
    expect(await pull()).toEqual([])
    // A change of the client's own is followed by its own question.
    expect(asked).toBe(0)
    const again = new Promise<void>((resolve) => void (refreshed = resolve))
    files.set("/w/lib.agentflow", "type Page { name: string }\n")
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri: "file:///w/lib.agentflow", type: 2 }] })
    await again
    expect(await pull()).toEqual(["AF3004"])
    expect(client.published).toEqual([])
  })

  it("asks a client that pulls to ask again when the plan shows more than the check did", async () => {
    const client = await connect({
      params: { capabilities: { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } } },
      platform: { lull: () => lull },
    })
    let quiet = (): void => {}
    const lull = new Promise<void>((resolve) => void (quiet = resolve))
    const refreshed = new Promise<void>((resolve) => void client.connection.onRequest("workspace/diagnostic/refresh", () => (resolve(), null)))
    const pull = async (previousResultId?: string): Promise<{ readonly id: string | undefined; readonly codes: readonly unknown[] }> => {
      const report: DocumentDiagnosticReport = await client.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri }, ...(previousResultId === undefined ? {} : { previousResultId }) })
      return { id: report.resultId, codes: report.kind === "full" ? report.items.map(({ code }) => code) : ["unchanged"] }
    }
    client.open(uri, planned)
    const first = await pull()
    expect(first.codes).toEqual([])
    // Who asks for the whole workspace meanwhile has no effect on what is known of the open file.
    await client.connection.sendRequest("workspace/diagnostic", { previousResultIds: [] })
    quiet()
    await refreshed
    const second = await pull(first.id)
    expect(second.codes).toEqual(["AF4011"])
    expect((await pull(second.id)).codes).toEqual(["unchanged"])
  })

  it("does not answer what was cancelled", async () => {
    const client = await connect()
    client.open(uri, text)
    const source = new CancellationTokenSource()
    const asked = client.connection.sendRequest("textDocument/completion", client.at(uri, 4, 10), source.token)
    source.cancel()
    await expect(asked).rejects.toMatchObject({ code: -32800 })
  })

  it("computes diagnostics of the last version only when many changes wait", async () => {
    const client = await connect()
    client.open(uri, text)
    for (let version = 2; version <= 50; version++) client.change(uri, `${text}// ${version}\n`, version)
    await client.diagnostics(uri, 50)
    expect(client.published.length).toBeLessThan(20)
  })

  it("sends semantic tokens as a delta that gives the full ones", async () => {
    const client = await connect()
    client.open(uri, text)
    const first = await client.connection.sendRequest<SemanticTokens>("textDocument/semanticTokens/full", { textDocument: { uri } })
    client.change(uri, text.replace("page.title", '"{page.title}!"'), 2)
    const delta = await client.connection.sendRequest<SemanticTokensDelta>("textDocument/semanticTokens/full/delta", { textDocument: { uri }, previousResultId: first.resultId })
    const patched = [...first.data]
    for (const edit of delta.edits) patched.splice(edit.start, edit.deleteCount, ...(edit.data ?? []))
    const full = await client.connection.sendRequest<SemanticTokens>("textDocument/semanticTokens/full", { textDocument: { uri } })
    expect(patched).toEqual(full.data)
    expect(delta.edits[0]!.data!.length).toBeLessThan(full.data.length)
  })

  it("refuses a new name that is none, in words", async () => {
    const client = await connect()
    client.open(uri, text)
    await expect(client.connection.sendRequest("textDocument/rename", { ...client.at(uri, 4, 10), newName: "not a name" })).rejects.toThrow("is not a name")
  })

  it("maps positions between source and generated code", async () => {
    const client = await connect()
    client.open(uri, text)
    const there = await client.connection.sendRequest<{ readonly uri: string; readonly range: { readonly start: { readonly line: number; readonly character: number } } }>("agentflow/toGenerated", { uri, position: { line: 4, character: 4 } })
    expect(there.uri).toBe("file:///w/generated/workflows/main.ts")
    const back = await client.connection.sendRequest("agentflow/toSource", { uri, generated: there.uri, position: there.range.start })
    expect(back).toMatchObject({ uri, range: { start: { line: 4, character: 2 } } })
  })

  it("serves several folders", async () => {
    const files = new Map([["/a/x.agentflow", "type A { b: string }\n"], ["/b/y.agentflow", "type Other { b: string }\n"]])
    const client = await connect({
      host: { readText: (path) => files.get(path), programFiles: () => [...files.keys()] },
      params: { capabilities: { workspace: { workspaceFolders: true } }, workspaceFolders: [{ uri: "file:///a", name: "a" }] },
    })
    await client.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event: { added: [{ uri: "file:///b", name: "b" }], removed: [] } })
    const found = await client.connection.sendRequest<readonly { readonly name: string; readonly containerName: string }[]>("workspace/symbol", { query: "" })
    expect(found.filter(({ name }) => name !== "b").map(({ name, containerName }) => [name, containerName])).toEqual([["A", "x.agentflow"], ["Other", "y.agentflow"]])
  })

  it("offers to create a file only to a client that can", async () => {
    const text = 'tool look(text: string): string from "./tools.ts" { reads  retry never }\n'
    const offered = async (resourceOperations: ResourceOperationKind[]): Promise<readonly CodeAction[]> => {
      const params = { capabilities: { workspace: { workspaceEdit: { documentChanges: true, resourceOperations } } } }
      const client = await startHere({ host: { toolModule: () => "missing" }, params })
      client.open("file:///w/main.agentflow", text)
      const { diagnostics } = await client.diagnostics("file:///w/main.agentflow", 1)
      const { range } = diagnostics.find(({ code }) => code === "AF2014")!
      const actions: readonly CodeAction[] = await client.connection.sendRequest("textDocument/codeAction", { textDocument: { uri: "file:///w/main.agentflow" }, range, context: { diagnostics } })
      await client.close()
      return actions.filter(({ title }) => title.startsWith("Create"))
    }
    expect(await offered(["rename"])).toEqual([])
    expect((await offered(["create"])).map(({ edit }) => edit!.documentChanges)).toEqual([[
      { kind: "create", uri: "file:///w/tools.ts", options: { ignoreIfExists: true } },
      {
        textDocument: { uri: "file:///w/tools.ts", version: null },
        edits: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, newText: 'export async function look(text: string): Promise<string> {\n  throw new Error("look is not written yet")\n}\n' }],
      },
    ]])
  })
})

describe("conversion", () => {
  const sample = "aä😀b\r\nsecond\n"
  const lines = { text: sample, lines: lineTable(sample) }

  it("counts in both encodings", () => {
    expect(toPosition(lines, 4, "utf-16")).toEqual({ line: 0, character: 4 })
    expect(toPosition(lines, 4, "utf-8")).toEqual({ line: 0, character: 7 })
    for (const encoding of ["utf-8", "utf-16"] as const) {
      for (let offset = 0; offset <= sample.length; offset++) {
        if (/[\uDC00-\uDFFF\n]/.test(sample[offset] ?? "")) continue
        expect(toOffset(lines, toPosition(lines, offset, encoding), encoding)).toBe(offset)
      }
    }
  })

  it("keeps positions behind a line on the line", () => {
    expect(toOffset(lines, { line: 0, character: 99 }, "utf-16")).toBe(5)
    expect(toOffset(lines, { line: 0, character: 99 }, "utf-8")).toBe(5)
    expect(toOffset(lines, { line: 9, character: 0 }, "utf-8")).toBe(sample.length)
  })

  it("applies changes as the reference implementation does", () => {
    const document = TextDocument.create(uri, "agentflow", 1, sample)
    const changes = [
      { range: { start: { line: 1, character: 0 }, end: { line: 1, character: 6 } }, text: "first 😀\nline" },
      { range: { start: { line: 0, character: 1 }, end: { line: 1, character: 2 } }, text: "" },
    ]
    expect(changedText(sample, changes, "utf-16")).toBe(TextDocument.update(document, changes, 2).getText())
  })

  it("names files as URIs and back", () => {
    for (const path of ["/w/main.agentflow", "/w/ä b/#1.agentflow", "/c:/x/y.agentflow", "/memory:host/x.agentflow"]) expect(pathOf(uriOf(path))).toBe(path)
    expect(pathOf("file:///c%3A/x.agentflow")).toBe("/c:/x.agentflow")
    expect(pathOf("untitled:Untitled-1")).toBe("/untitled:/Untitled-1")
  })

  it("gives snippets as plain text to clients that know none", () => {
    expect(withoutPlaces('model ${1:fast} { price \\$${2:0.15} in ${3|a,b|} ${0} }')).toBe('model fast { price $0.15 in a  }')
    expect(toldCommand(["run", "main.agentflow", "Main"])).toBe("agentflow run main.agentflow Main")
  })
})
