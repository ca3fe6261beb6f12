// A thin stand-in for the `vscode` module: what the extension and the real language client ask of it, in memory. What nobody here looks at answers with nothing.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { TextDocument } from "vscode-languageserver-textdocument"

const declarations = readFileSync(join(import.meta.dirname, "../../node_modules/@types/vscode/index.d.ts"), "utf8")

export class Disposable {
  readonly dispose: () => void
  constructor(dispose: () => void = () => {}) {
    this.dispose = dispose
  }
  static from(...all: readonly { dispose(): void }[]): Disposable {
    return new Disposable(() => all.forEach((each) => each.dispose()))
  }
}

export class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => unknown>()
  readonly event = (listener: (value: T) => unknown, self?: unknown, disposables?: Disposable[]): Disposable => {
    const bound = self === undefined ? listener : listener.bind(self)
    this.#listeners.add(bound)
    const disposable = new Disposable(() => void this.#listeners.delete(bound))
    disposables?.push(disposable)
    return disposable
  }
  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value)
  }
  dispose(): void {
    this.#listeners.clear()
  }
}

export class Uri {
  readonly scheme: string
  readonly authority: string
  readonly path: string
  readonly query: string
  readonly fragment = ""
  constructor({ scheme, authority = "", path, query = "" }: { readonly scheme: string; readonly authority?: string; readonly path: string; readonly query?: string }) {
    ;[this.scheme, this.authority, this.path, this.query] = [scheme, authority, path, query]
  }
  static parse(text: string): Uri {
    const [, scheme = "file", authority = "", path = "", query = ""] = /^([a-z][\w.+-]*):(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/i.exec(text)!
    return new Uri({ scheme, authority, path: decodeURIComponent(path), query: decodeURIComponent(query) })
  }
  static file(path: string): Uri {
    return new Uri({ scheme: "file", path })
  }
  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return base.with({ path: new URL(parts.join("/"), `http://x${base.path}${parts[0] === ".." ? "" : "/"}`).pathname.replace(/(?<=.)\/$/, "") })
  }
  get fsPath(): string {
    return this.path
  }
  with(change: { readonly scheme?: string; readonly path?: string; readonly query?: string }): Uri {
    return new Uri({ scheme: this.scheme, authority: this.authority, path: this.path, query: this.query, ...change })
  }
  toString(): string {
    const path = this.path.split("/").map((part) => encodeURIComponent(part)).join("/")
    return `${this.scheme}://${this.authority}${path}${this.query === "" ? "" : `?${encodeURIComponent(this.query)}`}`
  }
}

export class Position {
  readonly #line: number
  readonly #character: number
  constructor(line: number, character: number) {
    ;[this.#line, this.#character] = [line, character]
  }
  get line(): number {
    return this.#line
  }
  get character(): number {
    return this.#character
  }
  toJSON(): { readonly line: number; readonly character: number } {
    return { line: this.line, character: this.character }
  }
  isAfter(other: Position): boolean {
    return this.line > other.line || (this.line === other.line && this.character > other.character)
  }
}

export class Range {
  readonly start: Position
  readonly end: Position
  constructor(start: Position | number, end: Position | number, endLine?: number, endCharacter?: number) {
    this.start = typeof start === "number" ? new Position(start, end as number) : start
    this.end = typeof start === "number" ? new Position(endLine!, endCharacter!) : (end as Position)
  }
  contains(position: Position): boolean {
    return !this.start.isAfter(position) && !position.isAfter(this.end)
  }
}

export class Selection extends Range {
  get active(): Position {
    return this.end
  }
}

class CodeActionKind {
  static readonly Empty = new CodeActionKind("")
  readonly value: string
  constructor(value: string) {
    this.value = value
  }
  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value === "" ? part : `${this.value}.${part}`)
  }
}

/** A class whose instances are what their arguments' names say. */
function record(...names: readonly string[]): new (...values: unknown[]) => Record<string, unknown> {
  return class {
    constructor(...values: unknown[]) {
      names.forEach((name, index) => void (values[index] !== undefined && Object.assign(this, { [name]: values[index] })))
    }
  } as never
}

export interface FakeDocument {
  readonly uri: Uri
  readonly languageId: string
  readonly version: number
  readonly isDirty: boolean
  readonly isClosed: boolean
  getText(range?: Range): string
  save(): Promise<boolean>
  positionAt(offset: number): Position
  offsetAt(position: Position): number
}

export interface FakeEditor {
  readonly document: FakeDocument
  selection: Selection
  readonly viewColumn: number
  readonly marked: Range[]
  readonly revealed: Range[]
}

export interface Panel {
  readonly title: string
  html: string
  readonly posted: unknown[]
  readonly said: EventEmitter<unknown>
}

interface TestItem {
  readonly id: string
  readonly label: string
  readonly uri: Uri
  range?: Range
  parent?: TestItem
  readonly children: ReturnType<typeof collection>
}

function collection(parent?: TestItem) {
  const items = new Map<string, TestItem>()
  const add = (item: TestItem): void => void items.set(item.id, Object.assign(item, parent === undefined ? {} : { parent }))
  return {
    get size() {
      return items.size
    },
    add, get: (id: string) => items.get(id), delete: (id: string) => void items.delete(id),
    replace(all: readonly TestItem[]) {
      items.clear()
      all.forEach(add)
    },
    forEach: (act: (item: TestItem) => void) => items.forEach((item) => act(item)),
  }
}

export interface FakeOptions {
  readonly folder: string
  readonly configuration: Readonly<Record<string, unknown>>
}

export interface Question {
  readonly prompt?: string
  readonly validateInput?: (text: string) => string | undefined
}

export interface Fake {
  /** What `require("vscode")` gives. */
  readonly module: Record<string, unknown>
  readonly providers: Readonly<Record<string, readonly unknown[]>>
  readonly diagnostics: ReadonlyMap<string, readonly { readonly code: unknown; readonly message: string; readonly range: Range }[]>
  readonly messages: string[]
  readonly panels: readonly Panel[]
  readonly tasks: { readonly file: string; readonly args: readonly string[]; readonly cwd: string }[]
  readonly results: { readonly kind: string; readonly test: string; readonly messages: readonly { readonly message: string; readonly location?: { readonly uri: Uri; readonly range: Range } }[] }[]
  readonly tests: () => ReturnType<typeof collection>
  readonly treeProvider: () => { getChildren(item?: unknown): Promise<readonly unknown[]>; getTreeItem(item: unknown): Record<string, unknown> }
  /** Answers of the person, in the order of the questions. */
  readonly answers: unknown[]
  /** The text fields that were shown. */
  readonly asked: readonly Question[]
  readonly open: (uri: Uri, text?: string) => Promise<FakeEditor>
  readonly edit: (editor: FakeEditor, text: string) => void
  readonly select: (editor: FakeEditor, line: number, character: number) => void
  readonly command: (name: string, ...args: readonly unknown[]) => Promise<unknown>
  readonly editors: readonly FakeEditor[]
}

/** Answers with nothing: events never come, what is registered can be disposed of. */
function silent(known: Record<string, unknown>, seen: (name: string, args: readonly unknown[]) => void = () => {}): Record<string, unknown> {
  return new Proxy(known, {
    get(target, name) {
      if (typeof name !== "string" || name in target) return Reflect.get(target, name)
      if (/^on(Did|Will)/.test(name)) return new EventEmitter().event
      if (!/^(register|create|set|show|with|apply)/.test(name)) return undefined
      return (...args: readonly unknown[]) => {
        seen(name, args)
        return new Disposable()
      }
    },
  })
}

/** Each name has a number of its own. */
function numbers(): unknown {
  const given = new Map<string, number>()
  return new Proxy({}, { get: (_, name) => (typeof name === "string" ? (given.get(name) ?? (given.set(name, given.size + 1), given.size)) : undefined) })
}

export function createFake({ folder, configuration }: FakeOptions): Fake {
  const providers: Record<string, unknown[]> = {}
  const diagnostics = new Map<string, never[]>()
  const messages: string[] = []
  const panels: Panel[] = []
  const tasks: Fake["tasks"][number][] = []
  const results: Fake["results"][number][] = []
  const answers: unknown[] = []
  const asked: Question[] = []
  const documents: FakeDocument[] = []
  const editors: FakeEditor[] = []
  const commands = new Map<string, (...args: readonly unknown[]) => unknown>()
  const contents = new Map<string, { provideTextDocumentContent(uri: Uri): Promise<string> }>()
  const items = collection()
  let tree: unknown
  let active: FakeEditor | undefined
  const events = { open: new EventEmitter<FakeDocument>(), change: new EventEmitter<unknown>(), select: new EventEmitter<unknown>(), close: new EventEmitter<FakeDocument>() }
  const root = { uri: Uri.file(folder), name: "w", index: 0 }

  const documentOf = (uri: Uri, text: string, version: number): FakeDocument => {
    const inner = TextDocument.create(uri.toString(), "agentflow", version, text)
    return {
      uri, version, languageId: uri.path.endsWith(".agentflow") ? "agentflow" : "typescript", isDirty: false, isClosed: false, save: () => Promise.resolve(true),
      getText: (range) => inner.getText(range), offsetAt: (position) => inner.offsetAt(position),
      positionAt: (offset) => {
        const { line, character } = inner.positionAt(offset)
        return new Position(line, character)
      },
    }
  }
  const openDocument = async (uri: Uri, text?: string): Promise<FakeDocument> => {
    const known = documents.find((each) => each.uri.toString() === uri.toString())
    if (known !== undefined) return known
    const document = documentOf(uri, text ?? (await contents.get(uri.scheme)?.provideTextDocumentContent(uri)) ?? readFileSync(uri.fsPath, "utf8"), 1)
    documents.push(document)
    events.open.fire(document)
    return document
  }
  const showDocument = (document: FakeDocument): FakeEditor => {
    const known = editors.find((each) => each.document === document)
    const editor: FakeEditor & Record<string, unknown> = (known as never) ?? {
      document, selection: new Selection(0, 0, 0, 0), viewColumn: 1, marked: [], revealed: [],
      setDecorations: (_: unknown, ranges: readonly Range[]) => editor.marked.splice(0, Infinity, ...ranges), revealRange: (range: Range) => editor.revealed.push(range),
    }
    if (known === undefined) editors.push(editor)
    return editor
  }
  const workspace = silent({
    workspaceFolders: [root], textDocuments: documents, notebookDocuments: [], isTrusted: true,
    onDidOpenTextDocument: events.open.event, onDidChangeTextDocument: events.change.event, onDidCloseTextDocument: events.close.event,
    getWorkspaceFolder: () => root, asRelativePath: (uri: Uri) => (uri.path.startsWith(`${folder}/`) ? uri.path.slice(folder.length + 1) : uri.path),
    openTextDocument: openDocument, createFileSystemWatcher: () => silent({ dispose: () => {} }),
    registerTextDocumentContentProvider: (scheme: string, provider: never) => (contents.set(scheme, provider), new Disposable()),
    getConfiguration: (section = "") => ({ get: (name: string, otherwise?: unknown) => configuration[`${section}.${name}`] ?? otherwise, has: () => false, inspect: () => undefined }),
    fs: {},
  })
  const say = (kind: string) => (text: string): Promise<undefined> => (messages.push(`${kind}: ${text}`), Promise.resolve(undefined))
  const window = silent({
    get activeTextEditor() {
      return active
    },
    visibleTextEditors: editors, tabGroups: silent({ all: [], onDidChangeTabs: new EventEmitter().event }), onDidChangeTextEditorSelection: events.select.event,
    showErrorMessage: say("error"), showInformationMessage: say("information"), showWarningMessage: say("warning"), setStatusBarMessage: say("status"),
    showQuickPick: () => Promise.resolve(answers.shift()), showInputBox: (question: Question) => (asked.push(question), Promise.resolve(answers.shift())),
    createOutputChannel: (name: string) => silent({ name, logLevel: 3, append() {}, appendLine() {}, trace() {}, debug() {}, info() {}, warn: say("log warning"), error: say("log error"), show() {}, dispose() {}, onDidChangeLogLevel: new EventEmitter().event }),
    createTextEditorDecorationType: () => new Disposable(), showTextDocument: async (document: FakeDocument) => showDocument(document),
    createTreeView: (_: string, options: { readonly treeDataProvider: unknown }) => (tree = options.treeDataProvider, { visible: true, dispose() {} }),
    createWebviewPanel: (_: string, title: string) => {
      const panel: Panel = { title, html: "", posted: [], said: new EventEmitter() }
      panels.push(panel)
      return silent({
        reveal() {}, dispose() {},
        webview: {
          set html(text: string) {
            panel.html = text
          },
          postMessage: (message: unknown) => Promise.resolve(panel.posted.push(message) > 0), onDidReceiveMessage: panel.said.event,
        },
      })
    },
  })
  const languages = silent({
    match: ({ language }: { readonly language?: string } | never, document: FakeDocument) => (language === undefined || document.languageId === language ? 10 : 0),
    createDiagnosticCollection: () => ({
      set: (uri: Uri, all: never[] | undefined) => void diagnostics.set(uri.toString(), all ?? []), delete: (uri: Uri) => void diagnostics.delete(uri.toString()),
      clear: () => diagnostics.clear(), has: () => false, get: () => [], forEach() {}, dispose() {},
    }),
  }, (name, args) => void (providers[name] ??= []).push(args.find((each) => typeof each === "object" && each !== null && Object.keys(each).some((key) => /^(provide|prepare)/.test(key)))))
  const controller = {
    items, createTestItem: (id: string, label: string, uri: Uri): TestItem => {
      const item = { id, label, uri } as TestItem
      return Object.assign(item, { children: collection(item) })
    },
    createRunProfile: () => new Disposable(), dispose() {},
    createTestRun: () => {
      const end = (kind: string) => (test: TestItem, said: unknown = []): void => void results.push({ kind, test: test.label, messages: kind === "failed" || kind === "errored" ? ([said].flat() as never[]) : [] })
      return { started() {}, passed: end("passed"), failed: end("failed"), errored: end("errored"), skipped: end("skipped"), appendOutput() {}, end() {} }
    },
  }
  const TestMessage = Object.assign(record("message"), { diff: (message: string, expectedOutput: string, actualOutput: string) => ({ message, expectedOutput, actualOutput }) })
  const known: Record<string, unknown> = {
    version: "1.100.0", Disposable, EventEmitter, Uri, Position, Range, Selection, workspace, window, languages, TestMessage,
    env: silent({ language: "en", appName: "fake", machineId: "0" }), proposed: {}, extensions: silent({ getExtension: () => undefined }),
    commands: silent({
      registerCommand: (name: string, act: never) => (commands.set(name, act), new Disposable(() => void commands.delete(name))),
      executeCommand: (name: string, ...args: readonly unknown[]) => Promise.resolve(commands.get(name)?.(...args)),
    }),
    tests: { createTestController: () => controller }, TestRunRequest: record("include", "exclude", "profile"),
    tasks: { executeTask: (task: { readonly execution: Fake["tasks"][number] }) => Promise.resolve(tasks.push(task.execution)) },
    Task: record("definition", "scope", "name", "source", "execution"),
    ProcessExecution: class { constructor(file: string, args: readonly string[], { cwd }: { readonly cwd: string }) { Object.assign(this, { file, args, cwd }) } },
    Location: record("uri", "range"), Diagnostic: record("range", "message", "severity"), DiagnosticRelatedInformation: record("location", "message"),
    CodeLens: record("range", "command"), Hover: record("contents", "range"), CompletionItem: record("label", "kind"), CompletionList: record("items", "isIncomplete"),
    TextEdit: Object.assign(record("range", "newText"), { replace: (range: Range, newText: string) => ({ range, newText }) }), TreeItem: record("label", "collapsibleState"), ThemeIcon: record("id"), ThemeColor: record("id"),
    MarkdownString: class { value: string; constructor(value = "") { this.value = value } appendMarkdown(text: string) { this.value += text; return this } appendCodeblock(text: string) { this.value += text; return this } },
    SnippetString: record("value"), CodeActionKind, CodeAction: record("title", "kind"), SymbolInformation: record("name", "kind", "containerName", "location"),
    CancellationTokenSource: class { readonly token = { isCancellationRequested: false, onCancellationRequested: new EventEmitter().event } ; cancel() {} dispose() {} }, CancellationError: class extends Error {},
  }
  // The others do no more than keep what they are given; enumerations are numbers.
  for (const [, kind, name] of declarations.matchAll(/^\s*export (class|enum) (\w+)/gm)) known[name!] ??= kind === "enum" ? numbers() : record("a", "b", "c", "d", "e", "f")
  const module = known
  return {
    module, providers, diagnostics, messages, panels, tasks, results, answers, asked, editors, tests: () => items, treeProvider: () => tree as never,
    open: async (uri, text) => (active = showDocument(await openDocument(uri, text))),
    edit(editor, text) {
      const { document } = editor
      const lines = document.getText().split("\n")
      const next = documentOf(document.uri, text, document.version + 1)
      documents.splice(documents.indexOf(document), 1, next)
      Object.assign(editor, { document: next })
      const range = new Range(0, 0, lines.length - 1, lines.at(-1)!.length)
      events.change.fire({ document: next, contentChanges: [{ range, rangeOffset: 0, rangeLength: document.getText().length, text }], reason: undefined })
    },
    select(editor, line, character) {
      editor.selection = new Selection(line, character, line, character)
      active = editor
      events.select.fire({ textEditor: editor, selections: [editor.selection] })
    },
    command: async (name, ...args) => commands.get(name)!(...args),
  }
}
