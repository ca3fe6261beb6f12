// An answer of the offline model in the words of the chat-completions protocol, whole or in chunks.

import type { OfflineAnswer, OfflineRequest } from "../providers/offline-model.ts"
import { hash } from "../providers/random.ts"

export function completionOf(answer: OfflineAnswer, request: OfflineRequest): object {
  const calls = answer.toolCalls.map(callOf)
  return {
    ...head(request),
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: answer.text === "" ? null : answer.text,
          refusal: answer.refusal ?? null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        finish_reason: answer.finishReason,
        logprobs: null,
      },
    ],
    usage: usageOf(answer),
  }
}

/** Text in pieces of a few characters and arguments in two halves, so that a client has something to put together. */
export function chunksOf(
  answer: OfflineAnswer,
  request: OfflineRequest,
  options: { readonly withUsage: boolean },
): readonly object[] {
  const chunk = (delta: object, finishReason: string | null = null): object => ({
    ...head(request),
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
    ...(options.withUsage ? { usage: null } : {}),
  })
  const calls = answer.toolCalls.map(callOf).flatMap((call, index) => {
    const half = Math.ceil(call.function.arguments.length / 2)
    return [
      {
        tool_calls: [
          {
            index,
            id: call.id,
            type: "function",
            function: { name: call.function.name, arguments: call.function.arguments.slice(0, half) },
          },
        ],
      },
      { tool_calls: [{ index, function: { arguments: call.function.arguments.slice(half) } }] },
    ]
  })
  return [
    chunk({ role: "assistant", content: "" }),
    ...piecesOf(answer.text).map((content) => chunk({ content })),
    ...(answer.refusal === undefined ? [] : [chunk({ refusal: answer.refusal })]),
    ...calls.map((delta) => chunk(delta)),
    chunk({}, answer.finishReason),
    ...(options.withUsage
      ? [{ ...head(request), object: "chat.completion.chunk", choices: [], usage: usageOf(answer) }]
      : []),
  ]
}

const charactersPerChunk = 24

function piecesOf(text: string): readonly string[] {
  const characters = [...text]
  return Array.from({ length: Math.ceil(characters.length / charactersPerChunk) }, (_, index) => {
    return characters.slice(index * charactersPerChunk, (index + 1) * charactersPerChunk).join("")
  })
}

/** Ids and times come from the request: the same request gets the same bytes. */
function head(request: OfflineRequest): object {
  const id = hash(`${request.step}\n${request.attempt}\n${JSON.stringify(request.messages)}`).toString(16)
  return { id: `chatcmpl-${id}`, created: 0, model: request.model, system_fingerprint: "agentflow-offline" }
}

function usageOf({ usage }: OfflineAnswer): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}

function callOf(call: OfflineAnswer["toolCalls"][number]): {
  readonly id: string
  readonly type: "function"
  readonly function: { readonly name: string; readonly arguments: string }
} {
  return { id: call.id, type: "function", function: { name: call.name, arguments: JSON.stringify(call.arguments) } }
}
