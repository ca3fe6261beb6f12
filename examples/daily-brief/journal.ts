// What the local services received, one JSON line per request in a file that outlives them.

import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs"
import { dirname } from "node:path"

export type Fault = "unavailable" | "rate limited" | "hang" | "answer lost"

export interface Received {
  readonly at: string
  readonly method: string
  readonly path: string
  /** The how manieth request for this path, from 1. */
  readonly request: number
  /** Whether the token was right; the token itself is never written down. */
  readonly authorization: "right" | "wrong" | "missing"
  readonly idempotencyKey?: string
  readonly body?: unknown
  readonly status: number
  readonly fault?: Fault
  /** `first`: something was posted, deleted or saved. `repeat`: the key was known, the first answer was given again. */
  readonly effect?: "first" | "repeat"
  /** The message's `ts` or the page's id. */
  readonly id?: string
}

export interface Journal {
  readonly entries: readonly Received[]
  append(entry: Received): void
}

export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true })
  const entries = [...readJournal(file)]
  dropHalfLine(file)
  return {
    entries,
    append: (entry) => {
      entries.push(entry)
      appendFileSync(file, `${JSON.stringify(entry)}\n`)
    },
  }
}

/** For any process, also while the services write. */
export function readJournal(file: string): readonly Received[] {
  if (!existsSync(file)) return []
  // The text after the last newline is a line that is still being written, or that a crash cut off.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1)
  return lines.map((line, index) => {
    const entry = parseLine(line)
    if (entry === undefined) throw new Error(`${file}:${index + 1} is not a line of this journal; give another file`)
    return entry
  })
}

function parseLine(line: string): Received | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isEntry = typeof value === "object" && value !== null && "path" in value && "request" in value
    return isEntry ? value as Received : undefined
  } catch {
    return undefined
  }
}

function dropHalfLine(file: string): void {
  if (!existsSync(file)) return
  const bytes = readFileSync(file)
  truncateSync(file, bytes.lastIndexOf(10) + 1)
}
