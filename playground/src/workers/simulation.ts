// The worker that runs programs: the emitted code on the durable engine, in virtual time. It can connect to nothing.

import type { JsonSchema } from "@agentflow/runtime/contract"
import { loadProgram, simulate, type CallRecord, type Program } from "../../../simulator/index.ts"
import type { CallableInfo, ProgramInfo, RequestName, Requests, RunOptions, RunSummary, TracedRun } from "../run/protocol.ts"
import { readableSample } from "../run/samples.ts"

// The policy of the page that started this worker forbids connections; what could make one goes as well.
for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker", "SharedWorker", "BroadcastChannel", "importScripts", "indexedDB", "caches"]) {
  Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false })
}

/** What one answer of a model costs here: a fifth of a cent. */
const answerNanoDollars = 2_000_000

let loaded: { readonly program: Program; readonly samples: ReadonlyMap<string, unknown> } | undefined

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
  const callables = [...program.callables.values()].map((callable): CallableInfo => ({
    name: callable.name, kind: callable.kind, choices: callable.kind === "human" ? (callable.spec.choices ?? []) : [], sample: sampleFor(callable.spec.result, callable.name), schema: schemaOf(callable.spec.result) ?? true,
  }))
  loaded = { program, samples: new Map(callables.map(({ name, sample }) => [name, sample])) }
  return { name: program.name, callables, workflows: [...program.workflows].map(([name, { spec }]) => ({ name, sample: readableSample(schemaOf(spec.parameters) ?? { type: "object" }, "input"), schema: schemaOf(spec.parameters) ?? true })) }
}

function schemaOf(schema: unknown): JsonSchema | undefined {
  return (schema as { readonly json?: JsonSchema } | undefined)?.json
}

function sampleFor(schema: unknown, name: string): unknown {
  const json = schemaOf(schema)
  return json === undefined ? undefined : readableSample(json, name.replace(/^(fetch|get|load|find|read|save|create|make|post|send)(?=[A-Z])/, ""))
}

async function runOnce({ workflow, input, world }: RunOptions, detail: "full" | "light"): Promise<TracedRun> {
  if (loaded === undefined) throw new Error("no program is loaded")
  const { program, samples } = loaded
  // What the world does not say returns a value that can be read.
  const usual = Object.fromEntries([...samples].filter(([, value]) => value !== undefined).map(([name, value]) =>
    [name, [{ action: "returns" as const, value, ...(program.callables.get(name)?.kind === "agent" ? { nanoDollars: answerNanoDollars } : {}) }]]))
  const given = Object.fromEntries(Object.entries({ ...usual, ...world.given }).map(([name, outcomes]) =>
    [name, outcomes.map((outcome) => (outcome.action === "returns" && !("value" in outcome) && outcome.instead === undefined && samples.get(name) !== undefined ? { ...outcome, value: samples.get(name) } : outcome))]))
  const { simulation, outcome, end } = await simulate({ program, world: { eventsMax: 6000, ...world, given }, workflow, parameters: input, detail })
  const { failure, message } = outcome
  const stuck = end.kind === "ended" ? {} : { message: end.kind === "stuck" ? "waits for something that does not come" : "does not end" }
  const summary: RunSummary = {
    status: outcome.status, elapsedMs: outcome.elapsedMs, nanoDollars: outcome.spent.nanoDollars, tokens: outcome.spent.tokens, calls: simulation.outside().calls.length,
    undone: failure?.undone?.length ?? 0, ...stuck, ...(message === undefined ? {} : { message }), ...(failure === undefined ? {} : { kind: failure.kind, message: failure.message }),
    ...("result" in outcome ? { result: outcome.result } : {}),
  }
  return { trace: simulation.trace(), summary, boundaries: simulation.boundaries.length, questions: questionsOf(program, simulation.outside().calls) }
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
