// The extension on a desktop: the server as a process, and all that starts programs.

import { LanguageClient, TransportKind } from "vscode-languageclient/node"
import * as vscode from "vscode"
import { commandLine, commandRunner } from "./command.ts"
import { lensCommands, registerCommands } from "./commands.ts"
import { registerGraph } from "./graph.ts"
import { guarded, language, requests, type Host } from "./host.ts"
import { registerInbox } from "./inbox.ts"
import { clientOptions } from "./options.ts"
import { registerPreview } from "./preview.ts"
import { registerTests } from "./tests.ts"

let client: LanguageClient | undefined

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? context.extensionPath
  const { file, args, shell } = commandLine(folder, ["lsp"])
  const started = new LanguageClient(language, "AgentFlow", { command: file, args: [...args], transport: TransportKind.stdio, options: { cwd: folder, shell } }, clientOptions(lensCommands))
  client = started
  context.subscriptions.push(
    vscode.commands.registerCommand("agentflow.restart", guarded("restart", () => started.restart())),
  )
  try {
    await started.start()
  } catch (problem) {
    void vscode.window.showErrorMessage(`The AgentFlow language server can't be started: \`${file}\`. Install it with \`npm install agentflow\`, or name it in the setting agentflow.command. (${String(problem)})`)
    return
  }
  // Not `!isWeb`: a window in a browser may have its extensions on a machine that starts programs.
  await vscode.commands.executeCommand("setContext", "agentflow.starts", true)
  const host: Host = { context, client: started, command: commandRunner }
  const explorer = registerTests(host, commandRunner)
  context.subscriptions.push(registerPreview(host), registerGraph(host), registerInbox(commandRunner), explorer, registerCommands(commandRunner, { plan: requests(host).plan, runTests: explorer.runTests }))
}

export async function deactivate(): Promise<void> {
  // One whose start failed can't be stopped.
  if (client?.isRunning() === true) await client.stop()
}
