// Failures a person is told about in one line, with the exit code that says whose turn it is.

/** 1: the user's program is wrong. 2: wrong usage or surroundings. 3: the run failed. 130: the user stopped watching. */
export type ExitCode = 0 | 1 | 2 | 3 | 130

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
