// What one client and the server agreed on, and what the server keeps for it.

import type { Edit } from "../base/text/edit.ts"
import type { Location as PlainLocation, Span } from "../base/text/span.ts"
import { lineTable } from "../base/text/line-table.ts"
import type { Generated } from "../services/generated.ts"
import type { InlayOptions } from "../services/inlay.ts"
import type { FileEdits } from "../services/rename.ts"
import type { ToolProblem } from "../services/tool-problems.ts"
import type { Plan, Program, Workspace } from "../services/workspace.ts"
import type { ClientCapabilities, Location, Position, Range, TextEdit, WorkspaceEdit } from "vscode-languageserver"
import type { LaterFound } from "./documents.ts"
import type { KnownTools } from "./tools.ts"
import { pathOf, toOffset, toPosition, toRange, toSpan, toTextEdits, uriOf, type Encoding, type Lines } from "./convert.ts"

/** What differs between a process and a worker. */
export interface Platform {
  /** Lets waiting messages be read, so that a cancellation is seen. */
  readonly pause: () => Promise<void>
  /** A page about a diagnostic code. */
  readonly docsUrl: (code: string) => string | undefined
  /** The folders of the workspace have changed. */
  readonly setRoots: (paths: readonly string[]) => void
  /** Files have changed on disk, or all may have. */
  readonly forget: (paths?: readonly string[]) => void
  /** Resolves when the client has been quiet for longer than it takes to press the next key. */
  readonly lull: () => Promise<void>
  /** Resolves when the client has been quiet for a while. */
  readonly idle: () => Promise<void>
  /** Compares the tools of a plan with their functions on disk; absent where there is no TypeScript. */
  readonly compareTools?: (plan: Plan, path: string) => Promise<readonly ToolProblem[]>
  /** What a build writes beside the code, where it can be told without a disk. */
  readonly filesBeside?: (plan: Plan, path: string) => Promise<readonly { readonly path: string; readonly text: string }[]>
  /** What is wrong with a config that rules are read from, by path of the config file; an empty list when it was mended. */
  readonly configProblems?: () => ReadonlyMap<string, readonly ConfigProblem[]>
}

/** As its reader says it; line and column count from 1. */
export interface ConfigProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

export interface Settings {
  readonly inlayHints: InlayOptions
}

export interface Session {
  readonly workspace: Workspace
  readonly platform: Platform
  readonly log: (message: string) => void
  capabilities: ClientCapabilities
  encoding: Encoding
  settings: Settings
  /** Commands that the client runs itself, such as "agentflow.run". */
  commands: readonly string[]
  roots: readonly string[]
  /** As the client names each file. */
  readonly uris: Map<string, string>
  /** Name of each program's diagnostics, for clients that ask whether they changed. */
  readonly results: WeakMap<Program, string>
  lastResult: number
  /** What a client that asks was told of each program's first file last. */
  readonly pulled: WeakMap<Program, string>
  /** What was said of each file beyond its check. */
  readonly later: Map<string, LaterFound>
  /** Programs of which all is known that there is to say, tools apart. */
  readonly settled: WeakSet<Program>
  /** Requests that somebody waits for; diagnostics come after them. */
  waiting: number
  readonly generated: WeakMap<Program, Promise<Generated | undefined>>
  /** What is known of the functions of a program's tools, by path of the program. */
  readonly tools: Map<string, KnownTools>
  /** How often TypeScript modules have changed on disk. */
  modulesRead: number
  /** What was sent last, by path: a delta refers to it. */
  readonly tokens: Map<string, { readonly id: string; readonly data: readonly number[] }>
}

export function newSession(workspace: Workspace, platform: Platform, log: Session["log"]): Session {
  return {
    workspace, platform, log, capabilities: {}, encoding: "utf-16", settings: { inlayHints: { types: true, retries: true, costs: true } }, commands: [], roots: [],
    uris: new Map(), results: new WeakMap(), lastResult: 0, pulled: new WeakMap(), later: new Map(), settled: new WeakSet(), waiting: 0, generated: new WeakMap(), tools: new Map(), modulesRead: 0, tokens: new Map(),
  }
}

/** The path of a document; its URI is remembered as the client writes it. */
export function pathIn(session: Session, uri: string): string {
  const path = pathOf(uri)
  session.uris.set(path, uri)
  return path
}

export function uriIn(session: Session, path: string): string {
  return session.uris.get(path) ?? uriOf(path)
}

export function linesOf({ workspace }: Session, path: string): Lines {
  const document = workspace.document(path)
  if (document !== undefined) return document
  // A TypeScript module is no document of ours.
  const text = workspace.host.readText(path) ?? ""
  return { text, lines: lineTable(text) }
}

export function offsetIn(session: Session, path: string, position: Position): number {
  return toOffset(linesOf(session, path), position, session.encoding)
}

export function positionIn(session: Session, path: string, offset: number): Position {
  return toPosition(linesOf(session, path), offset, session.encoding)
}

export function rangeIn(session: Session, path: string, span: Span): Range {
  return toRange(linesOf(session, path), span, session.encoding)
}

export function spanIn(session: Session, path: string, range: Range): Span {
  return toSpan(linesOf(session, path), range, session.encoding)
}

export function locationIn(session: Session, { path, span }: PlainLocation): Location {
  return { uri: uriIn(session, path), range: rangeIn(session, path, span) }
}

export function textEditsIn(session: Session, path: string, edits: readonly Edit[]): TextEdit[] {
  return toTextEdits(linesOf(session, path), edits, session.encoding)
}

export function createsFiles({ capabilities: { workspace } }: Session): boolean {
  return workspace?.workspaceEdit?.documentChanges === true && workspace.workspaceEdit.resourceOperations?.includes("create") === true
}

/** With versions where the client takes them, so that an edit of an older text is refused. A file is made only by a client that `createsFiles`. */
export function workspaceEdit(session: Session, edits: FileEdits, creates?: string): WorkspaceEdit {
  const { workspace, capabilities } = session
  const byUri = [...edits].map(([path, each]) => ({ uri: uriIn(session, path), path, edits: textEditsIn(session, path, each) }))
  if (capabilities.workspace?.workspaceEdit?.documentChanges !== true) return { changes: Object.fromEntries(byUri.map(({ uri, edits: made }) => [uri, made])) }
  const open = new Set(workspace.openPaths())
  return {
    documentChanges: [
      ...(creates === undefined ? [] : [{ kind: "create" as const, uri: uriIn(session, creates), options: { ignoreIfExists: true } }]),
      ...byUri.map(({ uri, path, edits: made }) => ({ textDocument: { uri, version: open.has(path) ? workspace.document(path)!.source.version : null }, edits: made })),
    ],
  }
}

/** Paths in messages are relative to the folder that the user has open. */
export function shortened({ roots }: Session, text: string): string {
  return roots.reduce((shorter, root) => shorter.replaceAll(`${root}/`, ""), text)
}
