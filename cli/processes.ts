// The processes behind a run: a sidecar that others can find, and a worker that is started again when it dies.

import { spawn, type ChildProcess } from "node:child_process"
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { extname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Failure, messageOf } from "./failure.ts"
import { endWith } from "./stop.ts"

/** Where a sidecar listens, on 127.0.0.1 unless `host` says otherwise. */
export interface Address {
  readonly host: string
  readonly grpcPort: number
  readonly httpPort: number
}

export interface SidecarProcess extends Address {
  readonly pid: number
  /** True when this process started it and will stop it. */
  readonly own: boolean
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Beside the database: tells other commands where the sidecar of this folder listens. */
export interface Beacon extends Address {
  readonly pid: number
  readonly db: string
  /** It has no settings of its own: another one in its place does the same. */
  readonly isPlain: boolean
}

const beaconName = "sidecar.json"
/** Ctrl-C in a terminal goes to the whole group: only this process takes it, and ends the others in order. */
const ownGroup = process.platform !== "win32"
/** The last is the pipe of with-parent.ts. */
const stdio = ["ignore", "pipe", "pipe", "pipe"] as const
/** How exitOf tells the code that sidecar/main.ts ends with. */
const exitTaken = "exit code 3"

export function readBeacon(stateFolder: string): Beacon | undefined {
  const file = join(stateFolder, beaconName)
  if (!existsSync(file)) return undefined
  try {
    const beacon = JSON.parse(readFileSync(file, "utf8")) as Beacon
    process.kill(beacon.pid, 0)
    return beacon
  } catch {
    return undefined
  }
}

export interface SidecarOptions {
  readonly stateFolder: string
  readonly db: string
  readonly grpcPort?: number
  readonly httpPort?: number
  /** As the flag of that name takes it. */
  readonly keep?: string
}

/** Starts the sidecar as a process of its own and waits until it listens. */
export async function startSidecarProcess({ stateFolder, db, grpcPort = 0, httpPort = 0, keep }: SidecarOptions): Promise<SidecarProcess> {
  mkdirSync(stateFolder, { recursive: true })
  const program = sibling("sidecar/main")
  const args = [...preloads("with-parent"), program, "--db", db, "--grpc-port", String(grpcPort), "--http-port", String(httpPort), ...(keep === undefined ? [] : ["--keep", keep])]
  const child = spawn(process.execPath, args, { stdio: [...stdio], detached: ownGroup })
  endWithThis(child)
  const errors = collect(child)
  const exited = exitOf(child)
  const ready = await firstJsonLine(child, exited, (line) => typeof line["grpcPort"] === "number")
  if (ready === undefined) {
    const [first = "The sidecar did not start.", ...advice] = errors().trim().split("\n").filter((line) => line !== "")
    const details = (await exited) === exitTaken ? { taken: db } : {}
    throw new Failure(2, first.replace(/^error:? /, ""), advice.length === 0 ? undefined : advice.join("\n  "), details)
  }
  const address = { host: "127.0.0.1", grpcPort: Number(ready["grpcPort"]), httpPort: Number(ready["httpPort"]) }
  const forget = announceSidecar(stateFolder, { ...address, pid: child.pid!, db, isPlain: true })
  return {
    ...address,
    pid: child.pid!,
    own: true,
    kill: (signal) => void child.kill(signal),
    async stop() {
      // Nobody is sent any more to one that is leaving.
      forget()
      await end(child, exited)
    },
  }
}

/** Leaves word of a sidecar for other commands; returns what takes it back. */
export function announceSidecar(stateFolder: string, beacon: Beacon): () => void {
  mkdirSync(stateFolder, { recursive: true })
  writeFileSync(join(stateFolder, beaconName), JSON.stringify(beacon))
  return () => {
    if (readRaw(stateFolder)?.pid === beacon.pid) rmSync(join(stateFolder, beaconName), { force: true })
  }
}

function readRaw(stateFolder: string): Beacon | undefined {
  try {
    return JSON.parse(readFileSync(join(stateFolder, beaconName), "utf8")) as Beacon
  } catch {
    return undefined
  }
}

export interface WorkerOptions {
  /** The generated worker.ts. */
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  /** For what it says on stderr. */
  readonly logFile: string
  /** For its lines on stdout. */
  readonly linesFile: string
  readonly onLine: (line: Readonly<Record<string, unknown>>) => void
  /** Told when the worker died by itself and when its successor is ready. */
  readonly onDeath: (how: string) => void
  readonly onReturn: () => void
}

export interface WorkerProcess {
  readonly pid: () => number
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
  /** Rejects when the worker can't be kept alive. */
  readonly broken: Promise<never>
}

/** Everything that workers of a folder said on stdout, as lines of JSON. */
export function workerLinesFile(stateFolder: string): string {
  return join(stateFolder, "logs", "worker.jsonl")
}

const restartsMax = 20

/** Starts the worker, waits until it is ready, and starts it again whenever it dies. */
export async function superviseWorker(options: WorkerOptions): Promise<WorkerProcess> {
  let current: { child: ChildProcess; exited: Promise<string> }
  let stopping = false
  let fail: (reason: Failure) => void = () => {}
  const broken = new Promise<never>((_resolve, reject) => (fail = reject))
  broken.catch(() => {})
  const watch = async (restarts: number): Promise<void> => {
    const how = await current.exited
    if (stopping) return
    options.onDeath(how)
    if (restarts >= restartsMax) return fail(new Failure(3, `The worker died ${restarts + 1} times.`, `Its output is in ${options.logFile}.`))
    try {
      current = await launch(options)
      // Asked to stop while it was being started again: it must not outlive this process.
      if (stopping) return void (await end(current.child, current.exited))
    } catch (thrown) {
      return fail(thrown instanceof Failure ? thrown : new Failure(3, messageOf(thrown)))
    }
    options.onReturn()
    return watch(restarts + 1)
  }
  current = await launch(options)
  const watching = watch(0)
  return {
    pid: () => current.child.pid!,
    kill: (signal) => void current.child.kill(signal),
    async stop() {
      stopping = true
      await end(current.child, current.exited)
      await watching
    },
    broken,
  }
}

async function launch({ program, environment, logFile, linesFile, onLine }: WorkerOptions): Promise<{ child: ChildProcess; exited: Promise<string> }> {
  const child = spawn(process.execPath, ["--enable-source-maps", ...preloads("with-parent", "find-runtime"), program], {
    stdio: [...stdio],
    detached: ownGroup,
    env: { ...process.env, ...environment },
  })
  endWithThis(child)
  const log = createWriteStream(logFile, { flags: "a" })
  child.stderr!.pipe(log)
  const lines = createWriteStream(linesFile, { flags: "a" })
  const heard = (line: Readonly<Record<string, unknown>>): void => {
    // The text of answers as it comes is to be seen, not to be kept.
    if (line["agentflow"] !== "text") lines.write(`${JSON.stringify(line)}\n`)
    onLine(line)
  }
  const errors = collect(child)
  const exited = exitOf(child)
  const ready = await firstJsonLine(child, exited, (line) => line["agentflow"] === "ready", heard)
  if (ready === undefined) {
    const said = errors().trim().split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line))
    const message = said.find((line) => /^(\w*Error( \[\w+\])?|agentflow worker): /.test(line)) ?? said.at(-1) ?? `it ended (${await exited})`
    throw new Failure(3, `The worker did not start: ${message.trim()}`, `Its output is in ${logFile}.`)
  }
  return { child, exited }
}

/** However this process ends: in its own code, or killed. */
function endWithThis(child: ChildProcess): void {
  endWith(child)
  child.stdio[3]!.on("error", () => {})
}

function preloads(...modules: readonly string[]): readonly string[] {
  return modules.flatMap((module) => ["--import", siblingUrl(`cli/${module}`)])
}

/** Reads stdout by lines; resolves with the first JSON line that fits, or undefined when the process ended before. */
function firstJsonLine(
  child: ChildProcess,
  exited: Promise<string>,
  fits: (line: Record<string, unknown>) => boolean,
  onLine: (line: Record<string, unknown>) => void = () => {},
): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout! })
    lines.on("line", (text) => {
      let line: unknown
      try {
        line = JSON.parse(text)
      } catch {
        return
      }
      if (typeof line !== "object" || line === null) return
      if (fits(line as Record<string, unknown>)) resolve(line as Record<string, unknown>)
      else onLine(line as Record<string, unknown>)
    })
    void exited.then(() => resolve(undefined))
  })
}

/** Keeps the end of what a process wrote to stderr. */
function collect(child: ChildProcess): () => string {
  let text = ""
  child.stderr!.on("data", (chunk: Buffer) => (text = (text + chunk.toString("utf8")).slice(-16_384)))
  return () => text
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message))
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

const graceMs = 10_000

/** Asks a process to end, and ends it when it does not. */
async function end(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGTERM")
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs)
  await exited
  clearTimeout(timer)
}

/** A program of this package beside the CLI, as source or built, like the file that asks. */
function sibling(path: string): string {
  return fileURLToPath(siblingUrl(path))
}

function siblingUrl(path: string): string {
  return new URL(`../${path}${extname(fileURLToPath(import.meta.url))}`, import.meta.url).href
}
