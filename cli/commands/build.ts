// agentflow build: writes the TypeScript project of a program.

import { dirname, relative, resolve } from "node:path"
import { buildProgram, type Built } from "../build-program.ts"
import { readConfig } from "../config.ts"
import { Failure, failureJson, tellFailure, type ExitCode } from "../failure.ts"
import type { VersionWish } from "../build-versions.ts"
import { stoppedBy, untilStopped } from "../stop.ts"
import type { Invocation } from "../table.ts"

export async function main(invocation: Invocation): Promise<ExitCode> {
  const { terminal, positionals, flags } = invocation
  const { file, wish } = readWish(positionals, flags)
  if (flags["watch"] !== true) {
    tell(await build(invocation, file, wish), file, invocation)
    return 0
  }
  const stopping = untilStopped()
  const { watchProgram } = await import("../watch.ts")
  const watching = watchProgram({
    file, explicitConfig: flags["config"] as string | undefined,
    onChange: async (changed) => {
      if (changed !== undefined && !flags["json"]) terminal.out(terminal.style.dim(`\n${new Date().toTimeString().slice(0, 8)} ${changed} changed`))
      const startedMs = performance.now()
      // What a build asks for once, such as to accept a break, holds for the first one.
      tell(await build(invocation, file, changed === undefined ? wish : {}), file, invocation, Math.round(performance.now() - startedMs))
    },
    onProblem: (problem) => {
      if (flags["json"]) terminal.out(JSON.stringify(failureJson(problem)))
      else tellFailure(problem, terminal)
    },
  })
  const signal = await stopping
  watching.stop()
  await watching.stopped
  return stoppedBy(signal)
}

function build({ terminal, flags }: Invocation, file: string, wish: VersionWish): Promise<Built> {
  const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
  const out = flags["out"] as string | undefined
  terminal.progress(`building ${file}`)
  return buildProgram({ file, config, terminal, ...(out === undefined ? {} : { out }), force: flags["force"] === true, lock: "write", wish })
}

/** While it watches, a line for each build. */
function tell(built: Built, file: string, { terminal, flags }: Invocation, tookMs?: number): void {
  if (flags["json"]) {
    const said = { out: built.out, files: built.files, workflows: built.workflows.map(({ name }) => name), kept: built.kept }
    terminal.out(tookMs === undefined ? JSON.stringify(said, null, 2) : JSON.stringify({ ...said, tookMs }))
    return
  }
  const { style } = terminal
  const took = tookMs === undefined ? "" : style.dim(` in ${tookMs} ms`)
  terminal.out(`${terminal.done} ${file}: ${built.files.length} files in ${relative(process.cwd(), built.out) || "."}/${took}`)
  if (built.workflows.length === 0) terminal.out(`${terminal.paint("info", "note")} ${file} declares no workflow: its worker has nothing to run`)
  if (tookMs === undefined) for (const path of built.files) terminal.out(`  ${style.dim(path)}`)
  if (built.kept.length > 0) terminal.out(`${terminal.paint("info", "note")} the worker also serves the runs of ${built.kept.join(", ")}; when the last has ended: --drop-old VERSION`)
}

/** `--accept-break WORKFLOW "why"`: the reason is a second argument, before or after the program. */
function readWish(positionals: readonly string[], flags: Invocation["flags"]): { readonly file: string; readonly wish: VersionWish } {
  const keepOld = flags["keep-old"] === true
  const workflow = flags["accept-break"] as string | undefined
  const dropOld = flags["drop-old"] as string | undefined
  const file = positionals.find((each) => each.endsWith(".agentflow")) ?? positionals[0]!
  const others = positionals.filter((each) => each !== file)
  const why = others[0]?.trim()
  if (workflow === undefined && others.length > 0) throw new Failure(2, `'${others[0]}' is one argument too many.`, "Usage: agentflow build FILE")
  if (workflow !== undefined && !why) throw new Failure(2, "--accept-break needs a reason: the lock keeps it.", `agentflow build ${file} --accept-break ${workflow} "no run is under way"`)
  if (workflow !== undefined && keepOld) throw new Failure(2, "A break is accepted or the old version kept, not both.")
  const acceptBreak = workflow === undefined || why === undefined ? {} : { acceptBreak: { workflow, why } }
  return { file, wish: { keepOld, ...acceptBreak, ...(dropOld === undefined ? {} : { dropOld }) } }
}
