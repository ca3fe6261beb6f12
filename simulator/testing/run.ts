// Runs a test: once undisturbed, then in every world of its `everywhere`s, and makes what fails as small as it gets.

import type { Program } from "../program.ts"
import type { Origin, Trace } from "../trace.ts"
import { usualWorld } from "../world.ts"
import type { Fault, World } from "../world.ts"
import { coveredBy } from "./coverage.ts"
import { shown, statusText } from "./expect.ts"
import { play } from "./play.ts"
import type { Played, PlayOptions, Unmet } from "./play.ts"
import type { LoadedTest, StepOf } from "./tests.ts"
import { variantsOf } from "./variants.ts"
import type { Variant } from "./variants.ts"

export interface TestOptions {
  readonly seed?: number
  readonly limits?: Pick<World, "eventsMax" | "timeMsMax">
  /** Only every n-th of its worlds: several workers share one test. */
  readonly shard?: { readonly index: number; readonly of: number }
  readonly onProgress?: (done: number, total: number) => void
  readonly pause?: () => Promise<void>
}

export interface TestResult {
  readonly name: string
  readonly origin: Origin
  readonly ok: boolean
  /** Of the undisturbed run, else of the smallest world that fails. */
  readonly unmet: readonly Unmet[]
  /** Worlds with one fault each. */
  readonly worlds: number
  readonly failedWorlds: readonly string[]
  /** The smallest world that fails, as the steps of a test. */
  readonly smallest?: Smallest
  /** The run that fails, up to its end. */
  readonly trace?: Trace
  /** Simulated runs, the undisturbed one included. */
  readonly runs: number
  readonly faultPoints: readonly string[]
  /** Ids of the points of the program that its runs have come by. */
  readonly covered: readonly string[]
  /** What the undisturbed run came to. */
  readonly summary: string
}

export interface Smallest {
  readonly label: string
  /** Places of the test's own steps that are kept. */
  readonly steps: readonly Origin[]
  readonly fault: string
}

/** Nobody reads more of a run that does not end. */
const shownLimits = { eventsMax: 2_000, timeMsMax: usualWorld.timeMsMax }

export async function runTest(program: Program, test: LoadedTest, options: TestOptions = {}): Promise<TestResult> {
  const { seed = 0, limits, shard = { index: 0, of: 1 }, onProgress, pause } = options
  const common = { program, seed, ...(limits === undefined ? {} : { limits }), ...(pause === undefined ? {} : { pause }) }
  const base = { name: test.name, origin: test.origin }
  const covered = new Set<string>()
  const cover = ({ simulation }: Played): void => {
    for (const id of coveredBy(program, simulation.histories(), simulation.outside(), covered)) covered.add(id)
  }
  const undisturbed = await play({ ...common, test, detail: "light" })
  cover(undisturbed)
  const unmet = [...undisturbed.unmet, ...problemsOf(test, undisturbed)]
  const summary = undisturbed.outcome === undefined ? "nothing was run" : summaryOf(undisturbed)
  if (unmet.length > 0) {
    const { simulation } = await play({ ...common, limits: { ...shownLimits, ...limits }, test, detail: "full" })
    return { ...base, ok: false, unmet, worlds: 0, failedWorlds: [], runs: 2, trace: simulation.trace(), faultPoints: [], covered: [...covered], summary }
  }
  const variants = variantsOf(program, test, undisturbed).filter((_, index) => index % shard.of === shard.index)
  const failed: Variant[] = []
  for (const [index, variant] of variants.entries()) {
    const played = await play({ ...common, test, detail: "light", faults: [variant.fault], variant: true })
    cover(played)
    if (isBroken(test, played)) failed.push(variant)
    onProgress?.(index + 1, variants.length)
  }
  const result = {
    ...base, worlds: variants.length, failedWorlds: failed.map(({ label }) => label), runs: variants.length + 1,
    faultPoints: [...new Set(variants.map(({ point }) => point))], covered: [...covered], summary,
  }
  const [first] = failed
  if (first === undefined) return { ...result, ok: true, unmet: [] }
  const kept = await smallest({ ...common, test, detail: "light" }, first)
  const shownRun = await play({ ...common, test: kept, detail: "full", faults: [first.fault], variant: true })
  return {
    ...result, ok: false, unmet: [...shownRun.unmet, ...disturbedProblems(kept, shownRun)], trace: shownRun.simulation.trace(),
    smallest: { label: first.label, steps: kept.steps.map(({ origin }) => origin), fault: first.step },
  }
}

async function fails(options: PlayOptions, fault: Fault): Promise<boolean> {
  return isBroken(options.test, await play({ ...options, faults: [fault], variant: true }))
}

function isBroken(test: LoadedTest, played: Played): boolean {
  return played.unmet.length > 0 || disturbedProblems(test, played).length > 0
}

/** What is given is left out as long as the world still fails with the fault, and holds without it. */
async function smallest(options: PlayOptions, { fault }: Variant): Promise<LoadedTest> {
  const isEverywhere = (step: LoadedTest["steps"][number]): boolean => (step.kind === "crash" || step.kind === "fault") && step.where.kind === "everywhere"
  let kept: LoadedTest = { ...options.test, steps: options.test.steps.filter((step) => !isEverywhere(step)) }
  for (const step of kept.steps.filter(({ kind }) => kind === "given" || kind === "expect")) {
    const without: LoadedTest = { ...kept, steps: kept.steps.filter((each) => each !== step) }
    const holds = await play({ ...options, test: without, variant: true })
    if (holds.unmet.length > 0 || problemsOf(without, holds).length > 0) continue
    if (await fails({ ...options, test: without }, fault)) kept = without
  }
  return kept
}

// ---------------------------------------------------------------- what no test has to ask for

/** A run that does not end, or something given that nobody asked for, is never what a test means. */
function problemsOf(test: LoadedTest, played: Played): readonly Unmet[] {
  const { called } = played.simulation
  const idle = test.steps.filter((step): step is StepOf<"given"> => step.kind === "given" && !called.has(step.callable) && step.outcomes.every(({ action }) => action !== "answers"))
  const run = test.steps.find((step) => step.kind === "run")
  if (run === undefined) return [{ origin: test.origin, expected: "a `run`", actual: "the test runs nothing" }]
  return [
    ...idle.map(({ origin, callable }) => ({ origin, expected: `${callable} is called`, actual: `nothing calls ${callable} in this run, so that what is given for it has no effect` })),
    ...endless(test, played),
  ]
}

function disturbedProblems(test: LoadedTest, played: Played): readonly Unmet[] {
  const run = test.steps.find((step) => step.kind === "run")!
  const { outcome } = played
  const over = Object.entries(outcome?.caps ?? {}).find(([unit, cap]) => (outcome!.spent as unknown as Record<string, number>)[unit]! > (cap as number))
  const budget = over === undefined ? [] : [{ origin: run.origin, expected: `at most ${over[1]} ${over[0]}`, actual: `${(outcome!.spent as unknown as Record<string, number>)[over[0]]} ${over[0]}` }]
  const broken = outcome?.failure?.kind === "internal" ? [{ origin: run.origin, expected: "no internal error", actual: statusText(outcome) }] : []
  return [...endless(test, played), ...budget, ...broken]
}

function endless(test: LoadedTest, { end }: Played): readonly Unmet[] {
  const run = test.steps.findLast((step) => step.kind === "run")!
  const isMeant = test.steps.some((step) => step.kind === "expect" && step.expected.kind === "status" && step.expected.status === "waiting")
  const expected = "the run ends"
  switch (end.kind) {
    case "ended": return []
    case "stuck": {
      if (isMeant) return []
      const waits = end.waiting.map(({ step, for: what }) => `${step} waits for ${what === "answer" || what === "manual" ? "a person" : `an ${what}`}`)
      return [{ origin: run.origin, expected, actual: waits.length === 0 ? "nothing would ever happen again" : `${waits.join(", ")}, and nothing would ever come` }]
    }
    case "stepLimit": return [{ origin: run.origin, expected, actual: `it still goes on after ${end.limit} events` }]
    case "timeLimit": return [{ origin: run.origin, expected, actual: `it still goes on after ${Math.round(end.limitMs / 86_400_000)} days of virtual time` }]
  }
}

function summaryOf({ outcome, simulation }: Played): string {
  const { spent, elapsedMs, result } = outcome!
  const seconds = Math.round(elapsedMs / 100) / 10
  return `${statusText(outcome!)}${outcome!.status === "completed" ? ` with ${shown(result)}` : ""}; ${simulation.outside().calls.length} calls, ${spent.tokens} tokens, ${seconds} s of virtual time`
}
