// agentflow pilot: the program on the real thing under real faults, and a report of what each cost.

import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { cpus, release, type } from "node:os"
import { basename, dirname, join, relative, resolve } from "node:path"
import { readConfig } from "../config.ts"
import type { Config } from "../config.ts"
import { Failure } from "../failure.ts"
import { readEntry } from "../fs.ts"
import type { ExitCode } from "../failure.ts"
import { stateFolderOf } from "../state-folder.ts"
import { pilotCommand } from "../pilot/against.ts"
import { openDaprHost } from "../pilot/dapr-host.ts"
import { faults, planOf } from "../pilot/faults.ts"
import type { FaultName, Plan } from "../pilot/faults.ts"
import type { Observation } from "../pilot/observe.ts"
import { pilotProgram } from "../pilot/program.ts"
import { htmlReport, isGood, markdownReport, reasonOf, rowsOf, verdictOf } from "../pilot/report.ts"
import type { Pilot, Subject } from "../pilot/report.ts"
import { seconds } from "../pilot/picture.ts"
import { endWith, stoppedBy, untilStopped, type StopSignal } from "../stop.ts"
import type { Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"
import { parseInput } from "../workflow-input.ts"

interface Options {
  readonly file: string
  readonly workflow: string | undefined
  readonly config: Config
  readonly input: unknown
  readonly terminal: Terminal
  readonly out: string
  readonly limitMs: number
  readonly approve: string | undefined
  readonly services: string | undefined
  readonly isDapr: boolean
  readonly stop: AbortSignal
}

export async function main({ terminal: given, positionals, flags }: Invocation): Promise<ExitCode> {
  // With --json standard output is the report alone; what happens is told on standard error.
  const terminal = flags["json"] === true ? { ...given, out: given.error } : given
  const [file, workflow] = positionals
  const text = (name: string): string | undefined => flags[name] as string | undefined
  readEntry(resolve(file!), file!)
  const stop = new AbortController()
  let signal: StopSignal | undefined
  void untilStopped().then((first) => {
    signal = first
    stop.abort()
  })
  const options: Options = {
    file: file!, workflow, terminal, config: readConfig(dirname(resolve(file!)), text("config"), process.env), input: parseInput(text("input")),
    out: resolve(text("out") ?? join(stateFolderOf(process.cwd()), "pilot")), limitMs: limitOf(text("limit")), approve: text("approve"), services: text("services"),
    isDapr: flags["dapr"] === true, stop: stop.signal,
  }
  rmSync(options.out, { recursive: true, force: true })
  mkdirSync(options.out, { recursive: true })
  const against = text("against")
  const subjects: Subject[] = [await pilotAll(options, `AgentFlow, ${basename(options.file)}`, (fault, plan, folder) => pilotOnHost(options, { fault, plan, folder }))]
  if (against !== undefined) {
    const { config: { endpoints }, input, limitMs } = options
    if (signal === undefined) subjects.push(await pilotAll(options, against, (fault, plan, folder) => pilotCommand({ command: against, endpoints, input, folder, limitMs, stop: stop.signal }, fault, plan)))
  }
  if (signal !== undefined) {
    terminal.error("Stopped before every fault was tried: there is no report.")
    return stoppedBy(signal)
  }
  const pilot: Pilot = {
    file: basename(options.file), host: options.isDapr ? "Dapr (daprd, placement and scheduler on this machine)" : "the embedded sidecar", subjects,
    surroundings: `${type()} ${release()}, ${cpus().length} cores, Node ${process.versions.node}`,
  }
  for (const [name, report] of [["report.html", htmlReport(pilot)], ["report.md", markdownReport(pilot)], ["report.json", `${JSON.stringify(pilot, null, 2)}\n`]] as const) writeFileSync(join(options.out, name), report)
  if (flags["json"] === true) given.out(JSON.stringify(pilot, null, 2))
  terminal.out(`\nReport: ${relative(process.cwd(), join(options.out, "report.html"))} (and .md, .json)`)
  const [own] = subjects
  return isGood(own!) ? 0 : 3
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return 120_000
  const [, count, unit] = /^(\d+)(s|m)$/.exec(text) ?? []
  if (count === undefined) throw new Failure(2, `--limit takes a time such as 90s or 2m, not '${text}'.`)
  return Number(count) * (unit === "m" ? 60_000 : 1_000)
}

type PilotOne = (fault: FaultName, plan: Plan | undefined, folder: string) => Promise<Observation>

/** Every fault on a run of its own; where it strikes follows from the undisturbed one. */
async function pilotAll(options: Options, name: string, one: PilotOne): Promise<Subject> {
  const { terminal, out } = options
  const runs: Observation[] = []
  terminal.out(terminal.style.bold(name))
  let plan: Plan | undefined
  for (const [index, { name: fault, title }] of faults.entries()) {
    if (options.stop.aborted) return { name, runs }
    terminal.progress(`${index} of ${faults.length} faults: ${title}`)
    const folder = join(out, `${name.replaceAll(/\W+/g, "-").slice(0, 40)}`, fault.replaceAll(" ", "-"))
    mkdirSync(folder, { recursive: true })
    const services = await startServices(options.services, folder)
    try {
      const run = await one(fault, plan, folder)
      if (options.stop.aborted) return { name, runs }
      runs.push(run)
      plan ??= planOf(run.seen, Object.keys(run.attempts ?? {}).length)
      const { comparison } = rowsOf({ name, runs }).at(-1)!
      const isFine = fault === "undisturbed" ? run.status === "completed" : comparison.recovered || !comparison.struck
      const again = comparison.again.reduce((sum, { times }) => sum + times, 0)
      const outcome = fault === "undisturbed" ? `${run.status} in ${seconds(run.durationMs)}, ${run.seen.length} requests${run.why === undefined ? "" : `: ${run.why}`}`
        : !comparison.struck ? "did not strike: the run gave no occasion"
        : `${comparison.recovered ? "recovered" : `not recovered (${reasonOf(run, comparison)})`} in ${seconds(run.durationMs)}, ${again} run again, ${comparison.doubled} done twice, ${comparison.missing} not done`
      terminal.out(`  ${isFine ? terminal.done : terminal.failed} ${title}: ${outcome}`)
    } finally {
      services?.stop()
    }
  }
  terminal.out(`  ${verdictOf({ name, runs })}`)
  return { name, runs }
}

async function pilotOnHost(options: Options, { fault, plan, folder }: { readonly fault: FaultName; readonly plan: Plan | undefined; readonly folder: string }): Promise<Observation> {
  const { file, workflow, config, input, terminal, limitMs, approve, stop } = options
  // The line of the fault stays: its build and its start are not told again.
  const program = { file, workflow, config, input, terminal: { ...terminal, progress: () => {} }, folder, limitMs, approve, stop }
  if (!options.isDapr) return pilotProgram(program, fault, plan)
  const host = await openDaprHost(folder)
  try {
    return await pilotProgram({ ...program, host }, fault, plan)
  } finally {
    await host.stop()
  }
}

const servicesMs = 15_000

/** Ready with the first line that it writes; it gets a folder of its own, so that nothing is left over from the run before. */
async function startServices(command: string | undefined, folder: string): Promise<{ stop(): void } | undefined> {
  if (command === undefined) return undefined
  const child = spawn(command, { shell: true, detached: process.platform !== "win32", stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, PILOT_FOLDER: folder } })
  endWith(child)
  const stop = (): void => end(child)
  const isReady = await new Promise<boolean>((resolve) => {
    child.stdout.once("data", () => resolve(true))
    child.once("close", () => resolve(false))
    setTimeout(() => resolve(false), servicesMs).unref()
  })
  if (isReady) return { stop }
  stop()
  throw new Failure(2, `The services of --services did not start: ${command}`, "They say that they are ready with a line on standard output.")
}

function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (process.platform === "win32") child.kill()
    else process.kill(-child.pid, "SIGTERM")
  } catch {
    // It has ended meanwhile.
  }
}
