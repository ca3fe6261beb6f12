// agentflow check: reports what is known to be wrong before anything runs.

import { dirname, resolve } from "node:path"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { readConfig } from "../config.ts"
import type { ExitCode } from "../failure.ts"
import { checkProgram, diagnosticJson, printDiagnostics } from "../project.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  let failed = false
  const found: object[] = []
  for (const file of positionals) {
    const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
    const { program, diagnostics } = await checkProgram(file, config)
    failed ||= hasErrors(diagnostics)
    if (flags["json"]) found.push(...diagnostics.map((diagnostic) => diagnosticJson(diagnostic, program)))
    else if (printDiagnostics(diagnostics, program, terminal) && diagnostics.length === 0) {
      terminal.out(`${terminal.paint("hint", terminal.unicode ? "✓" : "ok")} ${file}: no errors, no warnings`)
    }
  }
  if (flags["json"]) terminal.out(JSON.stringify({ diagnostics: found }, null, 2))
  return failed ? 1 : 0
}
