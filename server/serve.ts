// Wires the table to a connection: every handler guarded, requests that nobody waits for any more not answered.

import { createWorkspace } from "../services/workspace.ts"
import type { Host } from "../services/host.ts"
import {
  LSPErrorCodes, ResponseError, type CancellationToken, type Connection, type DidChangeWatchedFilesParams, type InitializeParams, type InitializeResult,
  type WorkspaceFolder,
} from "vscode-languageserver"
import { applyChange } from "./documents.ts"
import { tellCommand, toldCommand } from "./editing.ts"
import { capabilitiesOf, handlers as allHandlers, type Handler } from "./handlers.ts"
import { pusher, type Pusher } from "./push.ts"
import { newSession, pathIn, uriIn, type Platform, type Session } from "./session.ts"

export interface ServeOptions {
  readonly host: Host
  readonly platform: Platform
  readonly version: string
  readonly handlers?: readonly Handler[]
}

export function serve(connection: Connection, { host, platform, version, handlers = allHandlers }: ServeOptions): Session {
  const session = newSession(createWorkspace(host), platform, (message) => connection.console.error(message))
  const push = pusher(session, connection)
  connection.onInitialize((params) => initialize(session, params, { handlers, version }))
  connection.onInitialized(() => {
    // The library takes this notification for itself while it initialises.
    listenToFolders(session, connection, push)
    void registerLater(session, connection).catch((problem: unknown) => session.log(`register: ${textOf(problem)}`))
  })
  for (const handler of handlers) {
    connection.onRequest(handler.method, (params: unknown, token: CancellationToken) => guarded(session, handler, params, token))
  }
  connection.onShutdown(push.stop)
  listenToDocuments(session, connection, push)
  listenToWorkspace(session, connection)
  return session
}

function textOf(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
}

/** A defect of one feature is logged and answered with null; the others go on. */
async function guarded(session: Session, handler: Handler, params: unknown, token: CancellationToken): Promise<unknown> {
  const version = versionOf(session, params)
  // Printing a project takes long; diagnostics do not wait for that.
  const weight = handler.method.startsWith("agentflow/") ? 0 : 1
  session.waiting += weight
  try {
    return await answered(session, handler, params, { token, version })
  } finally {
    session.waiting -= weight
  }
}

async function answered(session: Session, { method, answer }: Handler, params: unknown, { token, version }: { readonly token: CancellationToken; readonly version: number | undefined }): Promise<unknown> {
  await session.platform.pause()
  if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled")
  // Its positions are those of a text that is gone.
  if (version !== versionOf(session, params)) return new ResponseError(LSPErrorCodes.ContentModified, "the document has changed")
  try {
    return await answer(session, params as never)
  } catch (problem) {
    session.log(`${method}: ${textOf(problem)}`)
    return null
  }
}

function versionOf(session: Session, params: unknown): number | undefined {
  const uri = (params as { readonly textDocument?: { readonly uri?: string }; readonly position?: unknown } | null)?.textDocument?.uri
  return uri === undefined ? undefined : session.workspace.document(pathIn(session, uri))?.source.version
}

interface Options {
  readonly commands?: readonly string[]
  readonly inlayHints?: Partial<Session["settings"]["inlayHints"]>
}

function initialize(session: Session, params: InitializeParams, { handlers, version }: Required<Pick<ServeOptions, "handlers" | "version">>): InitializeResult {
  session.capabilities = params.capabilities
  // The compiler counts in UTF-16; another encoding is spoken where the client knows no other.
  const offered = params.capabilities.general?.positionEncodings ?? ["utf-16"]
  session.encoding = offered.includes("utf-16") ? (offered[0] === "utf-8" ? "utf-8" : "utf-16") : offered.includes("utf-8") ? "utf-8" : "utf-16"
  const options = (params.initializationOptions ?? {}) as Options
  session.commands = options.commands ?? []
  session.settings = { inlayHints: { ...session.settings.inlayHints, ...options.inlayHints } }
  const folders: readonly Pick<WorkspaceFolder, "uri">[] = params.workspaceFolders ?? (params.rootUri == null ? [] : [{ uri: params.rootUri }])
  setRoots(session, folders.map(({ uri }) => uri))
  return { capabilities: { ...capabilitiesOf(handlers), positionEncoding: session.encoding }, serverInfo: { name: "agentflow", version } }
}

function setRoots(session: Session, uris: readonly string[]): void {
  session.roots = uris.map((uri) => pathIn(session, uri).replace(/\/+$/, ""))
  session.platform.setRoots(session.roots)
  session.workspace.changedOnDisk()
}

/** Files that change on disk are reported only by clients that are asked to. */
async function registerLater(session: Session, connection: Connection): Promise<void> {
  if (session.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) return
  await connection.sendRequest("client/registerCapability", {
    registrations: [{
      id: "agentflow/files", method: "workspace/didChangeWatchedFiles",
      registerOptions: { watchers: [{ globPattern: "**/*.agentflow" }, { globPattern: "**/*.ts" }, { globPattern: "**/agentflow.config.yaml" }, { globPattern: "**/agentflow.lock" }] },
    }],
  })
}

function listenToDocuments(session: Session, connection: Connection, push: Pusher): void {
  const safely = <P>(name: string, act: (params: P) => void) => (params: P): void => {
    try {
      act(params)
    } catch (problem) {
      session.log(`${name}: ${textOf(problem)}`)
    }
  }
  connection.onDidOpenTextDocument(safely("didOpen", ({ textDocument: { uri, text, version, languageId } }) => {
    const path = pathIn(session, uri)
    // A client may send its TypeScript too: that is read from the disk when it is saved.
    if (languageId !== "agentflow" && !path.endsWith(".agentflow")) return
    session.workspace.open(path, text, version)
    push.changed(path)
  }))
  connection.onDidChangeTextDocument(safely("didChange", (params) => {
    if (isOpen(session, params.textDocument.uri)) push.changed(applyChange(session, params))
  }))
  connection.onDidCloseTextDocument(safely("didClose", ({ textDocument: { uri } }) => {
    if (!isOpen(session, uri)) return
    const path = pathIn(session, uri)
    session.workspace.close(path)
    session.tokens.delete(path)
    session.later.delete(path)
    void connection.sendDiagnostics({ uri, diagnostics: [] })
    push.changed(path)
  }))
  connection.onDidChangeWatchedFiles(safely("didChangeWatchedFiles", ({ changes }: DidChangeWatchedFilesParams) => {
    const paths = changes.map(({ uri }) => pathIn(session, uri))
    session.platform.forget(paths)
    if (paths.some((path) => path.endsWith(".ts"))) session.modulesRead++
    session.workspace.changedOnDisk(paths)
    push.everything()
  }))
}

function isOpen(session: Session, uri: string): boolean {
  return session.workspace.openPaths().includes(pathIn(session, uri))
}

function listenToFolders(session: Session, connection: Connection, push: Pusher): void {
  connection.onNotification("workspace/didChangeWorkspaceFolders", ({ event }: { readonly event: { readonly added: readonly WorkspaceFolder[]; readonly removed: readonly WorkspaceFolder[] } }) => {
    const removed = new Set(event.removed.map(({ uri }) => pathIn(session, uri).replace(/\/+$/, "")))
    const kept = session.roots.filter((root) => !removed.has(root)).map((root) => uriIn(session, root))
    setRoots(session, [...kept, ...event.added.map(({ uri }) => uri)])
    push.everything()
  })
}

function listenToWorkspace(session: Session, connection: Connection): void {
  connection.onNotification("workspace/didChangeConfiguration", ({ settings }: { readonly settings?: { readonly agentflow?: Options } | null }) => {
    session.settings = { inlayHints: { ...session.settings.inlayHints, ...settings?.agentflow?.inlayHints } }
    if (session.capabilities.workspace?.inlayHint?.refreshSupport === true) void connection.languages.inlayHint.refresh()
  })
  connection.onExecuteCommand(({ command, arguments: parts }) => {
    if (command === tellCommand) connection.window.showInformationMessage(`Run: ${toldCommand(parts ?? [])}`)
    return null
  })
}
