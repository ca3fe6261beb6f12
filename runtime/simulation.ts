// What a host without any service needs: the executor, the activity side, and the names that emitted code imports. Runs in a browser.

import { entry, list, text } from "./builtins.ts"
import {
  agent, bindingTool, callFunction, defineSchema, event, httpTool, human, invokeTool, mcpTool, model, publishTool, secret,
  setting, stateTool, tool,
} from "./define.ts"
import { catches, caught, FlowError, ToolError } from "./errors.ts"
import { equal, formats, ucs2length } from "./schema/standalone.ts"
import { urlPart } from "./tools/http.ts"
import { workflow } from "./workflow.ts"

/** By name, as generated code imports them from the package; what starts or serves a project is not among them. */
export const runtimeValues = {
  agent, bindingTool, callFunction, catches, caught, defineSchema, entry, equal, event, FlowError, formats, httpTool, human,
  invokeTool, list, mcpTool, model, publishTool, secret, setting, stateTool, text, tool, ToolError, ucs2length, urlPart, workflow,
}

export { activitiesOf } from "./activity.ts"
export { handoffsOf } from "./agent/handoff.ts"
export { toolsOf } from "./agent/tools.ts"
export type { Breakers, CircuitSpec } from "./breaker.ts"
export { parseRunFailure } from "./errors.ts"
export { createExecutor } from "./executor.ts"
export type { Execution, Executor, ExecutorAction, ExecutorEvent, WorkflowBody } from "./executor.ts"
export { createLimiter } from "./limit.ts"
export type { Limiter } from "./limit.ts"
export { durationMs, formatDuration } from "./policy/duration.ts"
export type { Provider, ProviderRequest, ProviderResponse } from "./providers/provider.ts"
export type { PublishedEvent } from "./publish.ts"
export { accept } from "./schema/accept.ts"
export { project } from "./schema/project.ts"
export { equal, formats, ucs2length } from "./schema/standalone.ts"
export type { Activity, ActivityContext, Services } from "./services.ts"
export type { StateStore, Stored } from "./state.ts"
export { workflow } from "./workflow.ts"
