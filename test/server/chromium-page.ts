// Loaded by a page of the Chromium test: the real client library, speaking with the server in a worker.

import { BrowserMessageReader, BrowserMessageWriter, CancellationTokenSource, createProtocolConnection, type PublishDiagnosticsParams } from "vscode-languageserver-protocol/browser"

const worker = new Worker("/worker.js", { type: "module" })
const connection = createProtocolConnection(new BrowserMessageReader(worker), new BrowserMessageWriter(worker))
const published: PublishDiagnosticsParams[] = []
const waiting: { readonly uri: string; readonly version: number; readonly resolve: (params: PublishDiagnosticsParams) => void }[] = []
connection.onNotification("textDocument/publishDiagnostics", (sent: PublishDiagnosticsParams) => {
  published.push(sent)
  for (const wait of waiting) if (wait.uri === sent.uri && wait.version === sent.version) wait.resolve(sent)
})
connection.listen()

const client = {
  request: (method: string, params: unknown): Promise<unknown> => connection.sendRequest(method, params),
  notify: (method: string, params: unknown): Promise<void> => connection.sendNotification(method, params),
  diagnostics: (uri: string, version: number): Promise<PublishDiagnosticsParams> =>
    new Promise((resolve) => {
      const known = published.find((sent) => sent.uri === uri && sent.version === version)
      if (known === undefined) waiting.push({ uri, version, resolve })
      else resolve(known)
    }),
  cancelled: (method: string, params: unknown): Promise<number> => {
    const source = new CancellationTokenSource()
    const answer = connection.sendRequest(method, params, source.token)
    source.cancel()
    return answer.then(() => 0, (problem: { readonly code: number }) => problem.code)
  },
}

export type PageClient = typeof client
;(globalThis as unknown as { client: PageClient }).client = client
