// Turns callables into activity functions: they never throw, and what they return a history can hold.

import { parkActivity } from "./contract.ts"
import { handoffsOf } from "./agent/handoff.ts"
import { toolsOf } from "./agent/tools.ts"
import type {
  Callable, CallMarker, Envelope, Failure, ModelRequest, Tool, ToolContext, ToolInput, Workflow,
} from "./contract.ts"
import { ToolError } from "./errors.ts"
import { deliverable, failureOf } from "./failure.ts"
import { createExecutions } from "./join.ts"
import { housekeeping } from "./housekeeping.ts"
import { humanActivity, parkingActivity } from "./human.ts"
import { modelTurnActivity } from "./model-turn.ts"
import { accept } from "./schema/accept.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { Activity, ActivityContext, Services } from "./services.ts"
import { markerKey } from "./state-keys.ts"
import type { AttemptFacts } from "./telemetry/telemetry.ts"
import { createFetch } from "./tools/fetch.ts"
import { withTimeout } from "./timeout.ts"
import { callBindingTool, callInvokeTool, callPublishTool, callStateTool } from "./tools/dapr-api.ts"
import { callHttpTool } from "./tools/http.ts"
import { callMcpTool } from "./tools/mcp.ts"

/** Every activity of a worker by name, parking included. Agents' tools are found through the agents. */
export function activitiesOf(callables: readonly Callable[], services: Services): ReadonlyMap<string, Activity> {
  const executions = createExecutions()
  const once = (name: string, kind: AttemptFacts["kind"], work: Activity): Activity => {
    const activity = guarded(work, services)
    const { telemetry } = services
    const told: Activity = telemetry === undefined
      ? activity
      : (context, input) => telemetry.attempt(factsOf(name, kind, context, input), () => activity(context, input))
    return (context, input) => executions.join(executionKey(name, context, input), () => told(context, input))
  }
  const own = [[parkActivity, parkingActivity(services)] as const, ...housekeeping(services)]
  const found = new Map(own.map(([name, activity]) => [name, once(name, "own", activity)]))
  const add = (callable: Callable): void => {
    if (callable.kind === "workflow" || found.has(callable.name)) return
    found.set(callable.name, once(callable.name, callable.kind, activityOf(callable, services)))
    if (callable.kind !== "agent") return
    toolsOf(callable.spec).forEach(add)
    handoffsOf(callable.spec).forEach(add)
  }
  callables.forEach(add)
  return found
}

/** Says with each answer which run it is for: hosts know instance and task only, and an id may be in use again. */
export function stamped(activities: ReadonlyMap<string, Activity>): ReadonlyMap<string, Activity> {
  return new Map([...activities].map(([name, activity]) => {
    const run: Activity = async (context, input) => {
      const envelope = await activity(context, input)
      const start = isRecord(input) ? input["start"] : undefined
      return typeof start === "number" ? { ...envelope, start } : envelope
    }
    return [name, run]
  }))
}

function activityOf(callable: Exclude<Callable, Workflow>, services: Services): Activity {
  switch (callable.kind) {
    case "tool":
      return toolActivity(callable, services)
    case "agent":
      return modelTurnActivity(callable, services)
    case "human":
      return humanActivity(callable, services)
  }
}

function executionKey(name: string, context: ActivityContext, input: unknown): string {
  const { start, step, attempt } = isRecord(input) ? input : {}
  return JSON.stringify([name, context.getWorkflowInstanceId(), start, step, attempt])
}

function factsOf(activity: string, kind: AttemptFacts["kind"], context: ActivityContext, raw: unknown): AttemptFacts {
  const { step = "", attempt = 1, start = 0, parameters } = raw as Partial<ToolInput>
  const request = kind === "agent" ? (parameters as Partial<ModelRequest> | undefined) : undefined
  const { model, maxOutputTokens = 0 } = request ?? {}
  return {
    run: context.getWorkflowInstanceId(), start, step, attempt, activity, kind,
    workflow: step.split(/[/#]/)[0] ?? "",
    ...(model === undefined
      ? {}
      : { model: { provider: model.provider, id: model.id, outputTokensMax: maxOutputTokens, dollars: model.price } }),
  }
}

/** The outermost wrapper: catches everything, masks secrets, keeps to the size limit. */
export function guarded(work: Activity, services: Services): Activity {
  return async (context, input) => {
    let envelope: Envelope
    try {
      if (!isRecord(input) || typeof input["step"] !== "string")
        throw new ToolError("internal", "the activity got no step as its input")
      envelope = await work(context, input)
    } catch (thrown) {
      envelope = failureOf(thrown)
    }
    return services.redactor.value(deliverable(envelope))
  }
}

export function toolActivity(tool: Tool, services: Services): Activity {
  const { spec } = tool
  const isGuardedWrite = spec.effect === "writes" && spec.idempotent !== true
  return async (context, raw) => {
    const input = raw as ToolInput
    const parameters = accept(spec.parameters, input.parameters)
    if (!parameters.ok)
      return { ok: false, kind: "invalid_input", message: `${tool.name}: ${parameters.problems.join("; ")}` }
    const guardedCall = (work: () => Promise<Envelope>): Promise<Envelope> =>
      services.limiter.run(tool.name, input.limit, () => services.breakers.run(tool.name, input.circuit, work))
    return guardedCall(async () => {
      if (isGuardedWrite && !(await leaveMarker(context, input, services))) return unknownOutcome(tool)
      const call = (signal: AbortSignal): Promise<Envelope> =>
        callTool(tool, parameters.value, toolContext(tool, { context, input, signal, services }), services)
      const envelope = await withTimeout(input.timeoutMs, tool.name, call, services.timers)
      const fitting = deliverable(envelope)
      // The call came back, so the effect is there although its result can't be used.
      const judged: Envelope = envelope.ok && !fitting.ok ? { ...fitting, maybeDone: true } : fitting
      const fitted = withFittingData(tool, judged)
      return spec.effect === "writes" ? fitted : withoutDoubt(fitted)
    })
  }
}

/** What a declared error carries comes from outside, as a result does. */
function withFittingData({ name, spec: { fails } }: Tool, envelope: Envelope): Envelope {
  const schema = envelope.ok || fails === undefined || !Object.hasOwn(fails, envelope.kind) ? undefined : fails[envelope.kind]
  if (envelope.ok || schema === undefined) return envelope
  const data = accept(schema, envelope.data ?? {})
  if (data.ok) return { ...envelope, data: data.value }
  const { data: _, ...rest } = envelope
  return { ...rest, kind: "invalid_output", message: `${name} failed with ${envelope.kind} (${envelope.message}), whose data does not fit: ${data.problems.join("; ")}` }
}

/** A read has no effect that could be in doubt. */
function withoutDoubt(envelope: Envelope): Envelope {
  if (envelope.ok || envelope.maybeDone === undefined) return envelope
  const { maybeDone: _, ...rest } = envelope
  return rest
}

async function leaveMarker(context: ActivityContext, input: ToolInput, services: Services): Promise<boolean> {
  const marker: CallMarker = {
    v: 1,
    allowance: { tokens: 0, nanoDollars: 0, turns: 0, calls: 1 },
    at: services.now().toISOString(),
  }
  return (await services.state.saveFirst(markerKey(context.getWorkflowInstanceId(), input), marker)) === "saved"
}

function unknownOutcome(tool: Tool): Failure {
  const message = `${tool.name} was cut off after it may have been sent; it is not idempotent, so it is not sent again`
  return { ok: false, kind: "outcome_unknown", message, maybeDone: true }
}

interface Attempt {
  readonly context: ActivityContext
  readonly input: ToolInput
  readonly signal: AbortSignal
  readonly services: Services
}

function toolContext(tool: Tool, { context, input, signal, services }: Attempt): ToolContext {
  return {
    signal,
    idempotencyKey: input.key,
    step: input.step,
    attempt: input.attempt,
    runId: context.getWorkflowInstanceId(),
    fetch: createFetch({ endpoints: services.endpoints, signal }),
    async secret(name) {
      const declared = tool.spec.secrets?.find((one) => one.name === name)
      if (declared === undefined) throw new ToolError("denied", `${tool.name} has no secret called "${name}"`)
      return (await services.secrets.read([declared]))(declared)
    },
  }
}

async function callTool(tool: Tool, parameters: object, context: ToolContext, services: Services): Promise<Envelope> {
  try {
    return checkedResult(tool, parameters, await returnedBy(tool, parameters, context, services))
  } catch (thrown) {
    if (context.signal.aborted) throw context.signal.reason
    return failureOf(thrown)
  }
}

async function returnedBy(tool: Tool, parameters: object, context: ToolContext, services: Services): Promise<unknown> {
  switch (tool.via) {
    case "function":
      return tool.spec.run(parameters, context)
    case "http":
      return callHttpTool(tool, parameters, context, services)
    case "invoke":
      return callInvokeTool(tool, parameters, context, services)
    case "binding":
      return callBindingTool(tool, parameters, context, services)
    case "state":
      return callStateTool(tool, parameters, context, services)
    case "publish":
      return callPublishTool(tool, parameters, context, services)
    case "mcp":
      return callMcpTool(tool, parameters, context, services)
  }
}

function checkedResult(tool: Tool, parameters: object, returned: unknown): Envelope {
  const { result, require: requirements = [] } = tool.spec
  // A tool without a result type may answer anything; nothing of it is kept.
  const isVoid = isRecord(result.json) && result.json["type"] === "null"
  const plain: unknown = isVoid ? null : toJson(returned)
  const accepted = accept(result, plain)
  if (!accepted.ok) {
    const message = `${tool.name} gave a result of the wrong type: ${accepted.problems.join("; ")}`
    return { ok: false, kind: "invalid_output", message, maybeDone: true }
  }
  for (const requirement of requirements) {
    if (!requirement.holds(accepted.value, parameters)) {
      return {
        ok: false,
        kind: "invalid_output",
        message: `${tool.name}: ${requirement.otherwise(accepted.value, parameters)}`,
      }
    }
  }
  return { ok: true, value: accepted.value }
}

/** What the result becomes in a history (a Date its text), so that the check sees what later steps will see. */
function toJson(value: unknown): unknown {
  if (value === undefined) return null
  try {
    return JSON.parse(JSON.stringify(value) ?? "null")
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error)
    throw new ToolError("invalid_output", `the result can't be written as JSON: ${reason}`, { maybeDone: true })
  }
}
