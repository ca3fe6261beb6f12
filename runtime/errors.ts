// Errors as emitted code, tools and the record of a failed run know them.

import type { CaughtError, ErrorKind, RunFailure } from "./contract.ts"

/** A failure with a kind: what a workflow can catch, retry, fall back from and compensate. */
export class FlowError extends Error {
  override readonly name = "FlowError"
  readonly kind: ErrorKind
  readonly data?: unknown
  /** The path of the step that failed. */
  step?: string
  readonly retryAfterMs?: number
  /** The outcome is unknown: the effect may have happened. */
  readonly maybeDone?: boolean
  /** Set when the run itself has to end (its deadline has passed): no `catch`, fallback or `skip` takes it. */
  readonly endsRun?: boolean
  /** The account that had no room; never leaves the run. */
  readonly refusedBy?: object

  constructor(kind: ErrorKind, message: string, data?: unknown, more: FlowErrorDetails = {}) {
    super(message)
    this.kind = kind
    if (data !== undefined) this.data = data
    if (more.step !== undefined) this.step = more.step
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs
    if (more.maybeDone !== undefined) this.maybeDone = more.maybeDone
    if (more.endsRun !== undefined) this.endsRun = more.endsRun
    if (more.refusedBy !== undefined) this.refusedBy = more.refusedBy
  }
}

export interface FlowErrorDetails {
  readonly step?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly maybeDone?: boolean | undefined
  readonly endsRun?: boolean | undefined
  readonly refusedBy?: object | undefined
}

export interface ToolErrorOptions {
  readonly retryAfterMs?: number
  readonly data?: unknown
  readonly maybeDone?: boolean
  readonly cause?: unknown
}

/** What the code of a tool throws to say which kind of failure it met. */
export class ToolError extends Error {
  override readonly name = "ToolError"
  readonly kind: ErrorKind
  readonly retryAfterMs?: number
  readonly data?: unknown
  readonly maybeDone?: boolean

  constructor(kind: ErrorKind, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
    if (options.data !== undefined) this.data = options.data
    if (options.maybeDone !== undefined) this.maybeDone = options.maybeDone
  }
}

/** First line of every emitted `catch`: what a program may not see (a bug, the end of the run) goes on upwards. */
export function caught(thrown: unknown): FlowError {
  if (thrown instanceof FlowError && !thrown.endsRun) return thrown
  throw thrown
}

/** Whether a `catch` with these kinds takes the error. Without kinds: all but `budget_exceeded` and `cancelled`. */
export function catches(error: FlowError, ...kinds: readonly ErrorKind[]): boolean {
  if (error.endsRun) return false
  if (kinds.length === 0) return error.kind !== "budget_exceeded" && error.kind !== "cancelled"
  return kinds.includes(error.kind)
}

export function asCaughtError(error: FlowError): CaughtError {
  return {
    kind: error.kind,
    message: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
    ...(error.step === undefined ? {} : { step: error.step }),
  }
}

/** Anything that a body threw, as a failure with a kind; what is not ours is a bug, and said so. */
export function asFlowError(thrown: unknown, step?: string): FlowError {
  if (thrown instanceof FlowError) return thrown
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new FlowError("internal", message, undefined, { step })
}

/**
 * How a workflow function fails. A host keeps only the constructor's name and the message, so the message is
 * `kind: message`, a line break, and the record as one line of JSON.
 */
export class RunFailed extends Error {
  override readonly name = "RunFailed"
  readonly failure: RunFailure

  /** The stack is that of `cause`: where in the program the run failed, not where the runtime gave up. */
  constructor(failure: RunFailure, cause?: unknown) {
    super(`${failure.kind}: ${failure.message}\n${JSON.stringify(failure)}`)
    this.failure = failure
    const frames = cause instanceof Error ? framesOf(cause.stack ?? "") : ""
    if (frames !== "") this.stack = `${this.name}: ${this.message}\n${frames}`
  }
}

/** Reads the record back from a failure message, with or without what a parent workflow put before it. */
export function parseRunFailure(message: string): RunFailure | undefined {
  const line = message.slice(message.lastIndexOf("\n") + 1)
  if (!line.startsWith("{")) return undefined
  try {
    const record = JSON.parse(line) as Partial<RunFailure>
    return record.v === 1 && typeof record.kind === "string" && typeof record.message === "string"
      ? { undone: [], undoFailed: [], undoUnknown: [], ...record } as RunFailure
      : undefined
  } catch {
    return undefined
  }
}

/** Without those of modules that were loaded from text: they are named by all of it, or by chance, and lead nowhere. */
function framesOf(stack: string): string {
  return stack.split("\n").filter((line) => /^ {4}at /.test(line) && !/\b(?:data|blob):/.test(line)).join("\n")
}
