// From a file name to checked or compiled output: what check, build and run share.

import { check, compile, type Compiled } from "../compiler/index.ts"
import type { Diagnostic, Phase } from "../base/diagnostics/diagnostic.ts"
import { hasErrors } from "../base/diagnostics/diagnostic.ts"
import { plain, renderDiagnostic, summarise } from "../base/diagnostics/render.ts"
import { lineTable, positionAt } from "../base/text/line-table.ts"
import type { Config } from "./config.ts"
import { readProgram, relativePath, type Program } from "./fs.ts"
import { readToolModules } from "./tool-modules.ts"
import type { Terminal } from "./terminal.ts"

export async function checkProgram(file: string, config: Config): Promise<{ readonly program: Program; readonly diagnostics: readonly Diagnostic[] }> {
  const program = readProgram(file)
  const { diagnostics } = check(program.sources, { rules: config.rules, toolModules: await readToolModules(program) })
  return { program, diagnostics }
}

export async function compileProgram(file: string, config: Config, out: string): Promise<Phase<Compiled | null> & { readonly program: Program }> {
  const program = readProgram(file)
  const result = await compile(program.sources, {
    rules: config.rules,
    toolModules: await readToolModules(program),
    entry: program.entry,
    outDir: relativePath(program.root, out),
  })
  return { program, ...result }
}

/** Prints diagnostics as frames and a last line of counts; says whether the program may go on. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], program: Program, terminal: Terminal): boolean {
  const texts = new Map(program.sources.map((source) => [source.path, source.text]))
  const options = { paint: terminal.colour ? terminal.paint : plain, unicode: terminal.unicode, textOf: (path: string) => texts.get(path) }
  for (const diagnostic of diagnostics) terminal.error(`${renderDiagnostic(diagnostic, options)}\n`)
  const summary = summarise(diagnostics)
  if (summary !== "") terminal.error(`${summary}. \`agentflow explain CODE\` tells more.`)
  return !hasErrors(diagnostics)
}

/** One diagnostic for programs: lines and columns count from 1, columns in UTF-16 units. */
export function diagnosticJson(diagnostic: Diagnostic, program: Program): object {
  const table = lineTable(program.sources.find((source) => source.path === diagnostic.path)?.text ?? "")
  const point = (offset: number): { line: number; column: number } => {
    const { line, column } = positionAt(table, offset)
    return { line: line + 1, column: column + 1 }
  }
  const { code, severity, message, path, span, related, fixes } = diagnostic
  return { code, severity, message, path, start: point(span.start), end: point(span.end), related, fixes }
}
