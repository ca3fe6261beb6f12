// OpenAI's responses API, where a service offers it; nothing is stored there, the conversation is sent each time.

import type OpenAI from "openai"
import type { Message } from "../contract.ts"
import { replyOf } from "./heard.ts"
import type { Heard } from "./heard.ts"
import type { SendOptions } from "./openai.ts"
import type { ProviderRequest, ProviderResponse } from "./provider.ts"
import { strictSchema } from "./strict-schema.ts"

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming
type Input = OpenAI.Responses.ResponseInputItem

export async function completeByResponses(
  client: OpenAI, request: ProviderRequest, sent: SendOptions,
): Promise<ProviderResponse> {
  const body = bodyOf(request)
  if (request.onText === undefined) return responseOf(await client.responses.create(body, sent), request)
  const stream = await client.responses.create({ ...body, stream: true }, sent)
  for await (const event of stream) {
    if (event.type === "response.output_text.delta") request.onText(event.delta)
    if (event.type === "response.completed" || event.type === "response.incomplete" || event.type === "response.failed")
      return responseOf(event.response, request)
    if (event.type === "error")
      return { ok: false, kind: "unavailable", message: event.message, maybeDone: true }
  }
  return {
    ok: false, kind: request.signal.aborted ? "timeout" : "network", maybeDone: true,
    message: "the stream of the answer ended before it was complete",
  }
}

function bodyOf(request: ProviderRequest): Body {
  const { schema } = strictSchema(request.responseSchema)
  const name = request.agent.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "answer"
  return {
    model: request.model,
    store: false,
    input: request.messages.flatMap(inputOf),
    max_output_tokens: request.maxOutputTokens,
    text: { format: { type: "json_schema", name, strict: true, schema: { ...schema } } },
    ...(request.tools.length === 0 ? {} : {
      tools: request.tools.map((tool) => ({
        type: "function" as const, name: tool.name, strict: true, parameters: { ...strictSchema(tool.parameters).schema },
        ...(tool.description === undefined ? {} : { description: tool.description }),
      })),
    }),
  }
}

function inputOf(message: Message): Input[] {
  switch (message.role) {
    case "system":
    case "user":
      return [{ role: message.role, content: message.content }]
    case "tool":
      return [{ type: "function_call_output", call_id: message.toolCallId, output: message.content }]
    case "assistant":
      return [
        ...(message.content === undefined ? [] : [{ role: "assistant" as const, content: message.content }]),
        ...(message.toolCalls ?? []).map((call) => ({
          type: "function_call" as const, call_id: call.id, name: call.name,
          arguments: call.malformed ?? JSON.stringify(call.arguments),
        })),
      ]
  }
}

function responseOf(response: OpenAI.Responses.Response, request: ProviderRequest): ProviderResponse {
  const { usage, output, status, error, incomplete_details: incomplete } = response
  const billed = usage ? { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } : undefined
  if (status === "failed") {
    const kind = error?.code === "rate_limit_exceeded" ? "rate_limited" : "unavailable"
    const message = error?.message ?? "the response failed"
    return { ok: false, kind, message, ...(billed === undefined ? { maybeDone: true } : { usage: billed }) }
  }
  const parts = output.flatMap((item) => (item.type === "message" ? item.content : []))
  const heard: Heard = {
    text: parts.map((part) => (part.type === "output_text" ? part.text : "")).join(""),
    refusal: parts.map((part) => (part.type === "refusal" ? part.refusal : "")).join(""),
    calls: output.flatMap((item) =>
      (item.type === "function_call" ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : [])),
    finishReason: incomplete?.reason === "max_output_tokens" ? "length" : incomplete?.reason ?? "stop",
    usage: billed,
  }
  return replyOf(heard, request)
}
