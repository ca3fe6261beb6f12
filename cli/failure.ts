// Failures a person is told about in one line, with the exit code that says whose turn it is.

/** What each exit code says; the reference's table is made from it. */
export const exitCodes = {
  0: "all is well",
  1: "the program has errors, or what was asked of it does not hold",
  2: "wrong usage, or something is missing around the program",
  3: "the run failed",
  130: "stopped by Ctrl-C",
} as const

export type ExitCode = keyof typeof exitCodes

/** Carries a message for the user to the top of a command; never shown with a stack trace. */
export class Failure extends Error {
  readonly exitCode: ExitCode
  readonly advice: string | undefined

  constructor(exitCode: ExitCode, message: string, advice?: string) {
    super(message)
    this.name = "Failure"
    this.exitCode = exitCode
    this.advice = advice
  }
}

/** The message of anything thrown, also of `null` and strings. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
