// What a pilot sees of one run: how it ended, how long it took, what was done again, what it cost. Plain data.

import { everyStep } from "../view/fold.ts"
import type { RunView } from "../view/fold.ts"
import type { FaultName } from "./faults.ts"
import type { Seen } from "./proxy.ts"

export interface Mark {
  readonly atMs: number
  readonly text: string
}

export interface Bar {
  readonly row: string
  readonly fromMs: number
  readonly toMs: number
  readonly outcome: "ok" | "failed" | "interrupted" | "open"
}

export interface Observation {
  readonly fault: FaultName
  readonly status: "completed" | "failed" | "stuck"
  /** Why it did not complete. */
  readonly why?: string
  /** As JSON; compared with that of the undisturbed run. */
  readonly result: string
  readonly durationMs: number
  readonly marks: readonly Mark[]
  readonly bars: readonly Bar[]
  readonly seen: readonly Seen[]
  /** Of a program only: attempts of its steps, and what it spent. */
  readonly attempts?: Readonly<Record<string, number>>
  readonly spent?: { readonly tokens: number; readonly nanoDollars: number }
}

export interface Comparison {
  /** The fault came about: a program that calls no service has no network to cut. */
  readonly struck: boolean
  readonly recovered: boolean
  readonly sameResult: boolean
  readonly extraMs: number
  /** Steps that took more attempts than undisturbed; of a command requests that were sent again. */
  readonly again: readonly { readonly what: string; readonly times: number }[]
  readonly requests: number
  /** What services did more often than undisturbed. */
  readonly doubled: number
  /** What undisturbed was done, and here was not. */
  readonly missing: number
  readonly extraNanoDollars?: number
  readonly extraTokens?: number
}

export function compare(run: Observation, undisturbed: Observation): Comparison {
  const [here, there] = [effectsOf(run.seen), effectsOf(undisturbed.seen)]
  const over = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number =>
    [...a].reduce((sum, [identity, count]) => sum + Math.max(0, count - (b.get(identity) ?? 0)), 0)
  const sameResult = run.result === undisturbed.result
  const [doubled, missing] = [over(here, there), over(there, here)]
  const struck = run.marks.length > 0 || run.seen.some(({ treatment }) => treatment !== "pass")
  return {
    struck,
    recovered: struck && run.status === undisturbed.status && sameResult && doubled === 0 && missing === 0,
    sameResult,
    extraMs: run.durationMs - undisturbed.durationMs,
    again: againOf(run, undisturbed),
    requests: run.seen.length,
    doubled,
    missing,
    ...(run.spent === undefined || undisturbed.spent === undefined ? {} : {
      extraNanoDollars: run.spent.nanoDollars - undisturbed.spent.nanoDollars, extraTokens: run.spent.tokens - undisturbed.spent.tokens,
    }),
  }
}

/** How often each thing was really done: requests of one key count once, requests without a key each. */
function effectsOf(seen: readonly Seen[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const keys = new Set<string>()
  for (const { method, status = 599, identity, key } of seen) {
    if (method === "GET" || status >= 400) continue
    if (key !== undefined && keys.has(`${identity} ${key}`)) continue
    if (key !== undefined) keys.add(`${identity} ${key}`)
    counts.set(identity, (counts.get(identity) ?? 0) + 1)
  }
  return counts
}

/** Attempts of steps, or requests where those tell more: what is sent again after a crash is no new attempt. */
function againOf(run: Observation, undisturbed: Observation): Comparison["again"] {
  const requests = (seen: readonly Seen[]): Counts => {
    const counts: Record<string, number> = {}
    for (const { method, path, service } of seen) counts[`${method} ${service}${path}`] = (counts[`${method} ${service}${path}`] ?? 0) + 1
    return counts
  }
  const sent = more(requests(run.seen), requests(undisturbed.seen))
  const tried = more(run.attempts ?? {}, undisturbed.attempts ?? {})
  const total = (again: Comparison["again"]): number => again.reduce((sum, { times }) => sum + times, 0)
  return total(sent) > total(tried) ? sent : tried
}

type Counts = Readonly<Record<string, number>>

function more(here: Counts, there: Counts): Comparison["again"] {
  return Object.entries(here).flatMap(([what, times]) => (times > (there[what] ?? 1) ? [{ what, times: times - (there[what] ?? 1) }] : []))
}

export function barsOf(view: RunView): readonly Bar[] {
  return [...everyStep(view.steps)].flatMap(({ path, attempts }) => attempts.map((attempt): Bar => ({
    row: path.replace(/^[^/]+\//, ""), fromMs: attempt.startedAtMs, toMs: attempt.endedAtMs ?? view.summary.updatedAtMs, outcome: attempt.outcome ?? "open",
  })))
}

export function barsOfRequests(seen: readonly Seen[]): readonly Bar[] {
  return seen.map(({ method, path, atMs, endedMs, status, treatment }): Bar => ({
    row: `${method} ${path}`, fromMs: atMs, toMs: endedMs ?? atMs, outcome: treatment !== "pass" || (status ?? 599) >= 400 ? "failed" : "ok",
  }))
}

export function attemptsOf(view: RunView): Readonly<Record<string, number>> {
  return Object.fromEntries([...everyStep(view.steps)].filter(({ attempts }) => attempts.length > 0).map(({ path, attempts }) => [path, attempts.length]))
}
