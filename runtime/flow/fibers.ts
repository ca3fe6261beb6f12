// Several flows at once, advanced in a fixed order, so that the same events give the same history.

import type { Flow, Task } from "../contract.ts"
import { openScope } from "./scope.ts"
import type { Scope } from "./scope.ts"

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown }

export interface Together<T> {
  readonly count: number
  readonly atATime: number
  readonly start: (index: number, scope: Scope) => Flow<T>
  /** Whether a failure ends the others too. */
  readonly isFatal: (thrown: unknown) => boolean
}

interface Fiber<T> {
  readonly index: number
  readonly flow: Flow<T>
  /** Empty before the first advance. */
  waits: readonly Task[]
}

/**
 * The outcomes by index. After a fatal failure nothing new starts, what is in flight is awaited, then that failure is
 * raised.
 */
export function* runTogether<T>(parent: Scope, together: Together<T>): Flow<readonly Outcome<T>[]> {
  const scope = openScope(parent)
  const outcomes: Outcome<T>[] = []
  let fatal: { readonly thrown: unknown } | undefined
  let running: readonly Fiber<T>[] = []
  let started = 0
  for (;;) {
    // A fiber that ends makes room, or wakes another by failing: go round until all rest.
    let isAdvancing = true
    while (isAdvancing) {
      isAdvancing = false
      while (!fatal && running.length < together.atATime && started < together.count) {
        running = [...running, { index: started, flow: together.start(started, scope), waits: [] }]
        started += 1
      }
      for (const fiber of running) {
        if (fiber.waits.length > 0 && !fiber.waits.some((task) => task.isComplete)) continue
        isAdvancing = true
        const outcome = advance(fiber)
        if (!outcome) continue
        running = running.filter((other) => other !== fiber)
        outcomes[fiber.index] = outcome
        if (outcome.ok || !together.isFatal(outcome.thrown)) continue
        fatal ??= outcome
        scope.cancelled.raise()
      }
    }
    if (running.length === 0) break
    yield [...new Set(running.flatMap((fiber) => fiber.waits))]
  }
  if (fatal) throw fatal.thrown
  return outcomes
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
