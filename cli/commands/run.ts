// agentflow run: the whole job, shown live.

import { dirname, relative, resolve } from "node:path"
import { readConfig } from "../config.ts"
import type { ExitCode } from "../failure.ts"
import { findSidecar } from "../hub-access.ts"
import { stateFolderOf } from "../state-folder.ts"
import { runProgram, type RunOutcome } from "../run-program.ts"
import { stoppedBy, untilStopped, type StopSignal } from "../stop.ts"
import { portOf, type Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"
import { liveView, type LiveView } from "../view/live.ts"
import { drawFailure } from "../view/failure.ts"
import { drawValue } from "../view/value.ts"
import { parseInput } from "../workflow-input.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [file, workflow] = positionals
  const text = (name: string): string | undefined => flags[name] as string | undefined
  const config = readConfig(dirname(resolve(file!)), text("config"), process.env)
  const input = parseInput(text("input"))
  const stop = new AbortController()
  let signal: StopSignal = "SIGINT"
  void untilStopped().then((given) => {
    signal = given
    stop.abort()
  })
  const quiet: LiveView = { show() {}, note() {}, end() {} }
  const outcome = await runProgram({
    file: file!,
    config,
    terminal,
    input,
    live: flags["json"] ? quiet : liveView(terminal),
    stateFolder: stateFolderOf(process.cwd()),
    stop: stop.signal,
    allowRemote: flags["allow-remote"] === true,
    inProcess: flags["in-process"] === true,
    ...optional("workflow", workflow),
    ...optional("id", text("id")),
    ...optional("db", text("db")),
    ...optional("keep", text("keep")),
    ...optional("approve", text("approve")),
    ...optional("sidecar", flags["sidecar"] === undefined ? undefined : findSidecar(flags, process.cwd())),
    ...(flags["port"] === undefined ? {} : { port: portOf(flags["port"], 0) }),
  })
  if (flags["json"]) printJson(terminal, outcome)
  else printOutcome(terminal, outcome, file!)
  if (outcome.interrupted) return stoppedBy(signal)
  return outcome.view.summary.status === "completed" ? 0 : 3
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value })
}

/** The result, or why there is none, and where everything is. */
export function printOutcome(terminal: Terminal, { view, built, interrupted, workerLog }: RunOutcome, file: string): void {
  const { style } = terminal
  const { summary } = view
  if (interrupted) {
    terminal.out(`\nThe run is kept; it goes on with: agentflow run ${file} ${summary.name} --id ${summary.id}`)
    return
  }
  if (summary.status === "completed") {
    terminal.out(`\n${style.bold("Result")}`)
    for (const line of drawValue(JSON.parse(summary.output ?? "null"), { ...terminal, columns: terminal.columns - 2 })) terminal.out(`  ${line}`)
  } else {
    terminal.out(`\n${drawFailure(view, terminal).join("\n")}`)
  }
  terminal.out(`\n${style.dim("generated code")}  ${relative(process.cwd(), built.out)}/`)
  terminal.out(`${style.dim("history")}         agentflow runs ${summary.id} --history   (--json has the whole result)`)
  terminal.out(`${style.dim("worker's log")}    ${relative(process.cwd(), workerLog)}`)
}

function printJson(terminal: Terminal, { view, built, db }: RunOutcome): void {
  const { summary, failure, status } = view
  const output: unknown = summary.output === undefined ? null : JSON.parse(summary.output)
  terminal.out(JSON.stringify({ id: summary.id, workflow: summary.name, status: summary.status, output, failure: failure ?? null, spent: status?.spent ?? null, generated: built.out, db: db ?? null }, null, 2))
}
