// The run in time: one row for each step, its attempts as bars, the waits between them, crashes across all rows.

import { computed } from "@preact/signals"
import { memo } from "preact/compat"
import { useMemo } from "preact/hooks"
import type { StepView, Trace } from "../../../simulator/index.ts"
import { momentText } from "../run/transport.tsx"
import { event, goTo, playing, trace } from "../run/session.ts"
import { scaleOf, timeText, type Scale } from "../run/time.ts"
import { chosen, shownGraph } from "../graph/pane.tsx"
import { boxOfStep } from "../run/marks.ts"
import { runPart } from "../state/view.ts"

interface Row {
  readonly step: StepView
  readonly kind: string
}

export function TimelinePane() {
  const made = trace.value
  if (made === undefined) return <p class="empty">Start a run to see its steps in time: attempts, waits, crashes, undo.</p>
  return <Gantt trace={made} />
}

function Gantt({ trace: made }: { readonly trace: Trace }) {
  const { rows, scale, crashes, endMs } = useMemo(() => read(made), [made])
  const go = (mouse: MouseEvent): void => {
    const box = (mouse.currentTarget as HTMLElement).getBoundingClientRect()
    const part = (mouse.clientX - box.left) / box.width
    const index = made.events.findLastIndex(({ atMs }) => scale.at(atMs) <= part)
    playing.value = false
    goTo(Math.max(0, index))
  }
  return (
    <div class="gantt" role="region" aria-label="Timeline" tabIndex={0}>
      <div class="gantt-names" aria-hidden="true"><div class="gantt-axis" />{rows.map(({ step, kind }) => <Name key={step.path} step={step} kind={kind} />)}</div>
      <div class="gantt-lanes" onClick={go}>
        <div class="gantt-axis">{scale.ticks.map((tick) => <span key={tick} class="gantt-tick" style={{ left: `${scale.at(tick) * 100}%` }}>{timeText(tick)}</span>)}</div>
        {rows.map(({ step, kind }) => <Lane key={step.path} step={step} kind={kind} scale={scale} endMs={endMs} />)}
        <Now scale={scale} crashes={crashes} />
      </div>
      <Told />
    </div>
  )
}

// What follows the moment is small and on its own: a step of time draws the cursor and the lanes that it changes, not all rows.

function Now({ scale, crashes }: { readonly scale: Scale; readonly crashes: readonly number[] }) {
  const now = event.value?.atMs ?? 0
  return (
    <>
      {crashes.filter((at) => at <= now).map((at) => <span key={at} class="gantt-crash" style={{ left: `${scale.at(at) * 100}%` }} title={`crash at ${timeText(at)}`} />)}
      <span class="gantt-now" style={{ transform: `translateX(${scale.at(now) * 100}%)` }} />
    </>
  )
}

function Told() {
  return <p class="visually-hidden" role="status">{event.value === undefined ? "" : momentText(event.value)}</p>
}

function Name({ step, kind }: Row) {
  const choose = (): void => {
    const graph = shownGraph.peek()
    chosen.value = graph === undefined ? undefined : boxOfStep(graph, step)?.id
    runPart.value = "graph"
  }
  return (
    <button type="button" tabIndex={-1} class="gantt-name" title={step.path} onClick={choose}>
      <span class={`kind-dot kind-${kind}`} />{step.path.split("/").slice(1).join("/") || step.path}
    </button>
  )
}

interface LaneProps extends Row {
  readonly scale: Scale
  readonly endMs: number
}

/** The moment as far as a step shows it: before its first attempt and after its last all moments are the same. */
function momentWithin({ attempts }: StepView, now: number): number {
  const start = attempts[0]?.scheduledMs ?? Infinity
  if (now < start) return -1
  return Math.min(now, Math.max(start, ...attempts.map(({ endedMs }) => endedMs ?? Infinity)))
}

const Lane = memo(({ step, kind, scale, endMs }: LaneProps) => {
  const now = useMemo(() => computed(() => momentWithin(step, event.value?.atMs ?? 0)), [step]).value
  const seen = step.attempts.filter(({ scheduledMs }) => scheduledMs <= now)
  return (
    <div class="gantt-lane">
      {seen.map(({ attempt, scheduledMs, endedMs, ok, error }, index) => {
        const isOver = endedMs !== undefined && endedMs <= now
        const end = isOver ? endedMs : Math.min(now, endedMs ?? endMs)
        const next = step.attempts[index + 1]
        const [left, right] = [scale.at(scheduledMs), scale.at(end)]
        const state = !isOver ? "running" : ok === false ? "failed" : step.path.includes("/undo") ? "undone" : "completed"
        return (
          <>
            <span key={attempt} class={`gantt-bar gantt-${state} kind-${kind}`} style={{ left: `${left * 100}%`, width: `max(4px, ${(right - left) * 100}%)` }}
              title={`attempt ${attempt}: ${timeText(scheduledMs)} – ${isOver ? timeText(endedMs) : "now"}${error === undefined || !isOver ? "" : `, ${error.kind}: ${error.message}`}`} />
            {isOver && next !== undefined ? <span key={`${attempt} wait`} class="gantt-wait" style={{ left: `${right * 100}%`, width: `${(scale.at(Math.min(now, next.scheduledMs)) - right) * 100}%` }} /> : null}
          </>
        )
      })}
    </div>
  )
})

function read(made: Trace): { readonly rows: readonly Row[]; readonly scale: Scale; readonly crashes: readonly number[]; readonly endMs: number } {
  const last = made.events.at(-1)
  const graph = shownGraph.peek()
  const steps = Object.values(last?.state.runs ?? {}).flatMap((run) => Object.values(run.steps)).filter(({ callable }) => !callable.startsWith("agentflow.") || callable === "agentflow.park")
    .sort((a, b) => (a.attempts[0]?.scheduledMs ?? 0) - (b.attempts[0]?.scheduledMs ?? 0))
  const rows = steps.map((step): Row => ({ step, kind: step.path.includes("/undo") ? "undo" : ((graph === undefined ? undefined : boxOfStep(graph, step)?.kind) ?? "tool") }))
  return { rows, scale: scaleOf(made.events.map(({ atMs }) => atMs)), crashes: made.events.filter(({ what }) => what.kind === "crashed").map(({ atMs }) => atMs), endMs: last?.atMs ?? 0 }
}

