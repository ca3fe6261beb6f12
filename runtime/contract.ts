// The shared types of the runtime: what emitted code, the workflow side, the activity side and a host agree on.

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

// --------------------------------------------------------------------------------------------------------------- errors

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

// ------------------------------------------------------------------------------------------------- tasks, flows, context

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
  /** Full jitter, drawn from the step's path and the attempt. */
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
  // Members that take P are methods on purpose: bivariance lets a `Tool<{ url: string }, Source>` stand in a `Callable[]`.
  value(run: Run, parameters: P): Flow<R>
}

/**
 * The clauses of one place. The nearest place wins per kind (call, callable, the workflow's `steps`); only `budget` nests.
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

export interface CallableSpec<P extends object, R> {
  readonly name: string
  readonly parameters: Schema<P>
  readonly result: Schema<R>
  readonly policy?: Policy<P, R>
  compensate?(run: Run, parameters: P, result: R): Flow<unknown>
  /** Default true. False when the undo does not mention `result`: then a maybe-done step is undone too. */
  readonly compensateNeedsResult?: boolean
  /** Tools: checked by the activity (a broken one is `invalid_output`). Agents and people: checked by the workflow. */
  readonly require?: readonly Requirement<P, R>[]
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
  run(parameters: P, context: ToolContext): Promise<R> | R
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
  request(parameters: P, secrets: Secrets): HttpRequest
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
  chooseModel?(parameters: P): Model
  instructions?(parameters: P): string
  prompt(parameters: P): string
  readonly tools?: readonly Callable[]
  readonly budget?: Budget
}

export interface Agent<P extends object = object, R = unknown> {
  readonly kind: "agent"
  readonly name: string
  readonly spec: AgentSpec<P, R>
}

export interface HumanSpec<P extends object, R> extends CallableSpec<P, R> {
  ask(parameters: P): string
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

/** What a workflow body may do. Every method that takes time is a `Flow`, used with `yield*`. */
export interface Run {
  /** The workflow instance's id. */
  readonly id: string
  call<P extends object, R>(callable: Callable<P, R>, parameters: NoInfer<P>, options?: CallOptions<NoInfer<P>, NoInfer<R>>): Flow<R>
  /** Results in the order of the items; `skip` drops the failed ones (never `budget_exceeded` or `cancelled`). */
  each<T, R>(name: string, items: readonly T[], options: EachOptions, body: (run: Run, item: T, index: number) => Flow<R>): Flow<R[]>
  /** `collect failures`: one Result per item. */
  eachResult<T, R>(
    name: string, items: readonly T[], options: Pick<EachOptions, "atATime">, body: (run: Run, item: T, index: number) => Flow<R>,
  ): Flow<Result<R>[]>
  /** To the event stream, not on replay. */
  log(message: string): void
  /** Workflow time, ISO 8601. */
  now(): string
  /** Drawn from the instance id: the same on every replay. */
  uuid(): string
}

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

/** Input of a human's activity (name: the human's): writes the inbox entry; the answer comes as event `answer:<step>`. */
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
   * An error kind, or `interrupted`: the attempt found its own marker, so an earlier execution of it was cut off after the
   * request may have left. Nothing was sent now; the workflow charges the allowance and sends again under the next attempt.
   */
  readonly kind: ErrorKind | "interrupted"
  readonly message: string
  readonly data?: unknown
  readonly retryAfterMs?: number
  /** The outcome is unknown: timed out or cut off after sending. */
  readonly maybeDone?: boolean
  /** What the provider billed in spite of the failure; without it a `maybeDone` model call costs its whole allowance. */
  readonly usage?: Usage
}

/** As the provider reports it. Dollars are not here: whoever wants them applies the model's price (`policy/money.ts`). */
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

/** What a model turn's activity returns as its envelope's value. Exactly one of toolCalls, answer, problems, refusal leads. */
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

