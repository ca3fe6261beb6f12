// Requests that change text or show something in it: completion, rename, formatting, actions, hints, tokens.

import { actionsAt } from "../services/actions/table.ts"
import { completionsAt, importsMax } from "../services/completion/complete.ts"
import { completionTriggers } from "../services/completion/triggers.ts"
import { foldsOf, selectionAt } from "../services/folding.ts"
import { formatDocument, formatSelection, formatTyped } from "../services/formatting.ts"
import { inlayHints } from "../services/inlay.ts"
import { lensesOf } from "../services/lenses.ts"
import { linkedAt } from "../services/linked.ts"
import { linksOf } from "../services/links.ts"
import { editsForMoves } from "../services/move.ts"
import { prepareRename, rename } from "../services/rename.ts"
import { semanticTokens, tokenModifiers, tokenTypes } from "../services/tokens.ts"
import {
  InlayHintKind, InsertTextFormat, LSPErrorCodes, ResponseError, type CodeAction, type CodeActionParams, type CodeLens, type CompletionItem, type CompletionList, type CompletionParams,
  type DocumentLink, type DocumentOnTypeFormattingParams, type DocumentRangeFormattingParams, type DocumentRangesFormattingParams, type FoldingRange, type InlayHint,
  type InlayHintParams, type LinkedEditingRanges, type Range, type RenameFilesParams, type RenameParams, type SelectionRange, type SelectionRangeParams,
  type SemanticTokens, type SemanticTokensDelta, type TextDocumentPositionParams, type TextEdit, type WorkspaceEdit,
} from "vscode-languageserver"
import { completionKinds } from "./convert.ts"
import { protocolDiagnostic } from "./documents.ts"
import { placeOf } from "./navigation.ts"
import { createsFiles, linesOf, offsetIn, pathIn, positionIn, rangeIn, shortened, spanIn, textEditsIn, uriIn, workspaceEdit, type Session } from "./session.ts"
import { toPosition } from "./convert.ts"
import { toolDiagnosticsIn } from "./tools.ts"

type OfDocument = { readonly textDocument: { readonly uri: string } }

export { completionTriggers }

export function completion(session: Session, params: CompletionParams): CompletionList {
  const { path, offset } = placeOf(session, params)
  const snippets = session.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true
  const items = completionsAt(session.workspace, path, offset, params.context?.triggerCharacter).map((item, index): CompletionItem => {
    const isSnippet = item.isSnippet && snippets
    const newText = item.isSnippet && !snippets ? withoutPlaces(item.insert) : item.insert
    return {
      label: item.label, kind: completionKinds[item.kind], sortText: String(index).padStart(5, "0"), filterText: item.kind === "file" ? newText : item.label,
      textEdit: { range: rangeIn(session, path, item.replace), newText }, insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      ...(item.detail === undefined ? {} : { detail: item.detail }),
      ...(item.doc === undefined ? {} : { documentation: { kind: "markdown" as const, value: item.doc } }),
      ...(item.additionalEdits.length === 0 ? {} : { additionalTextEdits: textEditsIn(session, path, item.additionalEdits) }),
    }
  })
  // Where names to import were left out, the client asks again as the word grows.
  return { isIncomplete: items.filter(({ additionalTextEdits }) => additionalTextEdits !== undefined).length >= importsMax, items }
}

/** `${1:name}` as its own text, for clients that know no snippets. */
export function withoutPlaces(snippet: string): string {
  let text = snippet
  for (let before = ""; before !== text; ) {
    before = text
    text = text.replace(/\$\{\d+\|([^,|}]*)[^}]*\}/g, "$1").replace(/\$\{\d+:((?:[^{}$\\]|\\.)*)\}/g, "$1").replace(/\$\{\d+\}/g, "")
  }
  return text.replace(/\\([$}\\])/g, "$1")
}

export function prepare(session: Session, params: TextDocumentPositionParams): { range: Range; placeholder: string } | null {
  const { path, offset } = placeOf(session, params)
  const found = prepareRename(session.workspace, path, offset)
  return found === undefined ? null : { range: rangeIn(session, path, found.span), placeholder: found.text }
}

export function renameIn(session: Session, params: RenameParams): WorkspaceEdit | ResponseError {
  const { path, offset } = placeOf(session, params)
  const renamed = rename(session.workspace, path, offset, params.newName)
  return "refused" in renamed ? new ResponseError(LSPErrorCodes.RequestFailed, renamed.refused) : workspaceEdit(session, renamed.edits)
}

export function moveFiles(session: Session, { files }: RenameFilesParams): WorkspaceEdit | null {
  const moves = new Map(files.map(({ oldUri, newUri }) => [pathIn(session, oldUri), pathIn(session, newUri)]))
  const edits = editsForMoves(session.workspace, moves)
  return edits.size === 0 ? null : workspaceEdit(session, edits)
}

export function formatting(session: Session, { textDocument }: OfDocument): TextEdit[] {
  const path = pathIn(session, textDocument.uri)
  return textEditsIn(session, path, formatDocument(session.workspace, path))
}

export function rangeFormatting(session: Session, { textDocument, range }: DocumentRangeFormattingParams): TextEdit[] {
  const path = pathIn(session, textDocument.uri)
  return textEditsIn(session, path, formatSelection(session.workspace, path, spanIn(session, path, range)))
}

/** Ranges that touch the same construct would give its edits twice. */
export function rangesFormatting(session: Session, { textDocument, ranges }: DocumentRangesFormattingParams): TextEdit[] {
  const path = pathIn(session, textDocument.uri)
  const edits = new Map(ranges.flatMap((range) => formatSelection(session.workspace, path, spanIn(session, path, range)).map((edit) => [edit.span.start, edit] as const)))
  return textEditsIn(session, path, [...edits.values()].sort((a, b) => a.span.start - b.span.start))
}

export function typeFormatting(session: Session, { textDocument, position, ch }: DocumentOnTypeFormattingParams): TextEdit[] {
  const path = pathIn(session, textDocument.uri)
  return textEditsIn(session, path, formatTyped(session.workspace, path, offsetIn(session, path, position), ch))
}

export function codeActions(session: Session, { textDocument, range, context }: CodeActionParams): CodeAction[] {
  const path = pathIn(session, textDocument.uri)
  const wanted = (kind: string): boolean => context.only === undefined || context.only.some((only) => kind === only || kind.startsWith(`${only}.`))
  const program = session.workspace.program(path)
  const found = program === undefined ? [] : toolDiagnosticsIn(session, program)
  const offered = actionsAt(session.workspace, path, spanIn(session, path, range), found).filter(({ kind, creates }) => wanted(kind) && (creates === undefined || createsFiles(session)))
  return offered.map(({ title, kind, edits, creates, repairs, preferred }) => ({
    title: shortened(session, title), kind, edit: workspaceEdit(session, edits, creates),
    ...(repairs === undefined ? {} : { diagnostics: [protocolDiagnostic(session, repairs)] }), ...(preferred === true ? { isPreferred: true } : {}),
  }))
}

export function folding(session: Session, { textDocument }: OfDocument): FoldingRange[] {
  const path = pathIn(session, textDocument.uri)
  return foldsOf(session.workspace, path).map(({ span, kind }) => {
    const { start, end } = rangeIn(session, path, span)
    return { startLine: start.line, startCharacter: start.character, endLine: end.line, endCharacter: end.character, kind }
  })
}

export function selections(session: Session, { textDocument, positions }: SelectionRangeParams): SelectionRange[] {
  const path = pathIn(session, textDocument.uri)
  return positions.map((position) => {
    const spans = selectionAt(session.workspace, path, offsetIn(session, path, position))
    const nested = [...spans].reverse().reduce<SelectionRange | undefined>((parent, span) => ({ range: rangeIn(session, path, span), ...(parent === undefined ? {} : { parent }) }), undefined)
    return nested ?? { range: { start: position, end: position } }
  })
}

export function links(session: Session, { textDocument }: OfDocument): DocumentLink[] {
  const path = pathIn(session, textDocument.uri)
  return linksOf(session.workspace, path).map((link) => ({ range: rangeIn(session, path, link.span), target: uriIn(session, link.path) }))
}

export function linked(session: Session, params: TextDocumentPositionParams): LinkedEditingRanges | null {
  const { path, offset } = placeOf(session, params)
  const spans = linkedAt(session.workspace, path, offset)
  return spans.length === 0 ? null : { ranges: spans.map((span) => rangeIn(session, path, span)), wordPattern: "[A-Za-z_][A-Za-z0-9_]*" }
}

export function hints(session: Session, { textDocument, range }: InlayHintParams): InlayHint[] {
  const path = pathIn(session, textDocument.uri)
  return inlayHints(session.workspace, path, spanIn(session, path, range), session.settings.inlayHints).map(({ offset, text, kind, tooltip }) => ({
    position: positionIn(session, path, offset), label: text, paddingLeft: kind !== "type", ...(kind === "type" ? { kind: InlayHintKind.Type } : {}),
    ...(tooltip === undefined ? {} : { tooltip }),
  }))
}

/** A client that has no such command gets one of ours, which says what to type. */
export function lenses(session: Session, { textDocument }: OfDocument): CodeLens[] {
  const path = pathIn(session, textDocument.uri)
  return lensesOf(session.workspace, path).map(({ span, title, command, name }) => {
    const own = `agentflow.${command}`
    const known = session.commands.includes(own)
    return { range: rangeIn(session, path, span), command: { title, command: known ? own : tellCommand, arguments: known ? [textDocument.uri, name] : [command, shortened(session, path), name] } }
  })
}

export const tellCommand = "agentflow.tell"

export function toldCommand(parts: readonly unknown[]): string {
  const [command, file, name] = parts.map(String)
  switch (command) {
    case "run":
      return `agentflow run ${file} ${name}`
    case "test":
      return `agentflow test ${file}${name === "" ? "" : ` --filter ${JSON.stringify(name)}`}`
    case "simulate":
      return `agentflow test ${file} --simulate ${name}`
    case "cost":
      return `agentflow cost ${file}`
    default:
      return `agentflow ${command} ${file}`
  }
}

// ---------------------------------------------------------------- semantic tokens

export function tokenData(session: Session, path: string): readonly number[] {
  const lines = linesOf(session, path)
  const data: number[] = []
  let [lastLine, lastCharacter] = [0, 0]
  for (const { start, length, type, modifiers } of semanticTokens(session.workspace, path)) {
    const { line, character } = toPosition(lines, start, session.encoding)
    const width = toPosition(lines, start + length, session.encoding).character - character
    const bits = modifiers.reduce((sum, modifier) => sum | (1 << tokenModifiers.indexOf(modifier)), 0)
    data.push(line - lastLine, line === lastLine ? character - lastCharacter : character, width, tokenTypes.indexOf(type), bits)
    ;[lastLine, lastCharacter] = [line, character]
  }
  return data
}

export function tokensFull(session: Session, { textDocument }: OfDocument): SemanticTokens {
  const path = pathIn(session, textDocument.uri)
  const data = tokenData(session, path)
  const id = String(Number(session.tokens.get(path)?.id ?? 0) + 1)
  session.tokens.set(path, { id, data })
  return { resultId: id, data: [...data] }
}

export function tokensDelta(session: Session, { textDocument, previousResultId }: OfDocument & { readonly previousResultId: string }): SemanticTokens | SemanticTokensDelta {
  const before = session.tokens.get(pathIn(session, textDocument.uri))
  const full = tokensFull(session, { textDocument })
  if (before === undefined || before.id !== previousResultId) return full
  const edit = difference(before.data, full.data)
  return { resultId: full.resultId!, edits: edit === undefined ? [] : [edit] }
}

function difference(before: readonly number[], after: readonly number[]): { start: number; deleteCount: number; data: number[] } | undefined {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  if (start === before.length && start === after.length) return undefined
  let tail = 0
  while (tail < before.length - start && tail < after.length - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  return { start, deleteCount: before.length - start - tail, data: after.slice(start, after.length - tail) }
}
