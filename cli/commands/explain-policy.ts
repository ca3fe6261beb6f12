// agentflow explain-policy: for a call which clause holds, and who said so.

import { dirname, resolve } from "node:path"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import type { Location } from "../../base/text/span.ts"
import { check } from "../../compiler/index.ts"
import { explainPolicies, type ExplainedStep } from "../../compiler/explain/policies.ts"
import { readConfig } from "../config.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { readProgram, type Program } from "../fs.ts"
import { diagnosticDetails, optionsOf, printDiagnostics } from "../project.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [file, asked] = positionals
  const config = readConfig(dirname(resolve(file!)), flags["config"] as string | undefined, process.env)
  const program = readProgram(file!)
  const { value, diagnostics } = check(program.sources, await optionsOf(program, config))
  if (hasErrors(diagnostics)) {
    if (flags["json"]) terminal.out(JSON.stringify(await diagnosticDetails(diagnostics, program), null, 2))
    else printDiagnostics(diagnostics, program, terminal)
    return 1
  }
  const steps = chosen(explainPolicies(value), asked)
  if (flags["json"]) {
    terminal.out(JSON.stringify({ steps: steps.map((step) => withPlaces(step, program)) }, null, 2))
    return 0
  }
  const { style } = terminal
  if (steps.length === 0) terminal.out(`${file!} has no step that a policy could hold for.`)
  for (const [index, step] of steps.entries()) {
    terminal.out(`${index === 0 ? "" : "\n"}${style.bold(step.step)}  ${style.dim(`${step.kind}, ${placeOf(step.origin, program)}`)}`)
    if (step.clauses.length === 0) terminal.out(`  ${style.dim("no clause holds: one attempt, without a time limit")}`)
    const width = Math.min(80, Math.max(0, ...step.clauses.map(({ text }) => text.length)))
    const reasons = step.clauses.map(({ because, origin }) => `${because}${origin === undefined ? "" : `, ${placeOf(origin, program)}`}`)
    const isNarrow = width + 4 + Math.max(0, ...reasons.map((reason) => reason.length)) > terminal.columns
    for (const [place, { text }] of step.clauses.entries()) {
      terminal.out(isNarrow ? `  ${text}\n      ${style.dim(reasons[place]!)}` : `  ${text.padEnd(width)}  ${style.dim(reasons[place]!)}`)
    }
  }
  return 0
}

/** By full name, or by its end: "postToSlack" finds "DailyBrief/postToSlack". */
function chosen(steps: readonly ExplainedStep[], asked: string | undefined): readonly ExplainedStep[] {
  if (asked === undefined) return steps
  const wanted = asked.replace(/\[\d+\]/g, "[]")
  const found = steps.filter(({ step }) => step === wanted || step.endsWith(`/${wanted}`))
  if (found.length > 0) return found
  const names = steps.flatMap(({ step }) => [step, step.split("/").at(-1)!])
  const near = nearest(wanted, names)
  throw new Failure(2, `There is no step '${asked}'.`, near === undefined ? `Steps are: ${steps.map(({ step }) => step).join(", ")}` : `Did you mean '${near}'?`)
}

function withPlaces({ origin, clauses, ...step }: ExplainedStep, program: Program): object {
  return { ...step, at: placeOf(origin, program), clauses: clauses.map(({ origin: from, ...clause }) => ({ ...clause, ...(from === undefined ? {} : { at: placeOf(from, program) }) })) }
}

function placeOf({ path, span }: Location, { sources }: Program): string {
  const { line, column } = positionAt(lineTable(sources.find((source) => source.path === path)?.text ?? ""), span.start)
  return `${path}:${line + 1}:${column + 1}`
}
