// agentflow explain: the document of a diagnostic code.

import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { explanations } from "../../base/diagnostics/explanations.generated.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { Failure, type ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"
import { plainly } from "../terminal.ts"

export async function main({ terminal, positionals: [asked = ""], flags }: Invocation): Promise<ExitCode> {
  const code = /^\d{4}$/.test(asked) ? `AF${asked}` : asked.toUpperCase()
  const text = explanations[code]
  if (text === undefined) {
    const near = nearest(code, Object.keys(explanations))
    throw new Failure(2, `There is no code '${code}'.`, near === undefined ? "Codes look like AF1001; `agentflow check` prints them." : `Did you mean ${near}?`)
  }
  if (flags["json"]) {
    const { title, severity, message } = (catalogue as Readonly<Record<string, { readonly title: string; readonly severity: string; readonly message: string }>>)[code]!
    terminal.out(JSON.stringify({ code, title, severity, message, text }, null, 2))
    return 0
  }
  terminal.out(plainly(text, terminal).trimEnd().replace(/^#+ .*$/gm, (heading) => terminal.style.bold(heading)))
  return 0
}
