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

export interface Fiber<T> {
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
  let running: readonly (Fiber<T> & { readonly index: number })[] = []
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
        if (!isReady(fiber)) continue
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
    yield waitsOf(running)
  }
  if (fatal) throw fatal.thrown
  return outcomes
}

/** The flow, and beside it whatever it puts into `background`, until all have ended. */
export function* withBackground<T>(flow: Flow<T>, background: Fiber<void>[]): Flow<T> {
  const main: Fiber<T> = { flow, waits: [] }
  let outcome: Outcome<T> | undefined
  for (;;) {
    let isAdvancing = true
    while (isAdvancing) {
      isAdvancing = false
      if (!outcome && isReady(main)) {
        isAdvancing = true
        outcome = advance(main)
      }
      for (const fiber of [...background]) {
        if (!isReady(fiber)) continue
        isAdvancing = true
        if (advance(fiber)) background.splice(background.indexOf(fiber), 1)
      }
    }
    if (outcome && background.length === 0) break
    yield waitsOf([...(outcome ? [] : [main]), ...background])
  }
  if (!outcome.ok) throw outcome.thrown
  return outcome.value
}

export function isReady({ waits }: Fiber<unknown>): boolean {
  return waits.length === 0 || waits.some((task) => task.isComplete)
}

export function waitsOf(fibers: readonly Fiber<unknown>[]): readonly Task[] {
  return [...new Set(fibers.flatMap(({ waits }) => waits))]
}

/** Undefined while the fiber goes on. */
export function advance<T>(fiber: Fiber<T>): Outcome<T> | undefined {
  try {
    const next = fiber.flow.next()
    if (next.done) return { ok: true, value: next.value }
    fiber.waits = next.value
    return undefined
  } catch (thrown) {
    return { ok: false, thrown }
  }
}
