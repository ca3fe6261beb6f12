// agentflow build: writes the TypeScript project of a program.

import { dirname, relative, resolve } from "node:path"
import { buildProgram } from "../build-program.ts"
import { readConfig } from "../config.ts"
import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const file = positionals[0]!
  const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
  const out = flags["out"] as string | undefined
  const built = await buildProgram({ file, config, terminal, ...(out === undefined ? {} : { out }), force: flags["force"] === true })
  if (flags["json"]) {
    terminal.out(JSON.stringify({ out: built.out, files: built.files, workflows: built.workflows.map(({ name }) => name), inactive: built.inactive }, null, 2))
    return 0
  }
  const { style } = terminal
  terminal.out(`${terminal.paint("hint", terminal.unicode ? "✓" : "ok")} ${file}: ${built.files.length} files in ${relative(process.cwd(), built.out) || "."}/`)
  for (const path of built.files) terminal.out(`  ${style.dim(path)}`)
  if (built.inactive.length > 0) {
    terminal.out(`${terminal.paint("info", "note")} checked, but without effect in this version: ${built.inactive.join(", ")}`)
  }
  return 0
}
