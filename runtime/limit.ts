// Limits: cockatiel's bulkhead for how many at once, a sliding window for how many in a time; one per name in this process.
import { bulkhead } from "cockatiel"
import type { ToolInput } from "./contract.ts"

export type LimitSpec = NonNullable<ToolInput["limit"]>

export interface Limiter {
  /** Runs the work as soon as there is room, first come, first served. */
  run<T>(name: string, spec: LimitSpec | undefined, work: () => Promise<T>): Promise<T>
}

export interface Clock {
  now(): number
  sleep(delayMs: number): Promise<void>
}

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
}

/** Other numbers under the same name are another limit. */
export function createLimiter(clock: Clock = realClock, onWaited: (name: string, ms: number) => void = () => undefined): Limiter {
  const gates = new Map<string, Gate>()
  return {
    run(name, spec, work) {
      if (spec === undefined) return work()
      const key = JSON.stringify([name, spec.times, spec.perMs, spec.atOnce])
      const gate = gates.get(key) ?? createGate(spec, clock)
      gates.set(key, gate)
      const askedAt = clock.now()
      return gate(() => {
        onWaited(name, clock.now() - askedAt)
        return work()
      })
    },
  }
}

type Gate = <T>(work: () => Promise<T>) => Promise<T>

function createGate({ times, perMs, atOnce }: LimitSpec, clock: Clock): Gate {
  const room = atOnce === undefined ? undefined : bulkhead(atOnce, Infinity)
  const turn = times === undefined || perMs === undefined ? () => Promise.resolve() : createWindow(times, perMs, clock)
  const inTurn: Gate = async (work) => {
    await turn()
    return work()
  }
  return room === undefined ? inTurn : (work) => room.execute(() => inTurn(work))
}

/** Never more than `times` starts in any stretch of `perMs`. */
function createWindow(times: number, perMs: number, clock: Clock): () => Promise<void> {
  const starts: number[] = []
  let last: Promise<void> = Promise.resolve()
  const take = async (): Promise<void> => {
    const oldest = starts.length < times ? undefined : starts.shift()
    const waitMs = oldest === undefined ? 0 : oldest + perMs - clock.now()
    if (waitMs > 0) await clock.sleep(waitMs)
    starts.push(clock.now())
  }
  return () => {
    last = last.then(take)
    return last
  }
}
