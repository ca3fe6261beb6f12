// Which steps, branches and clauses of a program its runs have come by.

import type { HistoryEvent } from "../../engine/types.ts"
import type { Program } from "../program.ts"
import { patternOf } from "../program.ts"
import type { Origin, Outside } from "../trace.ts"

/** Something that a test can reach. */
export interface CoveragePoint {
  readonly id: string
  readonly group: "step" | "branch" | "clause"
  readonly kind: string
  readonly label: string
  readonly origin: Origin
  /** How it shows in what a run leaves behind; absent: the code itself tells it. */
  readonly shows?: ShownBy
}

export type ShownBy =
  | { readonly kind: "step"; readonly path: string }
  | { readonly kind: "attempts" | "parked" | "undone" | "approved" | "cached"; readonly callable: string; readonly path?: string }
  | { readonly kind: "error"; readonly error: string; readonly callable: string; readonly path?: string }
  | { readonly kind: "timer"; readonly ms: number }
  | { readonly kind: "model"; readonly model: string; readonly callable: string }
  | { readonly kind: "deadLetter"; readonly workflow: string }

interface Seen {
  readonly scheduled: readonly Scheduled[]
  /** Lengths of the timers that fired. */
  readonly timers: ReadonlySet<number>
  readonly outside: Outside
}

interface Scheduled {
  readonly activity: string
  readonly path: string
  readonly attempt: number
  readonly model?: string
  readonly error?: string
}

/** Ids of the points that these histories show, and of those that the code has told since it was asked last. */
export function coveredBy(program: Program, histories: readonly (readonly HistoryEvent[])[], outside: Outside, already: ReadonlySet<string>): readonly string[] {
  const told = [...program.told]
  program.told.clear()
  const open = program.points.filter(({ id, shows }) => shows !== undefined && !already.has(id))
  if (open.length === 0) return told
  const seen = seenIn(histories, outside)
  return [...told, ...open.filter(({ shows }) => isShown(shows!, seen)).map(({ id }) => id)]
}

function seenIn(histories: readonly (readonly HistoryEvent[])[], outside: Outside): Seen {
  const scheduled: Scheduled[] = []
  const timers = new Set<number>()
  for (const history of histories) {
    const tasks = new Map<number, number>()
    const lengths = new Map<number, number>()
    for (const event of history) {
      if (event.kind === "taskScheduled") {
        tasks.set(event.eventId, scheduled.length)
        scheduled.push(scheduledOf(event.name, event.input))
      } else if (event.kind === "taskCompleted" && event.result?.startsWith('{"ok":false')) {
        const place = tasks.get(event.taskId)
        const { kind } = JSON.parse(event.result) as { readonly kind: string }
        if (place !== undefined) scheduled[place] = { ...scheduled[place]!, error: kind }
      } else if (event.kind === "timerCreated") lengths.set(event.eventId, event.fireAtMs - event.timestampMs)
      else if (event.kind === "timerFired") timers.add(lengths.get(event.timerId) ?? -1)
    }
    for (const event of history) if (event.kind === "childCreated") scheduled.push({ activity: event.name, path: "", attempt: 1 })
  }
  return { scheduled, timers, outside }
}

function scheduledOf(activity: string, input: string | undefined): Scheduled {
  const { step = "", attempt = 1, parameters } = JSON.parse(input ?? "{}") as { readonly step?: string; readonly attempt?: number; readonly parameters?: { readonly model?: { readonly name?: string } } }
  const model = parameters?.model?.name
  return { activity, path: patternOf(step), attempt, ...(model === undefined ? {} : { model }) }
}

function isShown(shows: ShownBy, { scheduled, timers, outside }: Seen): boolean {
  const at = (each: Scheduled, path: string | undefined): boolean => path === undefined || each.path === path || each.path.startsWith(`${path}/`)
  switch (shows.kind) {
    case "step": return scheduled.some((each) => at(each, shows.path))
      || outside.calls.some(({ kind, callable }) => kind === "workflow" && callable === shows.path.split("/").at(-1))
      || scheduled.some(({ activity, path }) => path === "" && activity === shows.path.split("/").at(-1))
    case "attempts": return scheduled.some((each) => each.activity === shows.callable && each.attempt > 1 && at(each, shows.path))
    case "error": return scheduled.some((each) => each.activity === shows.callable && each.error === shows.error && at(each, shows.path))
    case "parked": return outside.asked.some(({ kind, ask, step }) => kind === "manual" && ask === shows.callable && (shows.path === undefined || patternOf(step).startsWith(shows.path)))
    case "undone": return scheduled.some(({ path }) => shows.path === undefined
      ? path.includes(`/${shows.callable}/undo/`) || undoneUnderOtherName(path, shows.callable, scheduled)
      : path.startsWith(`${shows.path}/undo/`))
    case "approved": return scheduled.some(({ path }) => path.includes(`/${shows.callable}/approve/`))
    case "cached": return scheduled.some((each) => each.activity === "agentflow.cache" && at(each, shows.path))
    case "timer": return timers.has(shows.ms)
    case "model": return scheduled.some(({ activity, model }) => activity === shows.callable && model === shows.model)
    case "deadLetter": return outside.deadLetters.some(({ workflow }) => workflow === shows.workflow)
  }
}

/** A step is named after its `let`, where it has one. */
function undoneUnderOtherName(path: string, callable: string, scheduled: readonly Scheduled[]): boolean {
  const end = path.indexOf("/undo/")
  if (end < 0) return false
  const step = path.slice(0, end)
  return scheduled.some((each) => each.activity === callable && (each.path === step || each.path.startsWith(`${step}/`)) && !each.path.includes("/undo/"))
}
