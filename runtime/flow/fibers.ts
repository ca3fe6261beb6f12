// Several flows at once, advanced in a fixed order, so that the same events give the same history.

import type { Flow, Task } from "../contract.ts"

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown }

export interface FiberOptions<T> {
  readonly count: number
  readonly atATime: number
  readonly start: (index: number) => Flow<T>
  /** Sees every outcome in the order in which they come; "stop" starts no further fiber. */
  readonly ended: (index: number, outcome: Outcome<T>) => "go on" | "stop"
}

interface Fiber<T> {
  readonly index: number
  readonly flow: Flow<T>
  /** Empty before the first advance. */
  waits: readonly Task[]
}

/** Runs until every started fiber has ended. */
export function* runFibers<T>(options: FiberOptions<T>): Flow<void> {
  let running: readonly Fiber<T>[] = []
  let started = 0
  let stopped = false
  for (;;) {
    // A fiber that ends makes room, and may complete a local task that an earlier one waits for: go round until all rest.
    let advanced = true
    while (advanced) {
      advanced = false
      while (!stopped && running.length < options.atATime && started < options.count) {
        running = [...running, { index: started, flow: options.start(started), waits: [] }]
        started += 1
      }
      for (const fiber of running) {
        if (fiber.waits.length > 0 && !fiber.waits.some((task) => task.isComplete)) continue
        advanced = true
        const outcome = advance(fiber)
        if (!outcome) continue
        running = running.filter((other) => other !== fiber)
        if (options.ended(fiber.index, outcome) === "stop") stopped = true
      }
    }
    if (running.length === 0) return
    yield [...new Set(running.flatMap((fiber) => fiber.waits))]
  }
}

/** Undefined while the fiber goes on. */
function advance<T>(fiber: Fiber<T>): Outcome<T> | undefined {
  try {
    const next = fiber.flow.next()
    if (next.done) return { ok: true, value: next.value }
    fiber.waits = next.value
    return undefined
  } catch (thrown) {
    return { ok: false, thrown }
  }
}
