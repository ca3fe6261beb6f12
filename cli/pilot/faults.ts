// The faults of a pilot, and where they strike: at the same requests for a program and for the command it is compared with.

import type { Seen, Treatment } from "./proxy.ts"

export type FaultName = "undisturbed" | "worker" | "network" | "rate limit" | "sidecar"

export interface Fault {
  readonly name: FaultName
  readonly title: string
  /** One sentence. */
  readonly what: string
}

export const faults: readonly Fault[] = [
  { name: "undisturbed", title: "Undisturbed", what: "Nothing fails: what the others are compared with." },
  { name: "worker", title: "Worker killed", what: "The process that does the work gets SIGKILL after a service has done its work and before anybody hears of it." },
  { name: "network", title: "Network cut", what: "The connections of one service are cut, twice in a row." },
  { name: "rate limit", title: "Too many requests", what: "One service answers 429 with Retry-After, twice in a row." },
  { name: "sidecar", title: "Sidecar stopped", what: "The process that keeps the runs gets SIGKILL and comes back a second later." },
]

/** Where the faults strike, from what an undisturbed run did. */
export interface Plan {
  /** After so many effects, else after so many requests. */
  readonly strikeAfter: { readonly count: number; readonly of: "effects" | "requests" | "steps" }
  /** The service that is cut and refuses: the one with the most to do. */
  readonly service: string | undefined
}

export function planOf(seen: readonly Seen[], finishedSteps: number): Plan {
  const done = seen.filter(({ method, status = 599 }) => method !== "GET" && status < 400).length
  const half = (count: number): number => Math.max(1, Math.ceil(count / 2))
  const strikeAfter = done > 0 ? { count: half(done), of: "effects" as const }
    : seen.length > 0 ? { count: half(seen.length), of: "requests" as const } : { count: half(finishedSteps), of: "steps" as const }
  const counts = new Map<string, number>()
  for (const { service } of seen) counts.set(service, (counts.get(service) ?? 0) + 1)
  const [busiest] = [...counts].sort((a, b) => b[1] - a[1])
  return { strikeAfter, service: busiest?.[0] }
}

const cuts = 2
const refusals = 2

/** What the proxies do: the first requests to the busiest service are cut or refused. */
export function treatmentOf(fault: FaultName, plan: Plan | undefined): (request: { readonly service: string }) => Treatment {
  let left = fault === "network" ? cuts : fault === "rate limit" ? refusals : 0
  return ({ service }) => {
    if (left === 0 || service !== plan?.service) return "pass"
    left -= 1
    return fault === "network" ? "cut" : "refuse"
  }
}
