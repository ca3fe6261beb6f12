// Where the hub's time comes from: the machine's clock, or one that jumps over the time in which nothing would happen.

import { delayUntil } from "../engine/timers.ts"

export interface Clock {
  now(): number
  /** Rings once: at that time, or as soon as it can afterwards. The result cancels. */
  at(timeMs: number, ring: () => void): () => void
  /** The hub has done all it could; `underWay` counts what workers hold, and what it has yet to commit. */
  settled?(underWay: () => number): void
}

export const systemClock: Clock = {
  now: Date.now,
  at(timeMs, ring) {
    const timeout = setTimeout(ring, delayUntil(timeMs, Date.now()))
    return () => clearTimeout(timeout)
  },
}

export interface JumpingClock extends Clock {
  /** For activities that stand for slow ones: while all that is under way sleeps, time goes on at once. */
  sleep(delayMs: number): Promise<void>
}

/** Starts at that time, and goes on only from alarm to alarm, in their order. It belongs to one hub. */
export function createJumpingClock(startMs: number): JumpingClock {
  const alarms = new Set<{ readonly timeMs: number; readonly ring: () => void }>()
  let nowMs = startMs
  let sleepers = 0
  let busy = (): number => 1
  let isLooking = false
  const look = (): void => {
    if (isLooking) return
    isLooking = true
    setImmediate(next)
  }
  const next = (): void => {
    // Of alarms for the same time, the one that was set first.
    const [first] = busy() > sleepers ? [] : [...alarms].sort((one, other) => one.timeMs - other.timeMs)
    isLooking = first !== undefined
    if (!first) return
    alarms.delete(first)
    nowMs = Math.max(nowMs, first.timeMs)
    first.ring()
    setImmediate(next)
  }
  const at = (timeMs: number, ring: () => void): (() => void) => {
    const alarm = { timeMs, ring }
    alarms.add(alarm)
    look()
    return () => void alarms.delete(alarm)
  }
  return {
    now: () => nowMs,
    at,
    settled(underWay) {
      busy = underWay
      look()
    },
    sleep: (delayMs) => new Promise((resolve) => {
      sleepers++
      at(nowMs + delayMs, () => {
        sleepers--
        resolve()
      })
    }),
  }
}
