// The extension in a browser: the server in a worker; nothing is started.

import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, type MessageTransports } from "vscode-languageclient/browser"
import * as vscode from "vscode"
import { registerGraph } from "./graph.ts"
import { guarded, language, type Host } from "./host.ts"
import { clientOptions } from "./options.ts"
import { registerPreview } from "./preview.ts"

let client: LanguageClient | undefined
let worker: Worker | undefined

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  // A new one for each start. The client is given its ends: it knows a worker by its class, and extensions have another `Worker` than the page.
  const server = (): Promise<MessageTransports> => {
    worker = new Worker(vscode.Uri.joinPath(context.extensionUri, "dist/server.js").toString(true))
    return Promise.resolve({ reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) })
  }
  const started = new LanguageClient(language, "AgentFlow", server, clientOptions([]))
  client = started
  const restart = guarded("restart", async () => {
    await deactivate()
    await started.start()
  })
  context.subscriptions.push(vscode.commands.registerCommand("agentflow.restart", restart))
  await started.start()
  const host: Host = { context, client: started }
  context.subscriptions.push(registerPreview(host), registerGraph(host))
}

export async function deactivate(): Promise<void> {
  // One whose start failed can't be stopped.
  if (client?.isRunning() === true) await client.stop()
  worker?.terminate()
}
