// agentflow logs: what workers of this folder wrote, of all runs or of one, and what comes.

import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Failure, type ExitCode } from "../failure.ts"
import { findSidecar } from "../hub-access.ts"
import { openRuns } from "../run-reader.ts"
import { stateFolderOf } from "../state-folder.ts"
import { workerLinesFile } from "../processes.ts"
import { stoppedBy, untilStopped } from "../stop.ts"
import type { Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"
import { drawFailure } from "../view/failure.ts"
import { foldRun } from "../view/fold.ts"

type Line = Readonly<Record<string, unknown>>

const pollMs = 250

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const file = workerLinesFile(stateFolderOf(process.cwd()))
  // A run inside the command that started it has no worker that writes, but may have failed.
  if (!existsSync(file) && positionals[0] !== undefined && flags["json"] !== true && await printFailure(positionals[0], flags, terminal)) return 0
  if (!existsSync(file)) throw new Failure(2, "No worker of this folder has written anything yet.", "Start a run with `agentflow run FILE`.")
  const [run] = positionals
  const json = flags["json"] === true
  const stop = new AbortController()
  const stopped = flags["follow"] !== true ? undefined : untilStopped().then((signal) => {
    stop.abort()
    return stoppedBy(signal)
  })
  let shown = 0
  const counting = { ...terminal, out: (text: string) => { shown += 1; terminal.out(text) } }
  let from = print(file, 0, { run, json, terminal: counting })
  if (shown === 0 && !json) terminal.error(run === undefined ? "Nothing has been written yet." : `Run '${run}' has written nothing. A program writes with \`log "text"\`; \`agentflow runs ${run}\` shows its steps.`)
  if (run !== undefined && !json) await printFailure(run, flags, terminal)
  if (stopped === undefined) return 0
  while (!stop.signal.aborted) {
    await sleep(pollMs, undefined, { signal: stop.signal }).catch(() => undefined)
    // A file that has become shorter is another one.
    from = print(file, statSync(file).size < from ? 0 : from, { run, json, terminal })
  }
  return stopped
}

/** What a failed run was ended by, with its line in the program: no worker writes that. */
async function printFailure(id: string, flags: Invocation["flags"], terminal: Terminal): Promise<boolean> {
  const db = join(stateFolderOf(process.cwd()), "runs.db")
  if (findSidecar(flags, process.cwd()) === undefined && !existsSync(db)) return false
  const runs = await openRuns(flags)
  try {
    const summary = await runs.get(id)
    if (summary?.status !== "failed") return false
    terminal.out(drawFailure(foldRun(summary, await runs.history(id)), terminal).join("\n"))
    return true
  } finally {
    runs.close()
  }
}

interface Printing {
  readonly run: string | undefined
  readonly json: boolean
  readonly terminal: Terminal
}

/** Prints whole lines from an offset on; gives the offset behind the last one. */
function print(file: string, from: number, { run, json, terminal }: Printing): number {
  const bytes = readFileSync(file).subarray(from)
  const end = bytes.lastIndexOf(10) + 1
  for (const text of bytes.subarray(0, end).toString("utf8").split("\n")) {
    const line = parsed(text)
    if (line === undefined || (run !== undefined && line["run"] !== run)) continue
    terminal.out(json ? text : drawn(line, terminal))
  }
  return from + end
}

function drawn(line: Line, { style }: Terminal): string {
  const { at, run, step, message, level, agentflow, workflow: _, ...rest } = line
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
  const place = [run, step].filter((part) => part !== undefined).map(String).join(" ")
  const kind = String(level ?? agentflow ?? "")
  return [style.dim(String(at ?? "").slice(0, 23).replace("T", " ")), style.cyan(place), kind === "log" || kind === "info" ? "" : style.yellow(kind), String(message ?? ""), style.dim(facts.join(" "))].filter((part) => part !== "").join("  ")
}

function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
