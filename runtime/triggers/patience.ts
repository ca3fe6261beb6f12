// Begins an occasion for a sender that can't be asked to come again: it is tried until what is to be done is durable.

import type { Begun, Occasion, Starter } from "./starter.ts"

const waitMsMin = 100
const waitMsMax = 1_000
const noteAfterFailures = 5

export interface Patience {
  readonly signal: AbortSignal
  /** Told when it takes long. */
  readonly note: (message: string) => void
}

/**
 * Undefined when the signal came first: nothing may be answered then. Some brokers take every answer for an
 * acknowledgement (Dapr's component for Redis does), and only an event that nobody has answered comes again.
 */
export async function beginPatiently(
  starter: Pick<Starter, "begin">, occasion: Occasion, { signal, note }: Patience,
): Promise<Exclude<Begun, { readonly kind: "busy" }> | undefined> {
  let failures = 0
  for (let waitMs = waitMsMin; !signal.aborted; waitMs = Math.min(waitMs * 2, waitMsMax)) {
    try {
      const begun = await starter.begin(occasion)
      if (begun.kind !== "busy") return begun
    } catch (error) {
      // Most likely the sidecar is on its way back; whatever it is, the event is only safe here.
      failures += 1
      if (failures === noteAfterFailures) note(`run ${occasion.id} can't be started: ${error instanceof Error ? error.message : String(error)}; trying on`)
    }
    await pause(waitMs, signal)
  }
  return undefined
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", finish)
      resolve()
    }
    const timer = setTimeout(finish, delayMs)
    signal.addEventListener("abort", finish)
  })
}
