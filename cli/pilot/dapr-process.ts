// One server process: its log in a file, its end awaited, never left behind.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"

const stopWaitMs = 10_000
const pollEveryMs = 50

export interface ServerProcessOptions {
  readonly name: string
  readonly command: string
  readonly arguments: readonly string[]
  /** Appended to, so that it tells of a restarted process too. */
  readonly logFile: string
}

export interface ServerProcess {
  readonly name: string
  running(): boolean
  log(): Promise<string>
  /** Resolves once the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Asks it to end, and ends it when it does not. */
  stop(): Promise<void>
}

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, "a")
  const child = spawn(options.command, options.arguments, { stdio: ["ignore", log, log], windowsHide: true })
  closeSync(log)
  await once(child, "spawn")
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()))
  guard(child, ended)
  const running = (): boolean => child.exitCode === null && child.signalCode === null
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (running()) child.kill(signal)
    await ended
  }
  return {
    name: options.name,
    running,
    log: () => readFile(options.logFile, "utf8"),
    kill,
    stop: async () => {
      const timeout = new AbortController()
      const overdue = delay(stopWaitMs, undefined, { signal: timeout.signal }).then(() => kill("SIGKILL"), () => {})
      await kill("SIGTERM")
      timeout.abort()
      await overdue
    },
  }
}

/** A test process that is killed runs no handler that could stop its servers, so another process does. */
function guard(server: ChildProcess, ended: Promise<void>): void {
  const script = join(import.meta.dirname, "dapr-guard.ts")
  const guardian = spawn(process.execPath, [script, String(server.pid)], {
    stdio: ["pipe", "ignore", "ignore"], windowsHide: true,
  })
  guardian.unref()
  void ended.then(() => guardian.kill("SIGKILL"))
}

export interface ReadyOptions {
  readonly url: string
  readonly limitMs: number
}

/** Waits for an answer in the 200s; fails with the end of the log when the process ends or takes too long. */
export async function untilReady(server: ServerProcess, options: ReadyOptions): Promise<void> {
  for (const deadline = performance.now() + options.limitMs; performance.now() < deadline; await delay(pollEveryMs)) {
    if (!server.running()) break
    const answer = await fetch(options.url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
  }
  const state = server.running() ? `is not ready after ${options.limitMs} ms` : "ended before it was ready"
  const logEnd = (await server.log()).trim().split("\n").slice(-20).join("\n")
  throw new Error(`${server.name} ${state}; the end of its log:\n${logEnd}`)
}
