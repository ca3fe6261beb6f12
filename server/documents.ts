// Open documents as the client changes them, and their diagnostics, pushed or pulled.

import type { Diagnostic as PlainDiagnostic } from "../base/diagnostics/diagnostic.ts"
import { lineTable } from "../base/text/line-table.ts"
import { affectedBy, diagnosticsOf, type FoundDiagnostic } from "../services/diagnostics.ts"
import {
  DiagnosticTag, type Connection, type Diagnostic, type DidChangeTextDocumentParams, type DocumentDiagnosticParams, type DocumentDiagnosticReport,
  type TextDocumentContentChangeEvent, type WorkspaceDiagnosticParams, type WorkspaceDiagnosticReport,
} from "vscode-languageserver"
import { severities, toSpan, type Encoding } from "./convert.ts"
import { locationIn, pathIn, rangeIn, shortened, uriIn, type ConfigProblem, type Session } from "./session.ts"
import { compareTools, toolDiagnosticsIn } from "./tools.ts"

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

export function diagnosticsIn(session: Session, path: string): Diagnostic[] {
  const program = session.workspace.program(path)
  const defect = program?.defect()
  if (defect !== undefined) session.log(`plan of ${path}: ${defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)}`)
  const later = program === undefined ? [] : toolDiagnosticsIn(session, program).filter((each) => each.path === path)
  return [...diagnosticsOf(session.workspace, path), ...later].map((each) => protocolDiagnostic(session, each))
}

// ---------------------------------------------------------------- pushed

export interface Pusher {
  /** Diagnostics of this file, and of the open files that see it, are sent when the waiting messages are read. */
  readonly changed: (path: string) => void
  readonly everything: () => void
  /** Nothing is sent any more: the client is about to go. */
  readonly stop: () => void
}

export function pusher(session: Session, connection: Connection): Pusher {
  let generation = 0
  const dirty = new Set<string>()
  /** What was last said about each config. */
  const configs = new Map<string, string>()
  /** Whether this is still what there is to do, once nobody waits for an answer. */
  const isCurrent = async (mine: number): Promise<boolean> => {
    do await session.platform.pause()
    while (session.waiting > 0 && mine === generation)
    return mine === generation
  }
  const flush = async (): Promise<void> => {
    const mine = ++generation
    // Twice: a change that waits behind this one is read in between, and then its own flush does the work.
    await session.platform.pause()
    if (!(await isCurrent(mine))) return
    // In slices, each kept: a request that comes meanwhile waits for one of them at most, and uses what it gave.
    for (const path of dirty) {
      void session.workspace.document(path)?.file
      if (!(await isCurrent(mine))) return
      session.workspace.program(path)
      if (!(await isCurrent(mine))) return
    }
    const paths = new Set([...dirty].flatMap((path) => [path, ...affectedBy(session.workspace, path)]))
    dirty.clear()
    await send(paths, paths.size > 1)
    sendConfigProblems()
    await session.platform.idle()
    for (const path of paths) {
      if (mine !== generation) return
      if (!isOpen(path) || !(await compareTools(session, path))) continue
      session.results.delete(session.workspace.program(path)!)
      await send(new Set([path]), true)
    }
  }
  const isOpen = (path: string): boolean => session.workspace.openPaths().includes(path)
  /** Pushes, or tells a client that pulls to ask again for more than what it has changed itself. */
  const send = async (paths: ReadonlySet<string>, others: boolean): Promise<void> => {
    if (session.capabilities.textDocument?.diagnostic !== undefined) {
      if (others && session.capabilities.workspace?.diagnostics?.refreshSupport === true) await connection.languages.diagnostics.refresh()
      return
    }
    for (const path of paths) {
      if (!isOpen(path)) continue
      const { version } = session.workspace.document(path)!.source
      void connection.sendDiagnostics({ uri: uriIn(session, path), version, diagnostics: diagnosticsIn(session, path) })
    }
  }
  const sendConfigProblems = (): void => {
    const now = session.platform.configProblems?.() ?? new Map<string, readonly ConfigProblem[]>()
    for (const path of new Set([...configs.keys(), ...now.keys()])) {
      const problems = now.get(path) ?? []
      if (configs.get(path) === JSON.stringify(problems)) continue
      configs.set(path, JSON.stringify(problems))
      void connection.sendDiagnostics({ uri: uriIn(session, path), diagnostics: problems.map(configDiagnostic) })
    }
  }
  const start = (): void => void flush().catch((problem: unknown) => session.log(`diagnostics: ${String(problem instanceof Error ? problem.stack : problem)}`))
  return {
    changed(path) {
      dirty.add(path)
      start()
    },
    everything() {
      for (const path of session.workspace.openPaths()) dirty.add(path)
      start()
    },
    stop() {
      // Equal to nothing, not even to itself.
      generation = Number.NaN
    },
  }
}

function configDiagnostic({ line, column, message }: ConfigProblem): Diagnostic {
  const start = { line: line - 1, character: column - 1 }
  return { range: { start, end: { ...start, character: start.character + 1 } }, severity: severities.error, source: "agentflow", message }
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
  return { kind: "full", resultId, items: diagnosticsIn(session, path) }
}

export function workspaceDiagnostics(session: Session, { previousResultIds }: WorkspaceDiagnosticParams): WorkspaceDiagnosticReport {
  const known = new Map(previousResultIds.map(({ uri, value }) => [pathIn(session, uri), value]))
  const open = new Set(session.workspace.openPaths())
  return {
    items: session.workspace.paths().map((path) => {
      const resultId = idOf(session, path)
      const about = { uri: uriIn(session, path), version: open.has(path) ? (session.workspace.document(path)?.source.version ?? null) : null, resultId }
      return known.get(path) === resultId ? { ...about, kind: "unchanged" as const } : { ...about, kind: "full" as const, items: diagnosticsIn(session, path) }
    }),
  }
}
