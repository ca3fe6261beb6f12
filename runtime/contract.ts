// The shared types of the runtime: what emitted code, the workflow side, the activity side and a host agree on.

import type { ActivityInput } from "./wire.ts"

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
  whenAny(tasks: Task[]): Task
  /** Where `log` goes; called once per entry, never on replay. A host without it drops the entries. */
  log?(entry: LogEntry): void
}

export interface LogEntry {
  readonly run: string
  readonly workflow: string
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
  readonly fallback?: Fallback<P, R>
  readonly manual?: { readonly by: string; readonly within?: Duration }
  readonly budget?: Budget
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
  compensate?(run: Run, parameters: NoInfer<P>, result: NoInfer<R>): Flow<unknown>
  /** Default true. False when the undo does not mention `result`: then a maybe-done step is undone too. */
  readonly compensateNeedsResult?: boolean
  /** Tools: checked by the activity (a broken one is `invalid_output`). Agents and people: checked by the workflow. */
  readonly require?: readonly Requirement<NoInfer<P>, NoInfer<R>>[]
}

export type Effect = "reads" | "writes"

export interface ToolContext {
  readonly signal: AbortSignal
  /** Equal for every attempt and every replay of one step. */
  readonly idempotencyKey: string
  readonly step: string
  readonly attempt: number
  readonly runId: string
  /** With the signal and the endpoint mapping; a network failure becomes `ToolError("network")`. */
  readonly fetch: typeof fetch
}

export interface ToolSpec<P extends object, R> extends CallableSpec<P, R> {
  readonly effect: Effect
  readonly irreversible?: string
  readonly idempotent?: boolean
  run(parameters: NoInfer<P>, context: ToolContext): Promise<NoInfer<R>> | NoInfer<R>
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface SecretSpec {
  readonly name: string
  readonly store: string
  readonly key: string
}

export interface Secret extends SecretSpec {
  readonly kind: "secret"
}

/** Reads one of the declared secrets; only the activity side has one. */
export type Secrets = (secret: Secret) => string

export interface HttpToolSpec<P extends object, R> extends CallableSpec<P, R> {
  readonly effect: Effect
  readonly irreversible?: string
  readonly idempotent?: boolean
  readonly secrets?: readonly Secret[]
  request(parameters: NoInfer<P>, secrets: Secrets): HttpRequest
}

export interface FunctionTool<P extends object = object, R = unknown> {
  readonly kind: "tool"
  readonly via: "function"
  readonly name: string
  readonly spec: ToolSpec<P, R>
}

export interface HttpTool<P extends object = object, R = unknown> {
  readonly kind: "tool"
  readonly via: "http"
  readonly name: string
  readonly spec: HttpToolSpec<P, R>
}

export type Tool<P extends object = object, R = unknown> = FunctionTool<P, R> | HttpTool<P, R>

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
  chooseModel?(parameters: NoInfer<P>): Model
  instructions?(parameters: NoInfer<P>): string
  prompt(parameters: NoInfer<P>): string
  readonly tools?: readonly Callable[]
  readonly budget?: Budget
}

export interface Agent<P extends object = object, R = unknown> {
  readonly kind: "agent"
  readonly name: string
  readonly spec: AgentSpec<P, R>
}

export interface HumanSpec<P extends object, R> extends CallableSpec<P, R> {
  ask(parameters: NoInfer<P>): string
  readonly choices?: readonly string[]
}

export interface Human<P extends object = object, R = unknown> {
  readonly kind: "human"
  readonly name: string
  readonly spec: HumanSpec<P, R>
}

export type Callable<P extends object = object, R = unknown> = Tool<P, R> | Agent<P, R> | Human<P, R>

// ------------------------------------------------------------------------------------------------------------ workflow

export interface WorkflowSpec<P extends object, R> {
  readonly name: string
  readonly parameters: Schema<P>
  readonly result: Schema<R>
  readonly budget?: Budget
  readonly deadline?: Duration
  /** The defaults of its steps. */
  readonly steps?: Policy
}

/** An async generator function that the SDK's own `WorkflowRuntime` can register, with its declaration attached. */
export interface Workflow<P extends object = object, R = unknown> {
  (context: WorkflowContext, input: unknown): AsyncGenerator<Task, R, unknown>
  readonly workflowName: string
  readonly spec: WorkflowSpec<P, R>
}

export interface CallOptions<P extends object = object, R = unknown> extends Policy<P, R> {
  /** The step's name segment, when it is not the callable's name. */
  readonly as?: string
  compensate?(run: Run, parameters: P, result: R): Flow<unknown>
  readonly compensateNeedsResult?: boolean
}

export interface EachOptions {
  /** Default 1, at most 64. */
  readonly atATime?: number
  /** Default "stop": no further item starts, those in flight are awaited, then the first failure is raised. */
  readonly failures?: "stop" | "skip"
}

export type EachBody<T, R> = (run: Run, item: T, index: number) => Flow<R>

/** What a workflow body may do. Every method that takes time is a `Flow`, used with `yield*`. */
export interface Run {
  /** The workflow instance's id. */
  readonly id: string
  call<P extends object, R>(
    callable: Callable<P, R>, parameters: NoInfer<P>, options?: CallOptions<NoInfer<P>, NoInfer<R>>,
  ): Flow<R>
  /** Results in the order of the items; `skip` drops the failed ones (never `budget_exceeded` or `cancelled`). */
  each<T, R>(name: string, items: readonly T[], options: EachOptions, body: EachBody<T, R>): Flow<R[]>
  /** `collect failures`: one Result per item. */
  eachResult<T, R>(
    name: string, items: readonly T[], options: Pick<EachOptions, "atATime">, body: EachBody<T, R>,
  ): Flow<Result<R>[]>
  /** To the event stream, not on replay. */
  log(message: string): void
  /** Workflow time, ISO 8601. */
  now(): string
  /** Drawn from the instance id: the same on every replay. */
  uuid(): string
}

// ------------------------------------------------------------------------------------------------------------ the wire

export { answerEvent, parkActivity } from "./wire.ts"
export type {
  ActivityInput, Answer, CallMarker, Envelope, Failure, HumanInput, InboxEntry, ManualDecision, Message,
  ModelRequest, ModelTurn, ModelTurnInput, ParkInput, RunFailure, RunStatus, Success, ToolCall,
  ToolDescription, ToolInput, Usage, Waiting,
} from "./wire.ts"
