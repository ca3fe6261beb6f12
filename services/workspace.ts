// Open and stored documents with the results of the compiler's phases, kept until something they rest on changes.

import type { Diagnostic, Phase } from "../base/diagnostics/diagnostic.ts"
import { lineTable, type LineTable } from "../base/text/line-table.ts"
import type { Source } from "../base/text/source.ts"
import { plainText, resolvePath } from "../compiler/1-bind/imports.ts"
import type { Plan } from "../compiler/3-plan/types.ts"
import { boundOf } from "../compiler/cost/bound.ts"
import type { CostReport } from "../compiler/cost/types.ts"
import { checkParsed, planChecked, planInSteps, type Checked, type CompileOptions } from "../compiler/index.ts"
import { versionsIn } from "../compiler/versions/check.ts"
import { parseLock, type Lock, type ProgramLock } from "../compiler/versions/lock.ts"
import { parse, type Syntax } from "../grammar/parse.ts"
import type { FileNode } from "../grammar/syntax/nodes.ts"
import type { Host, ToolModule } from "./host.ts"

export type { Plan } from "../compiler/3-plan/types.ts"

export interface Document {
  readonly path: string
  readonly text: string
  readonly source: Source
  readonly parsed: Phase<Syntax>
  readonly file: FileNode
  readonly lines: LineTable
  /** Paths of the files that it imports. */
  readonly imports: readonly string[]
  /** Paths of the TypeScript modules that its tools come from. */
  readonly modules: readonly string[]
  /** Gives its trees to the document of a later text. Who still asks this one gets others, made from its own text. */
  readonly release: () => Syntax | undefined
  readonly isReleased: () => boolean
}

/** A file with everything that it imports, checked: what `agentflow check FILE` looks at. */
export interface Program {
  readonly entry: string
  readonly documents: ReadonlyMap<string, Document>
  readonly checked: Checked
  /** Of its syntax, names, types and policies: all that there are where one is an error. */
  readonly checkDiagnostics: readonly Diagnostic[]
  /** With those of its bounds and its lock, for which it is planned. */
  readonly diagnostics: readonly Diagnostic[]
  /** Only of a program without errors. */
  readonly plan: () => Plan | undefined
  /** Does a part of what the plan takes, and says whether more is left: who asks in between waits for a part at most. */
  readonly planStep: () => boolean
  readonly cost: () => CostReport | undefined
  /** What our own code threw while it planned: to be logged, not to be shown. */
  readonly defect: () => unknown
  /** Gives what was checked to the program of later texts. Who still asks this one gets it made again from its own texts. */
  readonly release: () => Checked | undefined
}

export interface Workspace {
  readonly host: Host
  /** Sets the text that an editor shows; it wins over the file on disk. */
  readonly open: (path: string, text: string, version: number) => void
  readonly close: (path: string) => void
  /** Forgets what was read of these files; without paths, of all. */
  readonly changedOnDisk: (paths?: readonly string[]) => void
  readonly openPaths: () => readonly string[]
  /** Open program files and those on disk, in order of path. */
  readonly paths: () => readonly string[]
  readonly document: (path: string) => Document | undefined
  readonly program: (path: string) => Program | undefined
  /**
   * The program as it would be with another text of `path`. It goes on from the one that was tried before, whose nodes it takes over: what
   * is to be known of that has to be asked first.
   */
  readonly programWith: (path: string, text: string) => Program
}

/** Parsed when it is first looked at: of many changes in a row only the last one is. `before` is an earlier text of the file. */
export function documentOf(path: string, text: string, version: number, before?: Document): Document {
  const source: Source = { path, text, version }
  let earlier = before
  let phase: Phase<Syntax> | undefined
  let isReleased = false
  const parsed = (): Phase<Syntax> => {
    phase ??= parse(source, earlier?.release())
    earlier = undefined
    return phase
  }
  const lines = lazy(() => lineTable(text))
  const named = lazy(() => namedFiles(path, parsed().value.file))
  return {
    path, text, source,
    get parsed() {
      return parsed()
    },
    get file() {
      return parsed().value.file
    },
    get lines() {
      return lines()
    },
    get imports() {
      return named().imports
    },
    get modules() {
      return named().modules
    },
    release() {
      const given = phase?.value ?? earlier?.release()
      phase = earlier = undefined
      isReleased = true
      return given
    },
    isReleased: () => isReleased,
  }
}

function namedFiles(path: string, file: FileNode): Pick<Document, "imports" | "modules"> {
  const imports: string[] = []
  const modules: string[] = []
  for (const item of file.items) {
    const from = item.kind === "import" ? item.from : item.kind === "tool" && item.source?.kind === "typescriptSource" ? item.source.module : undefined
    const written = from === undefined ? undefined : plainText(from)
    if (written !== undefined && written !== "") (item.kind === "import" ? imports : modules).push(resolvePath(path, written))
  }
  return { imports, modules }
}

interface Memo {
  readonly documents: readonly Document[]
  readonly epoch: number
  readonly program: Program
}

export function createWorkspace(host: Host): Workspace {
  const opened = new Map<string, Document>()
  const stored = new Map<string, Document | undefined>()
  const programs = new Map<string, Memo>()
  const locks = new Map<string, Lock | undefined>()
  let epoch = 0
  /** Apart from what is open, whose nodes stay as they are. */
  let tried: { readonly document: Document; readonly program: Program } | undefined

  /** Lies beside the program; one that can't be read is the command line's to report. */
  const lockOf = (path: string): ProgramLock | undefined => {
    const [folder, name] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)]
    const file = `${folder}/agentflow.lock`
    if (!locks.has(file)) {
      const text = host.readText(file)
      locks.set(file, text === undefined ? undefined : parseLock(text))
    }
    return locks.get(file)?.programs[name]
  }

  const document = (path: string): Document | undefined => {
    const open = opened.get(path)
    if (open !== undefined) return open
    if (!stored.has(path)) {
      const text = host.readText(path)
      stored.set(path, text === undefined ? undefined : documentOf(path, text, 0))
    }
    return stored.get(path)
  }

  const program = (path: string): Program | undefined => {
    const entry = document(path)
    if (entry === undefined) return undefined
    const documents = closureOf(entry, document)
    const memo = programs.get(path)
    const holds = memo?.epoch === epoch && memo.documents.length === documents.length && documents.every((each, index) => each === memo.documents[index])
    if (holds) return memo.program
    const made = programOf(entry, documents, { host, lock: lockOf(path), before: memo?.program })
    programs.set(path, { documents, epoch, program: made })
    return made
  }

  return {
    host,
    document,
    program,
    open(path, text, version) {
      const before = opened.get(path)
      if (before?.text !== text || before.source.version !== version) opened.set(path, documentOf(path, text, version, before))
    },
    close(path) {
      opened.delete(path)
      stored.delete(path)
      programs.delete(path)
      tried = undefined
    },
    changedOnDisk(paths) {
      epoch++
      locks.clear()
      if (paths === undefined) stored.clear()
      else for (const path of paths) stored.delete(path)
    },
    openPaths: () => [...opened.keys()].sort(),
    paths: () => [...new Set([...host.programFiles(), ...opened.keys()])].sort(),
    programWith(path, text) {
      const before = tried?.document.path === path ? tried : undefined
      const changed = documentOf(path, text, -1, before?.document)
      const documents = closureOf(changed, (other) => (other === path ? changed : document(other)))
      tried = { document: changed, program: programOf(changed, documents, { host, lock: lockOf(path), before: before?.program }) }
      return tried.program
    },
  }
}

/** The document and all that it imports, directly or not, the entry first. */
function closureOf(entry: Document, document: (path: string) => Document | undefined): readonly Document[] {
  const found = new Map([[entry.path, entry]])
  for (const { imports } of found.values()) {
    for (const path of imports) {
      const imported = found.has(path) ? undefined : document(path)
      if (imported !== undefined) found.set(path, imported)
    }
  }
  return [...found.values()]
}

type Planned = Phase<Plan | null> & { readonly defect?: unknown }

interface Planner {
  readonly step: () => boolean
  readonly whole: () => Planned
}

function planner(checked: () => Phase<Checked>, options: CompileOptions): Planner {
  let steps: ReturnType<typeof planInSteps> | undefined
  let planned: Planned | undefined
  const step = (): boolean => {
    if (planned !== undefined) return false
    try {
      const { done, value } = (steps ??= planInSteps(checked(), options)).next()
      if (done === true) planned = value
    } catch (defect) {
      // What is known without the plan is still worth showing.
      planned = { value: null, diagnostics: checked().diagnostics, defect }
    }
    return planned === undefined
  }
  return {
    step,
    whole() {
      while (planned === undefined) step()
      return planned
    },
  }
}

interface Outside {
  readonly host: Host
  readonly lock: ProgramLock | undefined
  /** The same program of earlier texts. */
  readonly before?: Program | undefined
}

function programOf(entry: Document, documents: readonly Document[], { host, lock, before }: Outside): Program {
  const toolModules = new Map<string, ToolModule>()
  for (const path of documents.flatMap(({ modules }) => modules)) {
    const known = host.toolModule(path)
    if (known !== undefined) toolModules.set(path, known)
  }
  const parsed = () => documents.map(({ source, parsed: phase }) => ({ source, ...phase }))
  const providers = host.providersOf?.(entry.path)
  const options = { rules: host.rulesOf(entry.path), ...(providers === undefined ? {} : { providers }), toolModules, entry: entry.path, lock, versions: versionsIn(lock) }
  let made: Phase<Checked> | undefined = checkParsed(parsed(), options, before?.release())
  const again = lazy(() => checkParsed(parsed(), options))
  const checked = (): Phase<Checked> => (made === undefined || documents.some(({ isReleased }) => isReleased()) ? again() : made)
  const { step: planStep, whole } = planner(checked, options)
  // A change that old runs can't replay is an error, but its costs and its code are known all the same.
  const plan = lazy(() => whole().value ?? (lock === undefined || whole().defect !== undefined ? undefined : planChecked(checked(), { ...options, lock: undefined }).value ?? undefined))
  const cost = lazy(() => {
    const found = plan()
    return found === undefined ? undefined : boundOf(found)
  })
  return {
    entry: entry.path, documents: new Map(documents.map((each) => [each.path, each])), checkDiagnostics: made.diagnostics, plan, planStep, cost,
    get checked() {
      return checked().value
    },
    get diagnostics() {
      return whole().diagnostics
    },
    defect: () => whole().defect,
    release() {
      const given = made?.value
      made = undefined
      return given
    },
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
