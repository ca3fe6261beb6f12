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
  const parts = field(tags.requestInstanceId, Buffer.from(item.instanceId))
  for (const event of item.past) parts.push(Buffer.of(tags.pastEvents), eventBytes(event))
  for (const event of item.fresh) parts.push(Buffer.of(tags.newEvents), eventBytes(event))
  const token = field(tags.completionToken, Buffer.from(item.token))
  return Buffer.concat([...field(tags.turn, Buffer.concat(parts)), ...token])
}

function field(tag: number, content: Buffer): Buffer[] {
  return [Buffer.of(tag), varint(content.length), content]
}

function varint(number: number): Buffer {
  const bytes: number[] = []
  let rest = number
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}
