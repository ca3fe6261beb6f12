// agentflow replay: whether a run's history fits the program as it is now.

import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { HistoryEvent } from "../../engine/types.ts"
import { registeredName } from "../../compiler/3-plan/types.ts"
import { readConfig, type Config } from "../config.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { readEntry, readProgram } from "../fs.ts"
import { stateFolderOf } from "../state-folder.ts"
import { loadProgram, runtimeOf } from "../in-process.ts"
import { compileProgram, diagnosticDetails, printDiagnostics } from "../project.ts"
import { replayHistory, type ReplayResult } from "../replay.ts"
import { workerEnvironment } from "../run-program.ts"
import { openRuns } from "../run-reader.ts"
import type { Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"
import type { RunSummary } from "../view/fold.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [file = "", id = ""] = positionals
  readEntry(resolve(file), file)
  const { run, history } = await recorded(id, flags)
  const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
  const result = await inProject(file, { config, terminal }, async (project) => {
    const name = run.name.replace(/@\d+$/, "")
    const registered = project.registered.get(name)
    if (registered === undefined) throw new Failure(1, `The program has no workflow ${name} any more.`, `It has: ${[...project.registered.keys()].join(", ")}`)
    const { workflows, callables } = await loadProgram(project)
    const { createInProcessParts } = await runtimeOf(project)
    const variables = { ...process.env, ...workerEnvironment({ grpcPort: 1, httpPort: 1 }, { config, live: { show() {}, note() {}, end() {} } }) }
    const parts = createInProcessParts({ workflows, callables, variables, onLog: () => {} })
    if (!parts.ok) throw new Failure(2, parts.problems[0] ?? "The program can't be loaded.")
    return replayHistory(parts.executor, history, { id, registered })
  })
  if (flags["json"]) terminal.out(JSON.stringify({ run: id, workflow: run.name, fits: result.difference === undefined, ...result }, null, 2))
  else tell(run, result, terminal)
  return result.difference === undefined ? 0 : 1
}

async function recorded(id: string, flags: Invocation["flags"]): Promise<{ readonly run: RunSummary; readonly history: readonly HistoryEvent[] }> {
  const runs = await openRuns(flags)
  try {
    const run = await runs.get(id)
    if (run === undefined) throw new Failure(2, `There is no run '${id}'.`, "`agentflow runs` lists them.")
    return { run, history: await runs.history(id) }
  } finally {
    runs.close()
  }
}

interface Project {
  readonly out: string
  readonly files: readonly string[]
  /** By name of the workflow: what it registers itself as. */
  readonly registered: ReadonlyMap<string, string>
}

/** Compiles into a folder of its own: the generated project, the lock and the worker that runs stay as they are. */
async function inProject<Result>(file: string, { config, terminal }: { readonly config: Config; readonly terminal: Terminal }, work: (project: Project) => Promise<Result>): Promise<Result> {
  const program = readProgram(file)
  const out = join(stateFolderOf(process.cwd()), `replay-${process.pid}`)
  const { value, diagnostics } = await compileProgram({ program, config, out }, {})
  if (value === null) {
    printDiagnostics(diagnostics, program, terminal)
    throw new Failure(1, `${file} was not compiled.`, undefined, await diagnosticDetails(diagnostics, program))
  }
  try {
    for (const { path, text } of value.files) {
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), text)
    }
    await import("../find-runtime.ts")
    return await work({ out, files: value.files.map(({ path }) => path), registered: new Map(value.plan.workflows.map((workflow) => [workflow.name, registeredName(workflow)])) })
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

function tell(run: RunSummary, { turns, actions, otherInputs, difference }: ReplayResult, { paint, style, done, failed, out }: Terminal): void {
  if (difference === undefined) {
    out(`${done} ${run.id} (${run.name}, ${run.status}) fits: ${actions} actions of ${turns} turns are the same.`)
  } else {
    out(`${failed} ${run.id} (${run.name}, ${run.status}) does not fit the program any more, from turn ${difference.turn} of ${turns} on:`)
    out(`  ${style.dim("recorded")}  ${difference.recorded}`)
    out(`  ${style.dim("now")}       ${difference.now}`)
    out(style.dim("  A run that is under way would fail here. `agentflow build --keep-old` lets it finish on the old version."))
  }
  if (otherInputs.length > 0) {
    const [first] = otherInputs
    out(`${paint("info", "note")} ${otherInputs.length === 1 ? `${first} gets` : `${first} and ${otherInputs.length - 1} more steps get`} other parameters now; what they answered then still holds.`)
  }
}
