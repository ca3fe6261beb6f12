// What a simulated run meets: the seed, what each callable does, what fails, what comes from outside and when. Plain data.

import type { ManualDecision } from "@agentflow/runtime/contract"

/** What one call of a callable does. */
export interface Outcome {
  readonly action: "returns" | "fails"
  /** Of `returns`; absent: a value that fits the type. */
  readonly value?: unknown
  /** Of `fails`. */
  readonly kind?: string
  readonly message?: string
  readonly data?: unknown
  readonly retryAfterMs?: number
  /** How long the call takes, virtual ms; absent: what is usual for its kind. */
  readonly takesMs?: number
  /** Of an agent: what the answer costs, integers of 1e-9 dollars. */
  readonly nanoDollars?: number
  /** Of a failure: the service did it all the same. */
  readonly effect?: boolean
  /** Of a person: the question is never answered. Of an agent: what the model does instead of answering. */
  readonly instead?: "silence" | "refusal" | "nonsense"
}

/** Outcomes in order; the last without `times` goes on for ever, and after a last one with `times` come usual ones. */
export interface ScriptedOutcome extends Outcome {
  readonly times?: number
}

/** Where a fault strikes: at boundaries that a run without faults passes in the same order for the same seed. */
export type Fault =
  /** Worker and sidecar end at this boundary, and start again. */
  | { readonly kind: "crash"; readonly boundary: number }
  /** The same, by name: the n-th time that a call of this callable (or of this step's path) comes to this point. */
  | { readonly kind: "crashAt"; readonly callable: string; readonly point: CallPoint; readonly nth: number }
  /** The outcome of the n-th call of this callable, or on this path of a step, is another. */
  | { readonly kind: "outcome"; readonly callable: string; readonly nth: number; readonly outcome: Outcome }
  /** A message between sidecar and worker, counted from 0 in the order in which they are sent. */
  | { readonly kind: "drop" | "duplicate"; readonly message: number }
  | { readonly kind: "delay"; readonly message: number; readonly byMs: number }

/** before: nothing was sent. during: the service has done it, nobody here knows. after: the outcome is durable. */
export type CallPoint = "before" | "during" | "after"

export interface World {
  /** 0: calls take what is usual. Another number draws their length, and so the order in which they end. */
  readonly seed: number
  /** Virtual epoch ms of the start. */
  readonly startMs: number
  readonly given: Readonly<Record<string, readonly ScriptedOutcome[]>>
  readonly faults: readonly Fault[]
  /** By callable: what a person decides about a step of it that waits for one after it has failed. */
  readonly decisions: Readonly<Record<string, ManualDecision>>
  readonly settings: Readonly<Record<string, unknown>>
  /** How long worker and sidecar are away after a crash. */
  readonly restartMs: number
  /** After so many events the run counts as endless. */
  readonly eventsMax: number
  /** After so much virtual time the run counts as endless. */
  readonly timeMsMax: number
}

const dayMs = 86_400_000

export const usualWorld: World = {
  seed: 0,
  startMs: Date.UTC(2026, 0, 5, 8, 0, 0),
  given: {},
  faults: [],
  decisions: {},
  settings: {},
  restartMs: 1_000,
  eventsMax: 20_000,
  timeMsMax: 400 * dayMs,
}

/** What a call takes where nothing is said, in virtual ms. */
export const usualMs = { tool: 100, agent: 1_000, human: 60_000, workflow: 1_000 } as const
