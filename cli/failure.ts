// Failures a person is told about in one line, with the exit code that says whose turn it is.

import type { Terminal } from "./terminal.ts"

/** What each exit code says; the reference's table is made from it. */
export const exitCodes = {
  0: "all is well",
  1: "the program has errors, or what was asked of it does not hold",
  2: "wrong usage, or something is missing around the program",
  3: "the run failed",
  130: "stopped by Ctrl-C",
  141: "whoever read the output closed the pipe",
  143: "stopped by a signal before it was done; a server that is told to end ends with 0",
} as const

export type ExitCode = keyof typeof exitCodes

/** Carries a message for the user to the top of a command; never shown with a stack trace. */
export class Failure extends Error {
  readonly exitCode: ExitCode
  readonly advice: string | undefined
  /** What programs that read JSON get beside the message. */
  readonly details: object

  constructor(exitCode: ExitCode, message: string, advice?: string, details: object = {}) {
    super(message)
    this.name = "Failure"
    this.exitCode = exitCode
    this.advice = advice
    this.details = details
  }
}

/** In one line, with a way out below it. */
export function tellFailure({ message, advice }: Pick<Failure, "message" | "advice">, { error, errors }: Pick<Terminal, "error" | "errors">, kind = "error"): void {
  error(`${errors.paint("error", `${kind}:`)} ${message}`)
  if (advice !== undefined) error(`  ${advice}`)
}

/** What a program that reads JSON gets in its place. */
export function failureJson(thrown: unknown): { readonly error: object } {
  const { advice = null, details = {} } = thrown instanceof Failure ? thrown : {}
  return { error: { message: messageOf(thrown), advice, ...details } }
}

/** The message of anything thrown, also of `null` and strings. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Nobody listens where a sidecar or daprd was thought to be. */
export function isUnreachable(thrown: unknown): boolean {
  // The state store of the sidecar is asked over HTTP.
  if (thrown instanceof Error && thrown.name === "ToolError") return true
  return thrown instanceof Error && thrown.name === "ClientError" && (thrown as Error & { readonly code?: unknown }).code === "unreachable"
}
