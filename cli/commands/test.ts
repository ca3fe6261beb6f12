// agentflow test: runs the tests of programs on the simulator.

import { readdirSync, watch } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import { checkParsed, planChecked } from "../../compiler/index.ts"
import type { Plan } from "../../compiler/index.ts"
import type { ProgramData } from "../../simulator/index.ts"
import { readConfig } from "../config.ts"
import { Failure, tellFailure, type ExitCode } from "../failure.ts"
import { readProgram, type Program } from "../fs.ts"
import { optionsOf, printDiagnostics } from "../project.ts"
import { stoppedBy, untilStopped } from "../stop.ts"
import type { Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"
import { withSimulatedTest } from "../simulated-test.ts"
import { htmlReport } from "../test-html.ts"
import { runTests, type FinishedTest, type TestToRun } from "../test-pool.ts"
import { coverageText, failureText, jsonReport, junitReport, summaryText, type Tested, type TestedProgram } from "../test-reports.ts"

const reports = ["pretty", "junit", "json", "html"] as const
type Report = (typeof reports)[number]

interface Wish {
  readonly files: readonly string[]
  readonly filter: RegExp | undefined
  readonly seed: number
  readonly report: Report
  readonly coverage: boolean
  readonly config: string | undefined
  /** Name of a workflow. */
  readonly simulate: string | undefined
}

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const wish: Wish = {
    files: positionals, filter: filterOf(flags["filter"] as string | undefined), seed: seedOf(flags["seed"] as string | undefined),
    report: reportOf((flags["report"] as string | undefined) ?? (flags["json"] === true ? "json" : undefined)), coverage: flags["coverage"] === true, config: flags["config"] as string | undefined, simulate: flags["simulate"] as string | undefined,
  }
  if (flags["watch"] !== true) return once(wish, terminal)
  const stopped = untilStopped()
  void stopped.then((signal) => process.exit(stoppedBy(signal)))
  await once(wish, terminal)
  for (;;) {
    await change(wish.files.length > 0 ? wish.files.map((file) => dirname(resolve(file))) : [process.cwd()])
    terminal.out("")
    await once(wish, terminal).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error
      tellFailure(error, terminal)
    })
  }
}

async function once(wish: Wish, terminal: Terminal): Promise<ExitCode> {
  const files = wish.files.length > 0 ? wish.files : programsBelow(process.cwd())
  const compiled: Compiled[] = []
  for (const file of files) compiled.push(await compileTests(file, wish, terminal))
  const tests = compiled.flatMap(({ plan, only }, program) => plan.tests.flatMap(({ name, steps }, test): TestToRun[] =>
    (only !== undefined && name !== only) || (wish.filter !== undefined && !wish.filter.test(name)) ? [] : [{ program, test, hasWorlds: steps.some((step) => (step.kind === "crash" || step.kind === "fault") && step.where.kind === "everywhere") }]))
  if (tests.length === 0) throw new Failure(2, wish.filter === undefined ? "There is no test in these programs." : "No test has a name that fits the filter.", 'Tests are written as: test "name" { run Workflow() expect completed }')
  const tested = await runAll(wish, compiled, tests, terminal)
  switch (wish.report) {
    case "pretty":
      if (wish.coverage) for (const program of tested.programs) terminal.out(coverageText(program, terminal))
      terminal.out(summaryText(tested, terminal))
      break
    case "json": terminal.out(jsonReport(tested)); break
    case "junit": terminal.out(junitReport(tested, withoutColour(terminal))); break
    case "html": terminal.out(htmlReport(tested)); break
  }
  return tested.programs.every(({ results }) => results.every(({ result }) => result.ok)) ? 0 : 1
}

interface Compiled {
  readonly file: string
  readonly program: Program
  readonly plan: Plan
  readonly data: ProgramData
  /** The one test that is asked for. */
  readonly only: string | undefined
}

async function compileTests(file: string, { config, simulate }: Wish, terminal: Terminal): Promise<Compiled> {
  const read = readProgram(file)
  const simulated = simulate === undefined ? undefined : withSimulatedTest(read, simulate)
  const program = simulated?.program ?? read
  const options = await optionsOf(program, readConfig(dirname(resolve(file)), config, process.env))
  const { value, diagnostics } = planChecked(checkParsed(program.parsed, options), options)
  if (value === null || hasErrors(diagnostics)) {
    printDiagnostics(diagnostics, program, terminal)
    throw new Failure(1, `${file} was not tested, because it has errors.`)
  }
  return { file, program, plan: value, data: simulationOf(value), only: simulated?.test }
}

async function runAll(wish: Wish, compiled: readonly Compiled[], tests: readonly TestToRun[], terminal: Terminal): Promise<Tested> {
  const started = performance.now()
  const finished: FinishedTest[] = []
  const texts = compiled.map(({ program }) => new Map(program.sources.map(({ path, text }) => [path, text])))
  const progress = (worlds = 0): void => {
    if (finished.length < tests.length) terminal.progress(`${finished.length} of ${tests.length} tests${worlds === 0 ? "" : `, ${worlds} worlds`}`)
  }
  await runTests({
    programs: compiled.map(({ data }) => data), tests, seed: wish.seed,
    onFinished(one) {
      finished.push(one)
      if (wish.report === "pretty") printResult(one, { file: compiled[one.program]!.file, texts: texts[one.program]! }, terminal)
      progress()
    },
    onProgress: progress,
  })
  terminal.progress(undefined)
  const programs = compiled.map(({ file, data }, place): TestedProgram => ({
    file, texts: texts[place]!, points: data.points,
    results: finished.filter(({ program }) => program === place).sort((a, b) => a.test - b.test).map(({ result, ms }) => ({ result, ms })),
  }))
  return { programs: programs.filter(({ results }) => results.length > 0), seed: wish.seed, ms: performance.now() - started }
}

function printResult({ result, ms }: FinishedTest, of: Pick<TestedProgram, "file" | "texts">, terminal: Terminal): void {
  const { style } = terminal
  const mark = result.ok ? terminal.done : terminal.failed
  const worlds = result.worlds === 0 ? "" : ` ${style.dim(`${result.worlds} worlds`)}`
  terminal.out(`${mark} ${style.dim(`${of.file}:`)} ${result.name}${worlds} ${style.dim(`${(ms / 1000).toFixed(2)} s`)}`)
  if (!result.ok) terminal.out(`${failureText(result, of, terminal)}\n`)
}

const skipped: ReadonlySet<string> = new Set(["node_modules", "generated", "dist", ".git"])

function programsBelow(folder: string): readonly string[] {
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((entry): readonly string[] => {
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : programsBelow(join(folder, entry.name))
    return entry.name.endsWith(".agentflow") ? [join(folder, entry.name)] : []
  })
  return found.sort()
}

/** Resolves once a program below these folders was written; an editor writes a file in several goes. */
function change(folders: readonly string[]): Promise<void> {
  return new Promise((settle) => {
    let timer: NodeJS.Timeout | undefined
    const watchers = [...new Set(folders)].map((folder) => watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || !/\.(agentflow|yaml)$/.test(name)) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        for (const watcher of watchers) watcher.close()
        settle()
      }, 50)
    }))
  })
}

function withoutColour(terminal: Terminal): Terminal {
  const same = (text: string | number | null | undefined): string => String(text)
  const style = { ...terminal.style, dim: same, cyan: same, red: same, green: same, yellow: same }
  return { ...terminal, colour: false, style, paint: (_role, text) => text }
}

// ---------------------------------------------------------------- flags

function filterOf(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i")
}

function seedOf(text: string | undefined): number {
  if (text === undefined) return 0
  const seed = Number(text)
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Failure(2, `'${text}' is no seed.`, "A seed is a whole number from 0.")
  return seed
}

function reportOf(text: string | undefined): Report {
  const report = reports.find((each) => each === (text ?? "pretty"))
  if (report !== undefined) return report
  const near = nearest(text!, reports)
  throw new Failure(2, `There is no report '${text}'.`, near === undefined ? `Reports are ${reports.join(", ")}.` : `Did you mean '${near}'?`)
}
