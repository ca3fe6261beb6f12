// A language client for tests: the real protocol library, over a process or over streams in this one.

import { spawn } from "node:child_process"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import {
  createProtocolConnection, StreamMessageReader, StreamMessageWriter, type InitializeParams, type InitializeResult, type ProtocolConnection, type PublishDiagnosticsParams,
} from "vscode-languageserver-protocol/node"
import { createConnection } from "vscode-languageserver/node"
import type { Handler } from "../../server/handlers.ts"
import { serve } from "../../server/serve.ts"
import type { Platform, Session } from "../../server/session.ts"
import { emptyHost, type Host } from "../../services/host.ts"

export interface Client {
  readonly connection: ProtocolConnection
  readonly initialized: InitializeResult
  readonly published: PublishDiagnosticsParams[]
  readonly logged: string[]
  readonly open: (uri: string, text: string) => void
  /** Replaces the whole text. */
  readonly change: (uri: string, text: string, version: number) => void
  /** The diagnostics of this version, when they come. */
  readonly diagnostics: (uri: string, version: number) => Promise<PublishDiagnosticsParams>
  /** The next diagnostics of a file that fit; what was sent before counts only when it was the last. */
  readonly until: (uri: string, fits: (params: PublishDiagnosticsParams) => boolean) => Promise<PublishDiagnosticsParams>
  readonly at: (uri: string, line: number, character: number) => { readonly textDocument: { readonly uri: string }; readonly position: { readonly line: number; readonly character: number } }
  readonly close: () => Promise<void>
}

const root = join(import.meta.dirname, "../..")

async function start(connection: ProtocolConnection, params: Partial<InitializeParams>, close: () => Promise<void>): Promise<Client> {
  const published: PublishDiagnosticsParams[] = []
  const logged: string[] = []
  const waiting: { readonly holds: (params: PublishDiagnosticsParams) => boolean; readonly resolve: (params: PublishDiagnosticsParams) => void }[] = []
  connection.onNotification("textDocument/publishDiagnostics", (sent: PublishDiagnosticsParams) => {
    published.push(sent)
    for (const wait of waiting) if (wait.holds(sent)) wait.resolve(sent)
  })
  connection.onNotification("window/logMessage", ({ message }: { readonly message: string }) => void logged.push(message))
  connection.onRequest("client/registerCapability", () => null)
  connection.listen()
  const initialized = await connection.sendRequest<InitializeResult>("initialize", { processId: process.pid, rootUri: null, capabilities: {}, ...params })
  await connection.sendNotification("initialized", {})
  return {
    connection, initialized, published, logged,
    open: (uri, text) => void connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "agentflow", version: 1, text } }),
    change: (uri, text, version) => void connection.sendNotification("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] }),
    diagnostics: (uri, version) =>
      new Promise((resolve) => {
        const holds = (sent: PublishDiagnosticsParams): boolean => sent.uri === uri && sent.version === version
        const known = published.find(holds)
        if (known === undefined) waiting.push({ holds, resolve })
        else resolve(known)
      }),
    until: (uri, fits) =>
      new Promise((resolve) => {
        const last = published.findLast((sent) => sent.uri === uri)
        if (last !== undefined && fits(last)) resolve(last)
        else waiting.push({ holds: (sent) => sent.uri === uri && fits(sent), resolve })
      }),
    at: (uri, line, character) => ({ textDocument: { uri }, position: { line, character } }),
    close,
  }
}

/** `agentflow lsp` as a process. */
export async function startProcess(folder: string, params: Partial<InitializeParams> = {}): Promise<Client & { readonly exited: Promise<number | null> }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, "cli/main.ts"), "lsp"], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] })
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin))
  const client = await start(connection, params, async () => {
    await connection.sendRequest("shutdown")
    await connection.sendNotification("exit")
    await exited
    connection.dispose()
  })
  return { ...client, exited }
}

export interface InProcess {
  readonly host?: Partial<Host>
  readonly handlers?: readonly Handler[]
  readonly params?: Partial<InitializeParams>
  readonly platform?: Partial<Platform>
}

/** The same server in this process, so that a test can look into it. */
export async function startHere({ host = {}, handlers, params = {}, platform = {} }: InProcess = {}): Promise<Client & { readonly session: Session }> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()]
  const serverSide = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient))
  const session = serve(serverSide, {
    host: { ...emptyHost, ...host }, version: "0.0.0", ...(handlers === undefined ? {} : { handlers }),
    platform: { pause: () => new Promise((resolve) => void setImmediate(resolve)), docsUrl: (code) => `https://docs.test/${code}`, setRoots: () => {}, forget: () => {}, lull: () => Promise.resolve(), idle: () => Promise.resolve(), ...platform },
  })
  serverSide.listen()
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer))
  const client = await start(connection, params, async () => {
    await connection.sendRequest("shutdown")
    connection.dispose()
    serverSide.dispose()
    toServer.end()
    toClient.end()
  })
  return { ...client, session }
}
