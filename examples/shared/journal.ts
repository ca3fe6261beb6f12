// What local services received, one JSON line per request in a file that outlives them.

import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs"
import { dirname } from "node:path"

export interface Received {
  readonly at: string
  /** As the world names it: `DELETE /reservations/*`. */
  readonly route: string
  readonly method: string
  readonly path: string
  /** The how manieth request of this route, from 1. */
  readonly request: number
  /** The Idempotency-Key. */
  readonly key?: string
  readonly body: Readonly<Record<string, unknown>>
  readonly answer: { readonly status: number; readonly body?: unknown }
  /** `first`: the work was done. `repeat`: the key was known, the first answer was given again. */
  readonly effect?: "first" | "repeat"
}

export interface Journal {
  readonly entries: readonly Received[]
  append(entry: Received): void
}

export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true })
  const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  // What follows the last newline is a line that a crash cut off.
  const whole = text.subarray(0, text.lastIndexOf(10) + 1)
  if (whole.length < text.length) truncateSync(file, whole.length)
  const entries = whole.toString("utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as Received)
  return {
    entries,
    append: (entry) => {
      entries.push(entry)
      appendFileSync(file, `${JSON.stringify(entry)}\n`)
    },
  }
}
