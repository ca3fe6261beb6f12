// agentflow build: writes the TypeScript project of a program.

import { dirname, relative, resolve } from "node:path"
import { buildProgram } from "../build-program.ts"
import { readConfig } from "../config.ts"
import { Failure, type ExitCode } from "../failure.ts"
import type { VersionWish } from "../build-versions.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const { file, wish } = readWish(positionals, flags)
  const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
  const out = flags["out"] as string | undefined
  const built = await buildProgram({ file, config, terminal, ...(out === undefined ? {} : { out }), force: flags["force"] === true, lock: "write", wish })
  if (flags["json"]) {
    terminal.out(JSON.stringify({ out: built.out, files: built.files, workflows: built.workflows.map(({ name }) => name), inactive: built.inactive, kept: built.kept }, null, 2))
    return 0
  }
  const { style } = terminal
  terminal.out(`${terminal.paint("hint", terminal.unicode ? "✓" : "ok")} ${file}: ${built.files.length} files in ${relative(process.cwd(), built.out) || "."}/`)
  for (const path of built.files) terminal.out(`  ${style.dim(path)}`)
  if (built.kept.length > 0) terminal.out(`${terminal.paint("info", "note")} the worker also serves the runs of ${built.kept.join(", ")}; when the last has ended: --drop-old VERSION`)
  if (built.inactive.length > 0) {
    terminal.out(`${terminal.paint("info", "note")} checked, but without effect in this version: ${built.inactive.join(", ")}`)
  }
  return 0
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
