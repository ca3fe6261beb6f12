// OpenAI chat completions, and every service that speaks the same protocol, through the official package.

import OpenAI from "openai"
import type { Message, ToolCall, ToolDescription, Usage } from "../contract.ts"
import { isLoopback } from "../environment.ts"
import { retryAfterMs } from "../tools/http-status.ts"
import { failureOfOpenai } from "./openai-failure.ts"
import { replyOf } from "./heard.ts"
import { completeByResponses } from "./openai-responses.ts"
import type { Provider, ProviderRequest, ProviderResponse } from "./provider.ts"
import { strictSchema } from "./strict-schema.ts"

export interface OpenaiOptions {
  readonly apiKey?: string
  readonly baseUrl?: string
  /** Which of the two protocols. Default: chat completions, which every compatible service speaks. */
  readonly api?: "chat" | "responses"
}

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming

export function createOpenaiProvider(options: OpenaiOptions): Provider {
  const baseUrl = options.baseUrl
  // Everything is stated, so that the package takes nothing else from the environment. Retries are the workflow's.
  const client = new OpenAI({
    apiKey: options.apiKey ?? "none",
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    maxRetries: 0,
    logLevel: "off",
    organization: null,
    project: null,
  })
  const isLocal = baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname)
  return {
    name: "openai",
    async complete(request) {
      const sent = { signal: request.signal, timeout: requestTimeoutMs, headers: headersOf(request, isLocal) }
      try {
        if (options.api === "responses") return await completeByResponses(client, request, sent)
        if (request.onText !== undefined) return await streamed(client, request, sent)
        const completion = await client.chat.completions.create(bodyOf(request), sent)
        return completed(completion, request)
      } catch (error) {
        return failureOfOpenai(error, request.signal, (header) => retryAfterMs(header, Date.now()))
      }
    },
  }
}

// The attempt's own timeout comes through the signal; this only ends a call that has none.
const requestTimeoutMs = 10 * 60_000

export interface SendOptions {
  readonly signal: AbortSignal
  readonly timeout: number
  readonly headers: Record<string, string>
}

/** A local model server is told the step, which no service elsewhere needs to know. */
function headersOf(request: ProviderRequest, isLocal: boolean): Record<string, string> {
  const key = { "idempotency-key": `${request.idempotencyKey}-${request.attempt}` }
  if (!isLocal) return key
  return {
    ...key,
    "x-agentflow-step": encodeURIComponent(request.step),
    "x-agentflow-attempt": String(request.attempt),
    "x-agentflow-agent": encodeURIComponent(request.agent),
  }
}

function bodyOf(request: ProviderRequest): Body {
  const { schema } = strictSchema(request.responseSchema)
  return {
    model: request.model,
    messages: request.messages.map(messageOf),
    max_completion_tokens: request.maxOutputTokens,
    response_format: { type: "json_schema", json_schema: { name: schemaName(request.agent), strict: true, schema } },
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf) }),
  }
}

/** Providers take letters, digits, `_` and `-`, 64 at most. */
export function schemaName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "answer"
}

function toolOf(tool: ToolDescription): OpenAI.ChatCompletionFunctionTool {
  return {
    type: "function",
    function: {
      name: tool.name,
      strict: true,
      parameters: { ...strictSchema(tool.parameters).schema },
      ...(tool.description === undefined ? {} : { description: tool.description }),
    },
  }
}

function messageOf(message: Message): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content }
    case "user":
      return { role: "user", content: message.content }
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.content }
    case "assistant":
      return {
        role: "assistant",
        content: message.content ?? null,
        ...(message.toolCalls === undefined || message.toolCalls.length === 0
          ? {}
          : { tool_calls: message.toolCalls.map(callParam) }),
      }
  }
}

function callParam(call: ToolCall): OpenAI.ChatCompletionMessageFunctionToolCall {
  return {
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: call.malformed ?? JSON.stringify(call.arguments) },
  }
}

function completed(completion: OpenAI.ChatCompletion, request: ProviderRequest): ProviderResponse {
  const choice = completion.choices?.[0]
  const usage = usageOf(completion.usage)
  if (choice === undefined)
    return { ok: false, kind: "invalid_output", message: "the provider's answer holds no choice", maybeDone: true }
  const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
    call.type === "function" ? [{ id: call.id, ...call.function }] : [],
  )
  return replyOf(
    {
      text: choice.message.content ?? "",
      refusal: choice.message.refusal ?? "",
      calls,
      finishReason: choice.finish_reason,
      usage,
    },
    request,
  )
}

async function streamed(client: OpenAI, request: ProviderRequest, sent: SendOptions): Promise<ProviderResponse> {
  const stream = await client.chat.completions.create(
    { ...bodyOf(request), stream: true, stream_options: { include_usage: true } },
    sent,
  )
  const calls: { id: string; name: string; arguments: string }[] = []
  let [text, refusal] = ["", ""]
  let finishReason: string | null = null
  let usage: Usage | undefined
  for await (const chunk of stream) {
    if (chunk.usage) usage = usageOf(chunk.usage)
    const choice = chunk.choices[0]
    if (choice === undefined) continue
    const { content, refusal: refused, tool_calls: parts = [] } = choice.delta
    if (content) {
      text += content
      request.onText?.(content)
    }
    refusal += refused ?? ""
    for (const part of parts) {
      const call = (calls[part.index] ??= { id: "", name: "", arguments: "" })
      call.id ||= part.id ?? ""
      call.name += part.function?.name ?? ""
      call.arguments += part.function?.arguments ?? ""
    }
    finishReason = choice.finish_reason ?? finishReason
  }
  // Aborting a stream ends it quietly; without a finish reason it was not the whole answer.
  if (finishReason === null) {
    return {
      ok: false,
      kind: request.signal.aborted ? "timeout" : "network",
      message: "the stream of the answer ended before it was complete",
      maybeDone: true,
      ...(usage === undefined ? {} : { usage }),
    }
  }
  return replyOf({ text, refusal, calls: calls.filter((call) => call !== undefined), finishReason, usage }, request)
}

function usageOf(usage: OpenAI.CompletionUsage | null | undefined): Usage | undefined {
  return usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : undefined
}
