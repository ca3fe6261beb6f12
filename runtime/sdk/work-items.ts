// Work items as they come over the connection: the events of a history stay bytes until somebody reads them.

import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import { fieldsOf } from "./fields.ts"
import type { Field } from "./fields.ts"

type Event = messages.HistoryEvent

/** Numbers of fields: of a work item, and of the request for a turn in it. */
const numbers = { turn: 1, pastEvents: 3, newEvents: 4 } as const

/** What a turn brings, as bytes where they are enough. */
export interface TurnEvents {
  readonly past: History
  readonly fresh: readonly Event[]
  readonly freshBytes: () => readonly Uint8Array[]
}

export interface History {
  readonly length: number
  /** From the one at `index` on, up to the one before `end`. */
  events(index: number, end?: number): readonly Event[]
  bytes(index: number): Uint8Array | undefined
}

/** A turn's message, and where its events lie in it. */
interface Raw {
  readonly bytes: Uint8Array
  readonly past: readonly Field[]
  readonly fresh: readonly Field[]
}

const raws = new WeakMap<messages.OrchestratorRequest, Raw>()

/** The SDK's own message; of a turn, the past is decoded when it is asked for. */
export function readWorkItem(bytes: Uint8Array): messages.WorkItem {
  const fields = fieldsOf(bytes)
  const turn = fields.find(({ number }) => number === numbers.turn)
  const item = messages.WorkItem.deserializeBinary(joined(bytes, fields.filter((field) => field !== turn)))
  if (turn === undefined) return item
  item.setOrchestratorrequest(readTurn(bytes.subarray(turn.start, turn.end)))
  return item
}

function readTurn(bytes: Uint8Array): messages.OrchestratorRequest {
  const fields = fieldsOf(bytes)
  const rest = fields.filter(({ number }) => number !== numbers.pastEvents)
  const request = messages.OrchestratorRequest.deserializeBinary(joined(bytes, rest))
  const [past, fresh] = [numbers.pastEvents, numbers.newEvents].map((wanted) => fields.filter(({ number }) => number === wanted))
  const raw: Raw = { bytes, past: past!, fresh: fresh! }
  raws.set(request, raw)
  let decoded: Event[] | undefined
  request.getPasteventsList = () => (decoded ??= eventsFrom(raw, 0))
  return request
}

function joined(bytes: Uint8Array, fields: readonly Field[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields.map(({ at, end }) => bytes.subarray(at, end))))
}

function eventsFrom({ bytes, past }: Raw, index: number, end?: number): Event[] {
  return past.slice(index, end).map((field) => eventIn(contentOf(bytes, field)))
}

function contentOf(bytes: Uint8Array, { start, end }: Field): Uint8Array {
  return bytes.subarray(start, end)
}

/** Of any request, however it was read. */
export function eventsOf(request: messages.OrchestratorRequest): TurnEvents {
  const fresh = request.getNeweventsList()
  const raw = raws.get(request)
  if (raw === undefined) {
    const past = request.getPasteventsList()
    return { past: historyOf(past), fresh, freshBytes: () => fresh.map((event) => event.serializeBinary()) }
  }
  const bytesOf = (field: Field | undefined): Uint8Array | undefined => field && contentOf(raw.bytes, field)
  const past: History = { length: raw.past.length, bytes: (index) => bytesOf(raw.past[index]), events: (index, end) => eventsFrom(raw, index, end) }
  // Copies: the message that they came in may carry a long history.
  return { past, fresh, freshBytes: () => raw.fresh.map((field) => new Uint8Array(contentOf(raw.bytes, field))) }
}

function historyOf(past: readonly Event[]): History {
  return { length: past.length, bytes: (index) => past[index]?.serializeBinary(), events: (index, end) => past.slice(index, end) }
}

/** Two hosts, or one at two times, may write the same event in different ways. */
export function isSameEvent(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0 || Buffer.compare(rewritten(one), rewritten(other)) === 0
}

function rewritten(bytes: Uint8Array): Uint8Array {
  return eventIn(bytes).serializeBinary()
}

function eventIn(bytes: Uint8Array): Event {
  return messages.HistoryEvent.deserializeBinary(new Uint8Array(bytes))
}
