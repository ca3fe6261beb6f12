// Runs a program in a world: what is deployed, on the durable engine, with virtual time and nothing real outside.

import { hasEnded, summarize } from "../engine/instance.ts"
import type { HistoryEvent, InstanceStatus } from "../engine/types.ts"
import type { Caps, Amounts, DeadLetterEntry, RunFailure } from "@agentflow/runtime/contract"
import { createExecutor, parseRunFailure } from "@agentflow/runtime/simulation"
import type { WorkflowBody } from "@agentflow/runtime/simulation"
import { createBoundaries } from "./boundaries.ts"
import type { Boundary } from "./boundaries.ts"
import { createClock } from "./clock.ts"
import { createHost } from "./host.ts"
import { openActivities, scriptedWorkflow } from "./outside.ts"
import type { OutsideOptions, Seen } from "./outside.ts"
import type { Program } from "./program.ts"
import { createRecorder, parse, plainResult } from "./record.ts"
import { sampleOf } from "./sample.ts"
import { createScript } from "./script.ts"
import type { Taken } from "./script.ts"
import { createMemoryState } from "./state.ts"
import type { Outside, SimulationEnd, Trace, WorldState } from "./trace.ts"
import { usualWorld } from "./world.ts"
import type { World } from "./world.ts"

export interface SimulationOptions {
  readonly program: Program
  readonly world?: Partial<World>
  /** "light" keeps no entries of the trace: for runs of which only the outcome is asked. */
  readonly detail?: "full" | "light"
  /** Lets the host do other work: awaited after each moment in which something asynchronous was begun. */
  readonly pause?: () => Promise<void>
}

/** How one run stands, or has ended. */
export interface RunOutcome {
  readonly run: string
  readonly workflow: string
  readonly status: InstanceStatus
  readonly result?: unknown
  /** Of a run that failed by itself. */
  readonly failure?: RunFailure
  /** Where there is no such record: what the host says. */
  readonly message?: string
  readonly caps: Caps
  readonly spent: Amounts
  /** Virtual ms from its start to its end, or to now. */
  readonly elapsedMs: number
  /** Attempts of steps that its history holds, over all histories of the run. */
  readonly steps: number
}

export interface Simulation {
  /** Starts a run; it moves on only while time does. */
  start(workflow: string, parameters: unknown): string
  raise(run: string, event: string, payload: unknown): void
  /** The same at a virtual time, epoch ms. */
  raiseAt(timeMs: number, run: string, event: string, payload: unknown): void
  cancel(run: string): void
  /** Until nothing is under way but waits: for time, for people, for events. */
  settle(): Promise<void>
  /** Until so much virtual time has passed. */
  advance(byMs: number): Promise<void>
  /** Until every run has ended, or nothing would happen any more, or a limit is reached. */
  finish(): Promise<SimulationEnd>
  outcome(run: string): RunOutcome
  readonly now: () => number
  readonly outside: () => Outside
  readonly state: () => WorldState
  readonly boundaries: readonly Boundary[]
  /** Messages sent between host and worker so far. */
  readonly messages: () => number
  /** Callables of which an outcome was taken. */
  readonly called: ReadonlySet<string>
  /** Who took an outcome, in order. */
  readonly taken: readonly Taken[]
  /** Of every run. */
  readonly histories: () => readonly (readonly HistoryEvent[])[]
  readonly trace: () => Trace
}

/** Opens a world in which nothing happens yet. */
export function openSimulation({ program, world: given, detail = "full", pause = turnOfHost() }: SimulationOptions): Simulation {
  const world: World = { ...usualWorld, ...given }
  const clock = createClock(world.startMs)
  const recorder = createRecorder({ clock, startMs: world.startMs, program, detail })
  const boundaries = createBoundaries(world.faults)
  const script = createScript(world)
  const state = createMemoryState()
  const seen: Seen = { calls: [], effects: new Map(), published: new Map(), asked: new Map() }
  const outside: OutsideOptions = {
    program, world, clock, script, state, seen, settings: settingsOf(program, world), note: recorder.note,
    raise: (run, name, payload) => clock.soon(() => host.send(run, { kind: "raiseEvent", name, input: JSON.stringify(payload) })),
  }
  const workflows = new Map([...program.workflows].map(([name, workflow]) =>
    [name, (name in world.given ? scriptedWorkflow(outside, workflow) : workflow) as unknown as WorkflowBody]))
  const host = createHost({
    world, clock, boundaries, recorder,
    openWorker: (life) => ({
      executor: createExecutor({
        workflows, onObserve: recorder.observe, onLog: ({ run, message }) => recorder.note({ kind: "log", message }, { run }),
      }),
      activities: openActivities(outside, life),
    }),
  })
  const started: string[] = []
  let end: SimulationEnd | undefined
  const over = (): SimulationEnd | undefined => {
    if (recorder.count() > world.eventsMax) return { kind: "stepLimit", limit: world.eventsMax }
    if (clock.now() - world.startMs > world.timeMsMax) return { kind: "timeLimit", limitMs: world.timeMsMax }
    return undefined
  }
  const isOpen = (id: string): boolean => {
    const instance = host.instance(id)
    return instance === undefined || !hasEnded(instance)
  }
  const hasOpen = (): boolean => started.some(isOpen) || host.ids().some(isOpen)
  /** Moves on while the condition holds; gives why it can't any more. */
  const moveWhile = async (wanted: () => boolean): Promise<SimulationEnd | undefined> => {
    for (await pause(); wanted(); await pause()) {
      const limit = over()
      if (limit !== undefined) return limit
      if (clock.next() === undefined) return { kind: "stuck", waiting: waitsOf(recorder.state()) }
      clock.step()
    }
    return undefined
  }
  return {
    start(workflow, parameters) {
      const id = started.length === 0 ? "run" : `run-${started.length + 1}`
      started.push(id)
      host.send(id, { kind: "start", instanceId: id, executionId: `start-${started.length}`, name: workflow, input: JSON.stringify(parameters) })
      return id
    },
    raise: (run, name, payload) => host.send(run, { kind: "raiseEvent", name, input: JSON.stringify(payload) }),
    raiseAt: (timeMs, run, name, payload) =>
      void clock.at(timeMs, () => host.send(run, { kind: "raiseEvent", name, input: JSON.stringify(payload) })),
    cancel: (run) => host.send(run, { kind: "raiseEvent", name: "agentflow.cancel", input: "{}" }),
    async settle() {
      await moveWhile(() => hasOpen() && host.isBusy())
    },
    async advance(byMs) {
      const until = clock.now() + byMs
      await moveWhile(() => (clock.next() ?? Infinity) <= until)
      clock.moveTo(until)
    },
    async finish() {
      end = (await moveWhile(() => hasOpen() || host.isBusy())) ?? { kind: "ended" }
      return end
    },
    outcome: (run) => outcomeOf(host.instance(run), { run, state: recorder.state(), nowMs: clock.now() }),
    now: () => clock.now(),
    outside: () => outsideOf(seen, state),
    state: recorder.state,
    boundaries: boundaries.passed,
    messages: host.messages,
    called: script.called,
    taken: script.taken,
    histories: () => host.ids().map((id) => host.instance(id)!.history),
    trace: () => ({
      seed: world.seed, startMs: world.startMs, events: recorder.events, outside: outsideOf(seen, state), end: end ?? { kind: "ended" },
      histories: Object.fromEntries(host.ids().map((id) => [id, host.instance(id)!.history])),
    }),
  }
}

/** One run from its start to its end. */
export async function simulate(options: SimulationOptions & { readonly workflow: string; readonly parameters: unknown }): Promise<{
  readonly simulation: Simulation
  readonly outcome: RunOutcome
  readonly end: SimulationEnd
}> {
  const simulation = openSimulation(options)
  const run = simulation.start(options.workflow, options.parameters)
  const end = await simulation.finish()
  return { simulation, outcome: simulation.outcome(run), end }
}

function outcomeOf(instance: ReturnType<ReturnType<typeof createHost>["instance"]>, { run, state, nowMs }: {
  readonly run: string
  readonly state: WorldState
  readonly nowMs: number
}): RunOutcome {
  const view = state.runs[run]
  if (instance === undefined || view === undefined) {
    const nothing = { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }
    return { run, workflow: "", status: "pending", caps: {}, spent: nothing, elapsedMs: 0, steps: 0 }
  }
  const { status, failure, output, completedAtMs = nowMs, createdAtMs } = summarize(instance)
  const record = failure === undefined ? undefined : parseRunFailure(failure.errorMessage)
  return {
    run, workflow: view.workflow, status, caps: view.ledger.caps, spent: view.ledger.spent,
    elapsedMs: completedAtMs - createdAtMs,
    steps: instance.history.filter(({ kind }) => kind === "taskScheduled").length,
    ...(output === undefined ? {} : { result: plainResult(parse(output)).value }),
    ...(record === undefined ? {} : { failure: record }),
    ...(failure === undefined || record !== undefined ? {} : { message: failure.errorMessage }),
  }
}

/** What the environment of a real worker would give: the world's values, else what fits where there is no default. */
function settingsOf({ settings }: Program, world: World): Readonly<Record<string, unknown>> {
  const missing = [...settings.values()].filter((setting) => setting.default === undefined && !(setting.name in world.settings))
  return { ...Object.fromEntries(missing.map(({ name, schema }) => [name, sampleOf(schema.json)?.value ?? null])), ...world.settings }
}

function outsideOf(seen: Seen, { entries }: ReturnType<typeof createMemoryState>): Outside {
  const letters = [...entries].filter(([key]) => key.startsWith("deadletter:") && key !== "deadletter:index")
  return {
    calls: [...seen.calls], effects: [...seen.effects.values()], published: [...seen.published.values()], asked: [...seen.asked.values()],
    deadLetters: letters.map(([, { value }]) => JSON.parse(value) as DeadLetterEntry).map(({ run, workflow, failure }) => ({ run, workflow, failure })),
  }
}

function waitsOf(state: WorldState) {
  return Object.values(state.runs).flatMap(({ waiting }) => waiting)
}

interface HostTimers {
  readonly setImmediate?: (call: () => void) => void
  readonly MessageChannel?: new () => { readonly port1: { onmessage: (() => void) | null }; readonly port2: { postMessage(message: null): void } }
}

/** Once everything that was begun has either ended or waits for virtual time. */
function turnOfHost(): () => Promise<void> {
  const { setImmediate, MessageChannel } = globalThis as unknown as HostTimers
  if (setImmediate !== undefined) return () => new Promise((resolve) => setImmediate(resolve))
  if (MessageChannel === undefined) return () => new Promise((resolve) => setTimeout(resolve, 0))
  const { port1, port2 } = new MessageChannel()
  return () => new Promise((resolve) => {
    port1.onmessage = () => resolve()
    port2.postMessage(null)
  })
}

