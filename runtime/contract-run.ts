// The shared types of a workflow: its declaration, and the `Run` that its body holds in its hand.

import type {
  Budget, Callable, Duration, Fallback, Flow, OverBudget, Policy, Result, Schema, Task, WorkflowContext,
} from "./contract.ts"

// ------------------------------------------------------------------------------------------------------------ workflow

export interface WorkflowSpec<P extends object, R> {
  readonly name: string
  readonly parameters: Schema<P>
  readonly result: Schema<R>
  readonly budget?: Budget
  readonly overBudget?: OverBudget<NoInfer<P>, NoInfer<R>>
  readonly deadline?: Duration
  /** `steps use`: the defaults of its steps. */
  readonly steps?: Policy
  /** Of the run itself: when its body fails, everything is undone, and it begins again or gives another value. */
  readonly policy?: Pick<Policy<NoInfer<P>, NoInfer<R>>, "retry" | "fallback">
  /** Undoes a completed run of it that another workflow called. */
  compensate?(undo: Undoing, parameters: NoInfer<P>, result: NoInfer<R>): UndoCall
  readonly compensateNeedsResult?: boolean
  /** Settings that its body, or a text of an agent that it reaches, reads. */
  readonly settings?: readonly Setting[]
  /** Where `continue as new` is used: the callables that undo its steps. A function, because files import each other. */
  readonly undos?: () => readonly Callable[]
  /** Where a failed run is told, besides its entry in the state store. */
  readonly deadLetter?: { readonly topic: string; readonly pubsub?: string }
  /** The worker's, not the run's. */
  readonly triggers?: readonly Trigger<NoInfer<P>>[]
  readonly concurrency?: Concurrency<NoInfer<P>>
}

/** An async generator function that the SDK's own `WorkflowRuntime` can register, with its declaration attached. */
export interface Workflow<P extends object = object, R = unknown> {
  (context: WorkflowContext, input: unknown): AsyncGenerator<Task, R, unknown>
  readonly kind: "workflow"
  readonly name: string
  readonly workflowName: string
  readonly spec: WorkflowSpec<P, R>
}

/** Starts runs from outside; without `parameters` what comes in is the run's input. */
export type Trigger<P extends object = object> =
  | { readonly on: "topic"; readonly topic: string; readonly pubsub?: string }
  | { readonly on: "schedule"; readonly cron: string; parameters?(): P }
  | { readonly on: "http"; readonly method: string; readonly path: string }

export interface Concurrency<P extends object = object> {
  readonly atMost: number
  by?(parameters: P): unknown
  /** Default "queue". */
  readonly whenFull?: "queue" | "drop" | "join"
}

// -------------------------------------------------------------------------------------------- events, settings, undos

/** An ISO 8601 instant: the language's `time`. */
export type Time = string

/** Something that happens outside and is told to a run; names are compared without case. */
export interface EventType<T = unknown> {
  readonly kind: "event"
  readonly name: string
  readonly schema: Schema<T>
}

export interface SettingSpec<T> {
  readonly name: string
  readonly schema: Schema<T>
  readonly default?: NoInfer<T>
}

/** A value per environment: the worker's AGENTFLOW_SETTINGS (JSON), else the default. */
export interface Setting<T = unknown> extends SettingSpec<T> {
  readonly kind: "setting"
}

/** Reads a setting: as it was when the run started, for every step and replay of it. */
export type Settings = <T>(setting: Setting<T>) => T

/** One step that undoes another, as data: it outlives the generation of the run that registered it. */
export interface UndoCall {
  readonly callable: Callable
  readonly parameters: object
}

/** What a `compensate` clause is written with; it calls nothing yet. */
export interface Undoing {
  call<P extends object, R>(callable: Callable<P, R>, parameters: P): UndoCall
}

// ------------------------------------------------------------------------------------------------------------- the run

export interface CallOptions<P extends object = object, R = unknown> extends Policy<P, R> {
  /** The step's name segment, when it is not the callable's name. */
  readonly as?: string
  compensate?(undo: Undoing, parameters: P, result: R): UndoCall
  readonly compensateNeedsResult?: boolean
}

export interface EachOptions {
  /** Default 1, at most 64. */
  readonly atATime?: number
  /** Default "stop": no further item starts, those in flight are awaited, then the first failure is raised. */
  readonly failures?: "stop" | "skip"
}

export type EachBody<T, R> = (run: Run, item: T, index: number) => Flow<R>

/** The branches of `parallel` and `race`, in the order in which they start. */
export type Branches = Readonly<Record<string, (run: Run) => Flow<unknown>>>

export type BranchResults<B extends Branches> = {
  readonly [K in keyof B]: B[K] extends (run: Run) => Flow<infer T> ? T : never
}

/** Told apart by `winner`. */
export type RaceResult<B extends Branches> = {
  readonly [K in keyof B]: { readonly winner: K; readonly value: BranchResults<B>[K] }
}[keyof B]

export interface LoopOptions {
  /** Asking for one round more than this fails with `loop_exhausted`. */
  readonly atMost: number
  /** Asked before each round, and after the last: the loop ends when it gives false. */
  while?(): boolean
}

/**
 * The clauses of a block. `budget`, `deadline` and `fallback` are the block's own, the rest defaults of its steps. `R` is
 * what an `else` or a fallback gives in the place of the block's own value.
 */
export interface Within<R = unknown> extends Pick<
  Policy, "retry" | "timeout" | "circuit" | "limit" | "cache" | "manual" | "budget" | "deadline"
> {
  readonly overBudget?: OverBudget<object, R>
  readonly fallback?: Fallback<object, R>
}

export interface WaitForOptions<T> {
  by?(payload: T): boolean
  /** Then the wait fails with `timeout`. */
  readonly timeout?: Duration
  /** The step's name segment, when it is not the event's name. */
  readonly as?: string
}

export interface PublishOptions {
  readonly topic: string
  /** Default: the worker's AGENTFLOW_PUBSUB. */
  readonly pubsub?: string
  readonly as?: string
}

/** A message of a conversation: the language's `message`. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant"
  readonly content: string
}

export interface Run {
  readonly id: string
  /** One durable step, whatever kind of thing is called. */
  call<P extends object, R>(callable: Callable<P, R>, parameters: P, options?: CallOptions<P, R>): Flow<R>
  /** The bodies' values in the order of the items; "skip" drops what failed (never `budget_exceeded` or `cancelled`). */
  each<T, R>(name: string, items: readonly T[], options: EachOptions, body: EachBody<T, R>): Flow<R[]>
  /** `collect failures`: one Result per item. */
  eachResult<T, R>(
    name: string, items: readonly T[], options: Pick<EachOptions, "atATime">, body: EachBody<T, R>,
  ): Flow<Result<R>[]>
  /** All branches at once. The first failure starts nothing more, waits for what is in flight, then is raised. */
  parallel<B extends Branches>(name: string, branches: B): Flow<BranchResults<B>>
  /**
   * All branches at once until one has succeeded. The others are cancelled: what they have in flight is awaited beside
   * the rest of the run, then what they did is undone. A branch that fails is out; when all have, the first is raised.
   */
  race<B extends Branches>(name: string, branches: B): Flow<RaceResult<B>>
  /** Clauses around a block. */
  within<R, E = never>(name: string, clauses: Within<E>, body: (run: Run) => Flow<R>): Flow<R | NoInfer<E>>
  /** A block whose steps are undone when it fails; when it succeeds, their undos join those of the enclosing one. */
  saga<R>(name: string, body: (run: Run) => Flow<R>): Flow<R>
  /** The rounds of a bounded loop, for a `for … of`: each is the `Run` of one round. */
  loop(name: string, options: LoopOptions): Iterable<Run>
  sleep(duration: Duration): Flow<void>
  /** A time that has passed does not wait. */
  sleepUntil(time: Time): Flow<void>
  /** The first event of the type that fits; what fits no waiter is kept, in its order, for later ones. */
  waitFor<T>(event: EventType<T>, options?: WaitForOptions<T>): Flow<T>
  /** A durable step; the CloudEvent's id is the step's idempotency key. */
  publish<T>(event: EventType<T>, payload: T, options: PublishOptions): Flow<void>
  /** The value that the run started with. */
  setting<T>(setting: Setting<T>): T
  /** Ends the run with that result, from however deep inside (a `return` in a block). */
  finish(result: unknown): never
  /** Starts the run again with a new history; ledger, deadline, settings and undo stack carry over. */
  continueAsNew(parameters: object): never
  /** To the event stream, not on replay. */
  log(message: string): void
  /** Workflow time, ISO 8601. */
  now(): string
  /** Drawn from the instance id: the same on every replay. */
  uuid(): string
}
