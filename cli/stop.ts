// How a command that goes on until it is stopped is stopped, and what its exit code then says.

import type { ChildProcess } from "node:child_process"
import type { ExitCode } from "./failure.ts"
import { endUnwritten } from "./pipe.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
export type StopSignal = (typeof signals)[number]

/** Resolves with the first signal; who can't wait for the end gives a second one. */
export function untilStopped(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isAsked = false
    for (const signal of signals) {
      process.on(signal, () => {
        if (isAsked) process.exit(stoppedBy(signal))
        isAsked = true
        resolve(signal)
      })
    }
  })
}

/** A process that this one started goes with it, however this one ends in its own code. */
export function endWith(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): void {
  const kill = (): void => void child.kill(signal)
  process.on("exit", kill)
  child.once("close", () => process.off("exit", kill))
}

/** Of a command that was not done. */
export function stoppedBy(signal: StopSignal): ExitCode {
  return signal === "SIGINT" ? 130 : 143
}

/** Of a server: to be told to end is its ordinary end. */
export function serverStoppedBy(signal: StopSignal): ExitCode {
  return signal === "SIGTERM" ? 0 : stoppedBy(signal)
}

/** The reader of standard output or error is gone, such as `head`: what waits for a signal ends in order, all else at once. */
export function endOnClosedPipe(): void {
  let isClosed = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") endUnwritten(error)
      if (isClosed) return
      isClosed = true
      process.on("exit", () => { process.exitCode = 141 })
      if (process.listenerCount("SIGINT") === 0) process.exit(141)
      process.emit("SIGINT")
    })
  }
}
