// Encodes work items. Each history event is encoded once, however many turns it is sent with again.

import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js"
import type { HistoryEvent } from "../../engine/types.ts"
import type { WorkItem } from "../dispatcher.ts"
import { activityToWire, eventToWire } from "./convert.ts"

/** Tags of length-delimited fields: field number * 8 + 2. */
const tags = { requestInstanceId: 0x0a, pastEvents: 0x1a, newEvents: 0x22, turn: 0x0a, completionToken: 0x52 } as const

/** The service with a GetWorkItems that takes work items as the hub hands them out. */
export function withWorkItems(service: ServiceDefinition): ServiceDefinition {
  const work = service["GetWorkItems"] as MethodDefinition<object, object>
  const history = service["GetInstanceHistory"] as MethodDefinition<object, object>
  const encoded = new WeakMap<HistoryEvent, Buffer>()
  /** Length and content of an event: the encoding of a list with this one element, without its one-byte tag. */
  const eventBytes = (event: HistoryEvent): Buffer => {
    const known = encoded.get(event)
    if (known) return known
    const bytes = history.responseSerialize({ events: [eventToWire(event)] }).subarray(1)
    encoded.set(event, bytes)
    return bytes
  }
  const serialize = (item: WorkItem): Buffer =>
    item.kind === "activity" ? work.responseSerialize(activityToWire(item)) : turnBytes(item, eventBytes)
  const responseSerialize = serialize as MethodDefinition<object, object>["responseSerialize"]
  return { ...service, GetWorkItems: { ...work, responseSerialize } }
}

function turnBytes(item: Extract<WorkItem, { kind: "turn" }>, eventBytes: (event: HistoryEvent) => Buffer): Buffer {
  const [past, fresh] = [item.past.map(eventBytes), item.fresh.map(eventBytes)]
  const [id, token] = [Buffer.from(item.instanceId), Buffer.from(item.token)]
  // Each event comes with its length; its tag is one byte more.
  const events = [past, fresh].flat().reduce((length, bytes) => length + 1 + bytes.length, 0)
  const content = fieldLength(id.length) + events
  const all = writer(fieldLength(content) + fieldLength(token.length))
  all.tagged(tags.turn, content)
  all.tagged(tags.requestInstanceId, id.length)
  all.bytes(id)
  for (const [tag, list] of [[tags.pastEvents, past], [tags.newEvents, fresh]] as const) {
    for (const bytes of list) {
      all.byte(tag)
      all.bytes(bytes)
    }
  }
  all.tagged(tags.completionToken, token.length)
  all.bytes(token)
  return all.buffer
}

/** Of a field with a content of so many bytes. */
function fieldLength(content: number): number {
  return 1 + varintLength(content) + content
}

function varintLength(number: number): number {
  let length = 1
  for (let rest = number; rest > 0x7f; rest = Math.floor(rest / 128)) length++
  return length
}

function writer(length: number) {
  const buffer = Buffer.allocUnsafe(length)
  let at = 0
  const byte = (value: number): void => {
    buffer[at++] = value
  }
  return {
    buffer, byte,
    bytes(bytes: Buffer): void {
      bytes.copy(buffer, at)
      at += bytes.length
    },
    /** A tag, and the length of what follows. */
    tagged(tag: number, content: number): void {
      byte(tag)
      let rest = content
      for (; rest > 0x7f; rest = Math.floor(rest / 128)) byte((rest & 0x7f) | 0x80)
      byte(rest)
    },
  }
}
