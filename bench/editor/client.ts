// The real protocol library as the client of any of the servers, with the three things that are timed.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter, type Position } from "vscode-languageserver-protocol/node"
import { TextDocument } from "vscode-languageserver-textdocument"
import type { Peer } from "./peers.ts"

export interface Measured {
  readonly text: () => string
  /** Inserts a text, or removes as many characters, and tells the server. */
  readonly change: (offset: number, insert: string, remove?: number) => void
  /** Diagnostics of the last change: the first ones that are pushed, or those that are asked for. Gives how many there are. */
  readonly diagnostics: () => Promise<number>
  /** Resolves when those that are pushed for the last change, at once or later, have the code, or have it no more. */
  readonly saysCode: (code: string, isSaid: boolean) => Promise<void>
  readonly completion: (offset: number) => Promise<number>
  readonly hover: (offset: number) => Promise<boolean>
  readonly close: () => Promise<void>
  /** Of the server. */
  readonly pid: number
}

export async function startMeasured({ command, args, languageId, text, pulls, file }: Peer, folder: string): Promise<Measured> {
  const child = spawn(command, [...args], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] })
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin))
  const uri = pathToFileURL(join(folder, file)).href
  let document = TextDocument.create(uri, languageId, 1, text)
  let last: { readonly version: number; readonly count: number; readonly codes: ReadonlySet<unknown> } = { version: 0, count: 0, codes: new Set() }
  let wake = (): void => {}
  connection.onNotification("textDocument/publishDiagnostics", (sent: { readonly uri: string; readonly version?: number; readonly diagnostics: readonly { readonly code?: unknown }[] }) => {
    if (sent.uri !== uri) return
    // A server that names no version speaks of the last text that it has.
    last = { version: sent.version ?? document.version, count: sent.diagnostics.length, codes: new Set(sent.diagnostics.map(({ code }) => code)) }
    wake()
  })
  for (const method of ["client/registerCapability", "workspace/configuration", "window/workDoneProgress/create", "workspace/diagnostic/refresh", "workspace/inlayHint/refresh", "workspace/codeLens/refresh"]) {
    connection.onRequest(method, (params: { readonly items?: readonly unknown[] }) => (method === "workspace/configuration" ? (params.items ?? []).map(() => null) : null))
  }
  connection.listen()
  const root = pathToFileURL(folder).href
  await connection.sendRequest("initialize", {
    processId: process.pid, rootUri: root, workspaceFolders: [{ uri: root, name: "w" }],
    capabilities: { general: { positionEncodings: ["utf-16"] }, textDocument: { publishDiagnostics: { versionSupport: true }, ...(pulls ? { diagnostic: {} } : {}), hover: { contentFormat: ["markdown"] }, completion: {} } },
  })
  await connection.sendNotification("initialized", {})
  await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } })
  const at = (offset: number): { readonly textDocument: { readonly uri: string }; readonly position: Position } => ({ textDocument: { uri }, position: document.positionAt(offset) })
  return {
    pid: child.pid ?? 0,
    text: () => document.getText(),
    change(offset, insert, remove = 0) {
      const range = { start: document.positionAt(offset), end: document.positionAt(offset + remove) }
      const contentChanges = [{ range, text: insert }]
      document = TextDocument.update(document, contentChanges, document.version + 1)
      void connection.sendNotification("textDocument/didChange", { textDocument: { uri, version: document.version }, contentChanges })
    },
    async diagnostics() {
      if (pulls) {
        const { items } = await connection.sendRequest<{ readonly items: readonly unknown[] }>("textDocument/diagnostic", { textDocument: { uri } })
        return items.length
      }
      while (last.version < document.version) await new Promise<void>((resolve) => void (wake = resolve))
      return last.count
    },
    async saysCode(code, isSaid) {
      while (last.version < document.version || last.codes.has(code) !== isSaid) await new Promise<void>((resolve) => void (wake = resolve))
    },
    async completion(offset) {
      const list = await connection.sendRequest<readonly unknown[] | { readonly items: readonly unknown[] } | null>("textDocument/completion", at(offset))
      return list === null ? 0 : "items" in list ? list.items.length : list.length
    },
    hover: async (offset) => (await connection.sendRequest("textDocument/hover", at(offset))) !== null,
    async close() {
      await Promise.race([connection.sendRequest("shutdown"), new Promise((resolve) => void setTimeout(resolve, 2000))])
      await connection.sendNotification("exit")
      await Promise.race([once(child, "exit"), new Promise((resolve) => void setTimeout(resolve, 2000))])
      connection.dispose()
      child.kill()
    },
  }
}
