// The simulator writes the history that the sidecar writes: same code, same world, both in virtual time, down to the times.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import type { Plan } from "../../compiler/3-plan/types.ts"
import { plan } from "../../compiler/index.ts"
import { hasEnded } from "../../cli/view/fold.ts"
import type { HistoryEvent } from "../../engine/types.ts"
import { createExecutor } from "../../runtime/simulation.ts"
import type { WorkflowBody } from "../../runtime/simulation.ts"
import { createJumpingClock } from "../../sidecar/clock.ts"
import type { Clock, JumpingClock } from "../../sidecar/clock.ts"
import { startInProcessHost } from "../../sidecar/in-process.ts"
import type { ActivityFunction } from "../../sidecar/in-process.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { createMemoryState } from "../../simulator/state.ts"
import { loadProgram, openSimulation, sampleOf, usualWorld } from "../../simulator/index.ts"
import type { Program, ScriptedOutcome, World } from "../../simulator/index.ts"
import { openActivities, scriptedWorkflow } from "../../simulator/outside.ts"
import type { OutsideOptions } from "../../simulator/outside.ts"
import { draw } from "../../simulator/random.ts"
import { createScript } from "../../simulator/script.ts"
import { planOf, programNames, sourcesOf } from "../compiler/emit-programs.ts"

type Histories = Readonly<Record<string, readonly HistoryEvent[]>>

interface Raised {
  readonly atMs: number
  readonly name: string
  readonly payload: unknown
}

interface Situation {
  readonly program: Program
  readonly workflow: string
  readonly parameters: unknown
  readonly world: World
  readonly raised: readonly Raised[]
}

async function onSimulator({ program, workflow, parameters, world, raised }: Situation): Promise<Histories> {
  const simulation = openSimulation({ program, world, detail: "light" })
  const run = simulation.start(workflow, parameters)
  for (const { atMs, name, payload } of raised) simulation.raiseAt(world.startMs + atMs, run, name, payload)
  await simulation.finish()
  return simulation.trace().histories
}

const quietMs = 40
/** Only a test that fails waits so long. */
const patienceMs = 20_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function onSidecar({ program, workflow, parameters, world, raised }: Situation, simulated: Histories): Promise<Histories> {
  const ids = Object.keys(simulated)
  const eventsExpected = Object.values(simulated).reduce((sum, history) => sum + history.length, 0)
  const clock = createJumpingClock(world.startMs)
  const running = countRunning(clock)
  const stopped = (cancel: () => void) => ({ stop: cancel })
  const outside: OutsideOptions = {
    program, world, script: createScript(world), state: createMemoryState(), settings: settingsOf(program),
    seen: { calls: [], effects: new Map(), published: new Map(), asked: new Map() },
    note: () => {},
    clock: {
      now: () => clock.now(), sleep: (delayMs) => new Promise((resolve) => void clock.at(clock.now() + delayMs, resolve)),
      at: (timeMs, call) => stopped(clock.at(timeMs, call)), after: (delayMs, call) => stopped(clock.at(clock.now() + delayMs, call)),
      soon: (call) => call(), next: () => undefined, step() {}, moveTo() {},
    },
    raise: (run, name, payload) => raise(run, name, payload),
  }
  const bodies = new Map([...program.workflows].map(([name, each]) =>
    [name, (name in world.given ? scriptedWorkflow(outside, each) : each) as unknown as WorkflowBody]))
  const activities = openActivities(outside, { isAlive: () => true, pass: () => false }) as unknown as ReadonlyMap<string, ActivityFunction>
  const host = startInProcessHost({
    store: openMemoryStore(), clock: running.clock, executor: createExecutor({ workflows: bodies }),
    activities: new Map([...activities].map(([name, activity]) => [name, running.counted(activity)])),
  })
  // An event that comes when all is over is refused; one that should have been taken is missed in the history.
  const raise = (run: string, name: string, payload: unknown): void => {
    host.hub.send(run, { kind: "raiseEvent", name, input: JSON.stringify(payload) }).catch(() => undefined)
  }
  try {
    await host.hub.start({ instanceId: "run", name: workflow, input: JSON.stringify(parameters) })
    for (const { atMs, name, payload } of raised) {
      clock.at(world.startMs + atMs, () => raise("run", name, payload))
    }
    const size = (): number => ids.reduce((sum, id) => sum + host.hub.history(id).length, 0)
    const isOver = (): boolean => ids.every((id) => { const found = host.hub.summary(id); return found !== undefined && hasEnded(found) })
    // A run that waits for ever ends nowhere: once it has written as much, it gets time to write what it should not.
    const deadline = performance.now() + patienceMs
    while (!isOver() && size() < eventsExpected && performance.now() < deadline) await pause(2)
    if (!isOver()) await pause(quietMs)
    return Object.fromEntries(ids.map((id) => [id, host.hub.history(id)]))
  } finally {
    await host.close()
  }
}

/**
 * What a scripted activity does is done at once: one that still runs in the next turn of Node sleeps, or waits in the line of a
 * `limit` for one that sleeps. Neither keeps time from going on.
 */
function countRunning(clock: JumpingClock): { readonly clock: Clock; readonly counted: (activity: ActivityFunction) => ActivityFunction } {
  let running = 0
  let underWay = (): number => 0
  const look = (): void => clock.settled?.(() => underWay() - running)
  return {
    clock: {
      ...clock,
      settled(counted) {
        underWay = counted
        look()
      },
    },
    counted: (activity) => async (context, input) => {
      running++
      look()
      try {
        return await activity(context, input)
      } finally {
        running--
      }
    },
  }
}

function settingsOf({ settings }: Program): Readonly<Record<string, unknown>> {
  const missing = [...settings.values()].filter((setting) => setting.default === undefined)
  return Object.fromEntries(missing.map(({ name, schema }) => [name, sampleOf(schema.json)?.value ?? null]))
}

/** What the hosts name by themselves. */
function plainEvents(histories: Histories): unknown {
  return JSON.parse(JSON.stringify(histories, (key, value: unknown) => (key === "executionId" ? undefined : key === "stackTrace" ? undefined : value)))
}

/** A world for the seed: some calls fail once, or until they are given up, and some people do not answer. */
function situationOf(program: Program, workflow: string, seed: number): Situation {
  const given: Record<string, ScriptedOutcome[]> = {}
  for (const [callable, kinds] of Object.entries(program.failures)) {
    const kind = kinds[Math.floor(draw(seed, `${callable} kind`) * kinds.length)]
    const fate = draw(seed, `${callable} fate`)
    if (kind === undefined || fate < 0.5) continue
    const isHuman = program.callables.get(callable)?.kind === "human"
    const failing: ScriptedOutcome = isHuman ? { action: "returns", instead: "silence" } : { action: "fails", kind }
    given[callable] = fate < 0.8 ? [{ ...failing, times: 1 + Math.floor(draw(seed, `${callable} times`) * 3) }, { action: "returns" }] : [failing]
  }
  const raised = [...program.events.values()].map(({ name, schema }, index): Raised =>
    ({ atMs: 1_234 + 7_001 * index + Math.floor(draw(seed, name) * 50_000), name: name.toLowerCase(), payload: sampleOf(schema.json)?.value ?? null }))
  const world: World = { ...usualWorld, seed, given, eventsMax: 2_000, timeMsMax: 30 * 86_400_000 }
  const parameters = sampleOf(program.workflows.get(workflow)!.spec.parameters.json)?.value ?? {}
  return { program, workflow, parameters, world, raised }
}

const seeds = [1, 2, 3, 4]

async function compared(planned: Plan): Promise<number> {
  const program = await loadProgram(simulationOf(planned))
  let events = 0
  for (const name of program.workflows.keys()) {
    for (const seed of seeds) {
      const situation = situationOf(program, name, seed)
      const simulated = await onSimulator(situation)
      const real = await onSidecar(situation, simulated)
      expect(plainEvents(simulated), `${name} with seed ${seed}`).toEqual(plainEvents(real))
      events += Object.values(real).reduce((sum, history) => sum + history.length, 0)
    }
  }
  return events
}

describe("the simulator agrees with the sidecar", () => {
  it.each(programNames)("on the corpus program %s", async (name) => {
    const planned = planOf(sourcesOf(name))
    expect(await compared(planned)).toBeGreaterThan(planned.workflows.length)
  })

  const examples = join(import.meta.dirname, "../../examples")
  const files = readdirSync(examples, { recursive: true }).map(String).filter((file) => file.endsWith(".agentflow") && !file.includes("features"))
  it.each(files)("on the example %s", async (file) => {
    const { value } = plan([{ path: file, text: readFileSync(join(examples, file), "utf8"), version: 0 }])
    expect(await compared(value!)).toBeGreaterThan(10)
  })
})
