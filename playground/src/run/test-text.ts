// A run as the `test` block that plays it again: its input, all that was given, where it was struck, how it ended.

import type { JsonSchema } from "@agentflow/runtime/contract"
import { sampleOf, type Fault, type Outcome, type Program, type RunOutcome, type ScriptedOutcome, type Simulation, type World } from "../../../simulator/index.ts"
import type { SimulationTypes, ValueType } from "../../../compiler/index.ts"
import { literal } from "./literal.ts"
import { schemaOf } from "./usual.ts"

export interface PlayedRun {
  readonly program: Program
  readonly types: SimulationTypes
  /** What it met, with all that is usual. */
  readonly world: Partial<World> & Pick<World, "given">
  readonly workflow: string
  readonly input: unknown
  readonly simulation: Simulation
  readonly outcome: RunOutcome
}

/** `title` is without quotes. What a test can't say stands in it as comments. */
export function testText(run: PlayedRun, title: string): string {
  const faults = (run.world.faults ?? []).map((fault) => faultLine(run, fault))
  const lines = [
    ...restLines(run), ...givenLines(run), ...decisionLines(run), ...faults, `run ${run.workflow.replace(/@\d+$/, "")}(${argumentsText(run)})`, ...endLines(run), ...effectLines(run), ...callLines(run),
  ]
  return `test ${literal(title, text, run.types)} {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`
}

const text: ValueType = { kind: "string" }
const note = (words: string): string => `// Not in this test: ${words.replaceAll(/\s+/g, " ")}`

function restLines({ world: { seed = 0, settings } }: PlayedRun): readonly string[] {
  return [...(seed === 0 ? [] : [`// Run it with --seed ${seed}: the times of calls are drawn.`]), ...(settings === undefined || Object.keys(settings).length === 0 ? [] : [note(`settings ${JSON.stringify(settings)}.`)])]
}

// ---------------------------------------------------------------- what is given

/** Of the callables that were called; a value that comes without being given is left out. */
function givenLines({ program, types, world, simulation: { called } }: PlayedRun): readonly string[] {
  return Object.entries(world.given).filter(([name]) => called.has(name)).flatMap(([name, outcomes]) => {
    const schema = schemaOf(program.callables.get(name)?.spec.result ?? program.workflows.get(name)?.spec.result) ?? true
    if (outcomes.length === 0 || (outcomes.length === 1 && isUsual(outcomes[0]!, schema))) return []
    const write = (value: unknown): string => literal(value === undefined ? sampleOf(schema)?.value : value, types.results[name.replace(/@\d+$/, "")] ?? { kind: "json" }, types)
    return [`given ${name} ${outcomes.map((outcome, index) => outcomeText(outcome, { isLast: index === outcomes.length - 1, write })).join(", then ")}`]
  })
}

function isUsual({ action, value, times, takesMs, nanoDollars, instead }: ScriptedOutcome, schema: JsonSchema): boolean {
  return action === "returns" && instead === undefined && times === undefined && takesMs === undefined && (nanoDollars ?? 0) === 0
    && (value === undefined || JSON.stringify(value) === JSON.stringify(sampleOf(schema)?.value ?? null))
}

function outcomeText(outcome: ScriptedOutcome, { isLast, write }: { readonly isLast: boolean; readonly write: (value: unknown) => string }): string {
  const { value, takesMs, nanoDollars, retryAfterMs, times } = outcome
  const kind = failureOf(outcome)
  const head = kind !== undefined ? `fails ${kind}` : `returns ${write(value)}`
  const rest = [
    ...(takesMs === undefined ? [] : [`takes ${Math.round(takesMs)}ms`]), ...(nanoDollars === undefined || nanoDollars === 0 ? [] : [`costs ${dollars(nanoDollars)}`]),
    ...(retryAfterMs === undefined || kind === undefined ? [] : [`retry after ${retryAfterMs}ms`]), ...(times !== undefined ? [`${times} times`] : isLast ? (kind === undefined ? [] : ["always"]) : ["1 times"]),
  ]
  return [head, ...rest].join(" ")
}

const dollars = (nanoDollars: number): string => `$${(nanoDollars / 1e9).toFixed(9).replace(/\.?0+$/, "")}`

/** A person fails by not answering, a model by an answer that does not fit or by refusing. */
function failureOf({ action, kind = "unavailable", instead }: Outcome): string | undefined {
  if (instead !== undefined) return { silence: "timeout", nonsense: "invalid_output", refusal: "refused" }[instead]
  return action === "fails" ? kind : undefined
}

function decisionLines({ types, world: { decisions = {} }, simulation }: PlayedRun): readonly string[] {
  const asked = new Set(simulation.outside().asked.filter(({ kind }) => kind === "manual").map(({ ask }) => ask))
  return Object.entries(decisions).filter(([name]) => asked.has(name)).map(([name, decision]) => {
    return decision.action === "skip" ? `given ${name} answers ${literal(decision.value, types.results[name] ?? { kind: "json" }, types)}` : note(`what the person decided about ${name}: ${decision.action}.`)
  })
}

// ---------------------------------------------------------------- what struck

function faultLine(run: PlayedRun, fault: Fault): string {
  switch (fault.kind) {
    case "crash": return `crash at ${fault.boundary}`
    case "crashAt": return crashLine(run, fault)
    case "outcome": return outcomeLine(run, fault)
    case "drop":
    case "duplicate": return `fault ${fault.kind} at ${fault.message}`
    case "delay": return fault.byMs === 5_000 ? `fault delay at ${fault.message}` : note(`message ${fault.message} late by ${fault.byMs} ms.`)
  }
}

/** The page aims at a step; a test counts the calls of a callable. */
function crashLine({ simulation: { boundaries } }: PlayedRun, { callable, point, nth }: Extract<Fault, { kind: "crashAt" }>): string {
  const found = boundaries.filter((each) => each.kind === point && (each.step === callable || each.callable === callable))[nth - 1]
  if (found?.callable === undefined) return note(`a crash ${point} ${callable}, which the run did not come to.`)
  return `crash ${point === "during" ? "in" : point} ${found.callable} at ${found.nth}`
}

function outcomeLine({ simulation: { taken } }: PlayedRun, { callable, nth, outcome }: Extract<Fault, { kind: "outcome" }>): string {
  const kind = failureOf(outcome)
  const at = taken.map((each, index) => ({ ...each, index })).filter((each) => each.step === callable || each.callable === callable)[nth - 1]
  if (at === undefined) return note(`${kind ?? "another outcome"} at ${callable}, which the run did not come to.`)
  const place = taken.slice(0, at.index + 1).filter((each) => each.callable === at.callable).length
  if (kind === undefined) return note(`that call ${place} of ${at.callable} gives ${JSON.stringify(outcome.value)}.`)
  const lost = outcome.message === undefined && outcome.data === undefined && outcome.takesMs === undefined ? "" : ` ${note("what the failure says, and how long it takes.")}`
  return `fault ${kind} ${outcome.effect === true ? "after" : "in"} ${at.callable} at ${place}${outcome.retryAfterMs === undefined ? "" : ` retry after ${outcome.retryAfterMs}ms`}${lost}`
}

// ---------------------------------------------------------------- what came of it

function argumentsText({ types, workflow, input }: PlayedRun): string {
  const parameters = types.parameters[workflow] ?? []
  return Object.entries((input ?? {}) as object).map(([name, value]) => `${name}: ${literal(value, parameters.find((each) => each.name === name)?.type ?? { kind: "json" }, types)}`).join(", ")
}

function endLines({ outcome: { status, failure } }: PlayedRun): readonly string[] {
  if (status === "completed") return ["expect completed"]
  if (status !== "failed") return ["expect waiting"]
  return [failure === undefined ? "expect failed" : failure.kind === "cancelled" ? "expect cancelled" : `expect failed ${failure.kind}`]
}

function effectLines({ simulation }: PlayedRun): readonly string[] {
  const { effects, deadLetters } = simulation.outside()
  const undone = (step: string): boolean => effects.some((each) => each.step.startsWith(`${step}/undo/`))
  const lines = [...new Set(effects.map(({ callable }) => callable))].flatMap((name) => {
    const mine = effects.filter(({ callable }) => callable === name)
    return mine.every(({ step }) => undone(step)) ? [`expect ${name} effect undone`] : mine.length === 1 ? [`expect ${name} effect once`] : []
  })
  return [...lines, ...(deadLetters.length === 0 ? [] : [`expect deadLetters == ${deadLetters.length}`])]
}

/** Of what was struck: how often it was called tells whether it was tried again. */
function callLines({ world: { faults = [] }, simulation }: PlayedRun): readonly string[] {
  const { taken } = simulation
  const struck = new Set(faults.flatMap((fault) => ("callable" in fault ? [taken.find(({ step, callable }) => step === fault.callable || callable === fault.callable)?.callable ?? ""] : [])))
  const calls = simulation.outside().calls.filter(({ kind }) => kind === "tool")
  return [...struck].flatMap((name) => {
    const mine = new Set(calls.filter(({ callable }) => callable === name).map(({ run, step, attempt }) => `${run} ${step} ${attempt}`))
    return mine.size === 0 ? [] : [`expect ${name} called ${mine.size} times`]
  })
}
