// The host of simulated runs: the durable engine on a store in memory, one worker, and messages between them that can fail.

import { hasEnded, restore, summarize, wantsTurn } from "../engine/instance.ts"
import { step } from "../engine/step.ts"
import type { Action, FailureDetails, Input, Instance } from "../engine/types.ts"
import type { Activity, Execution, Executor } from "@agentflow/runtime/simulation"
import type { Boundaries, BoundaryPlace } from "./boundaries.ts"
import type { VirtualClock } from "./clock.ts"
import type { Life } from "./outside.ts"
import type { Recorder } from "./record.ts"
import type { World } from "./world.ts"

export interface Worker {
  readonly executor: Executor
  readonly activities: ReadonlyMap<string, Activity>
}

export interface HostOptions {
  readonly world: World
  readonly clock: VirtualClock
  readonly boundaries: Boundaries
  readonly recorder: Recorder
  /** A new worker process. */
  readonly openWorker: (life: Life) => Worker
}

export interface Host {
  /** From outside: a client tries again until the host is there. */
  send(to: string, input: Input): void
  instance(id: string): Instance | undefined
  readonly ids: () => readonly string[]
  /** Calls that a worker has under way, and turns that are to come: what happens without a timer of the run. */
  readonly isBusy: () => boolean
  readonly messages: () => number
}

interface ActivityRow {
  readonly instanceId: string
  readonly generation: number
  readonly taskId: number
  readonly name: string
  readonly input?: string
}

interface TimerRow {
  readonly instanceId: string
  readonly generation: number
  readonly timerId: number
  readonly fireAtMs: number
}

/** What survives a crash. */
interface Stored {
  readonly instances: Map<string, Instance>
  readonly activities: Map<string, ActivityRow>
  readonly timers: Map<string, TimerRow>
}

/** What does not. */
interface Memory extends Life {
  readonly worker: Worker
  readonly live: Map<string, { readonly execution: Execution; readonly generation: number; readonly fed: number }>
  /** Turns that are to run or are running. */
  readonly turns: Set<string>
  alive: boolean
}

interface Context extends HostOptions {
  readonly stored: Stored
  memory: Memory | undefined
  executionIds: number
  messages: number
  /** Of the activities, those that are under way. */
  running: number
}

export function createHost(options: HostOptions): Host {
  const cx: Context = {
    ...options, stored: { instances: new Map(), activities: new Map(), timers: new Map() }, memory: undefined,
    executionIds: 0, messages: 0, running: 0,
  }
  startLife(cx)
  return {
    send: (to, input) => sendFromOutside(cx, to, input),
    instance: (id) => cx.stored.instances.get(id),
    ids: () => [...cx.stored.instances.keys()],
    isBusy: () => cx.memory === undefined || cx.running > 0 || cx.memory.turns.size > 0,
    messages: () => cx.messages,
  }
}

function sendFromOutside(cx: Context, to: string, input: Input): void {
  if (cx.memory === undefined) return void cx.clock.after(cx.world.restartMs, () => sendFromOutside(cx, to, input))
  if (!commit(cx, to, input)) cx.clock.after(cx.world.restartMs, () => sendFromOutside(cx, to, input))
}

// ---------------------------------------------------------------- lives

function startLife(cx: Context): void {
  const life: Life = { isAlive: () => memory.alive, pass: (place) => pass(cx, memory, place) }
  const memory: Memory = { ...life, worker: cx.openWorker(life), live: new Map(), turns: new Set(), alive: true }
  cx.memory = memory
  cx.running = 0
  // Everything that was ready when the last life ended is ready again.
  for (const row of cx.stored.activities.values()) offerActivity(cx, memory, row)
  for (const [id, instance] of cx.stored.instances) if (wantsTurn(instance)) offerTurn(cx, memory, id)
  for (const row of cx.stored.timers.values()) setTimer(cx, memory, row)
}

/** True when this life ends here, or has ended before. */
function pass(cx: Context, memory: Memory, place: Omit<BoundaryPlace, "atMs">): boolean {
  if (!memory.alive) return true
  if (!cx.boundaries.pass({ ...place, atMs: cx.clock.now() })) return false
  memory.alive = false
  cx.memory = undefined
  cx.recorder.note({ kind: "crashed", at: `${place.kind} ${place.of}` }, place)
  // A turn that was under way lived in memory only, and so did its frozen batch.
  for (const [id, instance] of cx.stored.instances) {
    cx.stored.instances.set(id, restore({ summary: summarize(instance), history: instance.history, inbox: instance.inbox }))
  }
  cx.clock.after(cx.world.restartMs, () => {
    cx.recorder.note({ kind: "restarted" })
    startLife(cx)
  })
  return true
}

// ---------------------------------------------------------------- commits

interface Change {
  readonly id: string
  readonly before: Instance | undefined
  readonly after: Instance
  readonly input: Input
}

/** One transaction: the instance, and all that its step sends something to. False when nothing of it was kept. */
function commit(cx: Context, to: string, input: Input, row?: ActivityRow | TimerRow): boolean {
  const { memory } = cx
  if (memory === undefined) return false
  const place = placeOf(cx, to, input, row)
  if (pass(cx, memory, { kind: "before commit", ...place })) return false
  const changes: Change[] = []
  const activities: ActivityRow[] = []
  const timers: TimerRow[] = []
  const messages = [{ to, input }]
  for (const message of messages) {
    const before = cx.stored.instances.get(message.to)
    const { instance, effects } = step(before ?? null, message.input, cx.clock.now())
    if (instance !== null && instance !== before) {
      cx.stored.instances.set(message.to, instance)
      changes.push({ id: message.to, before, after: instance, input: message.input })
    }
    for (const effect of effects) {
      if (effect.kind === "send") messages.push(effect)
      else if (effect.kind === "runActivity") activities.push({ instanceId: message.to, ...effect })
      else if (effect.kind === "setTimer") timers.push({ instanceId: message.to, ...effect })
      else for (const [key, timer] of cx.stored.timers) if (timer.instanceId === message.to) cx.stored.timers.delete(key)
    }
  }
  if (row !== undefined) void ("taskId" in row ? cx.stored.activities : cx.stored.timers).delete(keyOf(row))
  for (const each of activities) cx.stored.activities.set(keyOf(each), each)
  for (const each of timers) cx.stored.timers.set(keyOf(each), each)
  for (const change of changes) cx.recorder.committed(change)
  const after = input.kind === "activityCompleted" && "callable" in place ? { ...place, kind: "after" as const } : { ...place, kind: "after commit" as const }
  // What was kept is found again by the next life; this one must not go on.
  if (pass(cx, memory, after)) return true
  for (const each of activities) offerActivity(cx, memory, each)
  for (const each of timers) setTimer(cx, memory, each)
  for (const { id, after: instance } of changes) if (wantsTurn(instance)) offerTurn(cx, memory, id)
  return true
}

function keyOf(row: ActivityRow | TimerRow): string {
  return `${row.instanceId}/${row.generation}/${"taskId" in row ? row.taskId : row.timerId}`
}

type Place = Omit<BoundaryPlace, "atMs" | "kind">

function placeOf(cx: Context, run: string, input: Input, row?: ActivityRow | TimerRow): Place {
  const workflow = cx.stored.instances.get(run)?.facts.name ?? (input.kind === "start" ? input.name : "")
  switch (input.kind) {
    case "activityCompleted": {
      const { name = "", input: text } = (row ?? {}) as Partial<ActivityRow>
      const path = stepOf(text)
      return { of: `the outcome of ${name}`, run, callable: name, ...(path === undefined ? {} : { step: path }) }
    }
    case "turnCompleted": return { of: `turn ${cx.stored.instances.get(run)?.turnNumber ?? 0} of ${workflow}`, run }
    case "timerFired": return { of: `a timer of ${workflow}`, run }
    case "raiseEvent": return { of: `the event ${input.name}`, run }
    case "start": return { of: `the start of ${workflow}`, run }
    default: return { of: `${input.kind} of ${workflow}`, run }
  }
}

export function stepOf(input: string | undefined): string | undefined {
  return /^\{"step":"((?:[^"\\]|\\.)*)"/.exec(input ?? "")?.[1]
}

// ---------------------------------------------------------------- messages

/** Brings a message to the other side, or does to it what a fault says. What gets lost is sent again after a while. */
function transmit(cx: Context, memory: Memory, what: string, arrive: () => void, resend: () => void): void {
  const number = cx.messages++
  const fault = cx.world.faults.find((each) => "message" in each && each.message === number)
  const later = (delayMs: number, call: () => void): void => void cx.clock.after(delayMs, () => { if (memory.alive) call() })
  if (fault === undefined || !("message" in fault)) return arrive()
  cx.recorder.note({ kind: "fault", fault: `${fault.kind} ${what}` })
  switch (fault.kind) {
    case "drop": return later(cx.world.restartMs, resend)
    case "delay": return later(fault.byMs, arrive)
    case "duplicate":
      arrive()
      return later(0, arrive)
  }
}

function setTimer(cx: Context, memory: Memory, row: TimerRow): void {
  cx.clock.at(row.fireAtMs, () => {
    if (!memory.alive || cx.stored.timers.get(keyOf(row)) !== row) return
    const { generation, timerId, fireAtMs } = row
    commit(cx, row.instanceId, { kind: "timerFired", generation, timerId, fireAtMs }, row)
  })
}

function offerActivity(cx: Context, memory: Memory, row: ActivityRow): void {
  const offer = (): void => transmit(cx, memory, `the order of ${row.name}`, () => void runActivity(cx, memory, row), offer)
  offer()
}

async function runActivity(cx: Context, memory: Memory, row: ActivityRow): Promise<void> {
  cx.running++
  const outcome = await outcomeOf(memory.worker, row)
  if (!memory.alive) return
  cx.running--
  cx.recorder.answered(row, outcome)
  const answer = (): void => {
    if (!memory.alive || cx.stored.activities.get(keyOf(row)) !== row) return
    const { generation, taskId } = row
    const { result, failure } = outcome
    commit(cx, row.instanceId, {
      kind: "activityCompleted", generation, taskId, failed: failure !== undefined,
      ...(result === undefined ? {} : { result }), ...(failure ? { failure } : {}),
    }, row)
  }
  transmit(cx, memory, `the outcome of ${row.name}`, answer, () => void runActivity(cx, memory, row))
}

export interface ActivityOutcome {
  readonly result?: string
  readonly failure?: FailureDetails
}

/** As the worker's host does it. */
async function outcomeOf({ activities }: Worker, { name, input, instanceId }: ActivityRow): Promise<ActivityOutcome> {
  const activity = activities.get(name)
  if (activity === undefined) {
    return { failure: { errorType: "ActivityNotRegisteredError", errorMessage: `no activity is named '${name}'` } }
  }
  const context = { getWorkflowInstanceId: () => instanceId }
  const result: unknown = await activity(context, input === undefined || input === "" ? undefined : JSON.parse(input))
  return { result: JSON.stringify(result ?? undefined) ?? "" }
}

// ---------------------------------------------------------------- turns

function offerTurn(cx: Context, memory: Memory, id: string): void {
  if (memory.turns.has(id)) return
  memory.turns.add(id)
  const run = (): void => {
    if (memory.alive) transmit(cx, memory, "a turn", () => void runTurn(cx, memory, id), run)
  }
  // One thing at a time, as the sidecar does it whose clock jumps: what else is due at this moment makes a turn of its own.
  cx.clock.soon(run)
}

async function runTurn(cx: Context, memory: Memory, id: string): Promise<void> {
  const begun = step(cx.stored.instances.get(id) ?? null, { kind: "turnBegun" }, cx.clock.now()).instance
  if (!begun?.turn) return void memory.turns.delete(id)
  cx.stored.instances.set(id, begun)
  const { turn, history, generation } = begun
  const known = memory.live.get(id)
  memory.live.delete(id)
  const isKnown = known !== undefined && known.generation === generation && known.fed <= history.length
  const execution = isKnown ? known.execution : memory.worker.executor.open(id)
  cx.recorder.turn(id, turn.number, { replayed: !isKnown && history.length > 0 })
  const past = isKnown ? history.slice(known.fed) : history
  const { actions, customStatus } = await execution.feed(past as never, turn.events as never)
  if (!memory.alive) return
  const answer = (): void => finishTurn(cx, memory, { id, generation, number: turn.number, actions, customStatus, execution, fed: history.length + turn.events.length })
  transmit(cx, memory, "the answer to a turn", answer, () => void runTurn(cx, memory, id))
}

interface TurnAnswer {
  readonly id: string
  readonly generation: number
  readonly number: number
  readonly actions: readonly Action[]
  readonly customStatus: string
  readonly execution: Execution
  readonly fed: number
}

function finishTurn(cx: Context, memory: Memory, { id, generation, number, actions, customStatus, execution, fed }: TurnAnswer): void {
  const current = cx.stored.instances.get(id)
  if (!memory.alive || current?.turn?.number !== number || current.generation !== generation) return
  memory.turns.delete(id)
  if (!actions.some(({ kind }) => kind === "complete" || kind === "continueAsNew" || kind === "unsupported")) {
    memory.live.set(id, { execution, generation, fed })
  }
  commit(cx, id, { kind: "turnCompleted", actions, customStatus, executionId: `execution-${++cx.executionIds}` })
  const after = cx.stored.instances.get(id)
  if (memory.alive && after !== undefined && !hasEnded(after) && wantsTurn(after)) offerTurn(cx, memory, id)
}

export type { Change }
