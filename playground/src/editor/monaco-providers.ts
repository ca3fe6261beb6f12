// The language server's features as Monaco's providers: each asks the worker and turns the answer.

import { editor as monaco, languages, Uri, type CancellationToken, type IRange } from "monaco-editor/editor"
import type * as lsp from "vscode-languageserver"
import { completionTriggers } from "../../../services/completion/triggers.ts"
import { language, pathOf } from "../language/session.ts"
import { reveal } from "../state/project.ts"
import { runCommand } from "./commands.ts"
import { fromPosition, fromRange, toCompletionKind, toMarkdown, toRange, toSymbol, toTextEdit, toWorkspaceEdit, type Model } from "./monaco-convert.ts"

const id = "agentflow"

/** Undefined when the answer is not wanted any more, or the server could not give one. */
async function ask<Result>(method: string, model: Model, params: object, token?: CancellationToken): Promise<Result | undefined> {
  const stop = new AbortController()
  token?.onCancellationRequested(() => stop.abort())
  try {
    const client = await language()
    return (await client.request<Result | null>(method, { textDocument: { uri: model.uri.toString() }, ...params }, stop.signal)) ?? undefined
  } catch {
    return undefined
  }
}

function at(position: { readonly lineNumber: number; readonly column: number }): { readonly position: lsp.Position } {
  return { position: fromPosition(position) }
}

export function registerProviders(): void {
  writing()
  looking()
  showing()
  monaco.registerEditorOpener({
    openCodeEditor(_source, resource, where) {
      if (resource.scheme !== "file") return false
      const range = where === undefined ? undefined : "startLineNumber" in where ? where : { startLineNumber: where.lineNumber, startColumn: where.column, endLineNumber: where.lineNumber, endColumn: where.column }
      reveal({ path: pathOf(resource.toString()), range: range === undefined ? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } : fromRange(range) })
      return true
    },
  })
  for (const command of ["run", "simulate", "test", "cost"] as const) monaco.registerCommand(`agentflow.${command}`, (_services, uri: string, name: string) => runCommand(command, pathOf(uri), name))
}

// ---------------------------------------------------------------- what changes text

function writing(): void {
  languages.registerCompletionItemProvider(id, {
    triggerCharacters: [...completionTriggers],
    async provideCompletionItems(model, position, context, token) {
      const list = await ask<lsp.CompletionList>("textDocument/completion", model, { ...at(position), context: { triggerKind: context.triggerKind + 1, ...(context.triggerCharacter === undefined ? {} : { triggerCharacter: context.triggerCharacter }) } }, token)
      return { suggestions: (list?.items ?? []).map(completion) }
    },
  })
  languages.registerSignatureHelpProvider(id, {
    signatureHelpTriggerCharacters: ["(", ","],
    async provideSignatureHelp(model, position, token) {
      const help = await ask<lsp.SignatureHelp>("textDocument/signatureHelp", model, at(position), token)
      if (help === undefined) return undefined
      const signatures = help.signatures.map(({ label, documentation, parameters = [] }) => ({
        label, documentation: toMarkdown(documentation) ?? "", parameters: parameters.map((each) => ({ label: each.label as string, documentation: toMarkdown(each.documentation) ?? "" })),
      }))
      return { value: { signatures, activeSignature: help.activeSignature ?? 0, activeParameter: help.activeParameter ?? 0 }, dispose() {} }
    },
  })
  languages.registerRenameProvider(id, {
    async provideRenameEdits(model, position, newName, token) {
      const edit = await ask<lsp.WorkspaceEdit>("textDocument/rename", model, { ...at(position), newName }, token)
      return edit === undefined ? { edits: [], rejectReason: "That name can't be used here." } : toWorkspaceEdit(edit)
    },
    async resolveRenameLocation(model, position, token) {
      const found = await ask<{ readonly range: lsp.Range; readonly placeholder: string }>("textDocument/prepareRename", model, at(position), token)
      return found === undefined ? { range: toRange({ start: fromPosition(position), end: fromPosition(position) }), text: "", rejectReason: "There is no name here." } : { range: toRange(found.range), text: found.placeholder }
    },
  })
  const options = { tabSize: 2, insertSpaces: true }
  languages.registerDocumentFormattingEditProvider(id, { provideDocumentFormattingEdits: async (model, _options, token) => ((await ask<lsp.TextEdit[]>("textDocument/formatting", model, { options }, token)) ?? []).map(toTextEdit) })
  languages.registerDocumentRangeFormattingEditProvider(id, {
    provideDocumentRangeFormattingEdits: async (model, range, _options, token) => ((await ask<lsp.TextEdit[]>("textDocument/rangeFormatting", model, { range: fromRange(range), options }, token)) ?? []).map(toTextEdit),
  })
  languages.registerCodeActionProvider(id, {
    async provideCodeActions(model, range, context, token) {
      const found = (await ask<lsp.CodeAction[]>("textDocument/codeAction", model, { range: fromRange(range), context: { diagnostics: [], ...(context.only === undefined ? {} : { only: [context.only] }) } }, token)) ?? []
      const actions = found.map(({ title, kind, edit, isPreferred, diagnostics }): languages.CodeAction => ({
        title, ...(kind === undefined ? {} : { kind }), ...(edit === undefined ? {} : { edit: toWorkspaceEdit(edit) }), ...(isPreferred === undefined ? {} : { isPreferred }),
        diagnostics: context.markers.filter((marker) => diagnostics?.some((each) => each.range.start.line + 1 === marker.startLineNumber && each.message === marker.message) === true),
      }))
      return { actions, dispose() {} }
    },
  }, { providedCodeActionKinds: ["quickfix", "refactor", "source"] })
  languages.registerLinkedEditingRangeProvider(id, {
    async provideLinkedEditingRanges(model, position, token) {
      const found = await ask<lsp.LinkedEditingRanges>("textDocument/linkedEditingRange", model, at(position), token)
      return found === undefined ? undefined : { ranges: found.ranges.map(toRange), wordPattern: /[A-Za-z_][A-Za-z0-9_]*/ }
    },
  })
}

function completion(item: lsp.CompletionItem): languages.CompletionItem {
  const edit = item.textEdit as lsp.TextEdit
  return {
    label: item.label, kind: toCompletionKind(item.kind), insertText: edit.newText, range: toRange(edit.range) as IRange,
    ...(item.sortText === undefined ? {} : { sortText: item.sortText }), ...(item.filterText === undefined ? {} : { filterText: item.filterText }),
    ...(item.detail === undefined ? {} : { detail: item.detail }), ...(item.documentation === undefined ? {} : { documentation: toMarkdown(item.documentation)! }),
    ...(item.insertTextFormat === 2 ? { insertTextRules: languages.CompletionItemInsertTextRule.InsertAsSnippet } : {}),
    ...(item.additionalTextEdits === undefined ? {} : { additionalTextEdits: item.additionalTextEdits.map((each) => ({ range: toRange(each.range), text: each.newText })) }),
  }
}

// ---------------------------------------------------------------- what leads somewhere

function looking(): void {
  languages.registerHoverProvider(id, {
    async provideHover(model, position, token) {
      const found = await ask<lsp.Hover>("textDocument/hover", model, at(position), token)
      return found === undefined ? undefined : { contents: [toMarkdown(found.contents as lsp.MarkupContent)!], ...(found.range === undefined ? {} : { range: toRange(found.range) }) }
    },
  })
  const places = async (method: string, model: Model, params: object, token: CancellationToken): Promise<languages.Location[]> =>
    ((await ask<lsp.Location[]>(method, model, params, token)) ?? []).filter(({ uri }) => uri.endsWith(".agentflow")).map(({ uri, range }) => ({ uri: Uri.parse(uri), range: toRange(range) }))
  languages.registerDefinitionProvider(id, { provideDefinition: (model, position, token) => places("textDocument/definition", model, at(position), token) })
  languages.registerTypeDefinitionProvider(id, { provideTypeDefinition: (model, position, token) => places("textDocument/typeDefinition", model, at(position), token) })
  languages.registerImplementationProvider(id, { provideImplementation: (model, position, token) => places("textDocument/implementation", model, at(position), token) })
  languages.registerReferenceProvider(id, { provideReferences: (model, position, context, token) => places("textDocument/references", model, { ...at(position), context }, token) })
  languages.registerDocumentHighlightProvider(id, {
    provideDocumentHighlights: async (model, position, token) =>
      ((await ask<lsp.DocumentHighlight[]>("textDocument/documentHighlight", model, at(position), token)) ?? []).map(({ range, kind }) => ({ range: toRange(range), kind: (kind ?? 1) - 1 })),
  })
  languages.registerDocumentSymbolProvider(id, {
    displayName: "AgentFlow", provideDocumentSymbols: async (model, token) => ((await ask<lsp.DocumentSymbol[]>("textDocument/documentSymbol", model, {}, token)) ?? []).map(toSymbol),
  })
}

// ---------------------------------------------------------------- what is drawn into the text

function showing(): void {
  const tokenTypes = ["namespace", "type", "enum", "enumMember", "function", "method", "variable", "parameter", "property", "keyword", "comment", "string", "number", "operator", "event", "decorator"]
  languages.registerDocumentSemanticTokensProvider(id, {
    getLegend: () => ({ tokenTypes, tokenModifiers: ["declaration", "readonly", "documentation", "defaultLibrary", "modification"] }),
    async provideDocumentSemanticTokens(model, _last, token) {
      const found = await ask<lsp.SemanticTokens>("textDocument/semanticTokens/full", model, {}, token)
      return found === undefined ? undefined : { data: Uint32Array.from(found.data), ...(found.resultId === undefined ? {} : { resultId: found.resultId }) }
    },
    releaseDocumentSemanticTokens() {},
  })
  languages.registerFoldingRangeProvider(id, {
    provideFoldingRanges: async (model, _context, token) =>
      ((await ask<lsp.FoldingRange[]>("textDocument/foldingRange", model, {}, token)) ?? []).map(({ startLine, endLine, kind }) => ({
        start: startLine + 1, end: endLine + 1, ...(kind === undefined ? {} : { kind: languages.FoldingRangeKind.fromValue(kind) }),
      })),
  })
  languages.registerSelectionRangeProvider(id, {
    async provideSelectionRanges(model, positions, token) {
      const found = (await ask<lsp.SelectionRange[]>("textDocument/selectionRange", model, { positions: positions.map(fromPosition) }, token)) ?? []
      return found.map((first) => {
        const chain: languages.SelectionRange[] = []
        for (let each: lsp.SelectionRange | undefined = first; each !== undefined; each = each.parent) chain.push({ range: toRange(each.range) })
        return chain
      })
    },
  })
  languages.registerInlayHintsProvider(id, {
    async provideInlayHints(model, range, token) {
      const found = (await ask<lsp.InlayHint[]>("textDocument/inlayHint", model, { range: fromRange(range) }, token)) ?? []
      const hints = found.map(({ position, label, kind, tooltip, paddingLeft }): languages.InlayHint => ({
        position: { lineNumber: position.line + 1, column: position.character + 1 }, label: label as string, paddingLeft: paddingLeft ?? false,
        ...(kind === undefined ? {} : { kind }), ...(tooltip === undefined ? {} : { tooltip: toMarkdown(tooltip)! }),
      }))
      return { hints, dispose() {} }
    },
  })
  languages.registerCodeLensProvider(id, {
    async provideCodeLenses(model, token) {
      const found = (await ask<lsp.CodeLens[]>("textDocument/codeLens", model, {}, token)) ?? []
      const lenses = found.map(({ range, command }): languages.CodeLens => ({
        range: toRange(range), ...(command === undefined ? {} : { command: { id: command.command, title: command.title, arguments: command.arguments ?? [] } }),
      }))
      return { lenses, dispose() {} }
    },
  })
}
