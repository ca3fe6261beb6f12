// The trace of a simulated run as lines that people read.

import type { Trace, TraceEvent } from "../simulator/index.ts"

export interface TimelineRow {
  /** "+1m3.2s" */
  readonly time: string
  readonly step: string
  readonly text: string
  readonly tone: "plain" | "good" | "bad" | "fault"
}

/** What a reader needs to see why a run went where it went: turns and commits of nothing else are left out. */
export function timelineOf({ events }: Trace): readonly TimelineRow[] {
  return events.flatMap((event): readonly TimelineRow[] => {
    const said = textOf(event)
    return said === undefined ? [] : [{ time: timeText(event.atMs), step: event.step ?? event.run ?? "", ...said }]
  })
}

function textOf({ what, attempt = 1 }: TraceEvent): Pick<TimelineRow, "text" | "tone"> | undefined {
  const plain = (text: string): Pick<TimelineRow, "text" | "tone"> => ({ text, tone: "plain" })
  switch (what.kind) {
    case "runStarted": return plain(`${what.workflow} starts with ${short(what.input)}`)
    case "callStarted": return plain(attempt > 1 ? `call ${what.callable}, attempt ${attempt}` : `call ${what.callable}`)
    case "effect": return what.again ? plain(`${what.callable} has done it before: same key`) : plain(`${what.callable} did it`)
    case "stepAcknowledged":
      return what.outcome.ok
        ? gives(what.outcome.value)
        : { text: `${what.outcome.kind}: ${what.outcome.message}`, tone: "bad" }
    case "eventRaised": return plain(`event ${what.name.startsWith("answer:") ? "answer" : what.name} ${short(what.payload)}`)
    case "childEnded": return what.ok ? { text: `${what.child} ended`, tone: "good" } : { text: `${what.child} failed`, tone: "bad" }
    case "continuedAsNew": return plain("continues as new")
    case "published": return plain(`publishes ${what.type} to ${what.topic}`)
    case "log": return plain(`log ${what.message}`)
    case "fault": return { text: what.fault, tone: "fault" }
    case "crashed": return { text: `crash ${what.at}`, tone: "fault" }
    case "restarted": return { text: "worker and sidecar are back", tone: "fault" }
    case "runEnded": {
      if (what.status === "completed") return { text: `completed with ${short(what.result)}`, tone: "good" }
      const failure = what.failure
      const why = failure === undefined ? "" : "kind" in failure ? `: ${failure.kind}: ${failure.message}` : `: ${failure.errorMessage}`
      return { text: `${what.status}${why}`, tone: "bad" }
    }
    case "stepScheduled": case "callEnded": case "timerSet": case "timerFired": case "turn": return undefined
  }
}

/** Of a model's turn what it answers; of a question that it was asked. */
function gives(value: unknown): Pick<TimelineRow, "text" | "tone"> {
  const turn = value as { readonly finishReason?: string; readonly answer?: { readonly value: unknown }; readonly refusal?: string; readonly problems?: readonly string[]; readonly key?: string } | null
  if (turn?.key?.startsWith("inbox:") === true) return { text: "waits for a person", tone: "plain" }
  if (turn?.finishReason === undefined) return { text: `gives ${short(value)}`, tone: "good" }
  if (turn.answer !== undefined) return { text: `answers ${short(turn.answer.value)}`, tone: "good" }
  return { text: turn.refusal ?? turn.problems?.join("; ") ?? "asks for tools", tone: "bad" }
}

const shortMax = 90

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing"
  return text.length > shortMax ? `${text.slice(0, shortMax)}...` : text
}

export function timeText(ms: number): string {
  const units: readonly (readonly [number, string])[] = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "m"]]
  let left = ms
  let text = "+"
  for (const [size, unit] of units) {
    if (left < size) continue
    text += `${Math.floor(left / size)}${unit}`
    left %= size
  }
  return left > 0 || text === "+" ? `${text}${left / 1000}s` : text
}
