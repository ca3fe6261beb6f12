// Hands ready work to connected workers: leases per stream, flow control, redelivery when a stream breaks.

import { wireTaskId } from "../engine/timers.ts"
import type { HistoryEvent, Turn } from "../engine/types.ts"
import type { ActivityRow } from "./store/store.ts"

export interface TurnItem {
  readonly kind: "turn"
  readonly instanceId: string
  readonly past: readonly HistoryEvent[]
  readonly fresh: readonly HistoryEvent[]
  readonly token: string
}

export interface ActivityItem {
  readonly kind: "activity"
  readonly instanceId: string
  readonly wireTaskId: number
  readonly name: string
  readonly input?: string
  readonly token: string
}

export type WorkItem = TurnItem | ActivityItem

export interface Worker {
  /** The other end of the connection: answers come without any other sign of who sends them. */
  readonly peer: string
  /** How many items it runs at once; undefined for a worker that did not say so. */
  readonly slots?: number
  readonly send: (item: WorkItem) => void
  readonly end: () => void
  /** True when a turn behind this history may run before the disk has what caused it: it is short, and only its answer comes of it. */
  readonly runsEarly?: (instanceId: string, past: readonly HistoryEvent[]) => boolean
}

export interface EarlyTurn {
  readonly instanceId: string
  readonly past: readonly HistoryEvent[]
}

export interface ReadyTurn {
  readonly generation: number
  readonly turn: Turn
  readonly past: readonly HistoryEvent[]
}

export interface TurnIdentity {
  readonly generation: number
  readonly number: number
}

export interface TurnAnswerHeader {
  readonly instanceId: string
  readonly peer: string
  /** Empty from a worker that does not echo it. */
  readonly token: string
}

export interface Dispatcher {
  connect(worker: Worker): () => void
  offerTurn(instanceId: string): void
  offerActivity(row: ActivityRow): void
  /** Drops all work of an instance that is gone; tells whether a worker may still answer for it. */
  withdraw(instanceId: string): boolean
  /** The turn that an answer belongs to, or undefined when nobody waits for that answer. */
  takeTurn(answer: TurnAnswerHeader): TurnIdentity | undefined
  takeActivity(answer: { readonly instanceId: string; readonly wireTaskId: number }): ActivityRow | undefined
  pump(): void
  /** Gives turns to workers that may run them before the commit; tells whether any went. */
  pumpEarly(turns: Iterable<EarlyTurn>): boolean
  workers(): number
  /** Items that workers, also those whose stream has ended, may still answer. */
  outstanding(): number
  /** Ends all streams well; later ones end at once. Answers are still taken. */
  close(): void
}

export interface DispatcherOptions {
  readonly beginTurn: (instanceId: string) => ReadyTurn | undefined
  /** Called when time, not an event, made work deliverable. */
  readonly onReady: () => void
}

interface Stream {
  readonly worker: Worker
  readonly itemsMax: number
  readonly activitiesMax: number
  readonly turns: Set<string>
  readonly activities: Set<string>
}

interface Lease extends TurnIdentity {
  readonly stream: Stream
  readonly token: string
}

/** The SDK as published runs 10 items, queues 100 more and silently drops what comes on top. */
const unannounced = { itemsMax: 100, activitiesMax: 8 }
/** Slots that stay free of activities, so that turns always get through. */
const slotsForTurns = 2
/** How long a stopping SDK worker may still answer what it was given: its own limit. */
const lateAnswerMs = 30_000

interface State {
  readonly streams: Set<Stream>
  readonly turnQueue: Set<string>
  readonly activityQueue: Map<string, ActivityRow>
  readonly turnLeases: Map<string, Lease>
  readonly activityLeases: Map<string, { readonly row: ActivityRow; readonly stream: Stream }>
  /** Turns that a peer, whose stream is gone, may still answer. */
  readonly lateTurns: Map<string, { readonly identity: TurnIdentity; readonly token: string; readonly timeout: NodeJS.Timeout }>
}

export function createDispatcher({ beginTurn, onReady }: DispatcherOptions): Dispatcher {
  const state: State = {
    streams: new Set(), turnQueue: new Set(), activityQueue: new Map(), turnLeases: new Map(),
    activityLeases: new Map(), lateTurns: new Map(),
  }
  const { streams, turnQueue, activityQueue, turnLeases, activityLeases, lateTurns } = state
  const tokens = { last: 0 }
  let closing = false
  const newToken = () => `${++tokens.last}`
  return {
    connect(worker) {
      if (closing) {
        worker.end()
        return () => {}
      }
      const stream = openStream(worker)
      streams.add(stream)
      // Leases stay with their peers while the sidecar stops: nobody else could take the work over.
      return () => {
        if (!closing) disconnect(state, stream, onReady)
      }
    },
    offerTurn(instanceId) {
      if (!turnLeases.has(instanceId)) turnQueue.add(instanceId)
    },
    offerActivity(row) {
      activityQueue.set(activityKey(row.instanceId, wireTaskId(row.generation, row.taskId)), row)
    },
    withdraw(instanceId) {
      turnQueue.delete(instanceId)
      for (const [key, row] of activityQueue) if (row.instanceId === instanceId) activityQueue.delete(key)
      const held = [...activityLeases].filter(([, { row }]) => row.instanceId === instanceId)
      for (const [key, { stream }] of held) {
        activityLeases.delete(key)
        stream.activities.delete(key)
      }
      return held.length > 0
    },
    takeTurn: (answer) => takeTurn(state, answer),
    takeActivity({ instanceId, wireTaskId: id }) {
      const key = activityKey(instanceId, id)
      const lease = activityLeases.get(key)
      lease?.stream.activities.delete(key)
      activityLeases.delete(key)
      // An answer of a worker whose stream broke is as good as the one its successor would give.
      const row = lease?.row ?? activityQueue.get(key)
      activityQueue.delete(key)
      return row
    },
    pump() {
      if (closing) return
      pumpTurns({ state, beginTurn, newToken })
      pumpActivities(state, newToken)
    },
    pumpEarly: (turns) => !closing && pumpEarly({ state, beginTurn, newToken }, turns),
    workers: () => streams.size,
    outstanding: () => turnLeases.size + activityLeases.size,
    close() {
      closing = true
      for (const { timeout } of lateTurns.values()) clearTimeout(timeout)
      for (const stream of streams) stream.worker.end()
    },
  }
}

function openStream(worker: Worker): Stream {
  const { slots } = worker
  const limits = slots === undefined
    ? unannounced
    : { itemsMax: Math.max(1, slots), activitiesMax: Math.max(1, slots - slotsForTurns) }
  return { worker, ...limits, turns: new Set(), activities: new Set() }
}

function activityKey(instanceId: string, wireId: number): string {
  return `${wireId} ${instanceId}`
}

function lateKey(peer: string, instanceId: string): string {
  return `${peer} ${instanceId}`
}

function disconnect(state: State, stream: Stream, onReady: () => void): void {
  if (!state.streams.delete(stream)) return
  const { peer } = stream.worker
  for (const id of stream.turns) {
    const lease = state.turnLeases.get(id)
    state.turnLeases.delete(id)
    state.turnQueue.add(id)
    if (!lease) continue
    const key = lateKey(peer, id)
    const forget = () => {
      state.lateTurns.delete(key)
      onReady()
    }
    const timeout = setTimeout(forget, lateAnswerMs).unref()
    state.lateTurns.set(key, { identity: lease, token: lease.token, timeout })
  }
  for (const key of stream.activities) {
    const lease = state.activityLeases.get(key)
    state.activityLeases.delete(key)
    if (lease) state.activityQueue.set(key, lease.row)
  }
  onReady()
}

function takeTurn(
  state: State, { instanceId, peer, token }: TurnAnswerHeader,
): TurnIdentity | undefined {
  const lease = state.turnLeases.get(instanceId)
  if (lease && (token === "" ? lease.stream.worker.peer === peer : lease.token === token)) {
    state.turnLeases.delete(instanceId)
    lease.stream.turns.delete(instanceId)
    return lease
  }
  const key = lateKey(peer, instanceId)
  const late = state.lateTurns.get(key)
  if (!late || (token !== "" && token !== late.token)) return undefined
  clearTimeout(late.timeout)
  state.lateTurns.delete(key)
  if (lease) return undefined
  state.turnQueue.delete(instanceId)
  return late.identity
}

function outstanding(stream: Stream): number {
  return stream.turns.size + stream.activities.size
}

function leastBusy(streams: Iterable<Stream>, fits: (stream: Stream) => boolean): Stream | undefined {
  let best: Stream | undefined
  for (const stream of streams) {
    if (outstanding(stream) >= stream.itemsMax || !fits(stream)) continue
    if (!best || outstanding(stream) < outstanding(best)) best = stream
  }
  return best
}

interface Pump {
  readonly state: State
  readonly beginTurn: DispatcherOptions["beginTurn"]
  readonly newToken: () => string
}

function pumpTurns(pump: Pump): void {
  const { streams, turnQueue } = pump.state
  for (const id of turnQueue) {
    if (!leastBusy(streams, () => true)) return
    const stream = streamFor(pump.state, id, () => true)
    if (stream) sendTurn(pump, id, stream)
  }
}

/** They hold up the commit of all that came in the same tick. */
const earlyTurnsMax = 64

function pumpEarly(pump: Pump, turns: Iterable<EarlyTurn>): boolean {
  const { turnQueue, turnLeases } = pump.state
  let sent = 0
  for (const { instanceId, past } of turns) {
    // Those that wait for a worker already go first.
    if (sent === earlyTurnsMax || turnQueue.size > 0) break
    if (turnLeases.has(instanceId)) continue
    const stream = streamFor(pump.state, instanceId, ({ runsEarly }) => runsEarly?.(instanceId, past) ?? false)
    if (!stream) continue
    sendTurn(pump, instanceId, stream)
    sent++
  }
  return sent > 0
}

/** Two turns of one instance at one peer could not be told apart by their answers. */
function streamFor({ streams, lateTurns }: State, id: string, fits: (worker: Worker) => boolean): Stream | undefined {
  return leastBusy(streams, ({ worker }) => !lateTurns.has(lateKey(worker.peer, id)) && fits(worker))
}

function sendTurn({ state, beginTurn, newToken }: Pump, id: string, stream: Stream): void {
  state.turnQueue.delete(id)
  const ready = beginTurn(id)
  if (!ready) return
  const token = newToken()
  state.turnLeases.set(id, { stream, token, generation: ready.generation, number: ready.turn.number })
  stream.turns.add(id)
  stream.worker.send({ kind: "turn", instanceId: id, past: ready.past, fresh: ready.turn.events, token })
}

function pumpActivities(state: State, newToken: () => string): void {
  for (const [key, row] of state.activityQueue) {
    const stream = leastBusy(state.streams, ({ activities, activitiesMax }) => activities.size < activitiesMax)
    if (!stream) return
    state.activityQueue.delete(key)
    state.activityLeases.set(key, { row, stream })
    stream.activities.add(key)
    const { instanceId, name, input, generation, taskId } = row
    const wireId = wireTaskId(generation, taskId)
    const payload = input === undefined ? {} : { input }
    stream.worker.send({ kind: "activity", instanceId, wireTaskId: wireId, name, token: newToken(), ...payload })
  }
}
