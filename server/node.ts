// The server as a process: LSP over standard input and output, files from the disk.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { createConnection } from "vscode-languageserver/node"
import type { Host, Rules, ToolModule } from "../services/host.ts"
import type { ToolProblem } from "../services/tool-problems.ts"
import type { Plan } from "../services/workspace.ts"
import { serve } from "./serve.ts"
import type { ConfigProblem } from "./session.ts"

export interface FolderConfig {
  /** Levels of the rules. */
  readonly rules: Rules
  /** Names of the model providers that it adds; undefined when they can't be known. */
  readonly providers?: readonly string[]
  /** Why the config can't be used; the built-in levels hold then. */
  readonly problem?: ConfigProblem & { readonly file: string }
}

export interface NodeOptions {
  readonly version: string
  /** What the config sets that holds in a folder. */
  readonly readConfig: (folder: string) => FolderConfig
  /** What a TypeScript module exports. */
  readonly readExports: (file: string) => ToolModule | undefined
  /** Compares a program's TypeScript tools with their functions, apart from this thread. `file` is the program's. */
  readonly compareTools: (plan: Plan, file: string) => Promise<readonly ToolProblem[]>
  readonly input?: NodeJS.ReadableStream
  readonly output?: NodeJS.WritableStream
}

/** Folders that hold no program of the user's. */
const skipped: ReadonlySet<string> = new Set(["node_modules", "dist", "generated", "build", "out"])
const filesMax = 5_000
/** Longer than between two keys of somebody who types fast. */
const lullMs = 100
/** Longer than the pauses of somebody who types. */
const idleMs = 400

/** Serves until the client says `exit` or closes the streams. */
export function serveNode({ version, readConfig, readExports, compareTools, input = process.stdin, output = process.stdout }: NodeOptions): void {
  const connection = createConnection(input, output)
  const files = nodeFiles(readConfig, readExports)
  serve(connection, {
    host: files.host, version,
    platform: {
      pause: () => new Promise((resolve) => void setImmediate(resolve)), lull: () => after(lullMs), idle: () => after(idleMs - lullMs), docsUrl,
      setRoots: files.setRoots, forget: files.forget, configProblems: files.configProblems, compareTools: (plan, path) => compareTools(plan, onDisk(path)),
    },
  })
  connection.listen()
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

/** The page of a code in the package's documentation, where it is installed with it. */
function docsUrl(code: string): string | undefined {
  for (const up of ["../docs/errors", "../../docs/errors"]) {
    const file = fileURLToPath(new URL(`${up}/${code}.md`, import.meta.url))
    if (existsSync(file)) return pathToFileURL(file).href
  }
  return undefined
}

interface NodeFiles {
  readonly host: Host
  readonly setRoots: (paths: readonly string[]) => void
  readonly forget: (paths?: readonly string[]) => void
  readonly configProblems: () => ReadonlyMap<string, readonly ConfigProblem[]>
}

/** Answers stay the same until `forget`: the disk is read once. */
function nodeFiles(readConfig: NodeOptions["readConfig"], readExports: NodeOptions["readExports"]): NodeFiles {
  const modules = new Map<string, ToolModule | undefined>()
  const configs = new Map<string, FolderConfig>()
  let roots: readonly string[] = []
  let programs: readonly string[] | undefined
  const configOf = (path: string): FolderConfig => remembered(configs, path.split("/").slice(0, -1).join("/"), (folder) => readConfig(onDisk(folder)))
  const host: Host = {
    readText: (path) => readUtf8(onDisk(path)),
    programFiles: () => (programs ??= [...new Set(roots.flatMap((root) => programsBelow(root)))]),
    rulesOf: (path) => configOf(path).rules,
    providersOf: (path) => configOf(path).providers,
    toolModule: (path) => remembered(modules, path, (file) => readExports(onDisk(file))),
  }
  return {
    host,
    setRoots(paths) {
      roots = paths
      programs = undefined
    },
    forget() {
      modules.clear()
      configs.clear()
      programs = undefined
    },
    configProblems() {
      const problems = [...configs.values()].flatMap(({ problem }) => (problem === undefined ? [] : [[problem.file.replaceAll("\\", "/"), [problem]] as const]))
      return new Map(problems)
    },
  }
}

function remembered<T>(known: Map<string, T>, key: string, make: (key: string) => T): T {
  if (!known.has(key)) known.set(key, make(key))
  return known.get(key)!
}

/** `/c:/x` is a path of a URI; the drive has no slash before it. */
function onDisk(path: string): string {
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path
}

function readUtf8(file: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch {
    return undefined
  }
}

function programsBelow(root: string): readonly string[] {
  const found: string[] = []
  const waiting = [root]
  for (let folder = waiting.pop(); folder !== undefined && found.length < filesMax; folder = waiting.pop()) {
    let entries
    try {
      entries = readdirSync(onDisk(folder), { withFileTypes: true })
    } catch {
      continue
    }
    for (const entry of entries) {
      if (entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith(".")) waiting.push(join(folder, entry.name).replaceAll("\\", "/"))
      else if (entry.isFile() && entry.name.endsWith(".agentflow")) found.push(`${folder}/${entry.name}`)
    }
  }
  return found
}
