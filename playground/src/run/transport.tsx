// Play, pause, step, speed, and the slider through all moments of the run.

import type { TraceEvent } from "../../../simulator/index.ts"
import { Icon } from "../shell/icons.tsx"
import { errorCount } from "../shell/problems.tsx"
import { atEnd, event, goTo, moment, playing, speed, trace, run } from "./session.ts"
import { timeText } from "./time.ts"

const speeds = [0.25, 0.5, 1, 2, 4] as const

export function Transport() {
  const all = trace.value?.events
  const last = (all?.length ?? 1) - 1
  const now = event.value
  const text = now === undefined ? "" : `${timeText(now.atMs)}, ${momentText(now)}`
  const play = (): void => {
    if (trace.peek() === undefined) return void run()
    if (atEnd.peek()) goTo(0)
    playing.value = !playing.peek()
  }
  const step = (by: number): void => {
    playing.value = false
    goTo(moment.peek() + by)
  }
  return (
    <div class="transport" role="group" aria-label="Time">
      <button type="button" class="button button-quiet button-small" aria-label="Step back" disabled={all === undefined} onClick={() => step(-1)}><span class="flipped"><Icon name="step" /></span></button>
      <button type="button" class="button button-small transport-play" aria-label={playing.value ? "Pause" : "Play"} disabled={all === undefined && errorCount.value > 0} onClick={play}><Icon name={playing.value ? "pause" : "play"} /></button>
      <button type="button" class="button button-quiet button-small" aria-label="Step" disabled={all === undefined} onClick={() => step(1)}><Icon name="step" /></button>
      <input type="range" class="slider" aria-label="Moment of the run" aria-valuetext={text} min={0} max={Math.max(1, last)} value={moment.value} disabled={all === undefined} onInput={(change) => { playing.value = false; goTo(change.currentTarget.valueAsNumber) }} />
      <span class="transport-time tnum">{now === undefined ? "—" : timeText(now.atMs)}</span>
      <label class="field"><span class="visually-hidden">Speed</span><select class="transport-speed" value={speed.value} onChange={(change) => { speed.value = Number(change.currentTarget.value) }}>{speeds.map((each) => <option key={each} value={each}>{each}×</option>)}</select></label>
    </div>
  )
}

/** An event in a few words. */
export function momentText({ what, step, attempt }: Pick<TraceEvent, "what" | "step" | "attempt">): string {
  const at = step === undefined ? "" : step.split("/").slice(1).join("/") || step
  const again = attempt === undefined || attempt === 1 ? "" : `, attempt ${attempt}`
  switch (what.kind) {
    case "runStarted": return `${what.workflow} starts`
    case "stepScheduled": return `${at} is scheduled${again}`
    case "callStarted": return `${what.callable} is called${again}`
    case "effect": return `${what.callable} does it${what.again ? " again" : ""}`
    case "callEnded": return what.outcome.ok ? `${what.callable} answers` : `${what.callable} fails: ${what.outcome.kind}`
    case "stepAcknowledged": return what.outcome.ok ? `${at} is kept` : `${at} has failed: ${what.outcome.kind}`
    case "timerSet": return `waits until ${timeText(what.fireAtMs)}`
    case "timerFired": return "the wait is over"
    case "eventRaised": return what.name.startsWith("answer:") ? `${at} is answered` : `${what.name} arrives`
    case "childEnded": return `${what.child} ${what.ok ? "has completed" : "has failed"}`
    case "turn": return what.replayed ? `turn ${what.number}, replayed` : `turn ${what.number}`
    case "continuedAsNew": return "continues as new"
    case "published": return `published to ${what.topic}`
    case "log": return `log: ${what.message}`
    case "fault": return what.fault
    case "crashed": return `crash: ${what.at}`
    case "restarted": return "the worker is back"
    case "runEnded": return `the run has ${what.status}`
  }
}
