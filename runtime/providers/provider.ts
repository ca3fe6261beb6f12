// The one contract of every model provider: a request in plain data, a response that never throws.

import type { ErrorKind, JsonSchema, Message, ToolCall, ToolDescription, Usage } from "../contract.ts"

export interface ProviderRequest {
  readonly agent: string
  readonly step: string
  readonly attempt: number
  /** From 1 within the agent's loop. */
  readonly turn: number
  /** The provider's own name of the model. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDescription[]
  /** Schema of the final answer. Its limits are checked by the caller again, whatever the provider promises. */
  readonly responseSchema: JsonSchema
  readonly maxOutputTokens: number
  readonly idempotencyKey: string
  readonly signal: AbortSignal
  /** Receives the text as it comes: only given when somebody watches, and makes the provider stream. */
  readonly onText?: (delta: string) => void
}

export type ProviderResponse = ProviderReply | ProviderFailure

export interface ProviderReply {
  readonly ok: true
  readonly finishReason: "stop" | "tool_calls" | "length" | "content_filter"
  readonly text: string
  /** The answer, out of the wrapping that the provider needed. Absent when it is not JSON or tools are called. */
  readonly answer?: { readonly value: unknown }
  readonly toolCalls: readonly ToolCall[]
  readonly refusal?: string
  /** Absent when the provider did not report it: the call then costs its whole allowance. */
  readonly usage?: Usage
}

export interface ProviderFailure {
  readonly ok: false
  readonly kind: ErrorKind
  readonly message: string
  readonly retryAfterMs?: number
  readonly usage?: Usage
  /** The request left and nobody knows whether it was carried out (and billed). */
  readonly maybeDone?: boolean
}

export interface Provider {
  readonly name: string
  complete(request: ProviderRequest): Promise<ProviderResponse>
}
