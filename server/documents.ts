// Open documents as the client changes them, and their diagnostics: those of the check at once, those of the plan with the next pause.

import type { Diagnostic as PlainDiagnostic } from "../base/diagnostics/diagnostic.ts"
import { lineTable } from "../base/text/line-table.ts"
import { carriedOver, checkDiagnosticsOf, diagnosticsOf, mayFindMore, type FoundDiagnostic } from "../services/diagnostics.ts"
import {
  DiagnosticTag, type Diagnostic, type DidChangeTextDocumentParams, type DocumentDiagnosticParams, type DocumentDiagnosticReport,
  type TextDocumentContentChangeEvent, type WorkspaceDiagnosticParams, type WorkspaceDiagnosticReport,
} from "vscode-languageserver"
import { severities, toSpan, type Encoding } from "./convert.ts"
import { locationIn, pathIn, rangeIn, shortened, uriIn, type Session } from "./session.ts"
import { toolDiagnosticsIn } from "./tools.ts"

export function changedText(text: string, changes: readonly TextDocumentContentChangeEvent[], encoding: Encoding): string {
  return changes.reduce((before, change) => {
    if (!("range" in change)) return change.text
    const { start, end } = toSpan({ text: before, lines: lineTable(before) }, change.range, encoding)
    return before.slice(0, start) + change.text + before.slice(end)
  }, text)
}

export function applyChange(session: Session, { textDocument, contentChanges }: DidChangeTextDocumentParams): string {
  const path = pathIn(session, textDocument.uri)
  const before = session.workspace.document(path)?.text ?? ""
  session.workspace.open(path, changedText(before, contentChanges, session.encoding), textDocument.version)
  return path
}

export function protocolDiagnostic(session: Session, found: FoundDiagnostic | PlainDiagnostic): Diagnostic {
  const { code, severity, message, path, span, related } = found
  const url = session.platform.docsUrl(code)
  return {
    range: rangeIn(session, path, span), severity: severities[severity], code, source: "agentflow", message: shortened(session, message),
    ...(url === undefined ? {} : { codeDescription: { href: url } }),
    ...("unnecessary" in found && found.unnecessary ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length === 0 ? {} : { relatedInformation: related.map((each) => ({ location: locationIn(session, each), message: shortened(session, each.message) })) }),
  }
}

/** What only a plan or a comparison of tools has shown, and the text that it was said of. */
export interface LaterFound {
  readonly text: string
  readonly found: readonly (FoundDiagnostic | PlainDiagnostic)[]
}

/** All that is known of a file. Its plan is made for that, unless there is one. */
export function allDiagnosticsIn(session: Session, path: string): Diagnostic[] {
  const program = session.workspace.program(path)
  if (program === undefined) return []
  const defect = program.defect()
  if (defect !== undefined) session.log(`plan of ${path}: ${defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)}`)
  const tools = toolDiagnosticsIn(session, program).filter((each) => each.path === path)
  const found = [...diagnosticsOf(session.workspace, path), ...tools]
  const first = new Set(checkDiagnosticsOf(session.workspace, path).map(keyOf))
  session.later.set(path, { text: session.workspace.document(path)!.text, found: found.filter((each) => !first.has(keyOf(each))) })
  session.settled.add(program)
  return found.map((each) => protocolDiagnostic(session, each))
}

/** Without a plan: what it has shown of the text before stays where that was not touched. */
export function firstDiagnosticsIn(session: Session, path: string): Diagnostic[] {
  const program = session.workspace.program(path)
  if (program === undefined) return []
  if (session.settled.has(program) || !mayFindMore(program)) return allDiagnosticsIn(session, path)
  const later = session.later.get(path)
  const kept = later === undefined ? [] : carriedOver(later.found, later.text, session.workspace.document(path)!.text)
  return [...checkDiagnosticsOf(session.workspace, path), ...kept].map((each) => protocolDiagnostic(session, each))
}

function keyOf({ code, span, message }: PlainDiagnostic): string {
  return `${code} ${span.start} ${span.end} ${message}`
}

// ---------------------------------------------------------------- pulled

/** A program is made anew when anything that it rests on changes, so its identity names its diagnostics. */
function idOf(session: Session, path: string): string {
  const program = session.workspace.program(path)
  if (program === undefined) return "none"
  const known = session.results.get(program)
  if (known !== undefined) return known
  const id = String(++session.lastResult)
  session.results.set(program, id)
  return id
}

export function documentDiagnostics(session: Session, { textDocument, previousResultId }: DocumentDiagnosticParams): DocumentDiagnosticReport {
  const path = pathIn(session, textDocument.uri)
  const resultId = idOf(session, path)
  if (previousResultId === resultId) return { kind: "unchanged", resultId }
  // One who can be asked to ask again need not wait for the plan.
  const items = session.capabilities.workspace?.diagnostics?.refreshSupport === true ? firstDiagnosticsIn(session, path) : allDiagnosticsIn(session, path)
  const program = session.workspace.program(path)
  if (program !== undefined) session.pulled.set(program, JSON.stringify(items))
  return { kind: "full", resultId, items }
}

export function workspaceDiagnostics(session: Session, { previousResultIds }: WorkspaceDiagnosticParams): WorkspaceDiagnosticReport {
  const known = new Map(previousResultIds.map(({ uri, value }) => [pathIn(session, uri), value]))
  const open = new Set(session.workspace.openPaths())
  return {
    items: session.workspace.paths().map((path) => {
      const resultId = idOf(session, path)
      const about = { uri: uriIn(session, path), version: open.has(path) ? (session.workspace.document(path)?.source.version ?? null) : null, resultId }
      return known.get(path) === resultId ? { ...about, kind: "unchanged" as const } : { ...about, kind: "full" as const, items: allDiagnosticsIn(session, path) }
    }),
  }
}
