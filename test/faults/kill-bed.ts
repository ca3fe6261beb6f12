// A sidecar process and worker processes that can be killed and started again, and a client that gets over it.

import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { HistoryEvent } from "../../engine/types.ts"
import { ClientError, connect } from "../../sidecar/client.ts"
import type { InstanceView, TaskHubClient } from "../../sidecar/client.ts"
import { openSqliteForReading } from "../../sidecar/store/sqlite.ts"
import { comparable, doubledAnswers, earlyTimers } from "./histories.ts"
import type { Scenario } from "./scenarios.ts"

const here = import.meta.dirname
const sidecarProgram = join(here, "../../sidecar/main.ts")

export interface KillBed {
  readonly client: () => TaskHubClient
  /** Lets the process end itself: the sidecar after so many commits, the worker at so many messages. */
  arm(victim: Victim, count: number): void
  kill(victim: Victim): Promise<void>
  /** Resolves when the process is dead. */
  death(victim: Victim): Promise<void>
  /** Notes what has finished: none of it may run again. */
  note(victim: Victim, ids: readonly string[]): Promise<void>
  /** Starts the victim again, with that noted. */
  revive(victim: Victim, ids: readonly string[]): Promise<void>
  /** Steps that ran after they were seen to have finished. */
  ranAgain(): readonly string[]
  close(): Promise<void>
}

export type Clients = Pick<KillBed, "client">
export type Victim = "sidecar" | "worker"

export interface Process {
  readonly child: ChildProcess
  readonly gone: Promise<unknown>
}

/** Most of a start is reading code: what was read once is kept, or starts would be most of what these tests take. */
const compileCache = join(tmpdir(), `agentflow-compiled-${process.pid}`)
process.once("exit", () => rmSync(compileCache, { recursive: true, force: true }))

async function start(program: string, options: { readonly preload?: string; readonly args: readonly string[] }): Promise<Process & { readonly line: string }> {
  const preload = options.preload === undefined ? [] : ["--import", options.preload]
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...preload, program, ...options.args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"], env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  const gone = once(child, "exit")
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout! }), "line"),
    gone.then(() => { throw new Error(`${program} did not start`) }),
  ])) as [string]
  return { child, gone, line }
}

/** A process of the scenarios' worker, on whatever listens there. */
export function startWorkerProcess(grpcPort: number, journal: string): Promise<Process> {
  return start(join(here, "worker-process.ts"), { args: ["--port", String(grpcPort), "--journal", journal] })
}

export async function openKillBed({ workers = 1 }: { readonly workers?: number } = {}): Promise<KillBed> {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-kill-"))
  const file = join(folder, "hub.db")
  const journal = join(folder, "journal.txt")
  writeFileSync(journal, "")
  const startSidecar = (port: number) =>
    start(sidecarProgram, { preload: join(here, "die-at-commit.ts"), args: ["--db", file, "--grpc-port", String(port)] })
  let sidecar = await startSidecar(0)
  const { grpcPort } = JSON.parse(sidecar.line) as { readonly grpcPort: number }
  const startWorker = () => startWorkerProcess(grpcPort, journal)
  const running = await Promise.all(Array.from({ length: workers }, startWorker))
  let client = connect({ grpcPort, deadlineMs: 20_000 })
  const finished = new Set<string>()
  const ranAgain: string[] = []
  let linesRead = 0
  const readJournal = (): void => {
    const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1)
    ranAgain.push(...lines.slice(linesRead).filter((line) => finished.has(line)))
    linesRead = lines.length
  }
  const note = async (victim: Victim, ids: readonly string[]): Promise<void> => {
    // What was handed out before the death may only begin now, but it has not finished: it is not in the set.
    const steps = victim === "sidecar"
      ? finishedOnDisk(file, ids)
      : (await Promise.all(ids.map(async (id) => finishedSteps(id, await client.history(id).catch(() => []))))).flat()
    // Another worker may have gone on meanwhile: what it wrote until now were first runs.
    readJournal()
    for (const step of steps) finished.add(step)
  }
  const processOf = (victim: Victim): Process => (victim === "sidecar" ? sidecar : running[0]!)
  return {
    client: () => client,
    arm: (victim, count) => void processOf(victim).child.send(count),
    async kill(victim) {
      processOf(victim).child.kill("SIGKILL")
      await processOf(victim).gone
    },
    death: async (victim) => void (await processOf(victim).gone),
    note,
    async revive(victim, ids) {
      await note(victim, ids)
      if (victim === "sidecar") {
        sidecar = await startSidecar(grpcPort)
        client.close()
        client = connect({ grpcPort, deadlineMs: 20_000 })
      } else running[0] = await startWorker()
    },
    ranAgain() {
      readJournal()
      return ranAgain
    },
    async close() {
      client.close()
      for (const { child } of [...running, sidecar]) child.kill("SIGKILL")
      await Promise.all([...running, sidecar].map(({ gone }) => gone))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** As the journal writes them. */
export function finishedSteps(id: string, history: readonly HistoryEvent[]): readonly string[] {
  const asked = new Map<number, string>()
  const steps: string[] = []
  for (const event of history) {
    if (event.kind === "taskScheduled") {
      const { number } = JSON.parse(event.input ?? "{}") as { readonly number?: number }
      asked.set(event.eventId, `${id} ${event.name} ${number}`)
    }
    if (event.kind === "taskCompleted" || event.kind === "taskFailed") steps.push(asked.get(event.taskId) ?? "")
  }
  return steps
}

function finishedOnDisk(file: string, ids: readonly string[]): readonly string[] {
  const store = openSqliteForReading({ file })
  try {
    return ids.flatMap((id) => {
      const stored = store.load(id)
      return stored ? finishedSteps(id, [...stored.history, ...stored.inbox.map(({ event }) => event)]) : []
    })
  } finally {
    store.close()
  }
}

export interface Ended {
  readonly view: InstanceView
  readonly histories: ReadonlyMap<string, readonly HistoryEvent[]>
}

/** Starts a run and raises its events; every call is repeated over deaths until it is known to have had its effect. */
export async function begin(bed: Clients, scenario: Scenario, id: string): Promise<void> {
  const { name, input } = scenario
  await insist(async () => {
    if (await bed.client().get(id)) return
    await bed.client().start({ instanceId: id, name, ...(input === undefined ? {} : { input }) }).catch((error: unknown) => {
      // An earlier call had its effect, and only its answer was cut off.
      if (!(error instanceof ClientError && error.code === "alreadyActive")) throw error
    })
  })
}

export async function raiseEvents(bed: Clients, scenario: Scenario, id: string): Promise<void> {
  for (const payload of scenario.events) {
    await bed.client().raiseEvent(id, { name: "go", input: String(payload) })
  }
}

export async function finish(bed: Clients, id: string): Promise<Ended> {
  let view: InstanceView | undefined
  await insist(async () => { view = await bed.client().waitForEnd(id, { deadlineMs: 30_000 }) })
  if (!view) throw new Error(`${id} is gone`)
  const histories = new Map<string, readonly HistoryEvent[]>()
  const ids = [id]
  for (const one of ids) {
    const history = await bed.client().history(one)
    histories.set(one, history)
    for (const event of history) if (event.kind === "childCreated") ids.push(event.instanceId)
  }
  return { view, histories }
}

const retryMs = 10
const triesMax = 1_500

/** A call that a death cut off is made again; any other error ends it. */
async function insist(call: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code
      if ((code !== "unreachable" && code !== "other") || tries >= triesMax) throw error
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

/** What must be the same for every run of a scenario, and what none may show. */
export function judged(id: string, { view, histories }: Ended, scenario: Scenario): unknown {
  const all = [...histories].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify({
    status: view.status, output: view.output, failure: view.failure?.errorMessage,
    histories: all.map(([one, history]) => [one, comparable(history, scenario)]),
    offences: all.flatMap(([, history]) => [...earlyTimers(history), ...doubledAnswers(history)]),
  })
  return JSON.parse(text.replaceAll(id, "RUN"))
}

/** The same numbers for the same seed, so that a failure can be had again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
