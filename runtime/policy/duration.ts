// Durations as written ("1h30m") and as counted (milliseconds).

import type { Duration } from "../contract.ts"

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a duration; throws on text that the compiler would not have written. */
export function durationMs(duration: Duration): number {
  if (typeof duration === "number") return duration
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== duration) {
    throw new Error(`not a duration: "${duration}"`)
  }
  return parts.reduce((total, [, count, unit]) => total + Number(count) * unitMs[unit as keyof typeof unitMs], 0)
}

/** As a person writes it: "1h30m". */
export function formatDuration(duration: Duration): string {
  let restMs = Math.round(durationMs(duration))
  const parts: string[] = []
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const count = Math.floor(restMs / unitMs[unit])
    restMs -= count * unitMs[unit]
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.join("") || "0s"
}
