// What a provider's answer comes to, whichever protocol it came by: text, calls, a refusal, and why it ended.

import type { ToolCall, Usage } from "../contract.ts"
import type { ProviderReply, ProviderRequest } from "./provider.ts"
import { readAnswer } from "./read-answer.ts"
import { fromStrict } from "./strict-schema.ts"

export interface Heard {
  readonly text: string
  readonly refusal: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finishReason: string | null
  readonly usage: Usage | undefined
}

export function replyOf(heard: Heard, request: ProviderRequest): ProviderReply {
  const finishReason = finishReasonOf(heard)
  const toolCalls = finishReason === "length" ? [] : heard.calls.map((call) => toolCallOf(call, request))
  const read =
    finishReason === "stop" && heard.refusal === "" && toolCalls.length === 0 ? readAnswer(heard.text) : undefined
  return {
    ok: true,
    text: heard.text,
    toolCalls,
    finishReason,
    ...(heard.usage === undefined ? {} : { usage: heard.usage }),
    ...(heard.refusal === "" ? {} : { refusal: heard.refusal }),
    ...(read === undefined ? {} : { answer: { value: fromStrict(request.responseSchema, read.value) } }),
  }
}

function finishReasonOf(heard: Heard): ProviderReply["finishReason"] {
  switch (heard.finishReason) {
    case "length":
    case "content_filter":
      return heard.finishReason
    // Some compatible services say "stop" although they call tools.
    default:
      return heard.calls.length > 0 ? "tool_calls" : "stop"
  }
}

function toolCallOf(call: Heard["calls"][number], request: ProviderRequest): ToolCall {
  const tool = request.tools.find((one) => one.name === call.name)
  const read = call.arguments.trim() === "" ? { value: {} } : readAnswer(call.arguments)
  if (read === undefined) return { id: call.id, name: call.name, arguments: null, malformed: call.arguments }
  return {
    id: call.id,
    name: call.name,
    arguments: tool === undefined ? read.value : fromStrict(tool.parameters, read.value),
  }
}
