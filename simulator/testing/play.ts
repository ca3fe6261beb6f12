// Plays a test once: its steps in order, and what is expected where it stands.

import { openSimulation } from "../execute.ts"
import type { RunOutcome, Simulation } from "../execute.ts"
import type { Program } from "../program.ts"
import { sampleOf } from "../sample.ts"
import type { Origin, SimulationEnd } from "../trace.ts"
import type { World } from "../world.ts"
import { unmet } from "./expect.ts"
import type { LoadedTest, StepOf } from "./tests.ts"
import { worldOf } from "./world.ts"

export interface Unmet {
  readonly origin: Origin
  /** "completed", "called 1 times": what is expected, and what is instead. */
  readonly expected: string
  readonly actual: string
}

export interface Played {
  readonly simulation: Simulation
  readonly outcome: RunOutcome | undefined
  readonly end: SimulationEnd
  readonly unmet: readonly Unmet[]
}

export interface PlayOptions {
  readonly program: Program
  readonly test: LoadedTest
  readonly seed: number
  /** Faults besides those of the test. */
  readonly faults?: World["faults"]
  readonly detail: "full" | "light"
  /** In one of many worlds an effect need not have happened to be undone. */
  readonly variant?: boolean
  readonly limits?: Pick<World, "eventsMax" | "timeMsMax">
  readonly pause?: () => Promise<void>
}

export async function play({ program, test, seed, faults = [], detail, variant = false, limits, pause }: PlayOptions): Promise<Played> {
  const given = worldOf(program, test)
  const simulation = openSimulation({
    program, detail, world: { ...given, seed, ...limits, faults: [...given.faults, ...faults] }, ...(pause === undefined ? {} : { pause }),
  })
  const failures: Unmet[] = []
  let run: string | undefined
  const judge = (step: StepOf<"expect">): void => {
    const facts = { program, outcome: run === undefined ? undefined : simulation.outcome(run), outside: simulation.outside(), variant }
    const found = unmet(step.expected, facts)
    if (found !== undefined) failures.push({ origin: step.origin, ...found })
  }
  const lastMove = test.steps.findLastIndex(({ kind }) => kind === "run" || kind === "send" || kind === "advance")
  for (const [index, step] of test.steps.entries()) {
    if (index > lastMove) break
    if (step.kind === "run") run = simulation.start(step.workflow, step.parameters())
    if (step.kind === "send" && run !== undefined) {
      // After an `advance` it comes at that very time, whatever is under way.
      if (test.steps[index - 1]?.kind !== "advance") await simulation.settle()
      simulation.raise(run, step.event, step.value === undefined ? (sampleOf(program.events.get(step.event)?.schema.json ?? true)?.value ?? null) : step.value())
    }
    if (step.kind === "advance") await simulation.advance(step.ms)
    if (step.kind === "expect") {
      await simulation.settle()
      judge(step)
    }
  }
  const end = await simulation.finish()
  for (const step of test.steps.slice(lastMove + 1)) if (step.kind === "expect") judge(step)
  return { simulation, outcome: run === undefined ? undefined : simulation.outcome(run), end, unmet: failures }
}
