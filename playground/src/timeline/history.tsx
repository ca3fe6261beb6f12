// The events of the run, in order; the one that is looked at is marked, a click goes to another.

import { useComputed, useSignalEffect } from "@preact/signals"
import { memo } from "preact/compat"
import { useRef } from "preact/hooks"
import type { TraceEvent } from "../../../simulator/index.ts"
import { goTo, moment, playing, trace } from "../run/session.ts"
import { timeText } from "../run/time.ts"
import { momentText } from "../run/transport.tsx"

export function HistoryPane() {
  const list = useRef<HTMLOListElement>(null)
  useSignalEffect(() => {
    const now = moment.value
    const frame = requestAnimationFrame(() => list.current?.children[now]?.scrollIntoView({ block: "nearest" }))
    return () => cancelAnimationFrame(frame)
  })
  const events = trace.value?.events
  if (events === undefined) return <p class="empty">Start a run to see its events: what was scheduled, done, kept, and when.</p>
  return (
    <ol class="events" ref={list} aria-label="Events">
      {events.map((each) => <Row key={each.index} event={each} />)}
    </ol>
  )
}

/** Draws itself again only when the moment comes to it or goes past it. */
const Row = memo(({ event }: { readonly event: TraceEvent }) => {
  const place = useComputed(() => Math.sign(moment.value - event.index)).value
  const go = (): void => {
    playing.value = false
    goTo(event.index)
  }
  return (
    <li>
      <button type="button" class={`event event-${toneOf(event)}${place < 0 ? " event-later" : ""}`} aria-current={place === 0 ? "true" : undefined} onClick={go}>
        <span class="event-time tnum">{timeText(event.atMs)}</span><span class="event-text">{momentText(event)}</span><code class="event-kind">{event.what.kind}</code>
      </button>
    </li>
  )
})

function toneOf({ what }: TraceEvent): string {
  switch (what.kind) {
    case "callEnded":
    case "stepAcknowledged": return what.outcome.ok ? "plain" : "failed"
    case "crashed":
    case "fault": return "failed"
    case "effect":
    case "runEnded": return "strong"
    case "turn": return "faint"
    default: return "plain"
  }
}
