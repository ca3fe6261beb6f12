// What the parts of the extension share: the client of the language server, and requests that only this server knows.

import type { BaseLanguageClient, Position, Range } from "vscode-languageclient"
import * as vscode from "vscode"

export interface Host {
  readonly context: vscode.ExtensionContext
  readonly client: BaseLanguageClient
  /** Absent in a browser: there nothing can be started. */
  readonly command?: CommandRunner
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The `agentflow` command, started for a folder. */
export interface CommandRunner {
  /** In a terminal, where a person sees it and can answer. */
  readonly show: (folder: vscode.Uri, title: string, args: readonly string[]) => Promise<void>
  /** Out of sight; ended when the token is cancelled. */
  readonly run: (folder: vscode.Uri, args: readonly string[], token?: vscode.CancellationToken) => Promise<Finished>
}

export const language = "agentflow"

export interface GeneratedFile {
  readonly path: string
  readonly uri: string
  readonly text: string
}

export interface Place {
  readonly uri: string
  readonly range: Range
}

export interface Picture {
  readonly name: string
  readonly range: Range
  readonly svg: string
  readonly boxes: readonly { readonly id: string; readonly range: Range }[]
}

export interface TestFile {
  readonly uri: string
  readonly tests: readonly { readonly name: string; readonly range: Range; readonly selectionRange: Range }[]
}

/** Of a plan, what a run is started with. */
export interface Startable {
  readonly types: readonly { readonly name: string; readonly schema: unknown }[]
  readonly workflows: readonly { readonly name: string; readonly parametersSchema: unknown }[]
}

export function requests({ client }: Pick<Host, "client">): {
  readonly emit: (uri: string) => Promise<{ readonly files: readonly GeneratedFile[] } | null>
  readonly toGenerated: (uri: string, position: Position) => Promise<Place | null>
  readonly toSource: (uri: string, generated: string, position: Position) => Promise<Place | null>
  readonly svg: (uri: string) => Promise<{ readonly css: string; readonly graphs: readonly Picture[] }>
  readonly plan: (uri: string) => Promise<Startable | null>
  readonly tests: (uri?: string) => Promise<readonly TestFile[]>
} {
  return {
    emit: (uri) => client.sendRequest("agentflow/emit", { uri }),
    toGenerated: (uri, position) => client.sendRequest("agentflow/toGenerated", { uri, position: plain(position) }),
    toSource: (uri, generated, position) => client.sendRequest("agentflow/toSource", { uri, generated, position: plain(position) }),
    svg: (uri) => client.sendRequest("agentflow/svg", { uri }),
    plan: (uri) => client.sendRequest("agentflow/plan", { uri }),
    tests: (uri) => client.sendRequest("agentflow/tests", uri === undefined ? {} : { uri }),
  }
}

/** Of the editor's own positions a worker would get nothing: what they say is no data of theirs. */
function plain({ line, character }: Position): Position {
  return { line, character }
}

export function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character)
}

/** The folder of the workspace that a file is in, or its own. */
export function folderOf(uri: vscode.Uri): vscode.Uri {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, "..")
}

/** As the server and the command line know it: the program of the lens, or the one that is looked at. */
export function programUri(given: unknown): vscode.Uri | undefined {
  if (typeof given === "string") return vscode.Uri.parse(given)
  if (given instanceof vscode.Uri) return given
  const document = vscode.window.activeTextEditor?.document
  return document?.languageId === language ? document.uri : undefined
}

/** Runs `act` once, a while after the last of several calls. */
export function debounced(milliseconds: number, act: () => void): vscode.Disposable & { readonly call: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    call() {
      clearTimeout(timer)
      timer = setTimeout(act, milliseconds)
    },
    dispose: () => clearTimeout(timer),
  }
}

/** Failures of one part are shown and leave the others alone. */
export function guarded<A extends readonly unknown[]>(what: string, act: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await act(...args)
    } catch (problem) {
      void vscode.window.showErrorMessage(`AgentFlow: ${what}: ${problem instanceof Error ? problem.message : String(problem)}`)
    }
  }
}
