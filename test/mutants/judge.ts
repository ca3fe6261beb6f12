// Runs in a process of its own, on one copy of the runtime: says what the examples' test blocks and the oracle notice.

import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { pathToFileURL } from "node:url"

interface Job {
  /** Folder of the runtime's sources. */
  readonly runtime: string
  /** What the compiler made of each example: `SimulationProgram`s as JSON. */
  readonly programs: string
  /** Seeds of generated programs for the oracle. */
  readonly seeds: readonly number[]
  readonly isFirstEnough: boolean
}

const { runtime, programs, seeds, isFirstEnough } = JSON.parse(process.argv[2]!) as Job

registerHooks({
  resolve(specifier, context, next) {
    const inside = /^@agentflow\/runtime(?:\/(.*))?$/.exec(specifier)
    return inside === null ? next(specifier, context) : next(pathToFileURL(`${runtime}/${inside[1] ?? "index"}.ts`).href, context)
  },
})

// A mutant may never end; the examples are done long before.
const limits = { eventsMax: 3_000, timeMsMax: 10 * 86_400_000 }

async function failedExamples(): Promise<readonly string[]> {
  const { loadProgram, runTest } = await import("../../simulator/index.ts")
  const failed: string[] = []
  for (const data of JSON.parse(readFileSync(programs, "utf8")) as readonly Parameters<typeof loadProgram>[0][]) {
    const program = await loadProgram(data)
    for (const test of program.tests) {
      const { ok } = await runTest(program, test, { limits }).catch(() => ({ ok: false }))
      if (!ok) failed.push(`${program.name}: ${test.name}`)
      // One that notices is enough.
      if (!ok && isFirstEnough) return failed
    }
  }
  return failed
}

async function disagreeing(): Promise<readonly string[]> {
  const { plan } = await import("../../compiler/index.ts")
  const { bothOf } = await import("../agreement/agree.ts")
  const { workflowsOf } = await import("../agreement/emitted.ts")
  const { randomProgram } = await import("../agreement/random-program.ts")
  for (const seed of seeds) {
    const { value } = plan([{ path: "main.agentflow", text: randomProgram(seed), version: 0 }])
    const { oracle, emitted } = await bothOf({ plan: value!, workflows: await workflowsOf(value!), workflow: "Main", seed })
    if (oracle !== emitted) return [`generated program ${seed}`]
  }
  return []
}

process.stdout.write(JSON.stringify(seeds.length === 0 ? await failedExamples() : await disagreeing()))
