// The loop: read an input, decide its step, commit, and only then let anything leave.

import { hasEnded, restore, summarize, wantsTurn } from "../engine/instance.ts"
import { step } from "../engine/step.ts"
import type {
  Action, FailureDetails, HistoryEvent, Input, Instance, InstanceSummary, Refusal,
} from "../engine/types.ts"
import type { Clock } from "./clock.ts"
import { createDispatcher } from "./dispatcher.ts"
import type { Dispatcher, EarlyTurn, ReadyTurn, Worker } from "./dispatcher.ts"
import { createPending } from "./pending.ts"
import type { Pending } from "./pending.ts"
import type { ListQuery, Store } from "./store/store.ts"
import { createWatchers } from "./watchers.ts"
import type { Watchers } from "./watchers.ts"

export interface HubOptions {
  readonly store: Store
  readonly clock: Clock
  readonly newId: () => string
  /** A commit failed: nothing of it has left, and the hub takes no more input. */
  readonly onFault: (error: unknown) => void
}

export interface TurnAnswer {
  readonly instanceId: string
  readonly peer: string
  readonly token: string
  readonly actions: readonly Action[]
  readonly customStatus?: string
}

export interface ActivityAnswer {
  readonly instanceId: string
  readonly wireTaskId: number
  readonly result?: string
  readonly failure?: FailureDetails
}

export interface StartRequest {
  readonly instanceId?: string
  readonly name: string
  readonly input?: string
  readonly scheduledStartMs?: number
}

export interface RerunRequest {
  readonly sourceId: string
  readonly eventId: number
  readonly instanceId?: string
  readonly input?: { readonly value?: string }
  readonly childInstanceId?: string
}

/** Every promise settles after the commit of what it stands for. */
export interface Hub {
  start(request: StartRequest): Promise<{ readonly instanceId: string; readonly refusal?: Refusal }>
  rerun(request: RerunRequest): Promise<{ readonly instanceId: string; readonly refusal?: Refusal }>
  send(instanceId: string, input: Input): Promise<Refusal | undefined>
  summary(instanceId: string): InstanceSummary | undefined
  list(query: ListQuery): readonly InstanceSummary[]
  history(instanceId: string): readonly HistoryEvent[]
  /** Blocks for an unknown instance too: it may be about to start. */
  wait(instanceId: string, until: (summary: InstanceSummary) => boolean, signal: AbortSignal): Promise<InstanceSummary>
  connect(worker: Worker): () => void
  completeTurn(answer: TurnAnswer): Promise<void>
  completeActivity(answer: ActivityAnswer): Promise<void>
  workers(): number
  /** Ends the workers' streams and gives them time to answer what they hold. */
  drain(answersMsMax: number): Promise<void>
  close(): Promise<void>
}

interface Reply {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface State {
  /** Instances with uncommitted changes or work under way; null marks one whose deletion is not yet committed. */
  readonly instances: Map<string, Instance | null>
  readonly watchers: Watchers
  /** The generation that the next run of a purged id must have, while answers for the old one may still come. */
  readonly nextGenerations: Map<string, number>
  pending: Pending
  replies: Reply[]
  flushing: boolean
  timersChanged: boolean
  cancelAlarm: () => void
  stopped: Error | undefined
}

interface Context extends HubOptions {
  readonly state: State
  readonly dispatcher: Dispatcher
}

const instancesIdleMax = 1_000
const timersPerCommit = 500

export function createHub(options: HubOptions): Hub {
  const state: State = {
    instances: new Map(), watchers: createWatchers(), nextGenerations: new Map(), pending: createPending(), replies: [],
    flushing: false, timersChanged: true, cancelAlarm: () => {}, stopped: undefined,
  }
  const dispatcher = createDispatcher({
    beginTurn: (instanceId) => beginTurn(cx, instanceId), onReady: () => scheduleFlush(cx),
  })
  const cx: Context = { ...options, state, dispatcher }
  recover(cx)
  return {
    async start(request) {
      const instanceId = request.instanceId || options.newId()
      const firstGeneration = state.nextGenerations.get(instanceId)
      const refusal = await submit(cx, instanceId, {
        ...request, kind: "start", instanceId, executionId: options.newId(),
        ...(firstGeneration === undefined ? {} : { firstGeneration }),
      })
      return { instanceId, ...(refusal ? { refusal } : {}) }
    },
    rerun: (request) => rerun(cx, request),
    send: (instanceId, input) => submit(cx, instanceId, input),
    summary: (instanceId) => options.store.summary(instanceId),
    list: (query) => options.store.list(query),
    history: (instanceId) => options.store.history(instanceId),
    wait: (instanceId, until, signal) => wait(cx, instanceId, until, signal),
    connect(worker) {
      const disconnect = dispatcher.connect(worker)
      scheduleFlush(cx)
      return disconnect
    },
    completeTurn: (answer) => completeTurn(cx, answer),
    completeActivity: (answer) => completeActivity(cx, answer),
    workers: () => dispatcher.workers(),
    drain: (answersMsMax) => drain(cx, answersMsMax),
    close: () => close(cx),
  }
}

/** Everything that was ready when the last process ended is ready again. */
function recover(cx: Context): void {
  for (const row of cx.store.activities()) cx.dispatcher.offerActivity(row)
  for (const id of cx.store.idsWithInbox()) cx.dispatcher.offerTurn(id)
  scheduleFlush(cx)
}

async function submit(cx: Context, instanceId: string, input: Input): Promise<Refusal | undefined> {
  if (cx.state.stopped) throw cx.state.stopped
  const refusal = transition(cx, instanceId, input)
  await committed(cx)
  return refusal
}

async function rerun(cx: Context, request: RerunRequest) {
  const { sourceId, eventId, instanceId = cx.newId(), input, childInstanceId } = request
  const source = find(cx, sourceId)
  if (!source) return { instanceId, refusal: "notFound" as const }
  const firstGeneration = cx.state.nextGenerations.get(instanceId)
  const refusal = await submit(cx, instanceId, {
    kind: "rerun", instanceId, executionId: cx.newId(), history: source.history, eventId,
    ...(input ? { input } : {}), ...(childInstanceId === undefined ? {} : { childInstanceId }),
    ...(firstGeneration === undefined ? {} : { firstGeneration }),
  })
  return { instanceId, ...(refusal ? { refusal } : {}) }
}

/** A transition that breaks off half way must not be committed with the next one. */
function transition(cx: Context, instanceId: string, input: Input): Refusal | undefined {
  try {
    return stepAll(cx, instanceId, input)
  } catch (error) {
    cx.state.pending = createPending()
    fail(cx, error, cx.state.replies)
    throw error
  }
}

/** Steps an instance and, in the same commit, all the instances that it sends something to. */
function stepAll(cx: Context, instanceId: string, input: Input): Refusal | undefined {
  const now = cx.clock.now()
  const messages = [{ to: instanceId, input }]
  let refusal: Refusal | undefined
  for (const [index, message] of messages.entries()) {
    const before = find(cx, message.to)
    const result = step(before, message.input, now)
    if (index === 0) refusal = result.refusal
    record(cx, message.to, before, result.instance)
    cx.state.pending.add(message.to, before, result.instance, result.effects)
    for (const effect of result.effects) {
      if (effect.kind === "send") messages.push(effect)
      else if (effect.kind !== "runActivity") cx.state.timersChanged = true
    }
  }
  return refusal
}

function record(cx: Context, id: string, before: Instance | null, after: Instance | null): void {
  if (before === after) return
  cx.state.instances.set(id, after)
  if (before && !after && cx.dispatcher.withdraw(id)) cx.state.nextGenerations.set(id, before.generation + 1)
}

function find(cx: Context, id: string): Instance | null {
  const known = cx.state.instances.get(id)
  if (known !== undefined) return known
  const stored = cx.store.load(id)
  return stored ? restore(stored) : null
}

function beginTurn(cx: Context, id: string): ReadyTurn | undefined {
  const before = find(cx, id)
  const after = step(before, { kind: "turnBegun" }, cx.clock.now()).instance
  if (!after?.turn) return undefined
  // The frozen batch lives in memory only: after a crash the same events make a new one.
  cx.state.instances.set(id, after)
  return { generation: after.generation, turn: after.turn, past: after.history }
}

async function completeTurn(cx: Context, answer: TurnAnswer): Promise<void> {
  const { instanceId, actions, customStatus } = answer
  if (cx.state.stopped) throw cx.state.stopped
  const identity = cx.dispatcher.takeTurn(answer)
  const current = identity && find(cx, instanceId)
  if (current?.turn?.number === identity?.number && current?.generation === identity?.generation && current) {
    const executionId = cx.newId()
    transition(cx, instanceId, {
      kind: "turnCompleted", actions, executionId, ...(customStatus === undefined ? {} : { customStatus }),
    })
    // The late answer of a second worker, to a turn that the first has answered: the next one must not be lost with it.
  } else if (current && wantsTurn(current)) cx.dispatcher.offerTurn(instanceId)
  await committed(cx)
}

async function completeActivity(cx: Context, answer: ActivityAnswer): Promise<void> {
  if (cx.state.stopped) throw cx.state.stopped
  const row = cx.dispatcher.takeActivity(answer)
  if (row) {
    const { generation, taskId } = row
    const { result, failure } = answer
    transition(cx, row.instanceId, {
      kind: "activityCompleted", generation, taskId, failed: failure !== undefined,
      ...(result === undefined ? {} : { result }), ...(failure ? { failure } : {}),
    })
    cx.state.pending.drop({ activity: row })
  }
  await committed(cx)
}

function committed(cx: Context): Promise<void> {
  scheduleFlush(cx)
  return new Promise((resolve, reject) => cx.state.replies.push({ resolve, reject }))
}

/** All inputs of one tick of the event loop share a commit. */
function scheduleFlush(cx: Context): void {
  if (cx.state.flushing || cx.state.stopped) return
  cx.state.flushing = true
  setImmediate(() => prepare(cx))
}

/**
 * A worker of this process runs the next turns first: what they ask for goes to the disk together with what caused them.
 * Whoever has not answered by the end of the tick has the commit go on without its answer.
 */
function prepare(cx: Context): void {
  const { dispatcher, state } = cx
  let areUnderWay = false
  try {
    areUnderWay = !state.stopped && dispatcher.pumpEarly(ready(state))
  } catch (error) {
    return fail(cx, error, state.replies)
  }
  if (areUnderWay) setImmediate(() => flush(cx))
  else flush(cx)
}

function* ready({ instances, pending }: State): Iterable<EarlyTurn> {
  for (const instanceId of pending.ids()) {
    const instance = instances.get(instanceId)
    if (instance && wantsTurn(instance)) yield { instanceId, past: instance.history }
  }
}

function flush(cx: Context): void {
  const { state } = cx
  const { pending, replies } = state
  state.flushing = false
  state.pending = createPending()
  state.replies = []
  try {
    const writes = pending.writes()
    if (writes.length > 0) cx.store.commit(writes)
    for (const row of pending.activities()) cx.dispatcher.offerActivity(row)
    for (const id of pending.ids()) settle(cx, id)
    for (const reply of replies) reply.resolve()
    forgetIdle(state)
    if (state.stopped) return
    cx.dispatcher.pump()
    if (state.timersChanged) setAlarm(cx)
    cx.clock.settled?.(() => (state.flushing ? 1 : 0) + cx.dispatcher.outstanding())
  } catch (error) {
    fail(cx, error, replies)
  }
}

/** What a commit makes of an instance: ready for a turn, of interest to who waits, or over. */
function settle(cx: Context, id: string): void {
  const instance = cx.state.instances.get(id)
  if (instance === undefined) return
  if (!instance || hasEnded(instance)) cx.state.instances.delete(id)
  if (!instance) return
  if (wantsTurn(instance)) cx.dispatcher.offerTurn(id)
  cx.state.watchers.tell(id, () => summarize(instance))
}

function forgetIdle({ instances }: State): void {
  let surplus = instances.size - instancesIdleMax
  for (const [id, instance] of instances) {
    if (surplus-- <= 0) return
    if (instance && !instance.turn && instance.inbox.length === 0) instances.delete(id)
  }
}

/** The process must not go on with a memory that the disk does not share. */
function fail(cx: Context, error: unknown, replies: readonly Reply[]): void {
  if (cx.state.stopped) return
  stop(cx, error instanceof Error ? error : new Error(String(error)))
  for (const reply of replies) reply.reject(error)
  cx.onFault(error)
}

function setAlarm(cx: Context): void {
  const { state } = cx
  state.timersChanged = false
  state.cancelAlarm()
  const at = cx.store.nextTimerAtMs()
  state.cancelAlarm = at === undefined ? () => {} : cx.clock.at(at, () => ring(cx))
}

function ring(cx: Context): void {
  const { state } = cx
  if (state.stopped) return
  try {
    for (const row of cx.store.dueTimers(cx.clock.now(), timersPerCommit)) {
      const { generation, timerId, fireAtMs } = row
      stepAll(cx, row.instanceId, { kind: "timerFired", generation, timerId, fireAtMs })
      state.pending.drop({ timer: row })
    }
  } catch (error) {
    state.pending = createPending()
    return fail(cx, error, state.replies)
  }
  state.timersChanged = true
  scheduleFlush(cx)
}

function wait(
  cx: Context, id: string, until: (summary: InstanceSummary) => boolean, signal: AbortSignal,
): Promise<InstanceSummary> {
  if (cx.state.stopped) return Promise.reject(cx.state.stopped)
  if (signal.aborted) return Promise.reject(signal.reason)
  const present = cx.store.summary(id)
  if (present && until(present)) return Promise.resolve(present)
  return cx.state.watchers.add(id, until, signal)
}

function stop(cx: Context, reason: Error): void {
  cx.state.stopped = reason
  cx.state.cancelAlarm()
  cx.state.watchers.rejectAll(reason)
  cx.dispatcher.close()
}

const drainPollMs = 10

async function drain({ dispatcher }: Context, answersMsMax: number): Promise<void> {
  dispatcher.close()
  for (let waitedMs = 0; waitedMs < answersMsMax && dispatcher.outstanding() > 0; waitedMs += drainPollMs) {
    await new Promise((resolve) => setTimeout(resolve, drainPollMs))
  }
}

async function close(cx: Context): Promise<void> {
  if (cx.state.stopped) return
  stop(cx, new Error("the sidecar is shutting down"))
  flush(cx)
}
