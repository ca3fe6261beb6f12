// Writes the trace: one entry for each thing that happens, with the state that stands after it.

import { summarize } from "../engine/instance.ts"
import type { HistoryEvent, Instance } from "../engine/types.ts"
import type { Envelope, ModelRequest, Observation, RunFailure } from "@agentflow/runtime/contract"
import { parseRunFailure } from "@agentflow/runtime/simulation"
import type { VirtualClock } from "./clock.ts"
import type { ActivityOutcome, Change } from "./host.ts"
import { originOf } from "./program.ts"
import type { Program } from "./program.ts"
import type { AttemptView, CallOutcome, Ledger, RunView, StepView, TraceEvent, TraceWhat, WorldState } from "./trace.ts"

export interface Place {
  readonly run?: string
  readonly step?: string
  readonly attempt?: number
}

export interface Recorder {
  note(what: TraceWhat, place?: Place): void
  committed(change: Change): void
  answered(row: { readonly instanceId: string; readonly input?: string; readonly name: string }, outcome: ActivityOutcome): void
  turn(run: string, number: number, how: { readonly replayed: boolean }): void
  /** The workflow's own view, told while a turn runs and shown once its answer is durable. */
  observe(run: string, observation: Observation): void
  readonly count: () => number
  readonly state: () => WorldState
  readonly events: readonly TraceEvent[]
}

export interface RecordOptions {
  readonly clock: VirtualClock
  readonly startMs: number
  readonly program: Program
  /** "light" counts events and keeps the last state of the runs, nothing in between. */
  readonly detail: "full" | "light"
}

interface Scheduled {
  readonly path: string
  readonly attempt: number
  readonly activity: string
  readonly price: ModelRequest["model"]["price"] | undefined
}

interface Context extends RecordOptions {
  readonly events: TraceEvent[]
  readonly scheduled: Map<string, Scheduled>
  readonly observations: Map<string, Observation>
  state: WorldState
  count: number
}

export function createRecorder(options: RecordOptions): Recorder {
  const cx: Context = {
    ...options, events: [], scheduled: new Map(), observations: new Map(), state: { atMs: 0, runs: {}, crashes: 0 }, count: 0,
  }
  return {
    note: (what, place = {}) => note(cx, what, place),
    committed: (change) => committed(cx, change),
    answered: (row, outcome) => answered(cx, row, outcome),
    turn: (run, number, { replayed }) => note(cx, { kind: "turn", number, replayed }, { run }),
    observe: (run, observation) => void cx.observations.set(run, observation),
    count: () => cx.count,
    state: () => cx.state,
    events: cx.events,
  }
}

function note(cx: Context, what: TraceWhat, { run, step, attempt }: Place): void {
  cx.count++
  const atMs = cx.clock.now() - cx.startMs
  const crashes = cx.state.crashes + (what.kind === "crashed" ? 1 : 0)
  if (cx.detail === "light") return void (cx.state = { ...cx.state, atMs, crashes })
  if (run !== undefined && step !== undefined && what.kind === "callStarted") changeStep(cx, run, step, (view) => ({ ...view, state: "running" }))
  cx.state = { ...cx.state, atMs, crashes }
  cx.events.push({
    index: cx.events.length, atMs, what, state: cx.state,
    ...(run === undefined ? {} : { run }), ...(step === undefined ? {} : { step }), ...(attempt === undefined ? {} : { attempt }),
  })
}

function answered(cx: Context, row: Parameters<Recorder["answered"]>[0], { result }: ActivityOutcome): void {
  if (cx.detail === "light") return
  const input = parse(row.input) as { readonly step?: string; readonly attempt?: number } | undefined
  const price = (parse(row.input) as { readonly parameters?: Partial<ModelRequest> } | undefined)?.parameters?.model?.price
  note(cx, { kind: "callEnded", callable: row.name, outcome: outcomeOf(result, price) }, { run: row.instanceId, ...input })
}

// ---------------------------------------------------------------- commits

function committed(cx: Context, { id, before, after }: Change): void {
  const isNew = before === undefined || before.generation !== after.generation
  const known = isNew ? 0 : before.history.length
  const told = after.history.slice(known).filter(({ eventId }) => eventId >= 0)
  const arrived = isNew ? after.inbox : after.inbox.filter(({ sequence }) => sequence >= before.nextSequence)
  if (before !== undefined && isNew) note(cx, { kind: "continuedAsNew" }, { run: id })
  showRun(cx, after)
  for (const { event } of arrived) noteEvent(cx, id, after, event)
  for (const event of told) noteEvent(cx, id, after, event)
}

function showRun(cx: Context, instance: Instance): void {
  const { id } = instance
  const { status, name, output, failure } = summarize(instance)
  const observation = cx.observations.get(id)
  const shown = cx.state.runs[id]
  const record = failure === undefined ? undefined : parseRunFailure(failure.errorMessage)
  const result = output === undefined ? undefined : plainResult(parse(output))
  const phase = observation?.status.phase ?? "running"
  const view: RunView = {
    id, workflow: name, status,
    ...(instance.facts.parent === undefined ? {} : { parent: instance.facts.parent.instanceId }),
    phase,
    ledger: observation === undefined ? (shown?.ledger ?? emptyLedger) : ledgerOf(observation),
    // Success discards the stack.
    undo: phase === "done" ? [] : (observation?.undo ?? []),
    waiting: observation?.status.waiting ?? [],
    position: shown?.position ?? [],
    steps: shown?.steps ?? {},
    ...(result === undefined ? {} : { result: result.value }),
    ...(record === undefined ? {} : { failure: record as RunFailure }),
  }
  cx.state = { ...cx.state, runs: { ...cx.state.runs, [id]: { ...view, position: positionOf(view) } } }
}

const nothing = { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }
const emptyLedger: Ledger = { caps: {}, spent: nothing, reserved: nothing }

function ledgerOf({ status }: Observation): Ledger {
  return { caps: status.budget ?? {}, spent: status.spent, reserved: status.reserved }
}

/** A child answers its caller with what it spent. */
export function plainResult(value: unknown): { readonly value: unknown } {
  const child = value as { readonly "agentflow.run"?: 1; readonly value?: unknown } | null
  return { value: typeof child === "object" && child?.["agentflow.run"] === 1 ? child.value : value }
}

function noteEvent(cx: Context, run: string, instance: Instance, event: HistoryEvent): void {
  switch (event.kind) {
    case "executionStarted": {
      const { parent, name } = event
      return note(cx, { kind: "runStarted", workflow: name, input: parse(event.input), ...(parent ? { parent: parent.instanceId } : {}) }, { run })
    }
    case "taskScheduled": return scheduled(cx, run, event)
    case "taskCompleted":
    case "taskFailed": return acknowledged(cx, run, event)
    case "timerCreated": return note(cx, { kind: "timerSet", fireAtMs: event.fireAtMs - cx.startMs }, { run })
    case "timerFired": return note(cx, { kind: "timerFired" }, { run })
    case "eventRaised": return note(cx, { kind: "eventRaised", name: event.name, payload: parse(event.input) }, { run, ...answeredStep(event.name) })
    case "childCompleted":
    case "childFailed": {
      const work = instance.history.find((each) => each.kind === "childCreated" && each.eventId === event.taskId)
      const child = work?.kind === "childCreated" ? work.instanceId : ""
      return note(cx, { kind: "childEnded", child, ok: event.kind === "childCompleted" }, { run })
    }
    case "executionCompleted": {
      const { status, failure } = cx.state.runs[run]!.failure === undefined ? event : { ...event, failure: cx.state.runs[run]!.failure }
      const result = event.result === undefined ? {} : { result: plainResult(parse(event.result)).value }
      return note(cx, { kind: "runEnded", status, ...result, ...(failure === undefined ? {} : { failure }) }, { run })
    }
    default: return
  }
}

function answeredStep(name: string): Place {
  return name.startsWith("answer:") ? { step: name.slice("answer:".length) } : {}
}

interface Input {
  readonly step?: string
  readonly attempt?: number
  readonly parameters?: unknown
}

function scheduled(cx: Context, run: string, event: Extract<HistoryEvent, { kind: "taskScheduled" }>): void {
  if (cx.detail === "light") return note(cx, { kind: "stepScheduled", activity: event.name, parameters: null }, {})
  const { step: path = event.name, attempt = 1, parameters } = (parse(event.input) ?? {}) as Input
  const price = (parameters as Partial<ModelRequest> | undefined)?.model?.price
  cx.scheduled.set(`${run}/${event.eventId}`, { path, attempt, activity: event.name, price })
  const one: AttemptView = { attempt, scheduledMs: cx.clock.now() - cx.startMs, tokens: 0, nanoDollars: 0 }
  changeStep(cx, run, path, (view) => ({ ...view, callable: event.name, state: "scheduled", attempts: [...view.attempts, one] }))
  note(cx, { kind: "stepScheduled", activity: event.name, parameters }, { run, step: path, attempt })
}

function acknowledged(cx: Context, run: string, event: Extract<HistoryEvent, { kind: "taskCompleted" | "taskFailed" }>): void {
  const known = cx.scheduled.get(`${run}/${event.taskId}`)
  if (known === undefined) return note(cx, { kind: "stepAcknowledged", outcome: outcomeOf(undefined, undefined) }, { run })
  const { path, attempt, activity, price } = known
  const outcome = outcomeOf(event.kind === "taskCompleted" ? event.result : undefined, price)
  const asks = cx.program.callables.get(activity)?.kind === "human" || activity === "agentflow.park"
  changeStep(cx, run, path, (view) => ({
    ...view, state: !outcome.ok ? "failed" : asks ? "asked" : "completed",
    attempts: view.attempts.map((each) => (each.attempt === attempt ? ended(cx, each, outcome) : each)),
  }))
  note(cx, { kind: "stepAcknowledged", outcome }, { run, step: path, attempt })
}

function ended(cx: Context, attempt: AttemptView, outcome: CallOutcome): AttemptView {
  const { tokens, nanoDollars } = outcome
  const common = { ...attempt, endedMs: cx.clock.now() - cx.startMs, ok: outcome.ok, tokens, nanoDollars }
  return outcome.ok ? { ...common, value: outcome.value } : { ...common, error: { kind: outcome.kind, message: outcome.message } }
}

function changeStep(cx: Context, run: string, path: string, change: (view: StepView) => StepView): void {
  const view = cx.state.runs[run]
  if (view === undefined) return
  const origin = originOf(cx.program, path)
  const before = view.steps[path] ?? { path, callable: path.split("/").at(-1)!, state: "scheduled" as const, attempts: [], ...(origin ? { origin } : {}) }
  const changed = { ...view, steps: { ...view.steps, [path]: change(before) } }
  cx.state = { ...cx.state, runs: { ...cx.state.runs, [run]: { ...changed, position: positionOf(changed) } } }
}

/** Steps that are under way, and the places that a wait stands at. */
function positionOf({ steps, waiting, phase }: Pick<RunView, "steps" | "waiting" | "phase">): readonly string[] {
  if (phase === "done") return []
  const open = Object.values(steps).filter(({ state }) => state === "scheduled" || state === "running").map(({ path }) => path)
  return [...new Set([...open, ...waiting.map(({ step }) => step)])]
}

// ---------------------------------------------------------------- outcomes

export function outcomeOf(result: string | undefined, price: ModelRequest["model"]["price"] | undefined): CallOutcome {
  const envelope = parse(result) as Envelope | undefined
  if (envelope === undefined) return { ok: false, kind: "internal", message: "the host failed the step", maybeDone: true, tokens: 0, nanoDollars: 0 }
  const { inputTokens = 0, outputTokens = 0 } = envelope.usage ?? {}
  const tokens = inputTokens + outputTokens
  const nanoDollars = price === undefined ? 0 : Math.round(((inputTokens * price.input + outputTokens * price.output) * 1e9) / price.per)
  if (envelope.ok) return { ok: true, value: envelope.value, tokens, nanoDollars }
  const { kind, message, maybeDone = false } = envelope
  return { ok: false, kind, message, maybeDone, tokens, nanoDollars }
}

export function parse(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
