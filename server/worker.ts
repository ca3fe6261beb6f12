// The server in a web worker or behind any MessagePort: what is open is all there is.

import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser"
import type { Host } from "../services/host.ts"
import { emptyHost } from "../services/host.ts"
import { serve } from "./serve.ts"
import type { Platform, Session } from "./session.ts"

export interface WorkerOptions {
  readonly version: string
  /** Files beside the open ones, by path; the playground's examples. */
  readonly files?: ReadonlyMap<string, string>
  readonly docsUrl?: (code: string) => string | undefined
  readonly filesBeside?: NonNullable<Platform["filesBeside"]>
}

export function servePort(port: MessagePort | DedicatedWorkerGlobalScope, { version, files = new Map(), docsUrl = () => undefined, filesBeside }: WorkerOptions): Session {
  const connection = createConnection(new BrowserMessageReader(port as MessagePort), new BrowserMessageWriter(port as MessagePort))
  const host: Host = { ...emptyHost, readText: (path) => files.get(path), programFiles: () => [...files.keys()].filter((path) => path.endsWith(".agentflow")) }
  const session = serve(connection, { host, version, platform: { pause: pauseBy(new MessageChannel()), docsUrl, setRoots: () => {}, forget: () => {}, idle: () => Promise.resolve(), ...(filesBeside === undefined ? {} : { filesBeside }) } })
  connection.listen()
  return session
}

/** A message to itself comes after those that wait, and at once, where a timer would be slowed down. */
function pauseBy({ port1, port2 }: MessageChannel): () => Promise<void> {
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      port2.postMessage(null)
    })
}
