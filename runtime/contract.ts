// The shared types of the runtime: what emitted code, the workflow side, the activity side and a host agree on.

import type { ChatMessage, Run, Settings, UndoCall, Undoing, Workflow } from "./contract-run.ts"
import type { Tool } from "./contract-tools.ts"
import type { ActivityInput, RunStatus } from "./wire.ts"

// ---------------------------------------------------------------------------------------------------------------- JSON

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A JSON Schema (2020-12). Open on purpose: the compiler writes it, Ajv and model providers read it. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

export interface ValidationProblem {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string | undefined
  readonly params?: object | undefined
}

/** The shape of a function that Ajv's standalone mode writes. */
export interface Validator {
  (data: unknown): boolean
  errors?: readonly ValidationProblem[] | null | undefined
}

/** A type as the runtime knows it: the schema that models and people see, and the code that checks a value. */
export interface Schema<T> {
  readonly json: JsonSchema
  readonly validate: Validator
  /** Never set: carries `T` for inference only. */
  readonly type?: T
}

// -------------------------------------------------------------------------------------------------------------- errors

export const builtInErrorKinds = [
  "rate_limited", "unavailable", "timeout", "network", "not_found", "denied", "conflict", "invalid_input",
  "invalid_output", "refused", "budget_exceeded", "cancelled", "circuit_open", "loop_exhausted", "outcome_unknown",
  "too_large", "internal",
] as const

export type BuiltInErrorKind = (typeof builtInErrorKinds)[number]

/** A built-in kind or the name of an `error` that the program declares. */
export type ErrorKind = BuiltInErrorKind | (string & {})

/** Kinds that `retry` takes when it names none. */
export const transientKinds = ["rate_limited", "unavailable", "timeout", "network"] as const

/** An error as a value: in `collect failures`, in the customStatus, in a failed run's record. */
export interface CaughtError {
  readonly kind: ErrorKind
  readonly message: string
  readonly data?: unknown
  readonly step?: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CaughtError }

// ----------------------------------------------------------------------------------------------- tasks, flows, context

/** The part of an SDK task that the runtime reads. */
export interface Task {
  readonly isComplete: boolean
  readonly isFailed: boolean
  getResult(): unknown
  getException(): unknown
}

/**
 * Durable code: a synchronous generator that yields *wait sets* ("resume me when any of these tasks is complete") and
 * never touches the SDK. Whoever drives it resumes it only when at least one task of the last set is complete.
 */
export type Flow<T> = Generator<readonly Task[], T, void>

/** The workflow half of a host: Dapr's SDK (adapted in `dapr.ts`), the simulator, or a test. */
export interface WorkflowContext {
  getWorkflowInstanceId(): string
  getCurrentUtcDateTime(): Date
  isReplaying(): boolean
  callActivity(name: string, input: ActivityInput): Task
  createTimer(fireAt: Date): Task
  waitForExternalEvent(name: string): Task
  callChildWorkflow(name: string, input: unknown, instanceId?: string): Task
  continueAsNew(input: unknown, saveEvents: boolean): void
  setCustomStatus(status: string): void
  /** Instead of `setCustomStatus`, where a host asks for the status only at the end of a turn. */
  showStatus?(make: () => string): void
  whenAny(tasks: Task[]): Task
  /** Where `log` goes; called once per entry, never on replay. A host without it drops the entries. */
  log?(entry: LogEntry): void
  /** Told where the run stands whenever it stops to wait, on replay too. A host without it is told by the status alone. */
  observe?(observation: Observation): void
}

export interface Observation {
  readonly status: RunStatus
  /** What would be undone, in the order of the start of the steps. */
  readonly undo: readonly { readonly step: string; readonly outcome: "done" | "unknown" | "in flight" }[]
}

export interface LogEntry {
  readonly run: string
  readonly workflow: string
  /** Where in the run: the path of the workflow, or of the block around. */
  readonly step: string
  readonly at: string
  readonly message: string
}

// ------------------------------------------------------------------------------------------------------------- amounts

/** What a ledger counts. `turns` are model calls, `calls` are attempts of tools; dollars are integers of 1e-9. */
export interface Amounts {
  readonly tokens: number
  readonly nanoDollars: number
  readonly turns: number
  readonly calls: number
}

/** Limits; an absent one is no limit. */
export type Caps = Partial<Amounts>

/** A budget as written: the `budget` clause. */
export interface Budget {
  readonly tokens?: number
  readonly dollars?: number
  readonly turns?: number
  readonly calls?: number
}

/** "1h30m", "250ms", "2d"; a number is milliseconds. */
export type Duration = string | number

// ------------------------------------------------------------------------------------------------------------ policies

export interface Retry {
  /** The number of *re*tries. */
  readonly times: number
  /** Default: `transientKinds`. */
  readonly on?: readonly ErrorKind[]
  /** Default: 1s to 60s. */
  readonly backoff?: { readonly first: Duration; readonly max?: Duration }
  /** Default: 2. */
  readonly factor?: number
  /** Full jitter, drawn from the run's id, the step's path and the attempt. */
  readonly jitter?: boolean
}

/** Of one callable in one worker process: a rate, a number at once, or both. Whoever finds no room waits. */
export interface Limit {
  readonly rate?: { readonly times: number; readonly per: Duration }
  readonly atOnce?: number
}

/** Successes are kept in the state store and shared by all runs; a hit does no work and so registers no undo. */
export interface Cache<P extends object = object> {
  readonly for: Duration
  /** What the result depends on. Default: all parameters. */
  by?(parameters: P): unknown
}

/** A question that lets something happen or not: mostly to a person. A failure, no answer in time too, is a no. */
export interface Approval<P extends object = object> {
  /** Default: always. */
  when?(parameters: P): boolean
  ask(run: Run, parameters: P): Flow<boolean>
}

/**
 * What follows instead of `budget_exceeded` when the budget beside it has no room: a value of what carries the budget,
 * another model for the rest of it, or a person whose yes adds the same amounts again.
 */
export type OverBudget<P extends object = object, R = unknown> =
  | { return(run: Run, parameters: P): Flow<R> }
  | { readonly use: Model }
  | { ask(run: Run, parameters: P): Flow<boolean> }

export interface Circuit {
  readonly failures: number
  readonly within: Duration
  readonly retryAfter: Duration
}

export interface Fallback<P extends object = object, R = unknown> {
  /** Default: every kind but `budget_exceeded` and `cancelled`. */
  readonly on?: readonly ErrorKind[]
  // Members that take P are methods on purpose: bivariance lets a `Tool<{ url: string }, Source>` be a `Callable`.
  value(run: Run, parameters: P): Flow<R>
}

/**
 * The clauses of one place. The nearest wins per kind (call, callable, the workflow's `steps`); only `budget` nests.
 * `never` as R lets a policy without a fallback serve every callable.
 */
export interface Policy<P extends object = object, R = never> {
  readonly retry?: Retry | "never"
  /** One attempt. Of a human: how long to wait for the answer. */
  readonly timeout?: Duration
  /** All attempts together. */
  readonly deadline?: Duration
  readonly circuit?: Circuit
  readonly limit?: Limit
  readonly cache?: Cache<P>
  readonly fallback?: Fallback<P, R>
  readonly manual?: { readonly by: string; readonly within?: Duration }
  readonly budget?: Budget
  /** `budget … else …`, of this place's `budget`. */
  readonly overBudget?: OverBudget<P, R>
}

// ----------------------------------------------------------------------------------------------------------- callables

export interface Requirement<P extends object, R> {
  holds(result: R, parameters: P): boolean
  otherwise(result: R, parameters: P): string
}

/** The two schemas alone say what P and R are (hence `NoInfer`): code that does not fit is an error where it stands. */
export interface CallableSpec<P extends object, R> {
  readonly name: string
  readonly parameters: Schema<P>
  readonly result: Schema<R>
  readonly policy?: Policy<NoInfer<P>, NoInfer<R>>
  /** Names the step that undoes this one; its parameters are computed as soon as this one has succeeded. */
  compensate?(undo: Undoing, parameters: NoInfer<P>, result: NoInfer<R>): UndoCall
  /** Default true. False when the undo does not mention `result`: then a maybe-done step is undone too. */
  readonly compensateNeedsResult?: boolean
  /** Tools: checked by the activity (a broken one is `invalid_output`). Agents and people: checked by the workflow. */
  readonly require?: readonly Requirement<NoInfer<P>, NoInfer<R>>[]
}

export interface ModelPrice {
  /** Dollars for `per` tokens. */
  readonly input: number
  readonly output: number
  readonly per: number
}

export interface ModelSpec {
  readonly name: string
  readonly provider: string
  readonly id: string
  readonly price: ModelPrice
  /** Tokens of prompt and completion together. */
  readonly context: number
  /** Tokens of one completion. */
  readonly output: number
}

export interface Model extends ModelSpec {
  readonly kind: "model"
}

export interface AgentSpec<P extends object, R> extends CallableSpec<P, R> {
  /** The first, then the targets of escalation with the kinds that lead to them. */
  readonly models: readonly { readonly model: Model; readonly on?: readonly ErrorKind[] }[]
  /** `model a when E else b`: chooses the model that stands in the place of `models[0]`. */
  chooseModel?(parameters: NoInfer<P>, settings: Settings): Model
  instructions?(parameters: NoInfer<P>, settings: Settings): string
  prompt(parameters: NoInfer<P>, settings: Settings): string
  /** Messages before the prompt. */
  history?(parameters: NoInfer<P>): readonly ChatMessage[]
  /** Callables of every kind. A function where files import each other in a circle. */
  readonly tools?: readonly Callable[] | (() => readonly Callable[])
  /** Agents of the same result type that may take the conversation over. A function where they name each other. */
  readonly handoffs?: readonly Agent[] | (() => readonly Agent[])
  /** The last `keep` messages (default 20) of earlier calls with the same key, in the state store. */
  readonly memory?: AgentMemory<NoInfer<P>>
  readonly budget?: Budget
  readonly overBudget?: OverBudget<NoInfer<P>, NoInfer<R>>
}

export interface AgentMemory<P extends object> {
  by(parameters: P): string
  readonly keep?: number
}

export interface Agent<P extends object = object, R = unknown> {
  readonly kind: "agent"
  readonly name: string
  readonly spec: AgentSpec<P, R>
}

export interface HumanSpec<P extends object, R> extends CallableSpec<P, R> {
  ask(parameters: NoInfer<P>, settings: Settings): string
  readonly choices?: readonly string[]
  /** Tells a topic that somebody is asked. */
  readonly announce?: { readonly topic: string; readonly pubsub?: string }
}

export interface Human<P extends object = object, R = unknown> {
  readonly kind: "human"
  readonly name: string
  readonly spec: HumanSpec<P, R>
}

export type Callable<P extends object = object, R = unknown> =
  Tool<P, R> | Agent<P, R> | Human<P, R> | Workflow<P, R>

// ----------------------------------------------------------------------------------------------- workflows and the wire

export type {
  Branches, BranchResults, CallOptions, ChatMessage, Concurrency, EachBody, EachOptions, EventType,
  LoopOptions, PublishOptions, RaceResult, Run, Setting, Settings, SettingSpec, Time, Trigger, UndoCall, Undoing,
  WaitForOptions, Within, Workflow, WorkflowSpec,
} from "./contract-run.ts"
export type {
  AnyToolSpec, BindingRequest, BindingTool, BindingToolSpec, Effect, FunctionTool, HttpRequest, HttpTool, HttpToolSpec,
  InvokeRequest, InvokeTool, InvokeToolSpec, McpTool, McpToolSpec, PublishTool, PublishToolSpec, Secret, Secrets,
  SecretSpec, StateRequest, StateTool, StateToolSpec, Tool, ToolContext, ToolSpec,
} from "./contract-tools.ts"
export {
  answerEvent, cacheActivity, cancelEvent, cancelRunActivity, deadLetterActivity, memoryActivity, parkActivity,
  publishActivity, settingsActivity,
} from "./wire.ts"
export type {
  ActivityInput, Answer, CacheInput, CacheEntry, CallMarker, CancelRunInput, CarriedRun, CarriedUndo, ChildResult,
  DeadLetterEntry, DeadLetterInput, Envelope, Failure, HumanInput, InboxEntry, ManualDecision, MemoryInput, Message,
  ModelRequest, ModelTurn, ModelTurnInput, ParkInput, PublishInput, RunCause, RunEnvelope, RunFailure, RunStatus, SettingsInput,
  Success, ToolCall, ToolDescription, ToolInput, Usage, Waiting,
} from "./wire.ts"
