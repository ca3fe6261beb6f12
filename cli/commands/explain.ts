// agentflow explain: the document of a diagnostic code.

import { explanations } from "../../base/diagnostics/explanations.generated.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { Failure, type ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals }: Invocation): Promise<ExitCode> {
  const code = positionals[0]!.toUpperCase()
  const text = explanations[code]
  if (text === undefined) {
    const near = nearest(code, Object.keys(explanations))
    throw new Failure(2, `There is no code ${code}.`, near === undefined ? "Codes look like AF1001; `agentflow check` prints them." : `Did you mean ${near}?`)
  }
  terminal.out(text.trimEnd())
  return 0
}
