// What became of the tests: for people, for CI (JUnit), for programs (JSON).

import { frame, plain } from "../base/diagnostics/render.ts"
import type { TestResult } from "../simulator/index.ts"
import type { CoveragePoint } from "../simulator/index.ts"
import type { Terminal } from "./terminal.ts"
import { timelineOf } from "./test-timeline.ts"

export interface TestedProgram {
  readonly file: string
  readonly texts: ReadonlyMap<string, string>
  readonly points: readonly CoveragePoint[]
  readonly results: readonly { readonly result: TestResult; readonly ms: number }[]
}

export interface Tested {
  readonly programs: readonly TestedProgram[]
  readonly seed: number
  /** From the start of the first test to the end of the last, of this machine. */
  readonly ms: number
}

export interface Coverage {
  readonly group: CoveragePoint["group"]
  readonly reached: number
  readonly of: number
  readonly missed: readonly CoveragePoint[]
}

export function coverageOf({ points, results }: TestedProgram): readonly Coverage[] {
  const covered = new Set(results.flatMap(({ result }) => result.covered))
  return (["step", "branch", "clause"] as const).map((group) => {
    const own = points.filter((point) => point.group === group)
    const missed = own.filter(({ id }) => !covered.has(id))
    return { group, reached: own.length - missed.length, of: own.length, missed }
  })
}

// ---------------------------------------------------------------- people

const timelineMax = 40

/** What failed and why: the line, both values, what happened, and the smallest test that shows it. */
export function failureText(result: TestResult, { file, texts }: Pick<TestedProgram, "file" | "texts">, terminal: Terminal): string {
  const { style, unicode, columns } = terminal
  const options = { paint: terminal.colour ? terminal.paint : plain, unicode, columns, textOf: (path: string) => texts.get(path) }
  const lines: string[] = []
  if (result.smallest !== undefined) {
    const { failedWorlds, worlds } = result
    lines.push(`  ${failedWorlds.length} of ${worlds} worlds fail; the smallest: ${terminal.paint("warning", result.smallest.label)}`)
  }
  for (const { origin, expected, actual } of result.unmet) {
    lines.push(...frame(origin.path, origin.span, "error", options))
    lines.push(`  expected ${terminal.paint("hint", expected)}`, `  actual   ${terminal.paint("error", actual)}`)
  }
  if (result.trace !== undefined) {
    const rows = timelineOf(result.trace)
    const shown = rows.slice(-timelineMax)
    lines.push("", style.dim("  what happened, in virtual time:"))
    if (shown.length < rows.length) lines.push(style.dim(`  ${unicode ? "…" : "..."} ${rows.length - shown.length} earlier`))
    const width = Math.max(...shown.map(({ time }) => time.length), 0)
    for (const { time, step, text, tone } of shown) {
      const painted = tone === "bad" ? style.red(text) : tone === "good" ? style.green(text) : tone === "fault" ? style.yellow(text) : text
      lines.push(`  ${style.dim(time.padStart(width))}  ${style.cyan(step)}  ${painted}`)
    }
  }
  const test = reproduction(result, texts)
  if (test !== undefined) lines.push("", style.dim(`  this test shows it; add it to ${file}:`), ...test.split("\n").map((line) => `  ${line}`))
  return lines.join("\n")
}

/** The smallest world that fails, as a test in the language. */
export function reproduction({ name, smallest }: TestResult, texts: ReadonlyMap<string, string>): string | undefined {
  if (smallest === undefined) return undefined
  const written = smallest.steps.map(({ path, span }) => texts.get(path)?.slice(span.start, span.end).trimEnd() ?? "")
  const firstExpect = written.findIndex((line) => line.startsWith("expect"))
  const run = written.findIndex((line) => line.startsWith("run"))
  const place = run < 0 ? (firstExpect < 0 ? written.length : firstExpect) : run
  const steps = [...written.slice(0, place), smallest.fault, ...written.slice(place)]
  return [`test "${name.replaceAll(/["\\{}]/g, "")}: ${smallest.label.replaceAll(/["\\{}]/g, "")}" {`, ...steps.map((step) => `  ${step}`), "}"].join("\n")
}

export function summaryText({ programs, ms }: Tested, terminal: Terminal): string {
  const results = programs.flatMap((program) => program.results)
  const failed = results.filter(({ result }) => !result.ok).length
  const runs = results.reduce((sum, { result }) => sum + result.runs, 0)
  const passed = results.length - failed
  const counts = [`${passed} passed`, ...(failed === 0 ? [] : [terminal.paint("error", `${failed} failed`)])].join(", ")
  return `${counts}; ${runs} simulated ${runs === 1 ? "run" : "runs"} in ${(ms / 1000).toFixed(1)} s`
}

export function coverageText(program: TestedProgram, terminal: Terminal): string {
  const { style } = terminal
  const faults = new Set(program.results.flatMap(({ result }) => result.faultPoints)).size
  const found = coverageOf(program)
  const head = found.map(({ group, reached, of }) => `${plural(group)} ${percent(reached, of)} (${reached} of ${of})`).join(", ")
  const missed = found.flatMap((each) => each.missed).map(({ label, origin }) => {
    const line = (program.texts.get(origin.path) ?? "").slice(0, origin.span.start).split("\n").length
    return style.dim(`    not reached: ${label}  ${origin.path}:${line}`)
  })
  return [`  coverage of ${program.file}: ${head}, ${faults} fault points`, ...missed].join("\n")
}

function plural(group: string): string {
  return group === "branch" ? "branches" : `${group}s`
}

export function percent(reached: number, of: number): string {
  return of === 0 ? "100 %" : `${Math.floor((100 * reached) / of)} %`
}

// ---------------------------------------------------------------- machines

export function jsonReport(tested: Tested): string {
  const tests = tested.programs.flatMap((program) => program.results.map(({ result, ms }) => {
    const { trace: _, smallest, ...rest } = result
    const test = reproduction(result, program.texts)
    return {
      file: program.file, ...rest, ms: Math.round(ms),
      ...(smallest === undefined ? {} : { smallest: { label: smallest.label, fault: smallest.fault, ...(test === undefined ? {} : { test }) } }),
    }
  }))
  const coverage = tested.programs.map((program) => ({
    file: program.file,
    ...Object.fromEntries(coverageOf(program).map(({ group, reached, of, missed }) => [plural(group), { reached, of, missed: missed.map(({ label }) => label) }])),
  }))
  const runs = tests.reduce((sum, { runs: own }) => sum + own, 0)
  return JSON.stringify({ seed: tested.seed, ok: tests.every(({ ok }) => ok), runs, ms: Math.round(tested.ms), tests, coverage }, null, 2)
}

export function junitReport(tested: Tested, colourless: Terminal): string {
  const suites = tested.programs.map((program) => {
    const { results, file } = program
    const failures = results.filter(({ result }) => !result.ok).length
    const time = results.reduce((sum, { ms }) => sum + ms, 0) / 1000
    const cases = results.map(({ result, ms }) => {
      const open = `    <testcase classname="${escaped(file)}" name="${escaped(result.name)}" time="${(ms / 1000).toFixed(3)}"`
      if (result.ok) return `${open}/>`
      const message = result.unmet.map(({ expected, actual }) => `expected ${expected}, but ${actual}`).join("; ")
      return `${open}>\n      <failure message="${escaped(message)}">${escaped(failureText(result, program, colourless))}</failure>\n    </testcase>`
    })
    return `  <testsuite name="${escaped(file)}" tests="${results.length}" failures="${failures}" time="${time.toFixed(3)}">\n${cases.join("\n")}\n  </testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>`
}

/** For XML and HTML: what they read, and characters that XML has no way to write. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}
