// Between protocol messages and the engine's plain objects: the only file that knows both.

import { assert, unreachable } from "../../base/assert.ts"
import type {
  Action, EndStatus, EventOf, FailureDetails, HistoryEvent, InstanceStatus, InstanceSummary,
} from "../../engine/types.ts"
import type { ActivityItem } from "../dispatcher.ts"
import type { WireAction, WireEvent, WireFailure, WireOutcome, WireState, WireText, WireTime } from "./wire.ts"

/** In the order of their numbers on the wire. */
const statuses: readonly (InstanceStatus | "stalled")[] = [
  "running", "completed", "continued_as_new", "failed", "canceled", "terminated", "pending", "suspended", "stalled",
]

export function statusToWire(status: InstanceStatus): number {
  return statuses.indexOf(status)
}

/** A real daprd may report "stalled": such an instance is still running, but waits for help. */
export function statusFromWire(number: number | undefined): InstanceStatus {
  const status = statuses[number ?? 0]
  return !status || status === "stalled" ? "running" : status
}

function endStatus(number: number | undefined): EndStatus {
  const status = statusFromWire(number)
  return status === "completed" || status === "terminated" || status === "canceled" ? status : "failed"
}

export function text(value: string | undefined): WireText | undefined {
  return value === undefined ? undefined : { value }
}

export function textFrom(wire: WireText | undefined): string | undefined {
  return wire ? (wire.value ?? "") : undefined
}

export function time(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) }
}

export function timeFrom(wire: WireTime | undefined): number | undefined {
  return wire ? (wire.seconds ?? 0) * 1000 + (wire.nanos ?? 0) / 1e6 : undefined
}

/** The object without its undefined members. */
function compact<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const given: Record<string, unknown> = {}
  for (const name in value) if (value[name] !== undefined) given[name] = value[name]
  return given as never
}

export function failureToWire(failure: FailureDetails | undefined): WireFailure | undefined {
  if (!failure) return undefined
  const { errorType, errorMessage, stackTrace, innerFailure, isNonRetriable } = failure
  return compact({
    errorType, errorMessage, isNonRetriable, stackTrace: text(stackTrace), innerFailure: failureToWire(innerFailure),
  }) as WireFailure
}

export function failureFrom(wire: WireFailure | undefined): FailureDetails | undefined {
  if (!wire) return undefined
  const { errorType = "", errorMessage = "", isNonRetriable } = wire
  return compact({
    errorType, errorMessage, isNonRetriable: isNonRetriable || undefined,
    stackTrace: textFrom(wire.stackTrace), innerFailure: failureFrom(wire.innerFailure),
  }) as FailureDetails
}

export function activityToWire(item: ActivityItem): object {
  const { name, input, wireTaskId: taskId, instanceId, token: completionToken } = item
  const activityRequest = compact({ name, input: text(input), orchestrationInstance: { instanceId }, taskId })
  return { activityRequest, completionToken }
}

export function eventToWire(event: HistoryEvent): WireEvent {
  const { eventId, timestampMs } = event
  return { eventId, timestamp: time(timestampMs), ...eventBody(event) }
}

function eventBody(event: HistoryEvent): WireEvent {
  switch (event.kind) {
    case "orchestratorStarted": return { orchestratorStarted: {} }
    case "executionStarted": return { executionStarted: startToWire(event) }
    case "executionCompleted": {
      const orchestrationStatus = statusToWire(event.status)
      return { executionCompleted: compact({ orchestrationStatus, ...outcome(event) }) }
    }
    case "executionTerminated":
      return { executionTerminated: compact({ input: text(event.output), recurse: event.recursive }) }
    case "executionSuspended": return { executionSuspended: compact({ input: text(event.reason) }) }
    case "executionResumed": return { executionResumed: compact({ input: text(event.reason) }) }
    case "taskScheduled": return { taskScheduled: named(event) }
    case "taskCompleted": return { taskCompleted: compact({ taskScheduledId: event.taskId, ...outcome(event) }) }
    case "taskFailed": return { taskFailed: compact({ taskScheduledId: event.taskId, ...outcome(event) }) }
    case "childCreated": return { subOrchestrationInstanceCreated: { instanceId: event.instanceId, ...named(event) } }
    case "childCompleted":
      return { subOrchestrationInstanceCompleted: compact({ taskScheduledId: event.taskId, ...outcome(event) }) }
    case "childFailed":
      return { subOrchestrationInstanceFailed: compact({ taskScheduledId: event.taskId, ...outcome(event) }) }
    case "timerCreated": return { timerCreated: { fireAt: time(event.fireAtMs) } }
    case "timerFired": return { timerFired: { fireAt: time(event.fireAtMs), timerId: event.timerId } }
    case "eventRaised": return { eventRaised: named(event) }
    case "eventSent": return { eventSent: { instanceId: event.instanceId, ...named(event) } }
    case "other": return { genericEvent: {} }
    default: return unreachable(event)
  }
}

function named({ name, input }: { readonly name: string; readonly input?: string }) {
  return compact({ name, input: text(input) })
}

function outcome({ result, failure }: { readonly result?: string; readonly failure?: FailureDetails }) {
  return compact({ result: text(result), failureDetails: failureToWire(failure) })
}

type WireStart = NonNullable<WireEvent["executionStarted"]>

function startToWire(event: EventOf<"executionStarted">): WireStart {
  const { instanceId, executionId, parent, scheduledStartMs } = event
  return compact({
    ...named(event),
    orchestrationInstance: compact({ instanceId, executionId: text(executionId) }),
    parentInstance: parent && {
      taskScheduledId: parent.taskId, name: { value: parent.name },
      orchestrationInstance: compact({ instanceId: parent.instanceId, executionId: text(parent.executionId) }),
    },
    scheduledStartTimestamp: scheduledStartMs === undefined ? undefined : time(scheduledStartMs),
  }) as WireStart
}

export function eventFrom(wire: WireEvent): HistoryEvent {
  const header = { eventId: wire.eventId ?? 0, timestampMs: timeFrom(wire.timestamp) ?? 0 }
  return compact({ ...header, ...bodyFrom(wire) }) as HistoryEvent
}

function bodyFrom(wire: WireEvent): object {
  if (wire.executionStarted) return startFrom(wire.executionStarted)
  if (wire.executionCompleted) {
    const { orchestrationStatus } = wire.executionCompleted
    const status = endStatus(orchestrationStatus)
    return { kind: "executionCompleted", status, ...outcomeFrom(wire.executionCompleted) }
  }
  if (wire.executionTerminated) {
    const { input, recurse } = wire.executionTerminated
    return { kind: "executionTerminated", recursive: recurse ?? false, output: textFrom(input) }
  }
  if (wire.executionSuspended) return { kind: "executionSuspended", reason: textFrom(wire.executionSuspended.input) }
  if (wire.executionResumed) return { kind: "executionResumed", reason: textFrom(wire.executionResumed.input) }
  if (wire.taskScheduled) return { kind: "taskScheduled", ...namedFrom(wire.taskScheduled) }
  if (wire.taskCompleted) return answerFrom("taskCompleted", wire.taskCompleted)
  if (wire.taskFailed) return answerFrom("taskFailed", wire.taskFailed)
  const child = wire.subOrchestrationInstanceCreated
  if (child) return { kind: "childCreated", instanceId: child.instanceId ?? "", ...namedFrom(child) }
  const { subOrchestrationInstanceCompleted: completed, subOrchestrationInstanceFailed: failed } = wire
  if (completed) return answerFrom("childCompleted", completed)
  if (failed) return answerFrom("childFailed", failed)
  if (wire.timerCreated) return { kind: "timerCreated", fireAtMs: timeFrom(wire.timerCreated.fireAt) ?? 0 }
  if (wire.timerFired) {
    const { fireAt, timerId = 0 } = wire.timerFired
    return { kind: "timerFired", timerId, fireAtMs: timeFrom(fireAt) ?? 0 }
  }
  if (wire.orchestratorStarted) return { kind: "orchestratorStarted" }
  if (wire.eventRaised) return { kind: "eventRaised", ...namedFrom(wire.eventRaised) }
  if (wire.eventSent) return { kind: "eventSent", instanceId: wire.eventSent.instanceId ?? "", ...namedFrom(wire.eventSent) }
  const type = Object.keys(wire).find((key) => key !== "eventId" && key !== "timestamp" && key !== "variant")
  return { kind: "other", type: type ?? "unknown" }
}

function startFrom(wire: WireStart): object {
  const { orchestrationInstance, parentInstance, scheduledStartTimestamp } = wire
  const parent = parentInstance && compact({
    instanceId: parentInstance.orchestrationInstance?.instanceId ?? "", generation: 1,
    taskId: parentInstance.taskScheduledId ?? 0, name: textFrom(parentInstance.name) ?? "",
    executionId: textFrom(parentInstance.orchestrationInstance?.executionId),
  })
  return {
    kind: "executionStarted", ...namedFrom(wire), instanceId: orchestrationInstance?.instanceId ?? "",
    executionId: textFrom(orchestrationInstance?.executionId), parent,
    scheduledStartMs: timeFrom(scheduledStartTimestamp),
  }
}

function namedFrom({ name = "", input }: { readonly name?: string; readonly input?: WireText }) {
  return compact({ name, input: textFrom(input) })
}

function outcomeFrom({ result, failureDetails }: WireOutcome) {
  return { result: textFrom(result), failure: failureFrom(failureDetails) }
}

function answerFrom(kind: HistoryEvent["kind"], wire: NonNullable<WireEvent["taskCompleted"]>): object {
  return { kind, taskId: wire.taskScheduledId ?? 0, ...outcomeFrom(wire) }
}

export function actionFrom(wire: WireAction): Action {
  const id = wire.id ?? 0
  if (wire.scheduleTask) return { id, kind: "scheduleTask", ...namedFrom(wire.scheduleTask) } as Action
  if (wire.createTimer) return { id, kind: "createTimer", fireAtMs: timeFrom(wire.createTimer.fireAt) ?? 0 }
  const { createSubOrchestration: child, sendEvent, completeOrchestration: completion } = wire
  if (child) {
    const instanceId = child.instanceId || undefined
    return compact({ id, kind: "createChild", instanceId, ...namedFrom(child) }) as Action
  }
  if (sendEvent) {
    const { instance, name = "", data } = sendEvent
    const { instanceId = "" } = instance ?? {}
    return compact({ id, kind: "sendEvent", instanceId, name, input: textFrom(data) }) as Action
  }
  if (!completion) {
    return { id, kind: "unsupported", type: wire.terminateOrchestration ? "terminateOrchestration" : "unknown" }
  }
  const { orchestrationStatus, carryoverEvents = [], result } = completion
  if (statusFromWire(orchestrationStatus) === "continued_as_new") {
    const carriedEvents = carryoverEvents.map(eventFrom)
    return compact({ id, kind: "continueAsNew", input: textFrom(result), carriedEvents }) as Action
  }
  return compact({ id, kind: "complete", status: endStatus(orchestrationStatus), ...outcomeFrom(completion) }) as Action
}

export function stateToWire(summary: InstanceSummary, payloads: boolean): WireState {
  const { id: instanceId, name, status, createdAtMs, updatedAtMs, heldUntilMs } = summary
  assert(statusToWire(status) >= 0, `status '${status}' has no number`)
  return compact({
    instanceId, name, orchestrationStatus: statusToWire(status), createdTimestamp: time(createdAtMs),
    lastUpdatedTimestamp: time(updatedAtMs),
    scheduledStartTimestamp: heldUntilMs === undefined ? undefined : time(heldUntilMs),
    ...(payloads ? {
      input: text(summary.input), output: text(summary.output), customStatus: text(summary.customStatus),
      failureDetails: failureToWire(summary.failure),
    } : {}),
  }) as WireState
}
