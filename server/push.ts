// Diagnostics that are pushed: of the check with the change, of the plan when keys pause, of tools when nobody types.

import { affectedBy } from "../services/diagnostics.ts"
import type { Program } from "../services/workspace.ts"
import type { Connection, Diagnostic } from "vscode-languageserver"
import { severities } from "./convert.ts"
import { allDiagnosticsIn, firstDiagnosticsIn } from "./documents.ts"
import { uriIn, type ConfigProblem, type Session } from "./session.ts"
import { compareTools } from "./tools.ts"

export interface Pusher {
  /** Diagnostics of this file, and of the open files that see it, are sent when the waiting messages are read. */
  readonly changed: (path: string) => void
  readonly everything: () => void
  /** Nothing is sent any more: the client is about to go. */
  readonly stop: () => void
}

export function pusher(session: Session, connection: Connection): Pusher {
  let generation = 0
  /** Paths that wait for each of the three looks; a change of another file interrupts them and forgets none. */
  const [dirty, unplanned, uncompared] = [new Set<string>(), new Set<string>(), new Set<string>()]
  /** Something else than a text that the client has typed. */
  let isOutside = false
  const sender = senderTo(session, connection)
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
    for (const path of paths) {
      unplanned.add(path)
      uncompared.add(path)
    }
    const fromOutside = isOutside
    isOutside = false
    await sender.first(paths, { fromOutside })
    sender.configProblems()
    await session.platform.lull()
    for (const path of unplanned) {
      // In steps, so that a key that is pressed meanwhile waits for one of them at most.
      for (let isMore = isOpen(session, path); isMore; isMore = session.workspace.program(path)?.planStep() === true) {
        if (!(await isCurrent(mine))) return
      }
      if (!(await isCurrent(mine))) return
      unplanned.delete(path)
      await sender.all(path)
    }
    await session.platform.idle()
    for (const path of uncompared) {
      if (mine !== generation) return
      if (isOpen(session, path) && (await compareTools(session, path))) await sender.again(path)
      uncompared.delete(path)
    }
  }
  const start = (): void => void flush().catch((problem: unknown) => session.log(`diagnostics: ${String(problem instanceof Error ? problem.stack : problem)}`))
  return {
    changed(path) {
      dirty.add(path)
      start()
    },
    everything() {
      isOutside = true
      for (const path of session.workspace.openPaths()) dirty.add(path)
      start()
    },
    stop() {
      // Equal to nothing, not even to itself.
      generation = Number.NaN
    },
  }
}

interface Sender {
  readonly first: (paths: ReadonlySet<string>, why: { readonly fromOutside: boolean }) => Promise<void>
  /** Only what is not known to the client. */
  readonly all: (path: string) => Promise<void>
  /** When more has come to be known of the same text. */
  readonly again: (path: string) => Promise<void>
  readonly configProblems: () => void
}

function senderTo(session: Session, connection: Connection): Sender {
  /** What was last said, by path: of a file, and of a config. */
  const [said, configs] = [new Map<string, string>(), new Map<string, string>()]
  const pulls = (): boolean => session.capabilities.textDocument?.diagnostic !== undefined
  const refresh = async (): Promise<void> => {
    if (session.capabilities.workspace?.diagnostics?.refreshSupport === true) await connection.languages.diagnostics.refresh()
  }
  const pullAgain = (program: Program): Promise<void> => {
    session.results.delete(program)
    return refresh()
  }
  const send = (path: string, diagnostics: readonly Diagnostic[]): void => {
    said.set(path, JSON.stringify(diagnostics))
    const { version } = session.workspace.document(path)!.source
    void connection.sendDiagnostics({ uri: uriIn(session, path), version, diagnostics: [...diagnostics] })
  }
  return {
    async first(paths, { fromOutside }) {
      // A client that pulls has asked for the file that it changed; of other files, and of the disk, it is told to ask.
      if (pulls()) return fromOutside || paths.size > 1 ? refresh() : undefined
      for (const path of paths) if (isOpen(session, path)) send(path, firstDiagnosticsIn(session, path))
    },
    async all(path) {
      const program = session.workspace.program(path)
      if (!isOpen(session, path) || program === undefined) return
      if (pulls()) {
        const before = session.pulled.get(program)
        const now = JSON.stringify(allDiagnosticsIn(session, path))
        // Who has not asked yet is told all when it does.
        return before === undefined || before === now ? undefined : pullAgain(program)
      }
      const diagnostics = allDiagnosticsIn(session, path)
      if (JSON.stringify(diagnostics) !== said.get(path)) send(path, diagnostics)
    },
    async again(path) {
      const program = session.workspace.program(path)
      if (program !== undefined) await (pulls() ? pullAgain(program) : send(path, allDiagnosticsIn(session, path)))
    },
    configProblems() {
      const now = session.platform.configProblems?.() ?? new Map<string, readonly ConfigProblem[]>()
      for (const path of new Set([...configs.keys(), ...now.keys()])) {
        const problems = now.get(path) ?? []
        if (configs.get(path) === JSON.stringify(problems)) continue
        configs.set(path, JSON.stringify(problems))
        void connection.sendDiagnostics({ uri: uriIn(session, path), diagnostics: problems.map(configDiagnostic) })
      }
    },
  }
}

function isOpen(session: Session, path: string): boolean {
  return session.workspace.openPaths().includes(path)
}

function configDiagnostic({ line, column, message }: ConfigProblem): Diagnostic {
  const start = { line: line - 1, character: column - 1 }
  return { range: { start, end: { ...start, character: start.character + 1 } }, severity: severities.error, source: "agentflow", message }
}
