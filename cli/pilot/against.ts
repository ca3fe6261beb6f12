// Any command under the same faults: killed and started again at the same points, its effects counted at the services.

import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { treatmentOf } from "./faults.ts"
import type { FaultName, Plan } from "./faults.ts"
import { barsOfRequests } from "./observe.ts"
import type { Mark, Observation } from "./observe.ts"
import { openProxies } from "./proxy.ts"

export interface PilotedCommand {
  /** As a shell would take it. */
  readonly command: string
  readonly endpoints: Readonly<Record<string, string>>
  readonly input: unknown
  readonly folder: string
  readonly limitMs: number
  /** Ends it before. */
  readonly stop: AbortSignal
}

const restartMs = 300

/** What the command is told: the input, a folder to keep things in, and where the services are. */
export function environmentOf({ input, folder }: Pick<PilotedCommand, "input" | "folder">, endpoints: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const each = Object.entries(endpoints).map(([origin, proxy]) => [`PILOT_${new URL(origin).host.replaceAll(/\W/g, "_").toUpperCase()}`, proxy])
  return { PILOT_INPUT: JSON.stringify(input ?? {}), PILOT_FOLDER: folder, PILOT_ENDPOINTS: JSON.stringify(endpoints), ...(Object.fromEntries(each) as Record<string, string>) }
}

/** Without a sidecar the command keeps its own state, so that both kinds of kill end it. */
export async function pilotCommand(piloted: PilotedCommand, fault: FaultName, plan: Plan | undefined): Promise<Observation> {
  const marks: Mark[] = []
  const mark = (text: string): void => void marks.push({ atMs: Date.now(), text })
  let child: ChildProcess | undefined
  let hasStruck = fault !== "worker" && fault !== "sidecar"
  const proxies = await openProxies({
    targets: piloted.endpoints, treat: treatmentOf(fault, plan),
    onDone: (done) => {
      const { count, of } = plan?.strikeAfter ?? { count: Infinity, of: "requests" }
      if (hasStruck || (of === "effects" ? done : proxies.seen().length) < count) return
      hasStruck = true
      mark("command killed")
      kill(child)
    },
  })
  const startedMs = Date.now()
  const deadline = startedMs + piloted.limitMs
  let output = ""
  try {
    for (;;) {
      const ended = await run(piloted, proxies.endpoints, { deadline, started: (started) => { child = started } })
      output = ended.output
      if (ended.how === "killed" && Date.now() < deadline && !piloted.stop.aborted) {
        await sleep(fault === "sidecar" ? 1_000 : restartMs)
        mark("command started again")
        continue
      }
      const status = ended.how === "done" ? "completed" : ended.how === "killed" ? "stuck" : "failed"
      return {
        fault, status, result: lastLine(output), durationMs: Date.now() - startedMs, marks, bars: barsOfRequests(proxies.seen()), seen: proxies.seen(),
        ...(status === "completed" ? {} : { why: ended.why }),
      }
    }
  } finally {
    kill(child)
    await proxies.close()
  }
}

interface Running {
  readonly deadline: number
  readonly started: (child: ChildProcess) => void
}

type CommandEnd = { readonly how: "done" | "killed" | "failed"; readonly output: string; readonly why: string }

function run(piloted: PilotedCommand, endpoints: Readonly<Record<string, string>>, { deadline, started }: Running): Promise<CommandEnd> {
  const child = spawn(piloted.command, {
    shell: true, detached: process.platform !== "win32", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environmentOf(piloted, endpoints) },
  })
  started(child)
  const end = (): void => kill(child)
  piloted.stop.addEventListener("abort", end)
  let [output, errors] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => { output += chunk.toString("utf8") })
  child.stderr.on("data", (chunk: Buffer) => { errors = (errors + chunk.toString("utf8")).slice(-2_000) })
  const timer = setTimeout(() => kill(child), Math.max(0, deadline - Date.now()))
  return new Promise((resolve) => {
    child.once("close", (code, signal) => {
      clearTimeout(timer)
      piloted.stop.removeEventListener("abort", end)
      const how = code === 0 ? "done" : signal === "SIGKILL" ? "killed" : "failed"
      resolve({ how, output, why: how === "killed" ? "it did not end in time" : lastLine(errors) || `it ended with code ${code}` })
    })
    child.once("error", (error) => resolve({ how: "failed", output, why: error.message }))
  })
}

/** The command and all that it has started. */
function kill(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (process.platform === "win32") child.kill("SIGKILL")
    else process.kill(-child.pid, "SIGKILL")
  } catch {
    // It has ended meanwhile.
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? ""
}
