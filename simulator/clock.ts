// Virtual time: a queue of what is due, and a clock that jumps to the next of it.

export interface Pending {
  stop(): void
}

export interface VirtualClock {
  now(): number
  /** Calls of the same moment come in the order in which they were asked for. */
  at(timeMs: number, call: () => void): Pending
  after(delayMs: number, call: () => void): Pending
  /** Before all else that is due at this moment. */
  soon(call: () => void): void
  sleep(delayMs: number): Promise<void>
  /** The time of the next call, or undefined when none is left. */
  next(): number | undefined
  /** Moves on to the next call and makes it. */
  step(): void
  /** Moves on without a call; not back, and not past the next call. */
  moveTo(timeMs: number): void
}

interface Entry {
  readonly timeMs: number
  readonly order: number
  readonly call: () => void
  stopped: boolean
}

export function createClock(startMs: number): VirtualClock {
  const heap: Entry[] = []
  const first: (() => void)[] = []
  let nowMs = startMs
  let order = 0
  const skipStopped = (): Entry | undefined => {
    while (heap[0]?.stopped) pop(heap)
    return heap[0]
  }
  const at = (timeMs: number, call: () => void): Pending => {
    const entry: Entry = { timeMs: Math.max(timeMs, nowMs), order: order++, call, stopped: false }
    push(heap, entry)
    return { stop: () => { entry.stopped = true } }
  }
  return {
    now: () => nowMs,
    at,
    after: (delayMs, call) => at(nowMs + Math.max(0, delayMs), call),
    soon: (call) => void first.push(call),
    sleep: (delayMs) => new Promise((resolve) => void at(nowMs + Math.max(0, delayMs), resolve)),
    next: () => (first.length > 0 ? nowMs : skipStopped()?.timeMs),
    step() {
      const call = first.shift()
      if (call !== undefined) return call()
      const entry = skipStopped()
      if (entry === undefined) return
      pop(heap)
      nowMs = Math.max(nowMs, entry.timeMs)
      entry.call()
    },
    moveTo(timeMs) {
      nowMs = Math.max(nowMs, Math.min(timeMs, skipStopped()?.timeMs ?? timeMs))
    },
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
}

function push(heap: Entry[], entry: Entry): void {
  let child = heap.push(entry) - 1
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (!isBefore(heap[child]!, heap[parent]!)) return
    swap(heap, child, parent)
    child = parent
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  heap[0] = last
  for (let parent = 0; ; ) {
    const left = 2 * parent + 1
    const right = left + 1
    let least = parent
    if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left
    if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right
    if (least === parent) return
    swap(heap, parent, least)
    parent = least
  }
}

function swap(heap: Entry[], a: number, b: number): void {
  const held = heap[a]!
  heap[a] = heap[b]!
  heap[b] = held
}
