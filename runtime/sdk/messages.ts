// Between plain events and actions and the SDK's messages; the plain shapes are those of the durable engine.

import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import { getStringValue, newTimestamp } from "@dapr/dapr/workflow/internal/durabletask/utils/pb-helper.util.js"

export type SdkEvent = messages.HistoryEvent
export type SdkAction = messages.OrchestratorAction

export interface ExecutorFailure {
  readonly errorType: string
  readonly errorMessage: string
  readonly stackTrace?: string
}

interface Header {
  readonly eventId: number
  readonly timestampMs: number
}

/** What of a history an execution reads; members that it does not read are left out. */
export type ExecutorEvent = Header & (
  | { readonly kind: "orchestratorStarted" | "executionSuspended" | "executionResumed" }
  | { readonly kind: "executionStarted"; readonly name: string; readonly instanceId: string; readonly input?: string }
  | { readonly kind: "executionTerminated"; readonly output?: string }
  | { readonly kind: "executionCompleted" | "eventSent" | "other" }
  | { readonly kind: "taskScheduled"; readonly name: string; readonly input?: string }
  | { readonly kind: "taskCompleted" | "childCompleted"; readonly taskId: number; readonly result?: string }
  | { readonly kind: "taskFailed" | "childFailed"; readonly taskId: number; readonly failure?: ExecutorFailure }
  | { readonly kind: "childCreated"; readonly instanceId: string; readonly name: string; readonly input?: string }
  | { readonly kind: "timerCreated"; readonly fireAtMs: number }
  | { readonly kind: "timerFired"; readonly timerId: number; readonly fireAtMs: number }
  | { readonly kind: "eventRaised"; readonly name: string; readonly input?: string }
)

export interface CarriedEvent extends Header {
  readonly kind: "eventRaised"
  readonly name: string
  readonly input?: string
}

export type ExecutorAction = { readonly id: number } & (
  | { readonly kind: "scheduleTask"; readonly name: string; readonly input?: string }
  | { readonly kind: "createTimer"; readonly fireAtMs: number }
  | { readonly kind: "createChild"; readonly name: string; readonly instanceId?: string; readonly input?: string }
  | {
      readonly kind: "complete"
      readonly status: "completed" | "failed" | "terminated" | "canceled"
      readonly result?: string
      readonly failure?: ExecutorFailure
    }
  | { readonly kind: "continueAsNew"; readonly input?: string; readonly carriedEvents: readonly CarriedEvent[] }
  | { readonly kind: "unsupported"; readonly type: string }
)

export function eventMessage(event: ExecutorEvent): SdkEvent {
  const message = new messages.HistoryEvent()
  message.setEventid(event.eventId)
  message.setTimestamp(time(event.timestampMs))
  fill(message, event)
  return message
}

function fill(message: SdkEvent, event: ExecutorEvent): void {
  switch (event.kind) {
    case "orchestratorStarted": return void message.setOrchestratorstarted(new messages.OrchestratorStartedEvent())
    case "executionStarted": return void message.setExecutionstarted(startMessage(event))
    case "executionCompleted": return void message.setExecutioncompleted(new messages.ExecutionCompletedEvent())
    case "executionTerminated": {
      const body = new messages.ExecutionTerminatedEvent()
      body.setInput(text(event.output))
      return void message.setExecutionterminated(body)
    }
    case "executionSuspended": return void message.setExecutionsuspended(new messages.ExecutionSuspendedEvent())
    case "executionResumed": return void message.setExecutionresumed(new messages.ExecutionResumedEvent())
    case "taskScheduled": return void message.setTaskscheduled(named(new messages.TaskScheduledEvent(), event))
    case "taskCompleted": return void message.setTaskcompleted(completed(new messages.TaskCompletedEvent(), event))
    case "taskFailed": return void message.setTaskfailed(failed(new messages.TaskFailedEvent(), event))
    case "childCreated": {
      const body = named(new messages.SubOrchestrationInstanceCreatedEvent(), event)
      body.setInstanceid(event.instanceId)
      return void message.setSuborchestrationinstancecreated(body)
    }
    case "childCompleted": {
      const body = completed(new messages.SubOrchestrationInstanceCompletedEvent(), event)
      return void message.setSuborchestrationinstancecompleted(body)
    }
    case "childFailed": {
      return void message.setSuborchestrationinstancefailed(
        failed(new messages.SubOrchestrationInstanceFailedEvent(), event),
      )
    }
    case "timerCreated": {
      const body = new messages.TimerCreatedEvent()
      body.setFireat(time(event.fireAtMs))
      return void message.setTimercreated(body)
    }
    case "timerFired": {
      const body = new messages.TimerFiredEvent()
      body.setFireat(time(event.fireAtMs))
      body.setTimerid(event.timerId)
      return void message.setTimerfired(body)
    }
    case "eventRaised": return void message.setEventraised(named(new messages.EventRaisedEvent(), event))
    case "eventSent":
    case "other": return void message.setGenericevent(new messages.GenericEvent())
  }
}

type Timestamp = ReturnType<typeof newTimestamp>
type StringValue = ReturnType<typeof getStringValue>

function time(ms: number): Timestamp {
  return newTimestamp(new Date(ms))
}

/** An empty text becomes an absent one, which the SDK takes for the same. */
function text(value: string | undefined): StringValue {
  return getStringValue(value)
}

interface Named {
  setName(name: string): unknown
  setInput(input: StringValue): unknown
}

function named<Body extends Named>(body: Body, { name, input }: { readonly name: string; readonly input?: string }): Body {
  body.setName(name)
  body.setInput(text(input))
  return body
}

interface Answer {
  setTaskscheduledid(id: number): unknown
}

function completed<Body extends Answer & { setResult(result: StringValue): unknown }>(
  body: Body, { taskId, result }: { readonly taskId: number; readonly result?: string },
): Body {
  body.setTaskscheduledid(taskId)
  body.setResult(text(result))
  return body
}

function failed<Body extends Answer & { setFailuredetails(details?: messages.TaskFailureDetails): unknown }>(
  body: Body, { taskId, failure }: { readonly taskId: number; readonly failure?: ExecutorFailure },
): Body {
  body.setTaskscheduledid(taskId)
  if (failure) {
    const details = new messages.TaskFailureDetails()
    details.setErrortype(failure.errorType)
    details.setErrormessage(failure.errorMessage)
    details.setStacktrace(text(failure.stackTrace))
    body.setFailuredetails(details)
  }
  return body
}

function startMessage(event: Extract<ExecutorEvent, { kind: "executionStarted" }>): messages.ExecutionStartedEvent {
  const body = named(new messages.ExecutionStartedEvent(), event)
  const instance = new messages.OrchestrationInstance()
  instance.setInstanceid(event.instanceId)
  body.setOrchestrationinstance(instance)
  return body
}

export function actionOf(action: SdkAction): ExecutorAction {
  const id = action.getId()
  const task = action.getScheduletask()
  if (task) return { id, kind: "scheduleTask", name: task.getName(), ...optional("input", valueOf(task.getInput())) }
  const timer = action.getCreatetimer()
  if (timer) return { id, kind: "createTimer", fireAtMs: msOf(timer.getFireat()) }
  const child = action.getCreatesuborchestration()
  if (child) {
    const instanceId = child.getInstanceid() || undefined
    const input = optional("input", valueOf(child.getInput()))
    return { id, kind: "createChild", name: child.getName(), ...optional("instanceId", instanceId), ...input }
  }
  const completion = action.getCompleteorchestration()
  if (completion) return endOf(id, completion)
  return { id, kind: "unsupported", type: "unknown" }
}

function endOf(id: number, completion: messages.CompleteOrchestrationAction): ExecutorAction {
  const result = valueOf(completion.getResult())
  const { OrchestrationStatus: statuses } = messages
  switch (completion.getOrchestrationstatus()) {
    case statuses.ORCHESTRATION_STATUS_CONTINUED_AS_NEW: {
      const carriedEvents = completion.getCarryovereventsList().map(carriedEvent)
      return { id, kind: "continueAsNew", ...optional("input", result), carriedEvents }
    }
    case statuses.ORCHESTRATION_STATUS_COMPLETED:
      return { id, kind: "complete", status: "completed", ...optional("result", result) }
    case statuses.ORCHESTRATION_STATUS_TERMINATED:
      return { id, kind: "complete", status: "terminated", ...optional("result", result) }
    default: {
      const failure = failureOf(completion.getFailuredetails())
      return { id, kind: "complete", status: "failed", ...optional("result", result), ...optional("failure", failure) }
    }
  }
}

function carriedEvent(event: SdkEvent): CarriedEvent {
  const raised = event.getEventraised()
  const input = optional("input", valueOf(raised?.getInput()))
  return { kind: "eventRaised", eventId: -1, timestampMs: 0, name: raised?.getName() ?? "", ...input }
}

function failureOf(details: messages.TaskFailureDetails | undefined): ExecutorFailure | undefined {
  if (!details) return undefined
  const stackTrace = valueOf(details.getStacktrace())
  return {
    errorType: details.getErrortype(), errorMessage: details.getErrormessage(), ...optional("stackTrace", stackTrace),
  }
}

function valueOf(message: { getValue(): string } | undefined): string | undefined {
  return message?.getValue()
}

function msOf(message: { getSeconds(): number; getNanos(): number } | undefined): number {
  return message ? message.getSeconds() * 1000 + message.getNanos() / 1e6 : 0
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}
