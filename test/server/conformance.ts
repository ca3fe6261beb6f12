// What any client may rely on, whatever it is and wherever the server runs: each answer has the shape that the protocol says.

import {
  CodeAction, CodeLens, Diagnostic, DocumentLink, DocumentSymbol, FoldingRange, Hover, InlayHint, Location, Position, Range, SelectionRange,
  SemanticTokens, TextEdit, WorkspaceEdit, type CallHierarchyItem, type CompletionItem, type SignatureHelp, type WorkspaceSymbol, type InitializeParams, type InitializeResult, type PublishDiagnosticsParams, type SemanticTokensDelta,
} from "vscode-languageserver-protocol"
import { TextDocument } from "vscode-languageserver-textdocument"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../../server/handlers.ts"

/** A client with its own server, as the real client library gives it. */
export interface Peer {
  readonly initialized: InitializeResult
  readonly request: <T>(method: string, params?: unknown) => Promise<T>
  /** Asks, then cancels at once: the code of the error. */
  readonly cancelled: (method: string, params: unknown) => Promise<number>
  readonly notify: (method: string, params?: unknown) => Promise<void>
  readonly diagnostics: (uri: string, version: number) => Promise<PublishDiagnosticsParams>
  readonly close: () => Promise<void>
}

const uri = "file:///w/main.agentflow"
const text = `/// What a page says.
type Page { url: string   title: string }
enum Verdict { publish, reject }

model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }

policy web { retry 2 times  timeout 20s }

tool fetchPage(url: string): Page = GET "https://pages.test/{url}" { reads  use web }

agent judge(page: Page): Verdict {
  model fast
  budget 20k tokens, $0.05
  prompt "Is “{page.title}” good? 😀"
}

workflow Main(topic: string): string {
  dead letter "failed"
  let page = fetchPage(topic)
  let verdict = judge(page)
  return verdict == Verdict.publish ? page.title : "none"
}

test "publishes" {
  given fetchPage returns { url: "a", title: "b" }
  run Main("x")
  expect completed
}
`

const document = { textDocument: { uri } }
const all = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }

function at(needle: string, inside = 1): { readonly textDocument: { readonly uri: string }; readonly position: Position } {
  const offset = text.indexOf(needle)
  if (offset < 0) throw new Error(`'${needle}' is not in the text`)
  return { ...document, position: TextDocument.create(uri, "agentflow", 1, text).positionAt(offset + inside) }
}

type Check = (value: unknown) => boolean
const list = (check: Check): Check => (value) => Array.isArray(value) && value.length > 0 && value.every(check)
const isEdit: Check = (value) => WorkspaceEdit.is(value) && (value.changes !== undefined || value.documentChanges !== undefined)

/** Per method of the table: what to ask of `text`, and what the answer has to be. */
const asked: Readonly<Record<string, readonly [params: unknown, check: Check]>> = {
  "textDocument/diagnostic": [document, (value) => (value as { kind: string }).kind === "full" && (value as { items: unknown[] }).items.every((item) => Diagnostic.is(item))],
  "workspace/diagnostic": [{ previousResultIds: [] }, (value) => Array.isArray((value as { items: unknown }).items)],
  "textDocument/completion": [at("page.title :", 5), (value) => list((item) => typeof (item as CompletionItem).label === "string" && TextEdit.is((item as CompletionItem).textEdit))((value as { items: unknown }).items)],
  "textDocument/hover": [at("fetchPage(topic)"), Hover.is],
  "textDocument/signatureHelp": [at("fetchPage(topic)", 10), isSignature],
  "textDocument/definition": [at("fetchPage(topic)"), list(Location.is)],
  "textDocument/typeDefinition": [at("page.title :"), list(Location.is)],
  "textDocument/implementation": [at("fetchPage(topic)"), list(Location.is)],
  "textDocument/references": [{ ...at("fetchPage(topic)"), context: { includeDeclaration: true } }, list(Location.is)],
  "textDocument/documentHighlight": [at("page.title :"), list((value) => Range.is((value as { range: unknown }).range))],
  "textDocument/documentSymbol": [document, list((value) => DocumentSymbol.is(value) || Location.is((value as { location: unknown }).location))],
  "workspace/symbol": [{ query: "main" }, list((value) => Location.is((value as WorkspaceSymbol).location))],
  "textDocument/prepareCallHierarchy": [at("fetchPage(topic)"), list((value) => Range.is((value as CallHierarchyItem).selectionRange))],
  "textDocument/prepareRename": [at("fetchPage(topic)"), (value) => Range.is((value as { range: unknown }).range)],
  "textDocument/rename": [{ ...at("fetchPage(topic)"), newName: "readPage" }, isEdit],
  "workspace/willRenameFiles": [{ files: [{ oldUri: uri, newUri: "file:///w/other.agentflow" }] }, (value) => value === null || isEdit(value)],
  "textDocument/formatting": [{ ...document, options: { tabSize: 2, insertSpaces: true } }, list(TextEdit.is)],
  "textDocument/rangeFormatting": [{ ...document, range: all, options: { tabSize: 2, insertSpaces: true } }, list(TextEdit.is)],
  "textDocument/rangesFormatting": [{ ...document, ranges: [all], options: { tabSize: 2, insertSpaces: true } }, list(TextEdit.is)],
  "textDocument/onTypeFormatting": [{ ...at("}\n\nworkflow"), ch: "}", options: { tabSize: 2, insertSpaces: true } }, Array.isArray],
  "textDocument/codeAction": [{ ...document, range: { start: at("fetchPage(topic)").position, end: at("fetchPage(topic)").position }, context: { diagnostics: [] } }, list(CodeAction.is)],
  "textDocument/codeLens": [document, list(CodeLens.is)],
  "textDocument/inlayHint": [{ ...document, range: all }, list(InlayHint.is)],
  "textDocument/semanticTokens/full": [document, (value) => SemanticTokens.is(value) && value.data.length % 5 === 0 && value.data.length > 0],
  "textDocument/semanticTokens/full/delta": [{ ...document, previousResultId: "none" }, SemanticTokens.is],
  "textDocument/foldingRange": [document, list(FoldingRange.is)],
  "textDocument/selectionRange": [{ ...document, positions: [at("page.title :").position] }, list(SelectionRange.is)],
  "textDocument/documentLink": [document, (value) => Array.isArray(value) && value.every((each) => DocumentLink.is(each))],
  "textDocument/linkedEditingRange": [at("page.title :"), (value) => (value as { ranges: unknown[] }).ranges.every(Range.is)],
  "agentflow/plan": [{ uri }, (value) => Array.isArray((value as { workflows: unknown }).workflows)],
  "agentflow/cost": [{ uri }, (value) => Array.isArray((value as { workflows: unknown }).workflows)],
  "agentflow/graph": [{ uri }, list((value) => Range.is((value as { range: unknown }).range))],
  "agentflow/layout": [{ uri }, list((value) => Array.isArray((value as { layout: { boxes: unknown } }).layout.boxes))],
  "agentflow/svg": [{ uri }, (value) => list((graph) => (graph as { svg: string }).svg.startsWith("<svg"))((value as { graphs: unknown }).graphs)],
  "agentflow/tests": [{}, list((value) => (value as { tests: { name: string }[] }).tests[0]!.name === "publishes")],
  "agentflow/graphEdit": [
    { uri, span: { start: text.indexOf("fetchPage(topic)"), end: text.indexOf("fetchPage(topic)") + "fetchPage(topic)".length }, change: { kind: "clause", before: "", after: "timeout 9s" } },
    (value) => list(TextEdit.is)((value as { edits: unknown }).edits),
  ],
  "agentflow/simulation": [{ uri }, (value) => typeof value === "object" && value !== null],
  "agentflow/tools": [{ uri, name: "fetchPage" }, Array.isArray],
  "agentflow/emit": [{ uri }, (value) => list((file) => typeof (file as { text: unknown }).text === "string")((value as { files: unknown }).files)],
  "agentflow/toGenerated": [{ uri, position: at("fetchPage(topic)").position }, Location.is],
  "agentflow/toSource": [{ uri, generated: "file:///w/generated/workflows/main.ts", position: { line: 20, character: 0 } }, Location.is],
}

function isSignature(value: unknown): boolean {
  const help = value as SignatureHelp
  return help.signatures.length === 1 && help.signatures[0]!.label.includes("fetchPage") && help.activeParameter === 0
}

const items: ReadonlySet<string> = new Set(["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"])

export function conformance(name: string, connect: (params: Partial<InitializeParams>) => Promise<Peer>): void {
  describe(`protocol: ${name}`, () => {
    let peer: Peer
    beforeAll(async () => {
      peer = await connect({ capabilities: {} })
      await peer.notify("textDocument/didOpen", { textDocument: { uri, languageId: "agentflow", version: 1, text } })
    })
    afterAll(() => peer.close())

    it("announces itself", () => {
      expect(peer.initialized.serverInfo?.name).toBe("agentflow")
      expect(peer.initialized.capabilities.textDocumentSync).toMatchObject({ openClose: true, change: 2 })
    })

    it("finds nothing wrong in the sample", async () => {
      expect((await peer.diagnostics(uri, 1)).diagnostics).toEqual([])
    })

    for (const { method } of handlers) {
      if (items.has(method)) continue
      it(`answers ${method} in its shape`, async () => {
        const question = asked[method]
        expect(question, `the table has ${method}, which nobody asks here`).toBeDefined()
        const answer = await peer.request(method, question![0])
        expect(question![1](answer), JSON.stringify(answer)?.slice(0, 500)).toBe(true)
      })
    }

    it("walks the call hierarchy", async () => {
      const [item] = await peer.request<CallHierarchyItem[]>("textDocument/prepareCallHierarchy", at("fetchPage(topic)"))
      const incoming = await peer.request<{ from: CallHierarchyItem; fromRanges: unknown[] }[]>("callHierarchy/incomingCalls", { item })
      expect(incoming.map(({ from }) => from.name).sort()).toEqual(["Main", "publishes"])
      const outgoing = await peer.request<{ to: CallHierarchyItem }[]>("callHierarchy/outgoingCalls", { item: incoming.find(({ from }) => from.name === "Main")!.from })
      expect(outgoing.map(({ to }) => to.name)).toEqual(["fetchPage", "judge"])
    })

    it("keeps its text the same as the client's through incremental changes", async () => {
      const changes = [
        { range: { start: { line: 13, character: 10 }, end: { line: 13, character: 10 } }, text: "Say 😀 " },
        { range: { start: { line: 18, character: 0 }, end: { line: 19, character: 0 } }, text: "  let page = fetchPage(topic)\n  let unused = page.url\n" },
      ]
      await peer.notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: changes })
      const { diagnostics } = await peer.diagnostics(uri, 2)
      expect(diagnostics.map(({ code, range }) => [code, range.start])).toEqual([["AF2011", { line: 19, character: 6 }]])
      const actions = await peer.request<CodeAction[]>("textDocument/codeAction", { ...document, range: diagnostics[0]!.range, context: { diagnostics, only: ["quickfix"] } })
      const edit = actions[0]!.edit!.changes![uri]!
      const mine = TextDocument.update(TextDocument.create(uri, "agentflow", 1, text), [...changes], 2)
      const fixed = TextDocument.applyEdits(mine, edit)
      expect(fixed).not.toContain("unused")
      await peer.notify("textDocument/didChange", { textDocument: { uri, version: 3 }, contentChanges: [{ text: fixed }] })
      expect((await peer.diagnostics(uri, 3)).diagnostics).toEqual([])
    })

    it("gives deltas that make the new tokens from the old", async () => {
      const first = await peer.request<SemanticTokens>("textDocument/semanticTokens/full", document)
      await peer.notify("textDocument/didChange", { textDocument: { uri, version: 4 }, contentChanges: [{ text: text.replace("enum Verdict", "// A comment.\nenum Verdict") }] })
      const { edits } = await peer.request<SemanticTokensDelta>("textDocument/semanticTokens/full/delta", { ...document, previousResultId: first.resultId })
      const patched = [...first.data]
      for (const edit of edits) patched.splice(edit.start, edit.deleteCount, ...(edit.data ?? []))
      expect(patched).toEqual((await peer.request<SemanticTokens>("textDocument/semanticTokens/full", document)).data)
    })

    it("answers a cancelled request with its code, an unknown one with another", async () => {
      // Something long before it, so that the cancellation comes while it waits.
      await peer.notify("textDocument/didChange", { textDocument: { uri, version: 5 }, contentChanges: [{ text: text + text.replace(/^/gm, "// ").repeat(20) + text.repeat(100) }] })
      void peer.request("textDocument/semanticTokens/full", document)
      expect(await peer.cancelled("textDocument/references", { ...at("fetchPage(topic)"), context: { includeDeclaration: true } })).toBe(-32800)
      await expect(peer.request("textDocument/moniker", at("fetchPage(topic)"))).rejects.toThrow(/textDocument\/moniker/)
    })

    it("says nothing more of a file that is closed", async () => {
      await peer.notify("textDocument/didClose", document)
      expect(await peer.request("textDocument/hover", at("fetchPage(topic)"))).toBeNull()
    })
  })
}
