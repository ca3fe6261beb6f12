// The compiler's door, and its table of contents: parse, bind, check, plan, emit.

import { hasErrors, sortDiagnostics } from "../base/diagnostics/diagnostic.ts"
import type { Diagnostic, Phase } from "../base/diagnostics/diagnostic.ts"
import type { Source } from "../base/text/source.ts"
import { parse } from "../grammar/parse.ts"
import type { Syntax } from "../grammar/parse.ts"
import { bind } from "./1-bind/bind.ts"
import { check as checkBound } from "./2-check/check.ts"
import type { CheckOptions } from "./2-check/check.ts"
import type { Checked } from "./2-check/types.ts"
import { applyRules, idleAccepts } from "./2-check/rules.ts"
import { lower } from "./3-plan/lower.ts"
import type { Plan } from "./3-plan/types.ts"
import { checkAttempts } from "./cost/attempts.ts"
import { checkBounds } from "./cost/check.ts"
import { withoutEchoes } from "./echoes.ts"
import type { Emitted } from "./4-emit/types.ts"
import { checkVersions } from "./versions/check.ts"
import type { ProgramLock } from "./versions/lock.ts"

export type { Checked } from "./2-check/types.ts"
export { printPlan } from "./3-plan/print.ts"
export type { Plan, ValueType } from "./3-plan/types.ts"
export type { SimulationTypes } from "./4-emit/simulation.ts"
export type { Emitted, EmittedFile, SourceMap } from "./4-emit/types.ts"

export interface CompileOptions extends Partial<CheckOptions> {
  /** Path of the file that gives the project its name; default: the first source. */
  readonly entry?: string
  /** Folder of the generated project, as sources are named; default: `generated` beside the entry. */
  readonly outDir?: string
  /** Absolute path of the folder that all paths are relative to. */
  readonly base?: string
  /** By name of a workflow: the version that new runs start on. */
  readonly versions?: Readonly<Record<string, number>>
  /** What runs that are under way were started with; without it nothing is compared. */
  readonly lock?: ProgramLock | undefined
  /** The project has a module of older versions. */
  readonly hasKept?: boolean
}

/** A generated project, with the plan that it was made from. */
export interface Compiled extends Emitted {
  readonly plan: Plan
}

export interface ParsedSource extends Phase<Syntax> {
  readonly source: Source
}

/** Names, types and policies of a program; its value stands even where there are errors. */
export function check(sources: readonly Source[], options: CompileOptions = {}): Phase<Checked> {
  return checkParsed(sources.map((source) => ({ source, ...parse(source) })), options)
}

/** The same of files that are parsed already. `earlier`: of earlier texts of them, whose results are taken over and are used up. */
export function checkParsed(parsed: readonly ParsedSource[], { rules = {}, toolModules, providers }: CompileOptions = {}, earlier?: Checked): Phase<Checked> {
  const bound = bind(parsed.map(({ source, value, diagnostics }) => ({ source, file: value.file, isWhole: diagnostics.length === 0 })), earlier?.bound)
  const options = { rules, ...(toolModules === undefined ? {} : { toolModules }), ...(providers === undefined ? {} : { providers }) }
  const checked = checkBound(bound.value, options, earlier)
  const meant = withoutEchoes(parsed, [...bound.diagnostics, ...checked.diagnostics])
  const found: readonly Diagnostic[] = [...parsed.flatMap(({ diagnostics }) => diagnostics), ...meant]
  return { value: checked.value, diagnostics: sortDiagnostics(found) }
}

/** The plan: only of a program without errors, those of its bounds and of its lock included. */
export function plan(sources: readonly Source[], options: CompileOptions = {}): Phase<Plan | null> {
  const checked = check(sources, options)
  const entry = options.entry ?? sources[0]?.path
  return planChecked(checked, entry === undefined ? options : { ...options, entry })
}

/** The same of a program that is checked already. */
export function planChecked(checked: Phase<Checked>, options: CompileOptions = {}): Phase<Plan | null> {
  const steps = planInSteps(checked, options)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** The same in steps: who has somebody waiting can look after them in between. Only the first step looks at the program itself. */
export function* planInSteps({ value, diagnostics }: Phase<Checked>, options: CompileOptions): Generator<undefined, Phase<Plan | null>> {
  if (hasErrors(diagnostics)) return { value: null, diagnostics }
  const lowered = lower(value, { entry: options.entry, versions: options.versions })
  yield
  const bounds = checkBounds(lowered)
  yield
  const found = [...bounds, ...checkAttempts(lowered), ...(options.lock === undefined ? [] : checkVersions(lowered, options.lock))]
  const { suppressions, found: before } = value.accepted
  const later = applyRules([...found, ...idleAccepts([...before, ...found], suppressions)], options.rules ?? {}, suppressions)
  return { value: hasErrors(later) ? null : lowered, diagnostics: sortDiagnostics([...diagnostics, ...later]) }
}

export async function compile(sources: readonly Source[], options: CompileOptions = {}): Promise<Phase<Compiled | null>> {
  const { value, diagnostics } = plan(sources, options)
  return { value: value === null ? null : await emitPlan(value, sources, options), diagnostics }
}

/** The generated project of a program that is planned already. */
export async function emitPlan(plan: Plan, sources: readonly Source[], { base, outDir, hasKept }: CompileOptions = {}): Promise<Compiled> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]))
  // Loaded when it is needed: a check should not wait for what only a build does.
  const { emit } = await import("./4-emit/emit.ts")
  const { files } = await emit(plan, { base, outDir, texts, hasKept })
  return { files, plan }
}
