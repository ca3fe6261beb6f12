// The worker that runs programs: the emitted code on the durable engine, in virtual time. It can connect to nothing.

import { loadProgram, play, runTest, simulate, type CallRecord, type LoadedTest, type Program, type RunOutcome, type Simulation, type SimulationEnd } from "../../../simulator/index.ts"
import type { SimulationTypes } from "../../../compiler/index.ts"
import type { CallableInfo, ProgramInfo, RequestName, Requests, RunOptions, RunSummary, TestReport, TracedRun } from "../run/protocol.ts"
import { readableSample } from "../run/samples.ts"
import { testText } from "../run/test-text.ts"
import { filledWorld, samplesOf, schemaOf } from "../run/usual.ts"

// The policy of the page that started this worker forbids connections; what could make one goes as well.
for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker", "SharedWorker", "BroadcastChannel", "importScripts", "indexedDB", "caches"]) {
  Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false })
}

let loaded: { readonly program: Program; readonly types: SimulationTypes; readonly samples: ReadonlyMap<string, unknown> } | undefined

async function importBlob(text: string): Promise<{ readonly default: unknown }> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }))
  try {
    return (await import(/* @vite-ignore */ url)) as { readonly default: unknown }
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function load(data: Requests["load"]["params"]): Promise<ProgramInfo> {
  const program = await loadProgram(data, importBlob)
  const samples = samplesOf(program)
  const callables = [...program.callables.values()].map((callable): CallableInfo => ({
    name: callable.name, kind: callable.kind, choices: callable.kind === "human" ? (callable.spec.choices ?? []) : [], sample: samples.get(callable.name), schema: schemaOf(callable.spec.result) ?? true,
  }))
  loaded = { program, types: data.types, samples }
  return {
    name: program.name, callables, workflows: [...program.workflows].map(([name, { spec }]) => ({ name, sample: readableSample(schemaOf(spec.parameters) ?? { type: "object" }, "input"), schema: schemaOf(spec.parameters) ?? true })),
    tests: program.tests.map(({ name, origin, steps }) => ({ name, origin, workflow: workflowOf(steps) })),
  }
}

function workflowOf(steps: LoadedTest["steps"]): string {
  return steps.find((step) => step.kind === "run")?.workflow ?? ""
}

function open(): NonNullable<typeof loaded> {
  if (loaded === undefined) throw new Error("no program is loaded")
  return loaded
}

async function played({ workflow, input, world: given }: RunOptions, detail: "full" | "light") {
  const { program, samples } = open()
  const world = filledWorld(program, samples, given)
  return { program, world, ...(await simulate({ program, world, workflow, parameters: input, detail })) }
}

async function runOnce(options: RunOptions, detail: "full" | "light"): Promise<TracedRun> {
  const { program, simulation, outcome, end } = await played(options, detail)
  return { trace: simulation.trace(), summary: summaryOf(simulation, outcome, end), boundaries: simulation.boundaries.length, questions: questionsOf(program, simulation.outside().calls) }
}

function summaryOf(simulation: Simulation, outcome: RunOutcome, end: SimulationEnd): RunSummary {
  const { failure, message } = outcome
  const stuck = end.kind === "ended" ? {} : { message: end.kind === "stuck" ? "waits for something that does not come" : "does not end" }
  return {
    status: outcome.status, elapsedMs: outcome.elapsedMs, nanoDollars: outcome.spent.nanoDollars, tokens: outcome.spent.tokens, calls: simulation.outside().calls.length,
    undone: failure?.undone?.length ?? 0, ...stuck, ...(message === undefined ? {} : { message }), ...(failure === undefined ? {} : { kind: failure.kind, message: failure.message }),
    ...("result" in outcome ? { result: outcome.result } : {}),
  }
}

async function write({ title, ...options }: Requests["write"]["params"]): Promise<string> {
  const { program, world, simulation, outcome } = await played(options, "light")
  return testText({ program, types: open().types, world, workflow: options.workflow, input: options.input, simulation, outcome }, title)
}

async function test({ name }: Requests["test"]["params"]): Promise<TestReport> {
  const { program } = open()
  const found = program.tests.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no test ${name}`)
  const { trace, covered: _, ...result } = await runTest(program, found)
  return { result, trace: trace ?? (await play({ program, test: found, seed: 0, detail: "full" })).simulation.trace() }
}

function questionsOf(program: Program, calls: readonly CallRecord[]): Readonly<Record<string, string>> {
  return Object.fromEntries(calls.flatMap(({ kind, callable, step, parameters }) => {
    const human = kind === "human" ? program.callables.get(callable) : undefined
    return human?.kind === "human" ? [[step, human.spec.ask(parameters as object, (({ default: given }) => given as never))]] : []
  }))
}

const answers: { readonly [Name in RequestName]: (params: Requests[Name]["params"]) => Promise<Requests[Name]["result"]> } = {
  load,
  run: (options) => runOnce(options, "full"),
  outcome: async (options) => (await runOnce(options, "light")).summary,
  write, test,
}

interface Message {
  readonly id: number
  readonly name: RequestName
  readonly params: never
}

function serve(port: MessagePort): void {
  // One after the other: a program is loaded before it is run.
  let before: Promise<unknown> = Promise.resolve()
  port.onmessage = ({ data: { id, name, params } }: MessageEvent<Message>) => {
    before = before.then(async () => {
      try {
        port.postMessage({ id, result: await answers[name](params) })
      } catch (problem) {
        port.postMessage({ id, problem: problem instanceof Error ? problem.message : String(problem) })
      }
    })
  }
}

self.addEventListener("message", ({ data }: MessageEvent<{ readonly port?: MessagePort }>) => {
  if (data.port !== undefined) serve(data.port)
})
