// How fast programs are simulated: 1,000 runs of the daily brief, and a crash at each of its boundaries, on the threads of `agentflow test`.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { runTests } from "../../cli/test-pool.ts"
import type { TestToRun } from "../../cli/test-pool.ts"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import { plan } from "../../compiler/index.ts"

const path = "examples/daily-brief/daily-brief.agentflow"

const tests = `
test "bench: a run" {
  run DailyBrief("AI chips")
  expect completed
}
test "bench: crash everywhere" {
  crash everywhere
  run DailyBrief("AI chips")
  expect completed
  expect postToSlack effect once
}
`

interface Work {
  readonly name: string
  readonly test: string
  readonly times: number
  readonly limitMs: number
}

const works: readonly Work[] = [
  { name: "runs1000", test: "bench: a run", times: 1_000, limitMs: 10_000 },
  { name: "crashEverywhere", test: "bench: crash everywhere", times: 1, limitMs: 3_000 },
]

/** `--rounds N`, by default 3: the median counts, the start of the threads included. Exits with 1 over a limit. */
export async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf("--rounds")
  const rounds = at < 0 ? 3 : Number(argv[at + 1])
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error("--rounds takes a whole number from 1")
    return 2
  }
  const text = readFileSync(join(import.meta.dirname, "../..", path), "utf8") + tests
  const { value, diagnostics } = plan([{ path, text, version: 0 }])
  if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"))
  const data = simulationOf(value)
  const names = value.tests.map(({ name }) => name)
  console.log(`${"".padEnd(18)}${"runs".padStart(6)}${"median".padStart(12)}${"limit".padStart(10)}${"runs/s".padStart(10)}`)
  const ratios: Record<string, number> = {}
  for (const work of works) {
    const measured: { readonly ms: number; readonly runs: number }[] = []
    for (let round = 0; round < rounds; round++) measured.push(await measure(data, names, work))
    const { ms, runs } = measured.sort((a, b) => a.ms - b.ms)[rounds >> 1]!
    console.log(`${work.name.padEnd(18)}${String(runs).padStart(6)}${`${(ms / 1000).toFixed(2)} s`.padStart(12)}${`${work.limitMs / 1000} s`.padStart(10)}${((1000 * runs) / ms).toFixed(0).padStart(10)}`)
    ratios[`limit.${work.name}`] = Number((work.limitMs / ms).toFixed(3))
  }
  console.log(JSON.stringify({ ratios }))
  return Object.values(ratios).every((ratio) => ratio >= 1) ? 0 : 1
}

async function measure(data: ReturnType<typeof simulationOf>, names: readonly string[], { test, times }: Work) {
  const one: TestToRun = { program: 0, test: names.indexOf(test), hasWorlds: times === 1 }
  let runs = 0
  const startedMs = performance.now()
  await runTests({
    programs: [data], tests: Array.from({ length: times }, () => one), seed: 0, onProgress() {},
    onFinished({ result }) {
      if (!result.ok) throw new Error(`${test} fails, so its time says nothing`)
      runs += result.runs
    },
  })
  return { ms: performance.now() - startedMs, runs }
}
