// The events of the run, in order; the one that is looked at is marked, a click goes to another.

import { useEffect, useRef } from "preact/hooks"
import type { TraceEvent } from "../../../simulator/index.ts"
import { goTo, moment, playing, trace } from "../run/session.ts"
import { timeText } from "../run/time.ts"
import { momentText } from "../run/transport.tsx"

export function HistoryPane() {
  const list = useRef<HTMLOListElement>(null)
  const now = moment.value
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" })
  }, [now])
  const events = trace.value?.events
  if (events === undefined) return <p class="empty">Start a run to see its events: what was scheduled, done, kept, and when.</p>
  return (
    <ol class="events" ref={list} aria-label="Events">
      {events.map((each) => <Row key={each.index} event={each} isNow={each.index === now} isPast={each.index <= now} />)}
    </ol>
  )
}

function Row({ event, isNow, isPast }: { readonly event: TraceEvent; readonly isNow: boolean; readonly isPast: boolean }) {
  const go = (): void => {
    playing.value = false
    goTo(event.index)
  }
  return (
    <li>
      <button type="button" class={`event event-${toneOf(event)}${isPast ? "" : " event-later"}`} aria-current={isNow ? "true" : undefined} onClick={go}>
        <span class="event-time tnum">{timeText(event.atMs)}</span><span class="event-text">{momentText(event)}</span><code class="event-kind">{event.what.kind}</code>
      </button>
    </li>
  )
}

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
