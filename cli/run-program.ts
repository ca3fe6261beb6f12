// The whole job behind `agentflow run`: compile, start sidecar and worker, run a workflow, follow it to its end.

import { existsSync, mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import type { TaskHubClient } from "../sidecar/client.ts"
import { buildProgram, type Built } from "./build-program.ts"
import { checkEndpoints, type Config } from "./config.ts"
import { Failure } from "./failure.ts"
import { startWorkerHere } from "./in-process.ts"
import { superviseWorker, workerLinesFile, type Address, type WorkerProcess } from "./processes.ts"
import { answerQuestion, isAnswered, questionAt, questionsOf, viewOf } from "./questions.ts"
import { openHost, type RunHost } from "./run-host.ts"
import type { Terminal } from "./terminal.ts"
import { chooseWorkflow, checkInput, checkRunId, newRunId, type WorkflowEntry } from "./workflow-input.ts"
import { foldRun, hasEnded, type RunView } from "./view/fold.ts"
import type { LiveView } from "./view/live.ts"

export interface RunOptions {
  readonly file: string
  readonly config: Config
  readonly terminal: Terminal
  readonly live: LiveView
  readonly workflow?: string
  /** Parameters as parsed JSON; undefined to follow a run that exists. */
  readonly input: unknown
  readonly id?: string
  readonly stateFolder: string
  readonly db?: string
  /** How long ended runs are kept, as `--keep` takes it. */
  readonly keep?: string
  readonly port?: number
  readonly allowRemote?: boolean
  /** Sidecar and worker inside this process. */
  readonly inProcess?: boolean
  /** A sidecar or daprd that is running already. */
  readonly sidecar?: Address
  /** Given to every question, through the inbox. */
  readonly approve?: string
  /** Called with every new state, in order; may interfere through the control. */
  readonly onView?: (view: RunView, control: RunControl) => void | Promise<void>
  /** Ends the watching; the run itself stays where it is. */
  readonly stop?: AbortSignal
}

export interface RunControl {
  readonly address: Address
  readonly client: TaskHubClient
  readonly worker: WorkerProcess
  /** Ends the sidecar with SIGKILL and starts it again, after a while, on the same database and ports; `by` restarts a host that is not ours. */
  restartSidecar(awayMs?: number, by?: () => Promise<void>): Promise<void>
}

export interface RunOutcome {
  readonly view: RunView
  readonly built: Built
  readonly db: string | undefined
  readonly workerLog: string
  /** True when the watching was stopped before the run ended. */
  readonly interrupted: boolean
}

const pollMs = 120

export async function runProgram(options: RunOptions): Promise<RunOutcome> {
  checkEndpoints(options.config, { allowRemote: options.allowRemote === true })
  const { progress } = options.terminal
  progress(`building ${options.file}`)
  const built = await buildProgram(options)
  const workflow = chooseWorkflow(built.workflows, options.workflow)
  if (options.id === undefined) checkInput(workflow, options.input ?? {})
  else checkRunId(options.id)
  mkdirSync(join(options.stateFolder, "logs"), { recursive: true })
  progress("starting the sidecar")
  const host = await openHost({ ...options, onTakeOver: () => options.live.note(options.terminal.paint("hint", "The command that had the sidecar has ended; this run has its own now")) })
  const workerLog = join(options.stateFolder, "logs", "worker.log")
  let worker: WorkerProcess | undefined
  try {
    progress("starting the worker")
    worker = host.here === undefined
      ? await startWorker(built, host.address, workerLog, options)
      : await startWorkerHere({
        built, sidecar: host.here.sidecar, environment: workerEnvironment(host.address, options),
        onLog: ({ message }) => noteLog(options, message),
      })
    progress(undefined)
    const id = options.id ?? newRunId(workflow.name)
    await host.steadily((client) => startOrResume(client, { id, workflow, input: options.input, live: options.live }))
    const followed = await follow({ id, host, worker, options })
    return { ...followed, built, db: host.db, workerLog }
  } finally {
    await worker?.stop()
    await host.close()
  }
}

function noteLog({ live, terminal }: RunOptions, message: unknown): void {
  live.note(`${terminal.style.dim("log")} ${String(message)}`)
}

/** What a worker is told of its surroundings. */
export function workerEnvironment(address: Pick<Address, "grpcPort" | "httpPort">, { config, sidecar, live }: Pick<RunOptions, "config" | "sidecar" | "live">): Readonly<Record<string, string>> {
  const secretFiles = Object.fromEntries(Object.entries(config.secrets).map(([store, { file }]) => [store, resolve(config.folder, file)]))
  const { provider, script, api, conversation, providers } = config.models
  const keyed = process.env["OPENAI_API_KEY"] !== undefined || process.env["OPENAI_BASE_URL"] !== undefined
  return {
    DAPR_GRPC_PORT: String(address.grpcPort),
    DAPR_HTTP_PORT: String(address.httpPort),
    AGENTFLOW_ENDPOINTS: JSON.stringify(config.endpoints),
    AGENTFLOW_SECRET_FILES: JSON.stringify(secretFiles),
    // A key or a base URL in the environment is a real provider, whatever the config's default is.
    ...(keyed ? { AGENTFLOW_PROVIDER: "openai" } : provider === undefined ? {} : { AGENTFLOW_PROVIDER: provider }),
    ...(providers === undefined ? {} : { AGENTFLOW_PROVIDERS: JSON.stringify(providers) }),
    ...(api === undefined ? {} : { AGENTFLOW_OPENAI_API: api }),
    ...(conversation === undefined ? {} : { AGENTFLOW_CONVERSATION: conversation }),
    ...(script === undefined ? {} : { AGENTFLOW_MODEL_SCRIPT: resolve(config.folder, script) }),
    // The embedded sidecar's own stores keep their usual names.
    ...(sidecar === undefined ? {} : environmentOf(config)),
    AGENTFLOW_MCP: JSON.stringify(config.mcp),
    ...(existsSync(join(config.folder, "agentflow.lock")) ? { AGENTFLOW_LOCK: join(config.folder, "agentflow.lock") } : {}),
    ...(live.text === undefined ? {} : { AGENTFLOW_STREAM: "1" }),
    AGENTFLOW_LOG: "json",
  }
}

async function startWorker(built: Built, address: Address, logFile: string, options: RunOptions): Promise<WorkerProcess> {
  const { live, terminal } = options
  return superviseWorker({
    program: join(built.out, "worker.ts"),
    logFile,
    linesFile: workerLinesFile(options.stateFolder),
    environment: workerEnvironment(address, options),
    onLine: (line) => {
      if (line["agentflow"] === "text") live.text?.(String(line["step"]), String(line["delta"]))
      if (line["agentflow"] === "log") noteLog(options, line["message"])
    },
    onDeath: (how) => live.note(terminal.paint("warning", `The worker died (${how}); starting it again`)),
    onReturn: () => live.note(terminal.paint("hint", "The worker is back")),
  })
}

function environmentOf({ dapr: { stateStore, pubsub } }: Config): Readonly<Record<string, string>> {
  return { ...(stateStore === undefined ? {} : { AGENTFLOW_STATE_STORE: stateStore }), ...(pubsub === undefined ? {} : { AGENTFLOW_PUBSUB: pubsub }) }
}

interface Start {
  readonly id: string
  readonly workflow: WorkflowEntry
  readonly input: unknown
  readonly live: LiveView
}

/** A run of this id that has not ended is followed where it is; one that has ended is left as it is. */
async function startOrResume(client: TaskHubClient, { id, workflow, input, live }: Start): Promise<void> {
  const existing = await client.get(id)
  if (existing === undefined) {
    checkInput(workflow, input ?? {})
    await client.start({ instanceId: id, name: workflow.registered, input: JSON.stringify(input ?? {}) })
    return
  }
  // A run stays on the version that it was started on.
  if (existing.name.replace(/@\d+$/, "") !== workflow.name) throw new Failure(2, `Run '${id}' is a run of ${existing.name}, not of ${workflow.name}.`, "Choose another --id.")
  if (input !== undefined && existing.input !== undefined && !isDeepStrictEqual(JSON.parse(existing.input), input)) {
    throw new Failure(2, `Run '${id}' was started with other input.`, "Leave --input out to follow it, or choose another --id for a new run.")
  }
  live.note(!hasEnded(existing) ? `Run ${id} exists: going on where it was` : `Run ${id} has ended: ${existing.status}`)
}

interface Following {
  readonly id: string
  readonly host: RunHost
  readonly worker: WorkerProcess
  readonly options: RunOptions
}

async function follow({ id, host, worker, options }: Following): Promise<{ view: RunView; interrupted: boolean }> {
  const { live } = options
  const { address, steadily } = host
  const answered = new Set<string>()
  const control: RunControl = {
    address, worker,
    get client() {
      return host.client()
    },
    restartSidecar: (awayMs = 0, by) => host.restart(awayMs, by),
  }
  let view = await steadily((client) => viewOf(client, id))
  let seenMs = -1
  for (;;) {
    const summary = await Promise.race([steadily((client) => client.get(id)), worker.broken])
    if (summary === undefined) throw new Failure(3, `Run '${id}' is gone: somebody purged it.`)
    const changed = summary.updatedAtMs !== seenMs
    view = changed ? foldRun(summary, await steadily((client) => client.history(id))) : { ...view, summary }
    seenMs = summary.updatedAtMs
    if (hasEnded(summary)) break
    live.show(view, Date.now())
    await steadily((client) => (options.approve === undefined
      ? tellQuestions({ address, id, view, told: answered, options }) : answerAll({ client, address, id, view, answered, options })))
    if (changed) await options.onView?.(view, control)
    if (options.stop?.aborted) return { view, interrupted: true }
    await sleep(pollMs)
  }
  live.end(view, Date.now())
  return { view, interrupted: false }
}

interface Telling {
  readonly address: Address
  readonly id: string
  readonly view: RunView
  readonly told: Set<string>
  readonly options: RunOptions
}

/** Says what the run asks, and how to answer. */
async function tellQuestions({ address, id, view, told, options: { live, terminal } }: Telling): Promise<void> {
  for (const { step, for: what } of questionsOf(view)) {
    if (told.has(step)) continue
    const entry = await questionAt(address, { run: id, step })
    if (entry === undefined) continue
    told.add(step)
    const answers = what === "manual" ? "retry, fail, skip" : entry.choices?.join(", ") ?? "JSON"
    live.note(`${terminal.style.magenta(entry.ask)}\n  ${terminal.style.dim(`answer with: agentflow approve ${id} ANSWER   (${answers})`)}`)
  }
}

interface Answering {
  readonly client: TaskHubClient
  readonly address: Address
  readonly id: string
  readonly view: RunView
  readonly answered: Set<string>
  readonly options: RunOptions
}

async function answerAll({ client, address, id, view, answered, options }: Answering): Promise<void> {
  for (const question of questionsOf(view)) {
    if (question.for !== "answer" || answered.has(question.step)) continue
    answered.add(question.step)
    const given = await answerQuestion({ client, address, runId: id, step: question.step, answer: options.approve, by: "--approve" }).catch((thrown: unknown) => {
      if (isAnswered(thrown)) return undefined
      answered.delete(question.step)
      throw thrown
    })
    if (given === undefined) continue
    const { entry, value } = given
    options.live.note(`${options.terminal.style.magenta(entry.ask)} ${options.terminal.style.bold(JSON.stringify(value))} ${options.terminal.style.dim("(answered by --approve, through the inbox)")}`)
  }
}
