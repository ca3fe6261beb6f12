// Dapr's own API as far as it is served here: messages and methods as data, in the notation of protocol.ts.

/** Package dapr.proto.common.v1. */
export const commonMessages: Readonly<Record<string, string>> = {
  HTTPExtension: "verb:int32=1 querystring:string=2",
  InvokeRequest:
    "method:string=1 data:google.protobuf.Any=2 content_type:string=3 http_extension:HTTPExtension=4",
  InvokeResponse: "data:google.protobuf.Any=1 content_type:string=2",
  StateItem: "key:string=1 value:bytes=2 etag:Etag=3 metadata:map=4 options:StateOptions=5",
  Etag: "value:string=1",
  StateOptions: "concurrency:int32=1 consistency:int32=2",
}

const item = "dapr.proto.common.v1.StateItem"

/** Package dapr.proto.runtime.v1. */
export const runtimeMessages: Readonly<Record<string, string>> = {
  GetStateRequest: "store_name:string=1 key:string=2 consistency:int32=3 metadata:map=4",
  GetStateResponse: "data:bytes=1 etag:string=2 metadata:map=3",
  GetBulkStateRequest: "store_name:string=1 keys:string[]=2 parallelism:int32=3 metadata:map=4",
  GetBulkStateResponse: "items:BulkStateItem[]=1",
  BulkStateItem: "key:string=1 data:bytes=2 etag:string=3 error:string=4 metadata:map=5",
  DeleteStateRequest:
    "store_name:string=1 key:string=2 etag:dapr.proto.common.v1.Etag=3 options:dapr.proto.common.v1.StateOptions=4",
  DeleteBulkStateRequest: `store_name:string=1 states:${item}[]=2`,
  SaveStateRequest: `store_name:string=1 states:${item}[]=2`,
  TransactionalStateOperation: `operationType:string=1 request:${item}=2`,
  ExecuteStateTransactionRequest: "storeName:string=1 operations:TransactionalStateOperation[]=2 metadata:map=3",

  PublishEventRequest: "pubsub_name:string=1 topic:string=2 data:bytes=3 data_content_type:string=4 metadata:map=5",
  BulkPublishRequest: "pubsub_name:string=1 topic:string=2 entries:BulkPublishRequestEntry[]=3 metadata:map=4",
  BulkPublishRequestEntry: "entry_id:string=1 event:bytes=2 content_type:string=3 metadata:map=4",
  BulkPublishResponse: "failedEntries:BulkPublishResponseFailedEntry[]=1",
  BulkPublishResponseFailedEntry: "entry_id:string=1 error:string=2",
  SubscribeTopicEventsRequestAlpha1:
    "| initial_request:SubscribeTopicEventsRequestInitialAlpha1=1"
    + " event_processed:SubscribeTopicEventsRequestProcessedAlpha1=2",
  SubscribeTopicEventsRequestInitialAlpha1: "pubsub_name:string=1 topic:string=2 metadata:map=3",
  SubscribeTopicEventsRequestProcessedAlpha1: "id:string=1 status:TopicEventResponse=2",
  SubscribeTopicEventsResponseAlpha1:
    "| initial_response:SubscribeTopicEventsResponseInitialAlpha1=1 event_message:TopicEventRequest=2",
  SubscribeTopicEventsResponseInitialAlpha1: "",
  TopicEventRequest:
    "id:string=1 source:string=2 type:string=3 spec_version:string=4 data_content_type:string=5 data:bytes=7"
    + " topic:string=6 pubsub_name:string=8 path:string=9",
  TopicEventResponse: "status:int32=1",

  GetSecretRequest: "store_name:string=1 key:string=2 metadata:map=3",
  GetSecretResponse: "data:map=1",
  GetBulkSecretRequest: "store_name:string=1 metadata:map=2",
  SecretResponse: "secrets:map=1",
  GetBulkSecretResponse: "data:map<SecretResponse>=1",

  InvokeBindingRequest: "name:string=1 data:bytes=2 metadata:map=3 operation:string=4",
  InvokeBindingResponse: "data:bytes=1 metadata:map=2",

  InvokeServiceRequest: "id:string=1 message:dapr.proto.common.v1.InvokeRequest=3",

  Job:
    "name:string=1 schedule:string=2 repeats:uint32=3 due_time:string=4 ttl:string=5 data:google.protobuf.Any=6",
  ScheduleJobRequest: "job:Job=1 overwrite:bool=2",
  ScheduleJobResponse: "",
  GetJobRequest: "name:string=1",
  GetJobResponse: "job:Job=1",
  DeleteJobRequest: "name:string=1",
  DeleteJobResponse: "",

  GetMetadataRequest: "",
  GetMetadataResponse:
    "id:string=1 registered_components:RegisteredComponents[]=3 extended_metadata:map=4 runtime_version:string=8"
    + " enabled_features:string[]=9 workflows:MetadataWorkflows=12",
  RegisteredComponents: "name:string=1 type:string=2 version:string=3 capabilities:string[]=4",
  MetadataWorkflows: "connected_workers:int32=1",
  SetMetadataRequest: "key:string=1 value:string=2",
}

export const runtimeMethods: Readonly<Record<string, string>> = {
  GetState: "GetStateRequest -> GetStateResponse",
  GetBulkState: "GetBulkStateRequest -> GetBulkStateResponse",
  SaveState: "SaveStateRequest -> Empty",
  DeleteState: "DeleteStateRequest -> Empty",
  DeleteBulkState: "DeleteBulkStateRequest -> Empty",
  ExecuteStateTransaction: "ExecuteStateTransactionRequest -> Empty",
  PublishEvent: "PublishEventRequest -> Empty",
  BulkPublishEventAlpha1: "BulkPublishRequest -> BulkPublishResponse",
  BulkPublishEvent: "BulkPublishRequest -> BulkPublishResponse",
  SubscribeTopicEventsAlpha1: "SubscribeTopicEventsRequestAlpha1* -> SubscribeTopicEventsResponseAlpha1*",
  InvokeBinding: "InvokeBindingRequest -> InvokeBindingResponse",
  GetSecret: "GetSecretRequest -> GetSecretResponse",
  GetBulkSecret: "GetBulkSecretRequest -> GetBulkSecretResponse",
  InvokeService: "InvokeServiceRequest -> dapr.proto.common.v1.InvokeResponse",
  ScheduleJobAlpha1: "ScheduleJobRequest -> ScheduleJobResponse",
  GetJobAlpha1: "GetJobRequest -> GetJobResponse",
  DeleteJobAlpha1: "DeleteJobRequest -> DeleteJobResponse",
  GetMetadata: "GetMetadataRequest -> GetMetadataResponse",
  SetMetadata: "SetMetadataRequest -> Empty",
}
