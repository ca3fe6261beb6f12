// The protocol, held by the real client library: with `agentflow lsp` as a process, and with the server in this process.

import { CancellationTokenSource, type InitializeParams } from "vscode-languageserver-protocol"
import { tmpdir } from "node:os"
import { startHere, startProcess, type Client } from "./client.ts"
import { conformance, type Peer } from "./conformance.ts"

function peerOf({ initialized, connection, diagnostics, close }: Client): Peer {
  return {
    initialized, diagnostics, close,
    request: (method, params) => connection.sendRequest(method, params ?? null),
    notify: (method, params) => connection.sendNotification(method, params),
    cancelled: async (method, params) => {
      const source = new CancellationTokenSource()
      const answer = connection.sendRequest(method, params, source.token)
      source.cancel()
      return answer.then(() => 0, (problem: { readonly code: number }) => problem.code)
    },
  }
}

conformance("process", async (params: Partial<InitializeParams>) => peerOf(await startProcess(tmpdir(), params)))
conformance("streams", async (params: Partial<InitializeParams>) => peerOf(await startHere({ params })))
