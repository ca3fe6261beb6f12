// A run as a test: whatever struck it, the test that is written plays it again, history for history.

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Source } from "../../base/text/source.ts"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import { plan, type SimulationTypes } from "../../compiler/index.ts"
import { faultAt, faultKinds, outcomes } from "../../playground/src/run/fault-kinds.ts"
import { readableSample } from "../../playground/src/run/samples.ts"
import { testText } from "../../playground/src/run/test-text.ts"
import { filledWorld, samplesOf, schemaOf } from "../../playground/src/run/usual.ts"
import { loadProgram, play, simulate, usualWorld, type Fault, type Program, type World } from "../../simulator/index.ts"
import { exampleSources } from "../harness/example-sources.ts"

const examples = readdirSync(join(import.meta.dirname, "../../examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(import.meta.dirname, "../../examples", name)).filter((file) => file.endsWith(".agentflow")).map((file) => `${name}/${file}`))

async function programOf(sources: readonly Source[]): Promise<{ readonly program: Program; readonly types: SimulationTypes }> {
  const { value, diagnostics } = plan(sources, { entry: sources[0]!.path })
  if (value === null) throw new Error([...new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ code, message, span, path }) => `${code} ${message} at ${sources.find((source) => source.path === path)?.text.slice(span.start, span.end)}`))].join("\n"))
  const data = simulationOf(value)
  return { program: await loadProgram(data), types: data.types }
}

interface Case {
  readonly label: string
  readonly world: Partial<World>
}

/** One world without a fault, then each fault of the palette at each step, and each crash point. */
async function casesOf(program: Program, workflow: string, input: unknown): Promise<readonly Case[]> {
  const world = filledWorld(program, samplesOf(program), {})
  const { simulation } = await simulate({ program, world, workflow, parameters: input, detail: "light" })
  const kindOf = (callable: string): string => program.callables.get(callable)?.kind ?? "workflow"
  const seen = new Map<string, number>()
  const steps = simulation.taken.filter(({ callable }) => {
    seen.set(callable, (seen.get(callable) ?? 0) + 1)
    // The second of a loop's items as well: its number counts.
    return seen.get(callable)! <= 2
  })
  const single = steps.flatMap(({ callable, step }): readonly Case[] => [
    ...faultKinds.filter(({ id, of }) => id !== "down" && of.includes(kindOf(callable) as "tool")).map(({ id }): Case => ({ label: `${id} at ${step}`, world: { faults: [faultAt(id as "429", step, [])] } })),
    ...(["before", "after"] as const).map((point): Case => ({ label: `crash ${point} ${step}`, world: { faults: [{ kind: "crashAt", callable: step, point, nth: 1 }] } })),
    { label: `${callable} is down`, world: { given: { [callable]: [kindOf(callable) === "human" ? outcomes.silence : outcomes.down] } } },
  ])
  const messages: readonly Fault[] = [{ kind: "drop", message: 2 }, { kind: "duplicate", message: 3 }, { kind: "delay", message: 1, byMs: 5_000 }, { kind: "crash", boundary: 3 }]
  return [{ label: "nothing struck", world: {} }, ...single, ...messages.map((fault): Case => ({ label: fault.kind, world: { faults: [fault] } }))]
}

/** A run that does not end, because a fault made it wait for ever in a loop, is as good when it is shorter. */
const limits = { eventsMax: 800, timeMsMax: usualWorld.timeMsMax }

describe.each(examples)("a run of %s", (file) => {
  it("is played again by the test that it is exported as", async () => {
    const sources = exampleSources(file)
    const { program, types } = await programOf(sources)
    const runs = []
    for (const [workflow, { spec }] of program.workflows) {
      const input = readableSample(schemaOf(spec.parameters) ?? { type: "object" }, "input")
      for (const { label, world: given } of await casesOf(program, workflow, input)) {
        const world = { ...filledWorld(program, samplesOf(program), given), ...limits }
        const { simulation, outcome } = await simulate({ program, world, workflow, parameters: input, detail: "light" })
        const title: string = `${workflow}: ${label} ${runs.length}`
        runs.push({ title, text: testText({ program, types, world, workflow, input, simulation, outcome }, title), outcome, histories: simulation.histories() })
      }
    }
    const text = `${sources[0]!.text.trimEnd()}\n\n${runs.map((run) => run.text).join("\n\n")}\n`
    const { program: tested } = await programOf([{ ...sources[0]!, text }, ...sources.slice(1)])
    for (const run of runs) {
      const test = tested.tests.find(({ name }) => name === run.title)!
      const played = await play({ program: tested, test, seed: 0, detail: "light", limits })
      expect(played.unmet, run.text).toEqual([])
      expect({ ...played.outcome }, run.text).toEqual({ ...run.outcome })
      expect(played.simulation.histories(), run.text).toEqual(run.histories)
      expect(run.text).not.toContain("// Not in this test")
    }
    // One of them only declares what others share.
    if (program.workflows.size > 0) expect(runs.length).toBeGreaterThan(4)
  })
})
