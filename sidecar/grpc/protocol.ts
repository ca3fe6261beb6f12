// The durable-task protocol as far as it is spoken here: messages and services as data, ready for grpc-js.
// Wire names are the old ones (Orchestration*, SubOrchestration*), field numbers are those of daprd 1.18.

import type { ServiceDefinition } from "@grpc/grpc-js"
import { fromJSON } from "@grpc/proto-loader"
import { commonMessages, runtimeMessages, runtimeMethods } from "./dapr-protocol.ts"

type ProtocolJson = Parameters<typeof fromJSON>[0]

/**
 * `name:Type=number`, `[]` for repeated, `map` for a map of texts or of `<Type>`; fields behind the bar exclude one
 * another.
 */
const messages: Readonly<Record<string, string>> = {
  OrchestrationInstance: "instanceId:string=1 executionId:StringValue=2",
  TaskFailureDetails:
    "errorType:string=1 errorMessage:string=2 stackTrace:StringValue=3 innerFailure:TaskFailureDetails=4"
    + " isNonRetriable:bool=5",
  ParentInstanceInfo:
    "taskScheduledId:int32=1 name:StringValue=2 version:StringValue=3 orchestrationInstance:OrchestrationInstance=4",

  ExecutionStartedEvent:
    "name:string=1 version:StringValue=2 input:StringValue=3 orchestrationInstance:OrchestrationInstance=4"
    + " parentInstance:ParentInstanceInfo=5 scheduledStartTimestamp:Timestamp=6",
  ExecutionCompletedEvent: "orchestrationStatus:int32=1 result:StringValue=2 failureDetails:TaskFailureDetails=3",
  ExecutionTerminatedEvent: "input:StringValue=1 recurse:bool=2",
  TaskScheduledEvent: "name:string=1 version:StringValue=2 input:StringValue=3",
  TaskCompletedEvent: "taskScheduledId:int32=1 result:StringValue=2",
  TaskFailedEvent: "taskScheduledId:int32=1 failureDetails:TaskFailureDetails=2",
  SubOrchestrationInstanceCreatedEvent: "instanceId:string=1 name:string=2 version:StringValue=3 input:StringValue=4",
  SubOrchestrationInstanceCompletedEvent: "taskScheduledId:int32=1 result:StringValue=2",
  SubOrchestrationInstanceFailedEvent: "taskScheduledId:int32=1 failureDetails:TaskFailureDetails=2",
  TimerCreatedEvent: "fireAt:Timestamp=1",
  TimerFiredEvent: "fireAt:Timestamp=1 timerId:int32=2",
  OrchestratorStartedEvent: "",
  OrchestratorCompletedEvent: "",
  EventSentEvent: "instanceId:string=1 name:string=2 input:StringValue=3",
  EventRaisedEvent: "name:string=1 input:StringValue=2",
  GenericEvent: "data:StringValue=1",
  HistoryStateEvent: "orchestrationState:OrchestrationState=1",
  ContinueAsNewEvent: "input:StringValue=1",
  ExecutionSuspendedEvent: "input:StringValue=1",
  ExecutionResumedEvent: "input:StringValue=1",
  HistoryEvent:
    "eventId:int32=1 timestamp:Timestamp=2 | executionStarted:ExecutionStartedEvent=3"
    + " executionCompleted:ExecutionCompletedEvent=4 executionTerminated:ExecutionTerminatedEvent=5"
    + " taskScheduled:TaskScheduledEvent=6 taskCompleted:TaskCompletedEvent=7 taskFailed:TaskFailedEvent=8"
    + " subOrchestrationInstanceCreated:SubOrchestrationInstanceCreatedEvent=9"
    + " subOrchestrationInstanceCompleted:SubOrchestrationInstanceCompletedEvent=10"
    + " subOrchestrationInstanceFailed:SubOrchestrationInstanceFailedEvent=11"
    + " timerCreated:TimerCreatedEvent=12 timerFired:TimerFiredEvent=13 orchestratorStarted:OrchestratorStartedEvent=14"
    + " orchestratorCompleted:OrchestratorCompletedEvent=15 eventSent:EventSentEvent=16 eventRaised:EventRaisedEvent=17"
    + " genericEvent:GenericEvent=18 historyState:HistoryStateEvent=19 continueAsNew:ContinueAsNewEvent=20"
    + " executionSuspended:ExecutionSuspendedEvent=21 executionResumed:ExecutionResumedEvent=22",

  ScheduleTaskAction: "name:string=1 version:StringValue=2 input:StringValue=3",
  CreateSubOrchestrationAction: "instanceId:string=1 name:string=2 version:StringValue=3 input:StringValue=4",
  CreateTimerAction: "fireAt:Timestamp=1",
  SendEventAction: "instance:OrchestrationInstance=1 name:string=2 data:StringValue=3",
  CompleteOrchestrationAction:
    "orchestrationStatus:int32=1 result:StringValue=2 details:StringValue=3 newVersion:StringValue=4"
    + " carryoverEvents:HistoryEvent[]=5 failureDetails:TaskFailureDetails=6",
  TerminateOrchestrationAction: "instanceId:string=1 reason:StringValue=2 recurse:bool=3",
  OrchestratorAction:
    "id:int32=1 | scheduleTask:ScheduleTaskAction=2 createSubOrchestration:CreateSubOrchestrationAction=3"
    + " createTimer:CreateTimerAction=4 sendEvent:SendEventAction=5 completeOrchestration:CompleteOrchestrationAction=6"
    + " terminateOrchestration:TerminateOrchestrationAction=7",

  OrchestratorRequest:
    "instanceId:string=1 executionId:StringValue=2 pastEvents:HistoryEvent[]=3 newEvents:HistoryEvent[]=4",
  OrchestratorResponse:
    "instanceId:string=1 actions:OrchestratorAction[]=2 customStatus:StringValue=3 completionToken:string=4",
  ActivityRequest:
    "name:string=1 version:StringValue=2 input:StringValue=3 orchestrationInstance:OrchestrationInstance=4"
    + " taskId:int32=5",
  ActivityResponse:
    "instanceId:string=1 taskId:int32=2 result:StringValue=3 failureDetails:TaskFailureDetails=4"
    + " completionToken:string=5",
  GetWorkItemsRequest: "",
  WorkItem: "completionToken:string=10 | orchestratorRequest:OrchestratorRequest=1 activityRequest:ActivityRequest=2",
  CompleteTaskResponse: "",
  WorkAnswer: "| turn:OrchestratorResponse=1 activity:ActivityResponse=2",
  WorkAcknowledged: "count:int32=1",

  CreateInstanceRequest:
    "instanceId:string=1 name:string=2 version:StringValue=3 input:StringValue=4 scheduledStartTimestamp:Timestamp=5"
    + " orchestrationIdReusePolicy:OrchestrationIdReusePolicy=6",
  OrchestrationIdReusePolicy: "operationStatus:int32[]=1 action:int32=2",
  CreateInstanceResponse: "instanceId:string=1",
  GetInstanceRequest: "instanceId:string=1 getInputsAndOutputs:bool=2",
  GetInstanceResponse: "exists:bool=1 orchestrationState:OrchestrationState=2",
  OrchestrationState:
    "instanceId:string=1 name:string=2 version:StringValue=3 orchestrationStatus:int32=4"
    + " scheduledStartTimestamp:Timestamp=5 createdTimestamp:Timestamp=6 lastUpdatedTimestamp:Timestamp=7"
    + " input:StringValue=8 output:StringValue=9"
    + " customStatus:StringValue=10 failureDetails:TaskFailureDetails=11",
  RaiseEventRequest: "instanceId:string=1 name:string=2 input:StringValue=3",
  RaiseEventResponse: "",
  TerminateRequest: "instanceId:string=1 output:StringValue=2 recursive:bool=3",
  TerminateResponse: "",
  SuspendRequest: "instanceId:string=1 reason:StringValue=2",
  SuspendResponse: "",
  ResumeRequest: "instanceId:string=1 reason:StringValue=2",
  ResumeResponse: "",
  InstanceQuery:
    "runtimeStatus:int32[]=1 createdTimeFrom:Timestamp=2 createdTimeTo:Timestamp=3 maxInstanceCount:int32=5"
    + " continuationToken:StringValue=6 instanceIdPrefix:StringValue=7 fetchInputsAndOutputs:bool=8",
  QueryInstancesRequest: "query:InstanceQuery=1",
  QueryInstancesResponse: "orchestrationState:OrchestrationState[]=1 continuationToken:StringValue=2",
  PurgeInstanceFilter: "createdTimeFrom:Timestamp=1 createdTimeTo:Timestamp=2 runtimeStatus:int32[]=3",
  PurgeInstancesRequest: "recursive:bool=3 | instanceId:string=1 purgeInstanceFilter:PurgeInstanceFilter=2",
  PurgeInstancesResponse: "deletedInstanceCount:int32=1",
  GetInstanceHistoryRequest: "instanceId:string=1",
  GetInstanceHistoryResponse: "events:HistoryEvent[]=1",
  RerunWorkflowFromEventRequest:
    "sourceInstanceID:string=1 eventID:uint32=2 newInstanceID:string=3 input:StringValue=4 overwriteInput:bool=5"
    + " newChildWorkflowInstanceID:string=6",
  RerunWorkflowFromEventResponse: "newInstanceID:string=1",
  ListInstanceIDsRequest: "continuationToken:string=1 pageSize:uint32=2",
  ListInstanceIDsResponse: "instanceIds:string[]=1 continuationToken:string=2",
}

/** `Request -> Response`, a star for a stream. */
const methods: Readonly<Record<string, string>> = {
  Hello: "Empty -> Empty",
  StartInstance: "CreateInstanceRequest -> CreateInstanceResponse",
  GetInstance: "GetInstanceRequest -> GetInstanceResponse",
  WaitForInstanceStart: "GetInstanceRequest -> GetInstanceResponse",
  WaitForInstanceCompletion: "GetInstanceRequest -> GetInstanceResponse",
  RaiseEvent: "RaiseEventRequest -> RaiseEventResponse",
  TerminateInstance: "TerminateRequest -> TerminateResponse",
  SuspendInstance: "SuspendRequest -> SuspendResponse",
  ResumeInstance: "ResumeRequest -> ResumeResponse",
  QueryInstances: "QueryInstancesRequest -> QueryInstancesResponse",
  PurgeInstances: "PurgeInstancesRequest -> PurgeInstancesResponse",
  GetInstanceHistory: "GetInstanceHistoryRequest -> GetInstanceHistoryResponse",
  ListInstanceIDs: "ListInstanceIDsRequest -> ListInstanceIDsResponse",
  RerunWorkflowFromEvent: "RerunWorkflowFromEventRequest -> RerunWorkflowFromEventResponse",
  GetWorkItems: "GetWorkItemsRequest -> WorkItem*",
  CompleteOrchestratorTask: "OrchestratorResponse -> CompleteTaskResponse",
  CompleteWorkflowTask: "OrchestratorResponse -> CompleteTaskResponse",
  CompleteActivityTask: "ActivityResponse -> CompleteTaskResponse",
  // Ours alone: all answers of a worker in one stream, for workers that were offered it.
  AnswerWork: "WorkAnswer* -> WorkAcknowledged*",
}

const google: Readonly<Record<string, string>> = {
  Timestamp: "seconds:int64=1 nanos:int32=2",
  StringValue: "value:string=1",
  Empty: "",
  Any: "type_url:string=1 value:bytes=2",
}

export interface Protocol {
  readonly taskHub: ServiceDefinition
  readonly dapr: ServiceDefinition
}

export function loadProtocol(): Protocol {
  const nested = {
    ...messagesJson(messages),
    TaskHubSidecarService: serviceJson(methods),
    google: { nested: { protobuf: { nested: messagesJson(google) } } },
    dapr: { nested: { proto: { nested: {
      common: { nested: { v1: { nested: messagesJson(commonMessages) } } },
      runtime: { nested: { v1: { nested: { ...messagesJson(runtimeMessages), Dapr: serviceJson(runtimeMethods) } } } },
    } } } },
  }
  const loaded = fromJSON({ nested } as ProtocolJson, { keepCase: true, longs: Number, arrays: true })
  return {
    taskHub: loaded["TaskHubSidecarService"] as ServiceDefinition,
    dapr: loaded["dapr.proto.runtime.v1.Dapr"] as ServiceDefinition,
  }
}

interface Field {
  readonly type: string
  readonly keyType?: "string"
  readonly id: number
  readonly rule?: "repeated"
}

function messagesJson(table: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(table).map(([name, text]) => [name, messageJson(text)]))
}

function messageJson(text: string) {
  const [plain = "", alternatives] = text.split("|")
  const fields = [...fieldsOf(plain), ...fieldsOf(alternatives ?? "")]
  const oneof = fieldsOf(alternatives ?? "").map(([name]) => name)
  return { fields: Object.fromEntries(fields), ...(oneof.length > 0 ? { oneofs: { variant: { oneof } } } : {}) }
}

function fieldsOf(text: string): readonly (readonly [string, Field])[] {
  return [...text.matchAll(/(\w+):([\w.]+)(<(\w+)>)?(\[\])?=(\d+)/g)].map((match) => {
    const [, name = "", type = "", , value = "string", repeated, id] = match
    if (type === "map") return [name, { keyType: "string", type: value, id: Number(id) }]
    const field = { type: qualified(type), id: Number(id) }
    return [name, repeated ? { ...field, rule: "repeated" } : field]
  })
}

function qualified(type: string): string {
  return Object.hasOwn(google, type) ? `google.protobuf.${type}` : type
}

function serviceJson(table: Readonly<Record<string, string>>) {
  const entries = Object.entries(table).map(([name, text]) => {
    const [requestType = "", responseType = ""] = text.split(" -> ")
    const streams = { requestStream: requestType.endsWith("*"), responseStream: responseType.endsWith("*") }
    const typeOf = (notation: string) => qualified(notation.replace("*", ""))
    return [name, { requestType: typeOf(requestType), responseType: typeOf(responseType), ...streams }]
  })
  return { methods: Object.fromEntries(entries) }
}
