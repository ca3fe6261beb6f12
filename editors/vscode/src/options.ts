// What the client tells the server, wherever that runs.

import type { LanguageClientOptions } from "vscode-languageclient"
import * as vscode from "vscode"
import { language } from "./host.ts"

interface InlayHints {
  readonly types?: boolean
  readonly retries?: boolean
  readonly costs?: boolean
}

export function clientOptions(commands: readonly string[]): LanguageClientOptions {
  const { types = true, retries = true, costs = true } = vscode.workspace.getConfiguration("agentflow").get<InlayHints>("inlayHints", {})
  return {
    documentSelector: [{ language }],
    synchronize: { configurationSection: "agentflow" },
    // One by one: the configuration itself is an object that can't be sent to a worker.
    initializationOptions: { commands, inlayHints: { types, retries, costs } },
    markdown: { isTrusted: false, supportHtml: false },
    diagnosticCollectionName: language,
  }
}
