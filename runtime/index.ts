// The contract: every name that emitted code, a tool's author or a host may use, and nothing else.

export { accept } from "./schema/accept.ts"
export type { Accepted } from "./schema/accept.ts"
export { equal, formats, ucs2length } from "./schema/standalone.ts"
export { list, text } from "./builtins.ts"
export { agent, defineSchema, httpTool, human, model, secret, tool } from "./define.ts"
export { catches, caught, FlowError, parseRunFailure, ToolError } from "./errors.ts"
export type { FlowErrorDetails, ToolErrorOptions } from "./errors.ts"
export { errorForStatus } from "./tools/http-status.ts"
export { workflow } from "./workflow.ts"
export { answerEvent, builtInErrorKinds, parkActivity, transientKinds } from "./contract.ts"
export type {
  ActivityInput, Agent, AgentSpec, Amounts, Answer, Budget, BuiltInErrorKind, Callable, CallableSpec, CallMarker, CallOptions, Caps,
  CaughtError, Circuit, Duration, EachOptions, Effect, Envelope, ErrorKind, Failure, Fallback, Flow, FunctionTool, HttpRequest, HttpTool,
  HttpToolSpec, Human, HumanInput, HumanSpec, InboxEntry, Json, JsonSchema, LogEntry, ManualDecision, Message, Model, ModelPrice,
  ModelRequest, ModelSpec, ModelTurn, ModelTurnInput, ParkInput, Policy, Requirement, Result, Retry, Run, RunFailure, RunStatus, Schema,
  Secret, Secrets, SecretSpec, Success, Task, Tool, ToolCall, ToolContext, ToolDescription, ToolInput, ToolSpec, Usage, ValidationProblem,
  Validator, Waiting, Workflow, WorkflowContext, WorkflowSpec,
} from "./contract.ts"
