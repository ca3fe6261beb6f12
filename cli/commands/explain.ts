// agentflow explain: the document of a diagnostic code.

import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { explanations } from "../../base/diagnostics/explanations.generated.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { wrap } from "../../base/text/columns.ts"
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
  terminal.out(folded(plainly(text, terminal).trimEnd(), terminal.columns).replace(/^#+ .*$/gm, (heading) => terminal.style.bold(heading)))
  return 0
}

/** Prose in the terminal's width; code stays as it is. */
function folded(text: string, columns: number): string {
  let isCode = false
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("```")) isCode = !isCode
    if (isCode || /^[#|]/.test(line)) return [line]
    const [mark] = /^ *(?:[-*] +|\d+\. +)?/.exec(line)!
    return wrap(line.slice(mark.length), columns - mark.length).map((part, index) => `${index === 0 ? mark : " ".repeat(mark.length)}${part}`)
  }).join("\n")
}
