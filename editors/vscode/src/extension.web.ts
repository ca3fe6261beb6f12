// The extension in a browser: the server in a worker; nothing is started.

import { LanguageClient } from "vscode-languageclient/browser"
import * as vscode from "vscode"
import { registerGraph } from "./graph.ts"
import { guarded, language, type Host } from "./host.ts"
import { clientOptions } from "./options.ts"
import { registerPreview } from "./preview.ts"

let client: LanguageClient | undefined

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  // A new one for each start: the client ends it when it stops.
  const server = (): Promise<Worker> => Promise.resolve(new Worker(vscode.Uri.joinPath(context.extensionUri, "dist/server.js").toString(true)))
  const started = new LanguageClient(language, "AgentFlow", server, clientOptions([]))
  client = started
  const restart = guarded("restart", async () => {
    await started.stop()
    await started.start()
  })
  context.subscriptions.push(vscode.commands.registerCommand("agentflow.restart", restart))
  await started.start()
  const host: Host = { context, client: started }
  context.subscriptions.push(registerPreview(host), registerGraph(host))
}

export async function deactivate(): Promise<void> {
  await client?.stop()
}
