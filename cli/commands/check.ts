// agentflow check: reports what is known to be wrong before anything runs.

import { dirname, resolve } from "node:path"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { readConfig } from "../config.ts"
import type { Format, Found } from "../diagnostic-formats.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { checkProgram, printDiagnostics } from "../project.ts"
import type { Invocation } from "../table.ts"

const formats = ["pretty", "json", "sarif", "github"] as const satisfies readonly Format[]

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const format = formatOf(flags)
  const found: Found[] = []
  for (const [index, file] of positionals.entries()) {
    if (positionals.length > 1) terminal.progress(`${index} of ${positionals.length} files`)
    const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
    const each = await checkProgram(file, config)
    found.push(each)
    if (format !== "pretty") continue
    if (printDiagnostics(each.diagnostics, each.program, terminal) && each.diagnostics.length === 0) {
      terminal.out(`${terminal.done} ${file}: no errors, no warnings`)
    }
  }
  terminal.progress(undefined)
  if (format !== "pretty") {
    // Only these need the explanation of every code.
    const { render } = await import("../diagnostic-formats.ts")
    const text = render(format, found)
    if (text !== "") terminal.out(text)
  }
  return found.some(({ diagnostics }) => hasErrors(diagnostics)) ? 1 : 0
}

function formatOf(flags: Invocation["flags"]): Format {
  const asked = flags["format"] ?? (flags["json"] === true ? "json" : "pretty")
  const format = formats.find((each) => each === asked)
  if (format !== undefined) return format
  const near = nearest(String(asked), formats)
  throw new Failure(2, `There is no format '${String(asked)}'.`, near === undefined ? `Formats are ${formats.join(", ")}.` : `Did you mean '${near}'?`)
}
