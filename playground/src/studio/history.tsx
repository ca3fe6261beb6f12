// The history of a run, event by event, a page at a time.

import { useEffect, useState } from "preact/hooks"
import type { HistoryPage, HistoryRow, RunDetail } from "../../../cli/studio/api.ts"
import { ask, runPath, textOf } from "./client.ts"
import { timeOf } from "./format.ts"
import { JsonBlock } from "./json-block.tsx"

const pageSize = 200

export function History({ run: { id, events } }: { readonly run: RunDetail }) {
  const [rows, setRows] = useState<readonly HistoryRow[]>([])
  const [problem, setProblem] = useState<string>()
  const [wanted, setWanted] = useState(pageSize)
  useEffect(() => {
    let isCurrent = true
    ask<HistoryPage>("GET", runPath(id, `/history?from=0&limit=${wanted}`)).then(
      (page) => isCurrent && setRows(page.events),
      (failed: unknown) => isCurrent && setProblem(textOf(failed)),
    )
    return () => {
      isCurrent = false
    }
  }, [id, events, wanted])
  if (problem !== undefined) return <p class="empty">{problem}</p>
  if (rows.length === 0) return <p class="empty" role="status">{events === 0 ? "No event yet." : "Loading …"}</p>
  return (
    <>
      <ol class="history">{rows.map((row) => <EventRow key={row.index} row={row} />)}</ol>
      {rows.length < events ? <button type="button" class="button more" onClick={() => setWanted(wanted + pageSize)}>{events - rows.length} more</button> : null}
    </>
  )
}

function EventRow({ row: { index, atMs, kind, eventId, facts } }: { readonly row: HistoryRow }) {
  const name = facts["name"]
  return (
    <li>
      <details class="history-event">
        <summary>
          <span class="history-index tnum">{index + 1}</span><span class="tnum quiet">{timeOf(atMs)}</span><span class={`history-kind history-${kind}`}>{kind}</span>
          {typeof name === "string" ? <span class="mono">{name}</span> : null}{eventId >= 0 ? <span class="quiet tnum">#{eventId}</span> : null}
        </summary>
        <JsonBlock value={facts} label={`Event ${index + 1}`} />
      </details>
    </li>
  )
}
