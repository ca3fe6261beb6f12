// What a moment of a run says about the boxes of a graph.

import type { StepView, WorldState } from "../../../simulator/index.ts"
import type { StepMark } from "../graph/drawing.tsx"
import type { OwnBox, OwnGraph } from "../language/own.ts"

/** The box that a step was written in: the smallest around its place in the source. */
export function boxOfStep(graph: OwnGraph, { origin }: Pick<StepView, "origin">): OwnBox | undefined {
  if (origin === undefined) return undefined
  const { start, end } = origin.span
  const known = placed.get(graph) ?? new Map<string, OwnBox | undefined>()
  placed.set(graph, known)
  const key = `${start} ${end}`
  if (!known.has(key)) known.set(key, smallestAround(graph, start, end))
  return known.get(key)
}

/** By graph, then by place: a step of a loop is looked up once, not for each of its items and moments. */
const placed = new WeakMap<OwnGraph, Map<string, OwnBox | undefined>>()

function smallestAround(graph: OwnGraph, start: number, end: number): OwnBox | undefined {
  const around = graph.layout.boxes.filter(({ span, role }) => role !== "region" && role !== "link" && span !== undefined && ((span.start <= start && span.end >= end) || (span.start === start)))
  return around.sort((a, b) => size(a) - size(b))[0]
}

const size = ({ span }: OwnBox): number => span!.end - span!.start

const ranks: Readonly<Record<StepMark["state"], number>> = { running: 5, waiting: 4, asked: 3, failed: 2, undone: 1, completed: 0, none: -1 }

interface MarkOptions {
  readonly faultsOf: (box: OwnBox) => number
  /** What was drawn last: marks that are still right are taken over. */
  readonly last?: ReadonlyMap<string, StepMark>
}

export function marksOf(graph: OwnGraph, state: WorldState | undefined, { faultsOf, last }: MarkOptions): ReadonlyMap<string, StepMark> {
  const found = new Map<string, { readonly state: StepMark["state"]; readonly count: number; readonly attempts: number }>()
  for (const run of Object.values(state?.runs ?? {})) {
    const waits = new Map(run.waiting.map((each) => [each.step, each.for]))
    for (const step of Object.values(run.steps)) {
      const box = boxOfStep(graph, step)
      if (box === undefined || box.role === "start" || box.role === "group") continue
      const now = stateOf(step, waits.get(step.path))
      const before = found.get(box.id)
      const worst = before === undefined || ranks[now] > ranks[before.state] ? now : before.state
      found.set(box.id, { state: worst, count: (before?.count ?? 0) + 1, attempts: Math.max(before?.attempts ?? 0, step.attempts.length) })
    }
  }
  const marks = new Map<string, StepMark>()
  for (const box of graph.layout.boxes) {
    const mark = found.get(box.id)
    const faults = faultsOf(box)
    if (mark === undefined && faults === 0) continue
    const text = mark === undefined ? undefined : [mark.count > 1 ? `×${mark.count}` : "", mark.attempts > 1 ? `${mark.attempts} tries` : ""].filter((part) => part !== "").join(" · ")
    const made: StepMark = { state: mark?.state ?? "none", ...(text === undefined || text === "" ? {} : { text }), ...(faults === 0 ? {} : { faults }) }
    const before = last?.get(box.id)
    marks.set(box.id, before?.state === made.state && before.text === made.text && before.faults === made.faults ? before : made)
  }
  return marks
}

function stateOf({ state, path }: StepView, waits: string | undefined): StepMark["state"] {
  if (path.includes("/undo")) return state === "completed" ? "undone" : "running"
  if (waits === "answer" || waits === "manual") return "asked"
  if (waits === "retry") return "waiting"
  if (state === "scheduled" || state === "running") return "running"
  return state === "failed" ? "failed" : "completed"
}
