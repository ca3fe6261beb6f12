// History events survive the way over the wire, in our own encoding and in the official SDK's.

import { createRequire } from "node:module"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { HistoryEvent } from "../../engine/types.ts"
import { eventFrom, eventToWire } from "../../sidecar/grpc/convert.ts"
import { loadProtocol } from "../../sidecar/grpc/protocol.ts"
import type { WireEvent } from "../../sidecar/grpc/wire.ts"

const { taskHub } = loadProtocol()
const method = taskHub["GetInstanceHistory"]
const overTheWire = (event: HistoryEvent): HistoryEvent => {
  const bytes = method?.responseSerialize({ events: [eventToWire(event)] }) ?? Buffer.alloc(0)
  const { events } = method?.responseDeserialize(bytes) as { readonly events: readonly [WireEvent] }
  return eventFrom(events[0])
}

const id = fc.integer({ min: -1, max: 2 ** 31 - 1 })
const ms = fc.integer({ min: 0, max: 4e12 })
const text = fc.string({ maxLength: 20 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const { failure } = fc.letrec((tie) => ({
  failure: fc.record({
    errorType: text, errorMessage: text, stackTrace: optional(text), innerFailure: optional(tie("failure")),
    isNonRetriable: optional(fc.constant(true)),
  }),
}))

const parent = fc.record({
  instanceId: text, generation: fc.constant(1), taskId: id, name: text, executionId: optional(text),
})

const body = fc.oneof(
  fc.record({ kind: fc.constant("orchestratorStarted") }),
  fc.record({
    kind: fc.constant("executionStarted"), name: text, instanceId: text, executionId: optional(text),
    input: optional(text), parent: optional(parent), scheduledStartMs: optional(ms),
  }),
  fc.record({
    kind: fc.constant("executionCompleted"), status: fc.constantFrom("completed", "failed", "terminated", "canceled"),
    result: optional(text), failure: optional(failure),
  }),
  fc.record({ kind: fc.constant("executionTerminated"), output: optional(text), recursive: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("executionSuspended", "executionResumed"), reason: optional(text) }),
  fc.record({ kind: fc.constantFrom("taskScheduled", "eventRaised"), name: text, input: optional(text) }),
  fc.record({ kind: fc.constantFrom("taskCompleted", "childCompleted"), taskId: id, result: optional(text) }),
  fc.record({ kind: fc.constantFrom("taskFailed", "childFailed"), taskId: id, failure: optional(failure) }),
  fc.record({ kind: fc.constant("childCreated"), instanceId: text, name: text, input: optional(text) }),
  fc.record({ kind: fc.constant("timerCreated"), fireAtMs: ms }),
  fc.record({ kind: fc.constant("timerFired"), timerId: id, fireAtMs: ms }),
)

const event = fc.tuple(id, ms, body).map(([eventId, timestampMs, rest]) =>
  JSON.parse(JSON.stringify({ eventId, timestampMs, ...rest })) as HistoryEvent)

describe("history events over the wire", () => {
  it("come back as they went", () => {
    fc.assert(fc.property(event, (one) => {
      expect(overTheWire(one)).toEqual(one)
    }), { seed: 20_240_608, numRuns: 500 })
  })

  it("are read by the official SDK", () => {
    const internal = "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb"
    const { OrchestratorRequest } = createRequire(import.meta.url)(internal) as {
      readonly OrchestratorRequest: { deserializeBinary(bytes: Uint8Array): { toObject(): Record<string, unknown> } }
    }
    const failed = { taskId: 3, failure: { errorType: "T", errorMessage: "m" } }
    const one: HistoryEvent = { kind: "taskFailed", eventId: -1, timestampMs: 1_500, ...failed }
    const bytes = taskHub["GetWorkItems"]?.responseSerialize({
      orchestratorRequest: { instanceId: "a", pastEvents: [], newEvents: [eventToWire(one)] },
    })
    // The first field of a work item holds the request: one byte of tag, one of length.
    expect(OrchestratorRequest.deserializeBinary(bytes?.subarray(2) ?? Buffer.alloc(0)).toObject()).toMatchObject({
      instanceid: "a",
      neweventsList: [{
        eventid: -1, timestamp: { seconds: 1, nanos: 500_000_000 },
        taskfailed: { taskscheduledid: 3, failuredetails: { errortype: "T", errormessage: "m" } },
      }],
    })
  })
})
