// The one table of what the server can do: a request, the capability that announces it, the function that answers.

import { signatureTriggers } from "../services/signature.ts"
import { tokenModifiers, tokenTypes } from "../services/tokens.ts"
import type { ServerCapabilities } from "vscode-languageserver"
import { documentDiagnostics, workspaceDiagnostics } from "./documents.ts"
import * as editing from "./editing.ts"
import * as navigation from "./navigation.ts"
import * as own from "./own.ts"
import type { Session } from "./session.ts"

export interface Handler {
  readonly method: string
  /** What `initialize` says about it; the server's own requests need none. */
  readonly capability: Partial<ServerCapabilities>
  readonly answer: (session: Session, params: never) => unknown
}

function row<P>(method: string, capability: Partial<ServerCapabilities>, answer: (session: Session, params: P) => unknown): Handler {
  return { method, capability, answer: answer as Handler["answer"] }
}

const legend = { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] }
const files = { filters: [{ scheme: "file", pattern: { glob: "**/*.{agentflow,ts}" } }] }

export const handlers: readonly Handler[] = [
  row("textDocument/diagnostic", { diagnosticProvider: { identifier: "agentflow", interFileDependencies: true, workspaceDiagnostics: true } }, documentDiagnostics),
  row("workspace/diagnostic", {}, workspaceDiagnostics),
  row("textDocument/completion", { completionProvider: { triggerCharacters: [...editing.completionTriggers] } }, editing.completion),
  row("textDocument/hover", { hoverProvider: true }, navigation.hover),
  row("textDocument/signatureHelp", { signatureHelpProvider: { triggerCharacters: [...signatureTriggers] } }, navigation.signatureHelp),
  row("textDocument/definition", { definitionProvider: true }, navigation.definition),
  row("textDocument/typeDefinition", { typeDefinitionProvider: true }, navigation.typeDefinition),
  row("textDocument/implementation", { implementationProvider: true }, navigation.implementation),
  row("textDocument/references", { referencesProvider: true }, navigation.references),
  row("textDocument/documentHighlight", { documentHighlightProvider: true }, navigation.highlights),
  row("textDocument/documentSymbol", { documentSymbolProvider: true }, navigation.outline),
  row("workspace/symbol", { workspaceSymbolProvider: true }, navigation.symbolSearch),
  row("textDocument/prepareCallHierarchy", { callHierarchyProvider: true }, navigation.prepareCalls),
  row("callHierarchy/incomingCalls", {}, navigation.incoming),
  row("callHierarchy/outgoingCalls", {}, navigation.outgoing),
  row("textDocument/prepareRename", { renameProvider: { prepareProvider: true } }, editing.prepare),
  row("textDocument/rename", {}, editing.renameIn),
  row("workspace/willRenameFiles", { workspace: { fileOperations: { willRename: files } } }, editing.moveFiles),
  row("textDocument/formatting", { documentFormattingProvider: true }, editing.formatting),
  row("textDocument/rangeFormatting", { documentRangeFormattingProvider: { rangesSupport: true } }, editing.rangeFormatting),
  row("textDocument/rangesFormatting", {}, editing.rangesFormatting),
  row("textDocument/onTypeFormatting", { documentOnTypeFormattingProvider: { firstTriggerCharacter: "}", moreTriggerCharacter: ["\n"] } }, editing.typeFormatting),
  row("textDocument/codeAction", { codeActionProvider: { codeActionKinds: ["quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", "source.organizeImports", "source.fixAll"] } }, editing.codeActions),
  row("textDocument/codeLens", { codeLensProvider: {} }, editing.lenses),
  row("textDocument/inlayHint", { inlayHintProvider: true }, editing.hints),
  row("textDocument/semanticTokens/full", { semanticTokensProvider: { legend, full: { delta: true } } }, editing.tokensFull),
  row("textDocument/semanticTokens/full/delta", {}, editing.tokensDelta),
  row("textDocument/foldingRange", { foldingRangeProvider: true }, editing.folding),
  row("textDocument/selectionRange", { selectionRangeProvider: true }, editing.selections),
  row("textDocument/documentLink", { documentLinkProvider: {} }, editing.links),
  row("textDocument/linkedEditingRange", { linkedEditingRangeProvider: true }, editing.linked),
  row("agentflow/plan", {}, own.plan),
  row("agentflow/cost", {}, own.cost),
  row("agentflow/graph", {}, own.graph),
  row("agentflow/layout", {}, own.layout),
  row("agentflow/svg", {}, own.svg),
  row("agentflow/tests", {}, own.tests),
  row("agentflow/graphEdit", {}, own.edit),
  row("agentflow/simulation", {}, own.simulation),
  row("agentflow/tools", {}, own.tools),
  row("agentflow/emit", {}, own.emit),
  row("agentflow/toGenerated", {}, own.generatedPosition),
  row("agentflow/toSource", {}, own.sourcePosition),
]

/** All rows together, with what belongs to no request of its own. */
export function capabilitiesOf(table: readonly Handler[]): ServerCapabilities {
  return table.reduce<ServerCapabilities>((all, { capability }) => ({ ...all, ...capability, workspace: { ...all.workspace, ...capability.workspace } }), {
    textDocumentSync: { openClose: true, change: 2, save: false },
    executeCommandProvider: { commands: [editing.tellCommand] },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  })
}
