// Between our data and the protocol's: positions in either encoding, paths and URIs, kinds.

import type { Severity } from "../base/diagnostics/diagnostic.ts"
import type { Edit } from "../base/text/edit.ts"
import { offsetAt, positionAt, type LineTable } from "../base/text/line-table.ts"
import type { Span } from "../base/text/span.ts"
import type { ItemKind } from "../services/completion/items.ts"
import type { OutlineKind } from "../services/symbols.ts"
import { CompletionItemKind, DiagnosticSeverity, SymbolKind, type Position, type Range, type TextEdit } from "vscode-languageserver"

export type Encoding = "utf-8" | "utf-16"

/** A text with the offsets of its lines. */
export interface Lines {
  readonly text: string
  readonly lines: LineTable
}

export function toPosition({ text, lines }: Lines, offset: number, encoding: Encoding): Position {
  const { line, column } = positionAt(lines, offset)
  return { line, character: encoding === "utf-16" ? column : utf8Length(text, lines.starts[line]!, lines.starts[line]! + column) }
}

/** A position behind the end of its line is the end of the line. */
export function toOffset({ text, lines }: Lines, { line, character }: Position, encoding: Encoding): number {
  if (line >= lines.starts.length) return text.length
  const start = lines.starts[line]!
  const next = lines.starts[line + 1]
  const end = next === undefined ? text.length : text[next - 2] === "\r" ? next - 2 : next - 1
  if (encoding === "utf-16") return Math.min(offsetAt(lines, { line, column: character }), end)
  let bytes = 0
  let at = start
  while (at < end) {
    const width = bytesOf(text.codePointAt(at)!)
    if (bytes + width > character) break
    bytes += width
    at += width === 4 ? 2 : 1
  }
  return at
}

function bytesOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}

function utf8Length(text: string, start: number, end: number): number {
  let bytes = 0
  for (let at = start; at < end; at++) {
    const width = bytesOf(text.codePointAt(at)!)
    bytes += width
    if (width === 4) at++
  }
  return bytes
}

export function toRange(lines: Lines, { start, end }: Span, encoding: Encoding): Range {
  return { start: toPosition(lines, start, encoding), end: toPosition(lines, end, encoding) }
}

export function toSpan(lines: Lines, { start, end }: Range, encoding: Encoding): Span {
  return { start: toOffset(lines, start, encoding), end: toOffset(lines, end, encoding) }
}

export function toTextEdits(lines: Lines, edits: readonly Edit[], encoding: Encoding): TextEdit[] {
  return edits.map(({ span, text }) => ({ range: toRange(lines, span, encoding), newText: text }))
}

/** `file:` URIs are paths; of others the scheme is the first part of the path. */
export function pathOf(uri: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(uri) ?? []
  const decoded = decode(rest.replace(/^\/\/[^/]*/, "").replace(/[?#].*$/, ""))
  if (scheme === "" || scheme === "file") return decoded === "" ? uri : decoded
  return `/${scheme}:${/^\/\/([^/]+)/.exec(rest)?.[1] ?? ""}${decoded.startsWith("/") ? "" : "/"}${decoded}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** For files that no client has named yet; `like` is a URI of the same kind. */
export function uriOf(path: string): string {
  const other = /^\/([a-z][a-z0-9+.-]*):([^/]*)(\/.*)$/i.exec(path)
  // `/c:/x` is a drive, not a scheme.
  const isScheme = other !== null && other[1]!.length > 1
  const encoded = (isScheme ? other[3]! : path).split("/").map(encodeURIComponent).join("/")
  return isScheme ? `${other[1]!}://${other[2]!}${encoded}` : `file://${encoded}`
}

export const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, info: DiagnosticSeverity.Information,
}

export const completionKinds: Readonly<Record<ItemKind, CompletionItemKind>> = {
  keyword: CompletionItemKind.Keyword, snippet: CompletionItemKind.Snippet, function: CompletionItemKind.Function, method: CompletionItemKind.Method,
  variable: CompletionItemKind.Variable, parameter: CompletionItemKind.Variable, type: CompletionItemKind.Struct, enum: CompletionItemKind.Enum,
  enumMember: CompletionItemKind.EnumMember, field: CompletionItemKind.Field, event: CompletionItemKind.Event, error: CompletionItemKind.Class,
  model: CompletionItemKind.Module, policy: CompletionItemKind.Module, constant: CompletionItemKind.Constant, file: CompletionItemKind.File,
  constraint: CompletionItemKind.Property,
}

export const symbolKinds: Readonly<Record<OutlineKind, SymbolKind>> = {
  type: SymbolKind.Struct, enum: SymbolKind.Enum, error: SymbolKind.Class, event: SymbolKind.Event, model: SymbolKind.Module, secret: SymbolKind.Key,
  setting: SymbolKind.Constant, policy: SymbolKind.Namespace, tool: SymbolKind.Function, agent: SymbolKind.Function, human: SymbolKind.Function,
  workflow: SymbolKind.Class, test: SymbolKind.Method, field: SymbolKind.Field, enumMember: SymbolKind.EnumMember, let: SymbolKind.Variable, branch: SymbolKind.Variable,
}
