// The contract: every name that emitted code or a tool's author may use, and nothing else.

export { entry, list, text } from "./builtins.ts"
export { ClientError, connect } from "./client.ts"
export type { Client, ConnectOptions, Finished, RunHandle, RunInfo, StartOptions, WaitOptions } from "./client.ts"
export {
  agent, bindingTool, callFunction, defineSchema, event, httpTool, human, invokeTool, mcpTool, model, publishTool, secret,
  setting, stateTool, tool,
} from "./define.ts"
export { catches, caught, FlowError, parseRunFailure, ToolError } from "./errors.ts"
export type { FlowErrorDetails, ToolErrorOptions } from "./errors.ts"
export { equal, formats, ucs2length } from "./schema/standalone.ts"
export { serve } from "./serve.ts"
export type { Worker, WorkerOptions } from "./serve.ts"
export { errorForStatus } from "./tools/http-status.ts"
export { urlPart } from "./tools/http.ts"
export { workflow } from "./workflow.ts"
export type {
  ActivityInput, Agent, AgentMemory, AgentSpec, Amounts, Answer, AnyToolSpec, Approval, BindingRequest, BindingTool,
  BindingToolSpec, Branches, BranchResults, Budget,
  BuiltInErrorKind, Cache, Callable, CallableSpec, CallMarker, CallOptions, Caps, CaughtError, ChatMessage, Circuit,
  Concurrency, DeadLetterEntry, Duration, EachBody, EachOptions, Effect, Envelope, ErrorKind, EventType, Failure,
  Fallback, Flow, FunctionTool, HttpRequest, HttpTool, HttpToolSpec, Human, HumanInput, HumanSpec, InboxEntry,
  InvokeRequest, InvokeTool, InvokeToolSpec, Json, JsonSchema, Limit, LogEntry, LoopOptions, ManualDecision,
  McpTool, McpToolSpec, Message, Model, ModelPrice, ModelRequest, ModelSpec,
  ModelTurn, ModelTurnInput, OverBudget, ParkInput, Policy, PublishOptions, PublishTool,
  PublishToolSpec, RaceResult, Requirement, Result, Retry, Run,
  RunFailure, RunStatus, Schema, Secret, Secrets, SecretSpec, Setting, Settings, SettingSpec,
  StateRequest, StateTool, StateToolSpec, Success, Task, Time, Tool,
  ToolCall, ToolContext, ToolDescription, ToolInput, ToolSpec, Trigger, UndoCall, Undoing, Usage, ValidationProblem,
  Validator, Waiting, WaitForOptions, Within, Workflow, WorkflowContext, WorkflowSpec,
} from "./contract.ts"
