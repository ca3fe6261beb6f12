// The points at which a crash makes a difference: each commit, each call, each message, in the order in which they come.

import type { CallPoint, Fault } from "./world.ts"

/** Around a commit, or around what a call does. */
export type BoundaryKind = "before commit" | "after commit" | CallPoint

export interface Boundary {
  readonly index: number
  readonly kind: BoundaryKind
  /** What is committed or called: "turn 3 of DailyBrief", "postToSlack". */
  readonly of: string
  readonly run?: string
  readonly step?: string
  readonly callable?: string
  /** The how-many-eth time that this callable comes to this point. */
  readonly nth?: number
  readonly atMs: number
}

export type BoundaryPlace = Omit<Boundary, "index" | "nth">

export interface Boundaries {
  /** True when the worker and its host end here. */
  pass(place: BoundaryPlace): boolean
  readonly passed: readonly Boundary[]
}

export function createBoundaries(faults: readonly Fault[]): Boundaries {
  const passed: Boundary[] = []
  const counts = new Map<string, number>()
  const crashes = new Set(faults.flatMap((fault) => (fault.kind === "crash" ? [fault.boundary] : [])))
  const named = faults.filter((fault) => fault.kind === "crashAt")
  const count = (name: string | undefined, kind: BoundaryKind): number => {
    if (name === undefined) return 0
    const key = `${kind} ${name}`
    const nth = (counts.get(key) ?? 0) + 1
    counts.set(key, nth)
    return nth
  }
  return {
    passed,
    pass(place) {
      const { kind, callable, step } = place
      const nth = count(callable, kind)
      const nthOfStep = count(step === undefined ? undefined : `path ${step}`, kind)
      const boundary: Boundary = { index: passed.length, ...place, ...(nth === 0 ? {} : { nth }) }
      passed.push(boundary)
      return crashes.has(boundary.index) || named.some((fault) =>
        fault.point === kind && ((fault.callable === callable && fault.nth === nth) || (fault.callable === step && fault.nth === nthOfStep)))
    },
  }
}
