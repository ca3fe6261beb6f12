// What the client tells the server, wherever that runs.

import type { LanguageClientOptions } from "vscode-languageclient"
import * as vscode from "vscode"
import { language } from "./host.ts"

export function clientOptions(commands: readonly string[]): LanguageClientOptions {
  return {
    documentSelector: [{ language }],
    synchronize: { configurationSection: "agentflow" },
    initializationOptions: { commands, inlayHints: vscode.workspace.getConfiguration("agentflow").get("inlayHints", {}) },
    markdown: { isTrusted: false, supportHtml: false },
    diagnosticCollectionName: language,
  }
}
