// What crosses a process border or outlives one: activity inputs and outputs, events, the status, stored records.

import type { Amounts, Caps, CaughtError, ErrorKind, JsonSchema, ModelSpec } from "./contract.ts"

// ------------------------------------------------------------------------------------------- the wire of an activity

/** What every activity input carries. */
export interface ActivityInput {
  /** `DailyBrief/sources[3]/fetchSource` */
  readonly step: string
  /** From 1; counts re-executions too. */
  readonly attempt: number
  /** Idempotency key: the same for all attempts and replays of the step. */
  readonly key: string
  /** When the run started, epoch ms: tells a re-used instance id apart (marker keys carry it). */
  readonly start: number
  readonly parameters: unknown
}

/** Input of a tool's activity (name: the tool's). */
export interface ToolInput extends ActivityInput {
  /** One attempt; the activity aborts the tool when it passes. */
  readonly timeoutMs?: number
  readonly circuit?: { readonly failures: number; readonly withinMs: number; readonly retryAfterMs: number }
}

/** Input of one model turn (activity name: the agent's). */
export interface ModelTurnInput extends ActivityInput {
  readonly parameters: ModelRequest
  readonly timeoutMs?: number
  readonly circuit?: ToolInput["circuit"]
}

/** Input of a human's activity (name: the human's): writes the inbox entry; the answer comes as `answer:<step>`. */
export interface HumanInput extends ActivityInput {
  /** When the question lapses, epoch ms. */
  readonly deadline?: number
}

/** Input of `agentflow.park`: a step whose every automatic way failed waits for a person; `step` ends in `/manual`. */
export interface ParkInput extends ActivityInput {
  readonly parameters: {
    readonly callable: string
    readonly by: string
    readonly error: CaughtError
    /** The failed step's own parameters. */
    readonly parameters: unknown
    /** What a "skip with value" must fit. */
    readonly schema: JsonSchema
  }
  readonly deadline?: number
}

export const parkActivity = "agentflow.park"

/** The event that answers a question: `answer:<step>`; hosts compare it without case. */
export function answerEvent(step: string): string {
  return `answer:${step}`
}

/** Payload of an answer event. */
export interface Answer {
  readonly v: unknown
  readonly by?: string
}

/** Value of the answer to a parked step. */
export type ManualDecision =
  | { readonly action: "retry" }
  | { readonly action: "skip"; readonly value: unknown }
  | { readonly action: "fail" }

/** What an activity returns; it never throws. */
export type Envelope<T = unknown> = Success<T> | Failure

export interface Success<T = unknown> {
  readonly ok: true
  readonly value: T
  readonly usage?: Usage
  readonly note?: string
}

export interface Failure {
  readonly ok: false
  /**
   * An error kind, or `interrupted`: the attempt found its own marker, so an earlier execution of it was cut off after
   * the request may have left. Nothing was sent now; the workflow charges the allowance and sends again as the next
   * attempt.
   */
  readonly kind: ErrorKind | "interrupted"
  readonly message: string
  readonly data?: unknown
  readonly retryAfterMs?: number
  /** The outcome is unknown: timed out or cut off after sending. */
  readonly maybeDone?: boolean
  /** What was billed in spite of the failure; without it a `maybeDone` model call costs its whole allowance. */
  readonly usage?: Usage
}

/** As the provider reports it. Dollars are not here: whoever wants them applies the price (`policy/money.ts`). */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

// --------------------------------------------------------------------------------------------------------- model turns

export type Message =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content?: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly toolCallId: string; readonly name: string; readonly content: string }

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Parsed JSON; not yet validated. */
  readonly arguments: unknown
  /** Set when the model's text was not JSON: what it wrote, so that it can be told. */
  readonly malformed?: string
}

export interface ToolDescription {
  readonly name: string
  readonly description?: string
  readonly parameters: JsonSchema
}

/** One request to a model: complete, so that the activity needs no state. */
export interface ModelRequest {
  readonly model: ModelSpec
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDescription[]
  /** The agent's result schema as declared; the provider wraps what it can't take at the top level. */
  readonly responseSchema: JsonSchema
  /** `max_completion_tokens`: the call may not exceed its allowance. */
  readonly maxOutputTokens: number
  /** What the ledger reserved for this call. */
  readonly allowance: Amounts
}

/** The value of a model turn's envelope. Exactly one of toolCalls, answer, problems and refusal leads. */
export interface ModelTurn {
  readonly text?: string
  readonly toolCalls?: readonly ToolCall[]
  /** The answer, validated against the agent's result schema and projected to it. Wrapped: an answer may be null. */
  readonly answer?: { readonly value: unknown }
  /** Why the text is not an answer of the result type, one sentence each. */
  readonly problems?: readonly string[]
  readonly refusal?: string
  readonly finishReason: "stop" | "tool_calls" | "length" | "content_filter"
}

// ------------------------------------------------------------------------------------------------------- what is shown

/** The customStatus: what history can't say. Small; at most 20 waits. */
export interface RunStatus {
  readonly v: 1
  readonly workflow: string
  readonly phase: "running" | "compensating" | "done"
  readonly budget?: Caps
  readonly spent: Amounts
  readonly reserved: Amounts
  readonly waiting: readonly Waiting[]
}

export interface Waiting {
  readonly step: string
  readonly for: "retry" | "answer" | "manual" | "sleep"
  /** Epoch ms. */
  readonly until?: number
  readonly attempt?: number
  readonly error?: string
}

/** Why a run failed: the last line of the failure message, as JSON (`errors.ts`: parseRunFailure). */
export interface RunFailure {
  readonly v: 1
  readonly kind: ErrorKind
  readonly message: string
  readonly step?: string
  readonly data?: unknown
  /** Steps undone, in the order of their undo. */
  readonly undone: readonly string[]
  readonly undoFailed: readonly CaughtError[]
  /** Steps whose outcome is unknown and whose undo needs it: for a person. */
  readonly undoUnknown: readonly string[]
}

/** State store: `inbox:<instanceId>:<step>`. */
export interface InboxEntry {
  readonly v: 1
  readonly kind: "question" | "manual"
  readonly run: string
  readonly workflow: string
  readonly step: string
  readonly ask: string
  readonly choices?: readonly string[]
  readonly schema: JsonSchema
  readonly parameters: unknown
  readonly askedAt: string
  /** Epoch ms. */
  readonly deadline?: number
  readonly error?: CaughtError
  readonly answer?: { readonly value: unknown; readonly by: string; readonly at: string }
}

/** State store: `call:<instanceId>:<start>:<step>:<attempt>`, written before a request leaves; the first write wins. */
export interface CallMarker {
  readonly v: 1
  readonly allowance: Amounts
  readonly at: string
}
