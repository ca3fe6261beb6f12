// The server in a web worker or behind any MessagePort: what is open is all there is.

import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser"
import type { Host, Rules } from "../services/host.ts"
import { emptyHost } from "../services/host.ts"
import { serve } from "./serve.ts"
import { pathIn, type ConfigProblem, type Platform, type Session } from "./session.ts"

/** Longer than between two keys of somebody who types fast. */
const lullMs = 100

export interface WorkerOptions {
  readonly version: string
  /** Files beside the open ones, by path; the playground's examples. */
  readonly files?: ReadonlyMap<string, string>
  readonly docsUrl?: (code: string) => string | undefined
  readonly filesBeside?: NonNullable<Platform["filesBeside"]>
  /** Levels of rules from a config's text, or what is wrong with it; a client gives it with `agentflow/config`. */
  readonly readConfig?: (text: string) => Promise<{ readonly rules: Rules; readonly problem?: ConfigProblem }>
}

export function servePort(port: MessagePort | DedicatedWorkerGlobalScope, { version, files = new Map(), docsUrl = () => undefined, filesBeside, readConfig }: WorkerOptions): Session {
  const connection = createConnection(new BrowserMessageReader(port as MessagePort), new BrowserMessageWriter(port as MessagePort))
  let config: Awaited<ReturnType<NonNullable<WorkerOptions["readConfig"]>>> = { rules: {} }
  const problems = new Map<string, readonly ConfigProblem[]>()
  const host: Host = { ...emptyHost, rulesOf: () => config.rules, readText: (path) => files.get(path), programFiles: () => [...files.keys()].filter((path) => path.endsWith(".agentflow")) }
  const session = serve(connection, { host, version, platform: { pause: pauseBy(new MessageChannel()), docsUrl, setRoots: () => {}, forget: () => {}, lull: () => new Promise((resolve) => void setTimeout(resolve, lullMs)), idle: () => Promise.resolve(), configProblems: () => problems, ...(filesBeside === undefined ? {} : { filesBeside }) } })
  // Asked for before the files are said to have changed, so that what is checked then has the new levels.
  connection.onRequest("agentflow/config", async ({ uri, text }: { readonly uri: string; readonly text: string | null }) => {
    config = text === null || readConfig === undefined ? { rules: {} } : await readConfig(text)
    problems.set(pathIn(session, uri), config.problem === undefined ? [] : [config.problem])
    return null
  })
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
