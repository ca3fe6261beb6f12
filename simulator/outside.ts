// Everything that a run reaches: services, models, people and topics, played from the script.

import type {
  Agent, Callable, Human, JsonSchema, ModelSpec, ModelTurnInput, ParkInput, Tool, ToolContext, Workflow,
} from "@agentflow/runtime/contract"
import { activitiesOf, runtimeValues } from "@agentflow/runtime/simulation"
import type { Activity, Provider, ProviderRequest, ProviderResponse } from "@agentflow/runtime/simulation"
import type { BoundaryPlace } from "./boundaries.ts"
import type { VirtualClock } from "./clock.ts"
import type { Program } from "./program.ts"
import type { Chosen, Script } from "./script.ts"
import { sampleOf } from "./sample.ts"
import { openServices } from "./services.ts"
import { forever } from "./state.ts"
import type { MemoryState } from "./state.ts"
import type { AskedRecord, CallRecord, EffectRecord, PublishedRecord, TraceWhat } from "./trace.ts"
import { usualMs } from "./world.ts"
import type { World } from "./world.ts"

/** What has been seen outside, whatever has crashed inside. */
export interface Seen {
  readonly calls: CallRecord[]
  readonly effects: Map<string, EffectRecord>
  readonly published: Map<string, PublishedRecord>
  readonly asked: Map<string, AskedRecord>
}

export interface OutsideOptions {
  readonly program: Program
  readonly world: World
  readonly clock: VirtualClock
  readonly script: Script
  readonly state: MemoryState
  readonly settings: Readonly<Record<string, unknown>>
  readonly seen: Seen
  readonly note: (what: TraceWhat, at?: { readonly run?: string; readonly step?: string; readonly attempt?: number }) => void
  readonly raise: (run: string, name: string, payload: unknown) => void
}

/** One life of a worker, until it crashes. */
export interface Life {
  readonly isAlive: () => boolean
  /** True when the worker ends at this boundary. */
  readonly pass: (place: Omit<BoundaryPlace, "atMs">) => boolean
}

interface Call {
  readonly callable: string
  readonly kind: CallRecord["kind"]
  readonly run: string
  readonly step: string
  readonly attempt: number
  readonly parameters: unknown
  readonly result: JsonSchema
  /** Undefined where nothing is changed. */
  readonly effectKey?: string
  /** After so long whoever called no longer listens. */
  readonly timeoutMs?: number
}

/** The activity functions of a worker whose world is the script. */
export function openActivities(options: OutsideOptions, life: Life): ReadonlyMap<string, Activity> {
  const { program, clock, state, settings, seen, note } = options
  const runs = new Map<string, string>()
  const services = openServices({
    clock, state, settings, isAlive: life.isAlive, provider: scriptedModel(options, life, runs), raiseEvent: options.raise,
    publish: ({ topic, id, type, data }) => {
      seen.published.set(id, { topic, id, type, data })
      note({ kind: "published", topic, type, data })
    },
  })
  const tools = new Map<string, Callable>()
  for (const callable of program.callables.values()) {
    if (callable.kind === "tool") tools.set(callable.name, scriptedTool(options, life, callable))
  }
  const others = [...program.callables.values()].filter(({ kind }) => kind !== "tool")
  const activities = new Map(activitiesOf([...tools.values(), ...others], services))
  for (const agent of others) {
    if (agent.kind === "agent") activities.set(agent.name, knowingRun(runs, activities.get(agent.name)!))
  }
  for (const human of program.callables.values()) {
    if (human.kind !== "human") continue
    activities.set(human.name, questionOf(options, life, human, activities.get(human.name)!))
  }
  activities.set("agentflow.park", parkingOf(options, activities.get("agentflow.park")!))
  return activities
}

// ---------------------------------------------------------------- tools

/** The tool with its work done by the script: all that is around the work is the runtime's. */
function scriptedTool(options: OutsideOptions, life: Life, tool: Tool): Callable {
  const { spec } = tool
  const run = async (parameters: object, context: ToolContext): Promise<unknown> => {
    const { step, attempt, runId, idempotencyKey, signal } = context
    const isIdempotent = spec.idempotent === true
    const call: Call = {
      callable: tool.name, kind: "tool", run: runId, step, attempt, parameters, result: spec.result.json,
      ...(spec.effect === "writes" ? { effectKey: isIdempotent ? idempotencyKey : `${idempotencyKey}/${options.seen.calls.length}` } : {}),
    }
    const outcome = await play(options, life, call, signal)
    if (outcome.action === "returns") return outcome.value
    throw toolError(tool.name, withData(outcome, tool))
  }
  return runtimeValues.tool({ ...spec, run })
}

/** A declared error carries the plainest data of its type, where the test gives none. */
function withData(outcome: Chosen, { spec: { fails = {} } }: Tool): Chosen {
  const { kind, data } = outcome
  if (kind === undefined || data !== undefined || !Object.hasOwn(fails, kind)) return outcome
  return { ...outcome, data: sampleOf(fails[kind]!.json)?.value }
}

function toolError(callable: string, { kind = "unavailable", message, data, retryAfterMs, effect }: Chosen): Error {
  const isDoubtful = kind === "timeout" || kind === "network" || effect === true
  return new runtimeValues.ToolError(kind, message ?? usualMessage(callable, kind), {
    ...(data === undefined ? {} : { data }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(isDoubtful ? { maybeDone: true } : {}),
  })
}

const usualMessages: Readonly<Record<string, string>> = {
  rate_limited: "429 Too Many Requests", unavailable: "503 Service Unavailable", timeout: "no answer in time", network: "the connection was cut", not_found: "404 Not Found",
}

function usualMessage(who: string, kind: string): string {
  return usualMessages[kind] ?? `${who} fails with ${kind}`
}

/** A request on its way: it arrives, does what it does, and its answer comes back after a while. */
async function play(options: OutsideOptions, life: Life, call: Call, signal?: AbortSignal): Promise<Chosen> {
  const { clock, script, seen, note } = options
  const { callable, kind, run, step, attempt, parameters, effectKey } = call
  const at = { run, step, attempt }
  if (life.pass({ kind: "before", of: callable, callable, run, step })) await forever()
  note({ kind: "callStarted", callable }, at)
  seen.calls.push({ callable, kind, run, step, attempt, parameters, atMs: clock.now() })
  const outcome = script.next({ callable, kind, step, result: call.result })
  const isDone = outcome.action === "returns" || outcome.effect === true
  if (effectKey !== undefined && isDone) {
    const before = seen.effects.get(effectKey)
    seen.effects.set(effectKey, { callable, key: effectKey, run, step, arrivals: (before?.arrivals ?? 0) + 1 })
    note({ kind: "effect", callable, key: effectKey, again: before !== undefined }, at)
  }
  if (life.pass({ kind: "during", of: callable, callable, run, step })) await forever()
  await clock.sleep(outcome.takesMs)
  if (!life.isAlive()) await forever()
  // Nobody listens any more: the limit of the attempt has already answered.
  if (signal?.aborted) await forever()
  return outcome
}

// ---------------------------------------------------------------- models

/** A provider is not told which run asks, so that it is looked up by the step's key. */
function knowingRun(runs: Map<string, string>, turn: Activity): Activity {
  return (context, raw) => {
    runs.set((raw as ModelTurnInput).key, context.getWorkflowInstanceId())
    return turn(context, raw)
  }
}

function scriptedModel(options: OutsideOptions, life: Life, runs: ReadonlyMap<string, string>): Provider {
  const prices = pricesOf(options.program)
  return {
    name: "scripted",
    async complete(request) {
      const { agent, step, attempt, responseSchema, signal } = request
      const call: Call = {
        callable: agent, kind: "agent", run: runs.get(request.idempotencyKey) ?? "", step, attempt, result: responseSchema,
        parameters: { messages: request.messages },
      }
      const outcome = await play(options, life, call, signal)
      return replyOf(outcome, request, prices.get(request.model))
    },
  }
}

/** By the provider's name of the model. */
function pricesOf({ callables }: Program): ReadonlyMap<string, ModelSpec["price"]> {
  const models = [...callables.values()].flatMap((callable) => (callable.kind === "agent" ? modelsOf(callable) : []))
  return new Map(models.map(({ id, price }) => [id, price]))
}

function modelsOf({ spec }: Agent): readonly ModelSpec[] {
  const over = spec.overBudget
  return [...spec.models.map(({ model }) => model), ...(over !== undefined && "use" in over ? [over.use] : [])]
}

function replyOf(outcome: Chosen, { agent }: ProviderRequest, price: ModelSpec["price"] | undefined): ProviderResponse {
  const usage = usageOf(outcome.nanoDollars ?? 0, price)
  if (outcome.action === "fails") {
    const kind = outcome.kind ?? "unavailable"
    if (kind === "refused") return refusal(usage)
    if (kind === "invalid_output") return nonsense(usage)
    const isDoubtful = kind === "timeout" || kind === "network"
    return {
      ok: false, kind, message: outcome.message ?? usualMessage(`the model of ${agent}`, kind),
      ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
      ...(isDoubtful ? { maybeDone: true } : {}),
    }
  }
  if (outcome.instead === "refusal") return refusal(usage)
  if (outcome.instead === "nonsense") return nonsense(usage)
  const { value } = outcome
  return { ok: true, finishReason: "stop", text: typeof value === "string" ? value : JSON.stringify(value), answer: { value }, toolCalls: [], usage }
}

type Usage = { readonly inputTokens: number; readonly outputTokens: number }

function refusal(usage: Usage): ProviderResponse {
  return { ok: true, finishReason: "stop", text: "", toolCalls: [], refusal: "the model refuses in this test", usage }
}

function nonsense(usage: Usage): ProviderResponse {
  return { ok: true, finishReason: "stop", text: "this is not an answer of the type", toolCalls: [], usage }
}

/** So many tokens of output as cost so much. */
function usageOf(nanoDollars: number, price: ModelSpec["price"] | undefined): Usage {
  if (nanoDollars === 0 || price === undefined || price.output === 0) return { inputTokens: 0, outputTokens: 0 }
  return { inputTokens: 0, outputTokens: Math.floor((nanoDollars * price.per) / (price.output * 1e9)) }
}

// ---------------------------------------------------------------- people

/** A question is asked by the runtime; the script answers it, once. */
function questionOf(options: OutsideOptions, life: Life, human: Human, ask: Activity): Activity {
  const { clock, script, seen, note, raise } = options
  return async (context, raw) => {
    const { step, attempt, parameters } = raw as ParkInput
    const run = context.getWorkflowInstanceId()
    const { name } = human
    if (life.pass({ kind: "before", of: name, callable: name, run, step })) await forever()
    note({ kind: "callStarted", callable: name }, { run, step, attempt })
    seen.calls.push({ callable: name, kind: "human", run, step, attempt, parameters, atMs: clock.now() })
    const envelope = await ask(context, raw)
    const key = `${run}/${step}`
    if (envelope.ok && !seen.asked.has(key)) {
      seen.asked.set(key, { run, step, kind: "question", ask: name, answered: false })
      const outcome = script.next({ callable: name, kind: "human", step, result: human.spec.result.json })
      if (outcome.action === "returns" && outcome.instead !== "silence") {
        clock.after(outcome.takesMs, () => {
          seen.asked.set(key, { ...seen.asked.get(key)!, answered: true })
          raise(run, `answer:${step}`, { v: outcome.value, by: "test" })
        })
      }
    }
    if (life.pass({ kind: "during", of: name, callable: name, run, step })) await forever()
    return envelope
  }
}

/** A parked step waits for a decision, which a test gives under the name of the step's callable. */
function parkingOf({ seen, world, clock, raise }: OutsideOptions, park: Activity): Activity {
  return async (context, raw) => {
    const { step, parameters } = raw as ParkInput
    const run = context.getWorkflowInstanceId()
    const envelope = await park(context, raw)
    const key = `${run}/${step}`
    if (!envelope.ok || seen.asked.has(key)) return envelope
    seen.asked.set(key, { run, step, kind: "manual", ask: parameters.callable, answered: false })
    const decision = world.decisions[parameters.callable]
    if (decision === undefined) return envelope
    clock.after(usualMs.human, () => {
      seen.asked.set(key, { ...seen.asked.get(key)!, answered: true })
      raise(run, `answer:${step}`, { v: decision, by: "test" })
    })
    return envelope
  }
}

// ---------------------------------------------------------------- workflows

/** A workflow that the world gives an outcome for does not run its body. One outcome per run, or replay would differ. */
export function scriptedWorkflow(options: Pick<OutsideOptions, "script" | "seen" | "clock" | "note">, original: Workflow): Workflow {
  const outcomes = new Map<string, Chosen>()
  const { workflowName: name, spec } = original
  const made = (run: string, parameters: object): Chosen => {
    const known = outcomes.get(run)
    if (known !== undefined) return known
    options.note({ kind: "callStarted", callable: name }, { run })
    options.seen.calls.push({ callable: name, kind: "workflow", run, step: name, attempt: 1, parameters, atMs: options.clock.now() })
    const outcome = options.script.next({ callable: name, kind: "workflow", step: name, result: spec.result.json })
    outcomes.set(run, outcome)
    return outcome
  }
  const played = runtimeValues.workflow({ ...spec, settings: [], policy: {} }, function* (run, parameters) {
    const outcome = made(run.uuid(), parameters)
    if (outcome.takesMs > 0) yield* run.sleep(outcome.takesMs)
    if (outcome.action === "fails") throw new runtimeValues.FlowError(outcome.kind ?? "unavailable", outcome.message ?? `${name} fails in this test`, outcome.data)
    return outcome.value
  })
  return played
}
