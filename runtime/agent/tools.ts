// The tools that a model asks for: each call a durable step of its own, each failure an answer to the model.

import type { AgentSpec, Callable, Flow, JsonSchema, Message, ToolCall, ToolDescription } from "../contract.ts"
import { asCaughtError, catches, FlowError } from "../errors.ts"
import { text } from "../builtins.ts"
import { runTogether } from "../flow/fibers.ts"
import type { Frame } from "../flow/state.ts"
import { accept } from "../schema/accept.ts"

/** As many as a provider lets a model ask for at once. */
const callsAtATime = 16

/** A function, where the files of the tools import each other in a circle. */
export function toolsOf<P extends object, R>({ tools = [] }: AgentSpec<P, R>): readonly Callable[] {
  return typeof tools === "function" ? tools() : tools
}

export function describeTools(tools: readonly Callable[]): readonly ToolDescription[] {
  return tools.map(({ name, spec }) => {
    const json = spec.parameters.json
    const description = descriptionOf(json)
    return { name, ...(description === undefined ? {} : { description }), parameters: json }
  })
}

export function descriptionOf(json: JsonSchema): string | undefined {
  const description = typeof json === "object" ? json["description"] : undefined
  return typeof description === "string" ? description : undefined
}

/** The messages that answer the calls, in the order in which the model made them. */
export function* callTools(
  turn: Frame, tools: readonly Callable[], calls: readonly ToolCall[],
): Flow<readonly Message[]> {
  const names = new Map<string, number>()
  const outcomes = yield* runTogether<Message>(turn.scope, {
    count: calls.length,
    atATime: callsAtATime,
    start: (index, scope) => callTool({ ...turn, scope, names, share: turn.share * calls.length }, tools, calls[index] as ToolCall),
    isFatal: () => true,
  })
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
}

function* callTool(frame: Frame, tools: readonly Callable[], call: ToolCall): Flow<Message> {
  const content = yield* answerTo(frame, tools, call)
  return { role: "tool", toolCallId: call.id, name: call.name, content }
}

function* answerTo(frame: Frame, tools: readonly Callable[], call: ToolCall): Flow<string> {
  const tool = tools.find(({ name }) => name === call.name)
  if (!tool) {
    const known = tools.map(({ name }) => name).join(", ") || "none"
    return refusal("invalid_input", `there is no tool ${call.name}; there are: ${known}`)
  }
  if (call.malformed !== undefined) return refusal("invalid_input", "the arguments are not JSON")
  const parameters = accept(tool.spec.parameters, call.arguments ?? {})
  if (!parameters.ok) return refusal("invalid_input", parameters.problems.join("; "))
  try {
    return text(yield* frame.state.runOf(frame).call(tool, parameters.value))
  } catch (thrown) {
    if (!(thrown instanceof FlowError) || !catches(thrown)) throw thrown
    const { kind, message, data } = asCaughtError(thrown)
    return refusal(kind, message, data)
  }
}

export function refusal(kind: string, message: string, data?: unknown): string {
  return JSON.stringify({ error: data === undefined ? { kind, message } : { kind, message, data } })
}
