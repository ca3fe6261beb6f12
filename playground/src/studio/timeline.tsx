// A run's steps as lines over time: attempts, waits between them, what was undone, who is waited for.

import { signal } from "@preact/signals"
import { useMemo } from "preact/hooks"
import type { RunDetail, StepRow, TimelineBar } from "../../../cli/studio/api.ts"
import { moneyText, timeText } from "../run/time.ts"
import { scaleOf, type Scale } from "./scale.ts"
import { chooseStep, now, step } from "./state.ts"

const cutIdle = signal(true)

export function Timeline({ run }: { readonly run: RunDetail }) {
  const isOpen = run.status === "running" || run.status === "pending" || run.status === "suspended"
  const endMs = isOpen ? now.value : run.updatedAtMs
  const scale = useMemo(() => {
    const busy = run.steps.flatMap(({ bars }) => bars.filter(({ kind }) => kind === "attempt").map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? endMs })))
    return scaleOf({ fromMs: run.createdAtMs, toMs: endMs }, busy, cutIdle.value)
  }, [run, endMs, cutIdle.value])
  if (run.steps.length === 0) return <p class="empty">{isOpen ? "Waiting for its first step …" : "This run took no step."}</p>
  return (
    <div class="timeline">
      <div class="timeline-axis">
        <label class="switch"><input type="checkbox" checked={cutIdle.value} onChange={(event) => { cutIdle.value = event.currentTarget.checked }} /> Cut idle time</label>
        <div class="axis" aria-hidden="true">
          {scale.ticks.map(({ at, ms }) => <span key={at} class="tick" style={{ left: `${at * 100}%` }}>{timeText(ms)}</span>)}
        </div>
      </div>
      <ul class="lanes">{run.steps.filter((each) => !isRound(each)).map((each) => <Lane key={each.path} step={each} scale={scale} endMs={endMs} />)}</ul>
    </div>
  )
}

/** A round of a loop has no bar of its own; its steps say which round they are of. */
const isRound = ({ path, bars, waiting, answer }: StepRow): boolean => /\[\d+\]$/.test(path) && bars.length === 0 && waiting === undefined && answer === undefined

/** What the bars show, for those who do not see them. */
function tell({ state, waiting, answer }: StepRow): string {
  const parts: string[] = [state]
  if (waiting !== undefined) parts.push(`waiting for ${waiting.for === "answer" || waiting.for === "manual" ? "a person" : waiting.for}`)
  if (answer !== undefined) parts.push(`answered ${JSON.stringify(answer.value)}${answer.by === undefined ? "" : ` by ${answer.by}`}`)
  return parts.join(", ")
}

function Lane({ step: row, scale, endMs }: { readonly step: StepRow; readonly scale: Scale; readonly endMs: number }) {
  const { path, name, depth, state, isUndo, bars, waiting, answer, spent } = row
  const attempts = bars.filter(({ kind }) => kind === "attempt").length
  const round = /([^/]+)\[(\d+)\]\/[^/]*$/.exec(path)
  return (
    <li>
      <button type="button" class={`lane lane-${state}${isUndo ? " lane-undo" : ""}`} aria-pressed={step.value === path} onClick={() => chooseStep(step.value === path ? undefined : path)}>
        <span class="lane-name" style={{ paddingLeft: `${10 + Math.min(depth, 8) * 14}px` }} title={path}><span class={`lane-dot lane-dot-${state}`} />{isUndo ? <span class="lane-mark">undo</span> : null}{round === null ? null : <span class="lane-round tnum" title={round[1]!}>{round[2]}</span>}<span class="lane-text">{name}</span>{attempts > 1 ? <span class="lane-count" title={`${attempts} attempts`}>×{attempts}</span> : null}<span class="visually-hidden">, {tell(row)}</span></span>
        <span class="lane-track">
          {scale.cuts.map(({ at, ms }) => <span key={at} class="cut" style={{ left: `${at * 100}%` }} title={`${timeText(ms)} idle`} />)}
          {bars.map((bar, index) => <Bar key={index} bar={bar} scale={scale} endMs={endMs} />)}
        </span>
        <span class="lane-facts tnum">{waiting !== undefined ? <Waiting waiting={waiting} /> : answer !== undefined ? <span class="lane-answer">{typeof answer.value === "string" ? answer.value : JSON.stringify(answer.value)}</span> : spent.nanoDollars > 0 ? moneyText(spent.nanoDollars) : ""}</span>
      </button>
    </li>
  )
}

function Waiting({ waiting }: { readonly waiting: NonNullable<StepRow["waiting"]> }) {
  const words = { retry: "retries", answer: "asks", manual: "stuck", sleep: "sleeps", event: "listens", child: "child run" }[waiting.for]
  return <span class="lane-waiting">{words}{waiting.untilMs === undefined ? "" : ` · ${timeText(Math.max(0, waiting.untilMs - now.value))}`}</span>
}

function Bar({ bar, scale, endMs }: { readonly bar: TimelineBar; readonly scale: Scale; readonly endMs: number }) {
  const { kind, fromMs, toMs, outcome, attempt, error } = bar
  const [from, to] = [scale.at(fromMs), scale.at(toMs ?? endMs)]
  const look = kind === "wait" ? "wait" : (outcome ?? "running")
  const title = kind === "wait" ? `waits ${timeText((toMs ?? endMs) - fromMs)}` : `attempt ${attempt ?? 1}: ${look}, ${timeText((toMs ?? endMs) - fromMs)}${error === undefined ? "" : `: ${error.kind}: ${error.message}`}`
  return <span class={`bar bar-${look}`} style={{ left: `${from * 100}%`, width: `max(4px, ${(to - from) * 100}%)` }} title={title} />
}
