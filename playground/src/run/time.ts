// Virtual time as it is shown: waits of days and calls of milliseconds on one line, in the right order.

import type { TraceEvent } from "../../../simulator/index.ts"

/** When each event is shown, in milliseconds of watching: long waits are short, and what comes at once is told apart. */
export function playTimes(events: readonly Pick<TraceEvent, "atMs">[]): readonly number[] {
  const all: number[] = []
  let at = 0
  let before = 0
  for (const { atMs } of events) {
    at += atMs > before ? 60 + widthOf(atMs - before) : 22
    before = atMs
    all.push(at)
  }
  return all
}

/** Grows with the logarithm: ten times longer is one step wider. */
export function widthOf(gapMs: number): number {
  return gapMs <= 0 ? 0 : 150 * Math.log10(1 + gapMs / 60)
}

export interface Scale {
  /** From virtual milliseconds to 0 … 1. */
  readonly at: (ms: number) => number
  readonly ticks: readonly number[]
}

/** Between two moments at which something happened the line is even; how long it is there grows with the logarithm. */
export function scaleOf(moments: readonly number[]): Scale {
  const sorted = [...new Set([0, ...moments])].sort((a, b) => a - b)
  const places: number[] = []
  let sum = 0
  for (const [index, each] of sorted.entries()) {
    sum += index === 0 ? 0 : 8 + widthOf(each - sorted[index - 1]!)
    places.push(sum)
  }
  const total = sum || 1
  const at = (ms: number): number => {
    if (ms <= 0) return 0
    let low = 0
    let high = sorted.length - 1
    if (ms >= sorted[high]!) return 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (sorted[middle]! <= ms) low = middle
      else high = middle
    }
    const part = (ms - sorted[low]!) / (sorted[high]! - sorted[low]! || 1)
    return (places[low]! + (places[high]! - places[low]!) * part) / total
  }
  return { at, ticks: ticksOf(sorted, at) }
}

/** Moments far enough from each other to be labelled. */
function ticksOf(moments: readonly number[], at: (ms: number) => number): readonly number[] {
  const kept: number[] = []
  let last = -1
  for (const each of moments) {
    if (at(each) - last < 0.085) continue
    kept.push(each)
    last = at(each)
  }
  return kept
}

export function timeText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${trimmed(ms / 1000)} s`
  if (ms < 3_600_000) return pair(ms, [60_000, "min"], [1000, "s"])
  if (ms < 86_400_000) return pair(ms, [3_600_000, "h"], [60_000, "min"])
  return pair(ms, [86_400_000, "d"], [3_600_000, "h"])
}

function trimmed(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1).replace(/\.?0+$/, "")
}

function pair(ms: number, [large, largeName]: readonly [number, string], [small, smallName]: readonly [number, string]): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`
}

export function moneyText(nanoDollars: number): string {
  const dollars = nanoDollars / 1e9
  return dollars === 0 ? "$0" : dollars < 0.01 ? `$${dollars.toFixed(4)}` : `$${dollars.toFixed(2)}`
}

export function amountText(amount: number): string {
  return amount < 10_000 ? String(amount) : amount < 1_000_000 ? `${trimmed(amount / 1000)}k` : `${trimmed(amount / 1_000_000)}M`
}
