// The program that `agentflow dev` works on: built on every change, its worker started anew when the build is good.

import { dirname, join, resolve } from "node:path"
import { lineTable, positionAt } from "../base/text/line-table.ts"
import { layoutOf } from "../services/graph/layout.ts"
import { buildProgram, type Built } from "./build-program.ts"
import { checkEndpoints, readConfig, type Config } from "./config.ts"
import { Failure, messageOf, tellFailure } from "./failure.ts"
import { graphsOfFile } from "./graph-of-file.ts"
import { superviseWorker, workerLinesFile, type Address, type WorkerProcess } from "./processes.ts"
import { checkProgram } from "./project.ts"
import { workerEnvironment } from "./run-program.ts"
import type { Graph, ProgramDiagnostic, ProgramState } from "./studio/api.ts"
import type { Terminal } from "./terminal.ts"
import type { LiveView } from "./view/live.ts"
import { watchProgram } from "./watch.ts"
import type { WorkflowEntry } from "./workflow-input.ts"

export interface DevOptions {
  readonly file: string
  readonly explicitConfig: string | undefined
  readonly terminal: Terminal
  readonly stateFolder: string
  readonly address: Address
  /** A host of somebody else's: its stores have the names that the config says. */
  readonly isForeign: boolean
  readonly allowRemote: boolean
}

export interface DevProgram {
  state(): ProgramState
  config(): Config
  workflows(): readonly WorkflowEntry[]
  graph(workflow: string): Graph | undefined
  stop(): Promise<void>
}

const quiet: LiveView = { show() {}, note() {}, end() {} }

export function developProgram(options: DevOptions): DevProgram {
  const { file, terminal } = options
  let config = emptyConfig(file)
  let built: Built | undefined
  let worker: WorkerProcess | undefined
  let state: ProgramState = { file, state: "building", diagnostics: [], workflows: [], build: 0 }
  const become = (next: Partial<ProgramState>): void => { state = { ...state, ...next } }

  const turn = async (changed: string | undefined): Promise<void> => {
    const startedMs = performance.now()
    if (changed !== undefined) terminal.out(terminal.style.dim(`\n${clock()} ${changed} changed`))
    const { problem: _problem, ...rest } = state
    state = { ...rest, state: "building" }
    terminal.progress(`building ${file}`)
    try {
      config = readConfig(dirname(resolve(file)), options.explicitConfig, process.env)
      checkEndpoints(config, { allowRemote: options.allowRemote })
      built = await buildProgram({ file, config, terminal, lock: "read" })
      const diagnostics = await diagnosticsOf(file, config)
      const before = worker
      worker = undefined
      await before?.stop()
      worker = await startWorker(built, { ...options, config }, (problem) => become({ state: "broken", problem }))
      become({ state: "running", diagnostics, build: state.build + 1, workflows: built.workflows.map(({ name, parameters }) => ({ name, parameters: parameters as ProgramState["workflows"][number]["parameters"] })) })
      terminal.out(`${terminal.done} ${clock()} ${file} runs ${terminal.style.dim(`(built in ${Math.round(performance.now() - startedMs)} ms)`)}`)
    } catch (thrown) {
      become({ state: "broken", problem: messageOf(thrown), diagnostics: await diagnosticsOf(file, config), build: state.build + 1 })
      throw thrown
    }
  }
  const watching = watchProgram({
    file, explicitConfig: options.explicitConfig, onChange: turn,
    onProblem: ({ message, advice }) => {
      tellFailure({ message, advice }, terminal)
      if (worker !== undefined) terminal.error(terminal.errors.style.dim("  The worker goes on with the program as it was."))
    },
  })
  return {
    state: () => state, config: () => config, workflows: () => (worker === undefined ? [] : built?.workflows ?? []),
    graph: (workflow) => {
      const found = graphsOfFile(file).graphs.find(({ name }) => name === workflow)
      return found === undefined ? undefined : { workflow, layout: layoutOf(found) }
    },
    async stop() {
      watching.stop()
      await watching.stopped
      await worker?.stop()
    },
  }
}

function emptyConfig(file: string): Config {
  return { folder: dirname(resolve(file)), endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {} }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** A worker in a process of its own: a module that was loaded once can't be loaded anew. */
async function startWorker(built: Built, { config, address, stateFolder, terminal, isForeign }: DevOptions & { readonly config: Config }, onBroken: (problem: string) => void): Promise<WorkerProcess> {
  const logFile = join(stateFolder, "logs", "worker.log")
  const worker = await superviseWorker({
    program: join(built.out, "worker.ts"), logFile, linesFile: workerLinesFile(stateFolder),
    environment: workerEnvironment(address, { config, live: quiet, ...(isForeign ? { sidecar: address } : {}) }),
    onLine: (line) => {
      if (line["agentflow"] === "log") terminal.out(`${terminal.style.dim(`${clock()} log`)} ${String(line["message"])}`)
    },
    onDeath: (how) => terminal.error(terminal.errors.paint("warning", `The worker died (${how}); starting it again`)),
    onReturn: () => terminal.out(terminal.paint("hint", "The worker is back")),
  })
  worker.broken.catch((thrown: unknown) => onBroken(thrown instanceof Failure && thrown.advice !== undefined ? `${thrown.message} ${thrown.advice}` : messageOf(thrown)))
  return worker
}

async function diagnosticsOf(file: string, config: Config): Promise<readonly ProgramDiagnostic[]> {
  try {
    const { program, diagnostics } = await checkProgram(file, config)
    const texts = new Map(program.sources.map(({ path, text }) => [path, text]))
    return diagnostics.map(({ code, severity, message, path, span }) => {
      const { line, column } = positionAt(lineTable(texts.get(path) ?? ""), span.start)
      return { code, severity, message, file: path, line: line + 1, column: column + 1 }
    })
  } catch {
    // A file that can't be read is told as the problem itself.
    return []
  }
}
