// What crosses a process border or outlives one: activity inputs and outputs, events, the status, stored records.

import type { ChatMessage } from "./contract-run.ts"
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
  /** Of this activity in this worker process; the wait for room counts for no attempt's timeout. */
  readonly limit?: { readonly times?: number; readonly perMs?: number; readonly atOnce?: number }
}

/** Input of one model turn (activity name: the agent's). */
export interface ModelTurnInput extends ActivityInput {
  readonly parameters: ModelRequest
  readonly timeoutMs?: number
  readonly circuit?: ToolInput["circuit"]
  readonly limit?: ToolInput["limit"]
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

export const cacheActivity = "agentflow.cache"
export const cancelRunActivity = "agentflow.cancel"
export const deadLetterActivity = "agentflow.deadletter"
export const memoryActivity = "agentflow.memory"
export const publishActivity = "agentflow.publish"
export const settingsActivity = "agentflow.settings"

/** The reserved event that cancels a run: no more steps, then compensation. */
export const cancelEvent = "agentflow.cancel"

/** Input of `agentflow.cache`. A `get` answers `{ value }`, or null; a `put` replaces what is there. */
export interface CacheInput extends ActivityInput {
  readonly parameters:
    | { readonly action: "get"; readonly key: string }
    | { readonly action: "put"; readonly key: string; readonly value: unknown; readonly forMs: number }
}

/** Input of `agentflow.memory`. A `get` answers the messages kept; an `append` adds and keeps the last `keep`. */
export interface MemoryInput extends ActivityInput {
  readonly parameters:
    | { readonly action: "get"; readonly agent: string; readonly by: string }
    | {
      readonly action: "append"
      readonly agent: string
      readonly by: string
      readonly messages: readonly ChatMessage[]
      readonly keep: number
    }
}

/** Input of `agentflow.settings`, the first step of a run that reads settings; answers the values by name. */
export interface SettingsInput extends ActivityInput {
  readonly parameters: { readonly settings: readonly { readonly name: string; readonly default?: unknown }[] }
}

/** Input of `agentflow.publish`: a CloudEvent whose id is the input's `key` and whose type is the event's name. */
export interface PublishInput extends ActivityInput {
  readonly parameters: {
    readonly event: string
    readonly topic: string
    readonly pubsub?: string
    readonly payload: unknown
  }
}

/** Input of `agentflow.deadletter`: the last step of a failed run that declares a dead letter. */
export interface DeadLetterInput extends ActivityInput {
  readonly parameters: {
    readonly workflow: string
    readonly topic: string
    readonly pubsub?: string
    readonly input: unknown
    readonly failure: RunFailure
  }
}

/** Input of `agentflow.cancel`: raises the event `agentflow.cancel` at another run. */
export interface CancelRunInput extends ActivityInput {
  readonly parameters: { readonly run: string }
}

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

// --------------------------------------------------------------------------------------- runs that are started by runs

/**
 * The input of a run that another run started: as a child, or as its own next generation. A run started from outside
 * gets its plain parameters; a declared parameter can't have the marker's name.
 */
export interface RunEnvelope {
  readonly "agentflow.run": 1
  readonly parameters: unknown
  /** Set for a child: what it may spend at most. It answers with a `ChildResult`, and fails with what it spent. */
  readonly allotment?: Caps
  /** Set for a next generation. */
  readonly carried?: CarriedRun
  /** For those who trace: what started it. */
  readonly cause?: RunCause
}

/** The step that called a child run, or the history before a next generation (its step is empty). */
export interface RunCause {
  readonly run: string
  /** Of that run, epoch ms. */
  readonly start: number
  readonly step: string
}

/** The output of a run that has an allotment. */
export interface ChildResult {
  readonly "agentflow.run": 1
  readonly value: unknown
  readonly spent: Amounts
}

/** What a run hands to its next generation. */
export interface CarriedRun {
  /** From 2. */
  readonly generation: number
  readonly spent: Amounts
  /** The run's own limits, with what a person has added. */
  readonly caps: Caps
  /** Epoch ms. */
  readonly deadlineAt?: number
  readonly stepsStarted: number
  readonly undo: readonly CarriedUndo[]
  /** What blocks have undone, or could not. */
  readonly compensated: Pick<RunFailure, "undone" | "undoFailed" | "undoUnknown">
  /** Events that have come and fitted no waiter, by name in lower case. */
  readonly events: Readonly<Record<string, readonly unknown[]>>
  readonly settings: Readonly<Record<string, unknown>>
}

export interface CarriedUndo {
  readonly start: number
  readonly step: string
  /** Absent: the outcome is unknown and the undo needs it. */
  readonly call?: { readonly callable: string; readonly parameters: object }
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
  readonly for: "retry" | "answer" | "manual" | "sleep" | "event" | "child"
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
  /** Of a child: its parent charges it. */
  readonly spent?: Amounts
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

/** State store: `cache:<callable>:<hash of what the result depends on>`. */
export interface CacheEntry {
  readonly v: 1
  readonly value: unknown
  /** Epoch ms. */
  readonly until: number
}

/** State store: `deadletter:<instanceId>:<start>`, listed under `deadletter:index`. */
export interface DeadLetterEntry {
  readonly v: 1
  readonly run: string
  readonly workflow: string
  readonly start: number
  readonly at: string
  readonly input: unknown
  readonly failure: RunFailure
}
