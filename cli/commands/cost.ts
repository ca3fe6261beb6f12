// agentflow cost: what a program can use at most, step by step, and what a change does to that.

import { dirname, resolve } from "node:path"
import type { Source } from "../../base/text/source.ts"
import type { Location } from "../../base/text/span.ts"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { boundOf } from "../../compiler/cost/bound.ts"
import { changesBetween } from "../../compiler/cost/compare.ts"
import type { CostReport } from "../../compiler/cost/types.ts"
import { plan } from "../../compiler/index.ts"
import { readConfig } from "../config.ts"
import type { ExitCode } from "../failure.ts"
import { readProgram, type Program } from "../fs.ts"
import { diagnosticJson } from "../diagnostic-formats.ts"
import { printDiagnostics } from "../project.ts"
import type { Invocation } from "../table.ts"
import { readToolModules } from "../tool-modules.ts"
import { changeLines, costLines, type CostView } from "../view/cost.ts"

export async function main(invocation: Invocation): Promise<ExitCode> {
  const { terminal, positionals, flags } = invocation
  const after = await reportOf(positionals[0]!, invocation)
  const against = flags["against"] as string | undefined
  const before = after === undefined || against === undefined ? undefined : await reportOf(against, invocation)
  if (after === undefined || (against !== undefined && before === undefined)) return 1

  if (flags["json"]) {
    const changes = before === undefined ? {} : { against, changes: changesBetween(before.report, after.report) }
    const sources = [...after.program.sources, ...(before?.program.sources ?? [])]
    const shown = { ...after.report, ...changes }
    terminal.out(JSON.stringify(shown, (_key, value: unknown) => readableLocation(value, sources), 2))
    return 0
  }
  const { unicode, style, columns } = terminal
  const view: CostView = { unicode, style, columns, placeOf: (origin) => placeOf(origin, after.program.sources) }
  const pictures = before === undefined
    ? after.report.workflows.map((workflow) => costLines(workflow, view))
    : changesBetween(before.report, after.report).map((change) => changeLines(change, view))
  if (pictures.length === 0) terminal.out(`${positionals[0]!} declares no workflow.`)
  for (const [index, lines] of pictures.entries()) terminal.out(`${index === 0 ? "" : "\n"}${lines.join("\n")}`)
  return 0
}

/** Undefined when the program has errors; they have been shown. */
async function reportOf(
  file: string, { terminal, flags }: Invocation,
): Promise<{ readonly program: Program; readonly report: CostReport } | undefined> {
  const config = readConfig(dirname(resolve(file)), flags["config"] as string | undefined, process.env)
  const program = readProgram(file)
  const { value, diagnostics } = plan(program.sources, {
    rules: config.rules, toolModules: await readToolModules(program), entry: program.entry,
  })
  if (value !== null) return { program, report: boundOf(value) }
  const found = { diagnostics: diagnostics.map((each) => diagnosticJson(each, program)) }
  if (flags["json"]) terminal.out(JSON.stringify(found, null, 2))
  else printDiagnostics(diagnostics, program, terminal)
  return undefined
}

/** Lines and columns count from 1. */
function pointOf({ path, span }: Location, sources: readonly Source[]) {
  const { line, column } = positionAt(lineTable(sources.find((source) => source.path === path)?.text ?? ""), span.start)
  return { path, line: line + 1, column: column + 1 }
}

function placeOf(origin: Location, sources: readonly Source[]): string {
  const { path, line, column } = pointOf(origin, sources)
  return `${path}:${line}:${column}`
}

function readableLocation(value: unknown, sources: readonly Source[]): unknown {
  const isLocation = typeof value === "object" && value !== null && "path" in value && "span" in value
  return isLocation ? pointOf(value as Location, sources) : value
}
