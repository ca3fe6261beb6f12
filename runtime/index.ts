// The contract: every name that emitted code or a tool's author may use, and nothing else.

export { list, text } from "./builtins.ts"
export { ClientError, connect } from "./client.ts"
export type { Client, ConnectOptions, Finished, RunHandle, RunInfo, StartOptions, WaitOptions } from "./client.ts"
export { agent, defineSchema, httpTool, human, model, secret, tool } from "./define.ts"
export { catches, caught, FlowError, parseRunFailure, ToolError } from "./errors.ts"
export type { FlowErrorDetails, ToolErrorOptions } from "./errors.ts"
export { equal, formats, ucs2length } from "./schema/standalone.ts"
export { serve } from "./serve.ts"
export type { Worker, WorkerOptions } from "./serve.ts"
export { errorForStatus } from "./tools/http-status.ts"
export { workflow } from "./workflow.ts"
export type {
  ActivityInput, Agent, AgentSpec, Amounts, Answer, Budget, BuiltInErrorKind, Callable, CallableSpec, CallMarker,
  CallOptions, Caps, CaughtError, Circuit, Duration, EachBody, EachOptions, Effect, Envelope, ErrorKind, Failure, Fallback, Flow,
  FunctionTool, HttpRequest, HttpTool, HttpToolSpec, Human, HumanInput, HumanSpec, InboxEntry, Json, JsonSchema, LogEntry,
  ManualDecision, Message, Model, ModelPrice, ModelRequest, ModelSpec, ModelTurn, ModelTurnInput, ParkInput, Policy,
  Requirement, Result, Retry, Run, RunFailure, RunStatus, Schema, Secret, Secrets, SecretSpec, Success, Task, Tool,
  ToolCall, ToolContext, ToolDescription, ToolInput, ToolSpec, Usage, ValidationProblem, Validator, Waiting, Workflow,
  WorkflowContext, WorkflowSpec,
} from "./contract.ts"
