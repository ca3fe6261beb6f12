// What a simulated run leaves behind: plain data, where the state at any moment is an index into a list.

import type { FailureDetails, HistoryEvent, InstanceStatus } from "../engine/types.ts"
import type { Amounts, Caps, CaughtError, RunFailure, Waiting } from "@agentflow/runtime/contract"

/** Offsets into a source file, as the compiler counts them. */
export interface Origin {
  readonly path: string
  readonly span: { readonly start: number; readonly end: number }
}

export interface Trace {
  readonly seed: number
  /** Virtual epoch ms at which the first run starts. */
  readonly startMs: number
  readonly events: readonly TraceEvent[]
  /** By run: its history at the end, which a host of the same engine would hold too. */
  readonly histories: Readonly<Record<string, readonly HistoryEvent[]>>
  /** What services, topics, inbox and dead letters have seen. */
  readonly outside: Outside
  /** Why the simulation ended where it did. */
  readonly end: SimulationEnd
}

export type SimulationEnd =
  /** Every run has ended. */
  | { readonly kind: "ended" }
  /** Nothing would ever happen again: all that is left waits for a person or an event. */
  | { readonly kind: "stuck"; readonly waiting: readonly Waiting[] }
  | { readonly kind: "stepLimit"; readonly limit: number }
  | { readonly kind: "timeLimit"; readonly limitMs: number }

/** One thing that happened. `state` is what stood after it. */
export interface TraceEvent {
  readonly index: number
  /** Virtual ms since the start. */
  readonly atMs: number
  /** The id of the run; absent where the whole worker is meant. */
  readonly run?: string
  /** The step's path, `DailyBrief/sources[3]/fetchSource`. */
  readonly step?: string
  readonly attempt?: number
  readonly what: TraceWhat
  readonly state: WorldState
}

export type TraceWhat =
  | { readonly kind: "runStarted"; readonly workflow: string; readonly input: unknown; readonly parent?: string }
  /** A commit has made the wish to do this step durable. */
  | { readonly kind: "stepScheduled"; readonly activity: string; readonly parameters: unknown }
  | { readonly kind: "callStarted"; readonly callable: string }
  /** The service has done what was asked for; nobody here knows yet. */
  | { readonly kind: "effect"; readonly callable: string; readonly key: string; readonly again: boolean }
  | { readonly kind: "callEnded"; readonly callable: string; readonly outcome: CallOutcome }
  /** The outcome is durable. */
  | { readonly kind: "stepAcknowledged"; readonly outcome: CallOutcome }
  | { readonly kind: "timerSet"; readonly fireAtMs: number }
  | { readonly kind: "timerFired" }
  | { readonly kind: "eventRaised"; readonly name: string; readonly payload: unknown }
  | { readonly kind: "childEnded"; readonly child: string; readonly ok: boolean }
  | { readonly kind: "turn"; readonly number: number; readonly replayed: boolean }
  | { readonly kind: "continuedAsNew" }
  | { readonly kind: "published"; readonly topic: string; readonly type: string; readonly data: unknown }
  | { readonly kind: "log"; readonly message: string }
  | { readonly kind: "fault"; readonly fault: string }
  | { readonly kind: "crashed"; readonly at: string }
  | { readonly kind: "restarted" }
  | { readonly kind: "runEnded"; readonly status: InstanceStatus; readonly result?: unknown; readonly failure?: RunFailure | FailureDetails }

export type CallOutcome =
  | { readonly ok: true; readonly value: unknown; readonly tokens: number; readonly nanoDollars: number }
  | {
      readonly ok: false
      readonly kind: string
      readonly message: string
      readonly maybeDone: boolean
      readonly tokens: number
      readonly nanoDollars: number
    }

/** All runs at one moment. Runs and steps that did not change are the very objects of the state before. */
export interface WorldState {
  readonly atMs: number
  readonly runs: Readonly<Record<string, RunView>>
  readonly crashes: number
}

export interface RunView {
  readonly id: string
  readonly workflow: string
  readonly parent?: string
  readonly status: InstanceStatus
  readonly phase: "running" | "compensating" | "done"
  readonly ledger: Ledger
  /** What would be undone now, in the order of the start of the steps: the last is undone first. */
  readonly undo: readonly UndoView[]
  readonly waiting: readonly Waiting[]
  /** Paths of the steps that are under way: where the run stands in its graph. */
  readonly position: readonly string[]
  readonly steps: Readonly<Record<string, StepView>>
  readonly result?: unknown
  readonly failure?: RunFailure
}

export interface Ledger {
  readonly caps: Caps
  readonly spent: Amounts
  readonly reserved: Amounts
}

export interface UndoView {
  readonly step: string
  readonly outcome: "done" | "unknown" | "in flight"
}

export interface StepView {
  readonly path: string
  /** The name of what is called; of a run's own steps (`agentflow.deadletter`) that of its activity. */
  readonly callable: string
  readonly state: "scheduled" | "running" | "completed" | "failed" | "asked"
  readonly attempts: readonly AttemptView[]
  readonly origin?: Origin
}

export interface AttemptView {
  readonly attempt: number
  readonly scheduledMs: number
  readonly endedMs?: number
  readonly ok?: boolean
  readonly error?: CaughtError
  readonly value?: unknown
  readonly tokens: number
  readonly nanoDollars: number
}

export interface Outside {
  /** Every call that reached a service, in the order in which it arrived. */
  readonly calls: readonly CallRecord[]
  /** What services did: a repetition under the same key at an idempotent service is not done twice. */
  readonly effects: readonly EffectRecord[]
  readonly published: readonly PublishedRecord[]
  readonly asked: readonly AskedRecord[]
  readonly deadLetters: readonly DeadLetterRecord[]
}

export interface CallRecord {
  readonly callable: string
  readonly kind: "tool" | "agent" | "human" | "workflow"
  readonly run: string
  readonly step: string
  readonly attempt: number
  readonly parameters: unknown
  readonly atMs: number
}

export interface EffectRecord {
  readonly callable: string
  /** What the service tells requests apart by: the idempotency key, or each arrival where none is sent. */
  readonly key: string
  readonly run: string
  readonly step: string
  readonly arrivals: number
}

export interface PublishedRecord {
  readonly topic: string
  readonly id: string
  readonly type: string
  readonly data: unknown
}

export interface AskedRecord {
  readonly run: string
  readonly step: string
  readonly kind: "question" | "manual"
  readonly ask: string
  readonly answered: boolean
}

export interface DeadLetterRecord {
  readonly run: string
  readonly workflow: string
  readonly failure: RunFailure
}
