// Work items that are read only as far as needed: the same as the SDK reads, from whole messages and from broken ones.

import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fieldsOf, varint } from "../../runtime/sdk/fields.ts"
import { eventMessage } from "../../runtime/sdk/messages.ts"
import type { ExecutorEvent } from "../../runtime/sdk/messages.ts"
import { eventsOf, isSameEvent, readWorkItem } from "../../runtime/sdk/work-items.ts"

const event: fc.Arbitrary<ExecutorEvent> = fc.record({ eventId: fc.integer({ min: -1, max: 500 }), timestampMs: fc.nat({ max: 4_000_000_000_000 }) })
  .chain((header) => fc.oneof<fc.Arbitrary<ExecutorEvent>[]>(
    fc.constant({ ...header, kind: "orchestratorStarted" }),
    fc.string({ unit: "grapheme" }).map((input) => ({ ...header, kind: "taskScheduled" as const, name: "step", input })),
    fc.tuple(fc.nat(), fc.string({ maxLength: 300 })).map(([taskId, result]) => ({ ...header, kind: "taskCompleted" as const, taskId, result })),
  ))
const turn = fc.record({ id: fc.string(), past: fc.array(event), fresh: fc.array(event) })

function workItem({ id, past, fresh }: { id: string; past: readonly ExecutorEvent[]; fresh: readonly ExecutorEvent[] }): Uint8Array {
  const request = new messages.OrchestratorRequest()
  request.setInstanceid(id)
  request.setPasteventsList(past.map(eventMessage))
  request.setNeweventsList(fresh.map(eventMessage))
  const item = new messages.WorkItem()
  item.setOrchestratorrequest(request)
  return item.serializeBinary()
}

const written = (events: readonly messages.HistoryEvent[]): string[] => events.map((one) => Buffer.from(one.serializeBinary()).toString("hex"))

describe("a work item", () => {
  it("for a turn is what the SDK makes of it, whatever is asked of it first", () => {
    fc.assert(fc.property(turn, fc.boolean(), fc.nat({ max: 9 }), (given, pastFirst, index) => {
      const bytes = workItem(given)
      const whole = messages.WorkItem.deserializeBinary(bytes).getOrchestratorrequest()!
      const item = readWorkItem(Buffer.from(bytes))
      expect([item.hasOrchestratorrequest(), item.hasActivityrequest()]).toEqual([true, false])
      const request = item.getOrchestratorrequest()!
      if (pastFirst) expect(written(request.getPasteventsList())).toEqual(written(whole.getPasteventsList()))
      const events = eventsOf(request)
      expect(request.getInstanceid()).toBe(given.id)
      expect(events.past.length).toBe(given.past.length)
      expect(written(events.past.events(index))).toEqual(written(whole.getPasteventsList().slice(index)))
      const [one] = whole.getPasteventsList().slice(index)
      expect(events.past.bytes(index)).toEqual(one && Buffer.from(one.serializeBinary()))
      expect(written(events.fresh)).toEqual(written(whole.getNeweventsList()))
      expect(events.freshBytes().map((one) => Buffer.from(one).toString("hex"))).toEqual(written(events.fresh))
      expect(written(request.getPasteventsList())).toEqual(written(whole.getPasteventsList()))
    }), { seed: 7, numRuns: 300 })
  })

  it("for an activity is the SDK's message", () => {
    const request = new messages.ActivityRequest()
    request.setName("step")
    request.setTaskid(7)
    const item = new messages.WorkItem()
    item.setActivityrequest(request)
    const read = readWorkItem(Buffer.from(item.serializeBinary()))
    expect([read.hasOrchestratorrequest(), read.getActivityrequest()?.getName(), read.getActivityrequest()?.getTaskid()]).toEqual([false, "step", 7])
  })

  it("with fields that the SDK does not know, of every wire type, is read past them", () => {
    const inner = Buffer.from(messages.WorkItem.deserializeBinary(workItem({ id: "a", past: [], fresh: [] })).getOrchestratorrequest()!.serializeBinary())
    const unknown = [[0xf8, 0x01, 0xac, 0x02], [0xf9, 0x01, 1, 2, 3, 4, 5, 6, 7, 8], [0xfa, 0x01, 2, 9, 9], [0xfd, 0x01, 0xff, 0xff, 0xff, 0xff]].flat()
    const bytes = Buffer.from([...unknown, 0x0a, inner.length + unknown.length, ...unknown, ...inner, ...unknown])
    expect(readWorkItem(bytes).getOrchestratorrequest()?.getInstanceid()).toBe("a")
  })

  it("that is cut off is refused", () => {
    const bytes = Buffer.from(workItem({ id: "a", past: [], fresh: [{ kind: "orchestratorStarted", eventId: -1, timestampMs: 5 }] }))
    for (let length = 1; length < bytes.length; length++) expect(() => readWorkItem(bytes.subarray(0, length)), `${length} bytes`).toThrow("no protocol message")
    expect(() => fieldsOf(Buffer.of(0x0b, 0))).toThrow("no protocol message")
  })
})

it("an event written in another way is the same event, and another one is not", () => {
  const bytes = eventMessage({ kind: "taskCompleted", eventId: 3, timestampMs: 1_000, taskId: 4, result: "x" }).serializeBinary()
  const fields = fieldsOf(bytes).map(({ at, end }) => bytes.subarray(at, end))
  expect(isSameEvent(bytes, Buffer.concat(fields.toReversed()))).toBe(true)
  expect(isSameEvent(bytes, eventMessage({ kind: "taskCompleted", eventId: 3, timestampMs: 1_000, taskId: 4, result: "y" }).serializeBinary())).toBe(false)
})

it("numbers of any size are written as the wire has them", () => {
  for (const number of [0, 127, 128, 300, 2 ** 31, 2 ** 40]) {
    const [field] = fieldsOf(Buffer.from([0x08, ...varint(number)]))
    expect(field).toMatchObject({ number: 1, start: 1, end: 1 + varint(number).length })
  }
})
