// The language server in its worker, kept in step with the project: what it finds is in signals.

import { batch, effect, signal } from "@preact/signals"
import { build } from "virtual:build"
import type { Diagnostic, TextEdit, WorkspaceEdit } from "vscode-languageserver"
import type { OwnGraph } from "./own.ts"
import { connect, type LanguageClient } from "./client.ts"
import { applyEdits, files, generation, program, setText } from "../state/project.ts"
import { narrow, phoneView, rightTab, tell } from "../state/view.ts"

export type State = "starting" | "ready" | "failed"

export interface GeneratedFile {
  readonly path: string
  readonly uri: string
  readonly text: string
}

export const compilerFailed = "The compiler did not load. Reload the page to try again."

export const state = signal<State>("starting")
export const diagnostics = signal<ReadonlyMap<string, readonly Diagnostic[]>>(new Map())
/** Undefined until the first answer of a project. */
export const graphs = signal<readonly OwnGraph[] | undefined>(undefined)
export const generated = signal<readonly GeneratedFile[] | undefined>(undefined)
/** The generated code is of an older text: the program has errors now. */
export const stale = signal(false)
export const emitting = signal(false)
/** The files that the generated code, or the answer that there is none, is of. */
export const answeredFor = signal<ReadonlyMap<string, string> | undefined>(undefined)
/** Asked for only once somebody looks at the code or runs it. */
export const wantsCode = signal(false)

export const uriOf = (path: string): string => `file:///${path.split("/").map(encodeURIComponent).join("/")}`
export const pathOf = (uri: string): string => decodeURIComponent(uri.replace(/^file:\/\/\//, ""))

let client: LanguageClient | undefined
let starting: Promise<LanguageClient> | undefined

export function language(): Promise<LanguageClient> {
  return (starting ??= start())
}

async function start(): Promise<LanguageClient> {
  const worker = new Worker(new URL(build.languageWorker, import.meta.url), { type: "module", name: "language" })
  const broken = new Promise<never>((_, reject) => worker.addEventListener("error", () => {
    state.value = "failed"
    reject(new Error(compilerFailed))
  }))
  const made = connect(worker)
  made.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics: found }: { readonly uri: string; readonly diagnostics: readonly Diagnostic[] }) => {
    diagnostics.value = new Map(diagnostics.value).set(pathOf(uri), found)
  })
  made.onNotification("window/showMessage", ({ message }: { readonly message: string }) => tell(message))
  made.onNotification("window/logMessage", ({ message }: { readonly message: string }) => console.warn(message))
  made.onRequest("workspace/applyEdit", ({ edit }: { readonly edit: WorkspaceEdit }) => ({ applied: applyWorkspaceEdit(edit, "server") }))
  const begun = made.request("initialize", {
    processId: null, rootUri: "file:///", capabilities: clientCapabilities, workspaceFolders: [{ uri: "file:///", name: "project" }],
    initializationOptions: { commands: ["agentflow.run", "agentflow.simulate", "agentflow.test", "agentflow.cost"] },
  })
  await Promise.race([begun, broken])
  made.notify("initialized", {})
  client = made
  state.value = "ready"
  follow(made)
  return made
}

const clientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, tagSupport: { valueSet: [1, 2] } },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "refactor", "source"] } }, isPreferredSupport: true },
  },
  workspace: { applyEdit: true, workspaceEdit: { documentChanges: true } },
}

// ---------------------------------------------------------------- following the project

function follow(made: LanguageClient): void {
  const sent = new Map<string, { text: string; version: number }>()
  let seen = -1
  effect(() => {
    const wanted = new Map([...files.value].filter(([path]) => path.endsWith(".agentflow")))
    const isNew = seen !== generation.value
    seen = generation.value
    for (const [path] of [...sent]) {
      if (wanted.has(path) && !isNew) continue
      sent.delete(path)
      made.notify("textDocument/didClose", { textDocument: { uri: uriOf(path) } })
    }
    for (const [path, text] of wanted) {
      const before = sent.get(path)
      if (before === undefined) made.notify("textDocument/didOpen", { textDocument: { uri: uriOf(path), languageId: "agentflow", version: 1, text } })
      else if (before.text !== text) made.notify("textDocument/didChange", { textDocument: { uri: uriOf(path), version: before.version + 1 }, contentChanges: [{ text }] })
      sent.set(path, { text, version: before === undefined ? 1 : before.text === text ? before.version : before.version + 1 })
    }
    if (isNew) {
      batch(() => {
        diagnostics.value = new Map()
        graphs.value = undefined
        generated.value = undefined
        stale.value = false
      })
    }
  })
  effect(() => {
    void files.value
    void program.value
    // The worker answers in order: what is in sight is asked for first, and the graph then follows the code.
    if (!isCodeFirst()) drawAgain()
  })
  let known: string | null = null
  effect(() => {
    const text = files.value.get(configFile) ?? null
    if (text === known) return
    known = text
    void sendConfig(made, text)
  })
  effect(() => {
    void files.value
    void program.value
    if (wantsCode.value) emitAgain()
  })
}

const configFile = "agentflow.config.yaml"

/** The levels of the rules and what a build writes beside the code are the config's. */
async function sendConfig(made: LanguageClient, text: string | null): Promise<void> {
  const uri = uriOf(configFile)
  await made.request("agentflow/config", { uri, text })
  made.notify("workspace/didChangeWatchedFiles", { changes: [{ uri, type: 2 }] })
  if (wantsCode.peek()) emitAgain()
}

/** Runs again for what came while it ran, once. */
function latest(act: () => Promise<void>): () => void {
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    do {
      again = false
      await act().catch((problem: unknown) => console.warn(problem))
    } while (again)
    running = false
  }
  return () => void run()
}

const drawAgain = latest(async () => {
  const [path, mine] = [program.peek(), generation.peek()]
  if (client === undefined || path === "") return
  const found = await client.request<readonly OwnGraph[] | null>("agentflow/layout", { uri: uriOf(path) })
  if (mine === generation.peek()) graphs.value = found ?? []
})

const isCodeFirst = (): boolean => wantsCode.peek() && (narrow.peek() ? phoneView.peek() : rightTab.peek()) === "code"

const emitAgain = latest(async () => {
  const [path, mine, asked] = [program.peek(), generation.peek(), files.peek()]
  if (client === undefined || path === "") return
  emitting.value = true
  const made = await client.request<{ readonly files: readonly GeneratedFile[] } | null>("agentflow/emit", { uri: uriOf(path) }).finally(() => {
    emitting.value = false
    if (isCodeFirst()) drawAgain()
  })
  if (mine !== generation.peek()) return
  batch(() => {
    answeredFor.value = asked
    stale.value = made === null
    if (made !== null) generated.value = made.files
  })
})

// ---------------------------------------------------------------- edits that the server proposes

export function applyWorkspaceEdit(edit: WorkspaceEdit, writer: string): boolean {
  const byUri = new Map<string, readonly TextEdit[]>(Object.entries(edit.changes ?? {}))
  for (const change of edit.documentChanges ?? []) if ("textDocument" in change) byUri.set(change.textDocument.uri, change.edits as readonly TextEdit[])
  batch(() => {
    for (const [uri, edits] of byUri) {
      const text = files.peek().get(pathOf(uri))
      if (text !== undefined) setText(pathOf(uri), applyEdits(text, edits), writer)
    }
  })
  return true
}

/** Of a text that is typed on meanwhile, the newest is formatted. */
export async function formatDocument(path: string): Promise<void> {
  const made = await language()
  for (;;) {
    const text = files.peek().get(path)
    if (text === undefined) return
    const answer = await made.request<readonly TextEdit[] | null>("textDocument/formatting", { textDocument: { uri: uriOf(path) }, options: { tabSize: 2, insertSpaces: true } }).catch((problem: unknown) => {
      if (files.peek().get(path) === text) throw problem
    })
    if (files.peek().get(path) !== text) continue
    if (answer != null) setText(path, applyEdits(text, answer), "format")
    return
  }
}
