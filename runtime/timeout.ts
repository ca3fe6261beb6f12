// The time limit of one attempt: a signal for the work, and an end for whoever waits.

import type { Envelope, Failure } from "./contract.ts"
import { ToolError } from "./errors.ts"

export interface Timers {
  /** Calls back after that time, unless it is stopped. */
  after(delayMs: number, call: () => void): { stop(): void }
}

const realTimers: Timers = {
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs)
    return { stop: () => clearTimeout(timer) }
  },
}

/** The envelope comes in time even when the tool ignores its signal; what it does afterwards is nobody's result. */
export async function withTimeout(
  timeoutMs: number | undefined,
  name: string,
  work: (signal: AbortSignal) => Promise<Envelope>,
  timers: Timers = realTimers,
): Promise<Envelope> {
  const controller = new AbortController()
  if (timeoutMs === undefined) return work(controller.signal)
  const failure: Failure = {
    ok: false,
    kind: "timeout",
    message: `${name} did not finish within ${timeoutMs} ms`,
    maybeDone: true,
  }
  let timer: ReturnType<Timers["after"]> | undefined
  const expired = new Promise<Envelope>((resolve) => {
    timer = timers.after(timeoutMs, () => {
      controller.abort(new ToolError("timeout", failure.message, { maybeDone: true }))
      resolve(failure)
    })
  })
  const working = work(controller.signal)
  // The loser of the race may still reject; without this it would end the process.
  working.catch(() => undefined)
  try {
    return await Promise.race([working, expired])
  } finally {
    timer?.stop()
  }
}
