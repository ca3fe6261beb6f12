// Between the protocol's data and Monaco's: lines from 0 and from 1, kinds by number.

import { languages, Range, Uri, type editor as monaco } from "monaco-editor/editor"
import type { DocumentSymbol, MarkupContent, Position, Range as ProtocolRange, TextEdit, WorkspaceEdit } from "vscode-languageserver"

export function toRange({ start, end }: ProtocolRange): Range {
  return new Range(start.line + 1, start.character + 1, end.line + 1, end.character + 1)
}

export function fromRange({ startLineNumber, startColumn, endLineNumber, endColumn }: Pick<Range, "startLineNumber" | "startColumn" | "endLineNumber" | "endColumn">): ProtocolRange {
  return { start: { line: startLineNumber - 1, character: startColumn - 1 }, end: { line: endLineNumber - 1, character: endColumn - 1 } }
}

export function fromPosition({ lineNumber, column }: { readonly lineNumber: number; readonly column: number }): Position {
  return { line: lineNumber - 1, character: column - 1 }
}

/** Markdown of the server: Monaco makes it safe, and no HTML is allowed in it. */
export function toMarkdown(value: string | MarkupContent | undefined): { value: string } | undefined {
  return value === undefined ? undefined : { value: typeof value === "string" ? value : value.value }
}

export function toTextEdit({ range, newText }: TextEdit): languages.TextEdit {
  return { range: toRange(range), text: newText }
}

export function toWorkspaceEdit(edit: WorkspaceEdit): languages.WorkspaceEdit {
  const changes: readonly (readonly [string, readonly TextEdit[]])[] = [
    ...Object.entries(edit.changes ?? {}),
    ...(edit.documentChanges ?? []).flatMap((change) => ("textDocument" in change ? [[change.textDocument.uri, change.edits as readonly TextEdit[]] as const] : [])),
  ]
  return { edits: changes.flatMap(([uri, edits]) => edits.map((each) => ({ resource: Uri.parse(uri), versionId: undefined, textEdit: toTextEdit(each) }))) }
}

/** The protocol counts kinds of completions from 1, in another order. */
const { CompletionItemKind: kinds } = languages
const completionKinds: readonly languages.CompletionItemKind[] = [
  kinds.Text, kinds.Text, kinds.Method, kinds.Function, kinds.Constructor, kinds.Field, kinds.Variable, kinds.Class, kinds.Interface, kinds.Module, kinds.Property, kinds.Unit, kinds.Value,
  kinds.Enum, kinds.Keyword, kinds.Snippet, kinds.Color, kinds.File, kinds.Reference, kinds.Folder, kinds.EnumMember, kinds.Constant, kinds.Struct, kinds.Event, kinds.Operator, kinds.TypeParameter,
]

export function toCompletionKind(kind: number | undefined): languages.CompletionItemKind {
  return completionKinds[kind ?? 1] ?? kinds.Text
}

export function toSymbol({ name, detail = "", kind, range, selectionRange, children = [] }: DocumentSymbol): languages.DocumentSymbol {
  // Kinds of symbols have the same order, from 1 there and from 0 here.
  return { name, detail, kind: (kind - 1) as languages.SymbolKind, tags: [], range: toRange(range), selectionRange: toRange(selectionRange), children: children.map(toSymbol) }
}

export type Model = monaco.ITextModel
