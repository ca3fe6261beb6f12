// From a file name to checked or compiled output: what check, build and run share.

import { checkParsed, compile, planChecked, type Compiled, type CompileOptions, type Plan } from "../compiler/index.ts"
import { versionsIn } from "../compiler/versions/check.ts"
import type { Diagnostic, Phase } from "../base/diagnostics/diagnostic.ts"
import { hasErrors, sortDiagnostics } from "../base/diagnostics/diagnostic.ts"
import { wrap } from "../base/text/columns.ts"
import { plain, renderDiagnostic, summarise } from "../base/diagnostics/render.ts"
import type { Config } from "./config.ts"
import { readProgram, relativePath, type Program } from "./fs.ts"
import { readLock } from "./lock-file.ts"
import { readToolModules } from "./tool-modules.ts"
import type { Terminal } from "./terminal.ts"

export async function checkProgram(file: string, config: Config): Promise<{ readonly program: Program; readonly diagnostics: readonly Diagnostic[] }> {
  const program = readProgram(file)
  const { program: lock } = readLock(file)
  const options = { ...(await optionsOf(program, config)), lock, versions: versionsIn(lock) }
  const checked = checkParsed(program.parsed, options)
  const found = planChecked(checked, options)
  // A change that old runs can't replay says nothing of the tools: both are told at once.
  const plan = found.value ?? (lock === undefined ? null : planChecked(checked, { ...options, lock: undefined }).value)
  const later = plan === null ? [] : await signatureProblems(plan, program, config)
  return { program, diagnostics: sortDiagnostics([...found.diagnostics, ...later]) }
}

export interface ProgramToCompile {
  readonly program: Program
  readonly config: Config
  /** Folder of the generated project. */
  readonly out: string
}

export async function compileProgram(
  { program, config, out }: ProgramToCompile, versions: Pick<CompileOptions, "lock" | "versions" | "hasKept">,
): Promise<Phase<Compiled | null>> {
  const compiled = await compile(program.sources, { ...(await optionsOf(program, config)), ...versions, base: program.root.replaceAll("\\", "/"), outDir: relativePath(program.root, out) })
  if (compiled.value === null) return compiled
  const diagnostics = sortDiagnostics([...compiled.diagnostics, ...(await signatureProblems(compiled.value.plan, program, config))])
  return { value: hasErrors(diagnostics) ? null : compiled.value, diagnostics }
}

export async function optionsOf(program: Program, config: Config): Promise<CompileOptions> {
  return { rules: config.rules, providers: providersOf(config), toolModules: await readToolModules(program), entry: program.entry }
}

/** Names of the model providers that a config adds. */
export function providersOf({ models }: Config): readonly string[] {
  return Object.keys(models.providers ?? {})
}

/** Only a program with TypeScript tools waits for what compares them. */
async function signatureProblems(plan: Plan, program: Program, { rules }: Config): Promise<readonly Diagnostic[]> {
  if (!plan.tools.some(({ source }) => source.kind === "typescript")) return []
  const { checkToolSignatures } = await import("./tool-signatures.ts")
  return checkToolSignatures(plan, program, rules)
}

/** What a failure says in JSON of a program that has errors. */
export async function diagnosticDetails(diagnostics: readonly Diagnostic[], program: Program): Promise<object> {
  const { diagnosticJson } = await import("./diagnostic-formats.ts")
  return { diagnostics: diagnostics.map((each) => diagnosticJson(each, program)) }
}

/** Prints diagnostics as frames and a last line of counts; says whether the program may go on. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], program: Program, terminal: Terminal): boolean {
  const texts = new Map(program.sources.map((source) => [source.path, source.text]))
  const { colour, paint, unicode, columns } = terminal.errors
  const options = { paint: colour ? paint : plain, unicode, columns, textOf: (path: string) => texts.get(path) }
  for (const diagnostic of diagnostics) terminal.error(`${renderDiagnostic(diagnostic, options)}\n`)
  const summary = summarise(diagnostics)
  if (summary !== "") terminal.error(wrap(`${summary}. \`agentflow explain CODE\` tells more.`, columns).join("\n"))
  return !hasErrors(diagnostics)
}
