// The list of runs with its filters.

import type { RunRow, RunStatus } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { moneyText, timeText } from "../run/time.ts"
import { momentOf } from "./format.ts"
import { Status, statusNames } from "./parts.tsx"
import { chosen, hashOf, loadOlder, now, olderNext, page, rows, search, session, statuses, unreachable, workflow } from "./state.ts"

const offered: readonly RunStatus[] = ["running", "suspended", "completed", "failed", "canceled", "terminated"]

export function RunList() {
  return (
    <section class="pane studio-list" aria-label="Runs">
      <Filters />
      <div class="list-scroll" tabIndex={0} role="group" aria-label="List of runs"><Rows /></div>
    </section>
  )
}

function toggle(status: RunStatus): void {
  const next = new Set(statuses.peek())
  if (!next.delete(status)) next.add(status)
  statuses.value = next
}

function Filters() {
  const counts = page.value?.counts ?? {}
  const names = page.value?.workflows ?? []
  return (
    <div class="filters">
      <div class="filters-line">
        <input class="input" type="search" placeholder="Search by id" aria-label="Search runs by id" value={search.value} onInput={(event) => { search.value = event.currentTarget.value }} />
        <select aria-label="Workflow" value={workflow.value} onChange={(event) => { workflow.value = event.currentTarget.value }}>
          <option value="">All workflows</option>
          {names.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </div>
      <div class="chips" role="group" aria-label="Status">
        {offered.map((status) => (
          <button key={status} type="button" class="chip" aria-pressed={statuses.value.has(status)} onClick={() => toggle(status)}>
            {statusNames[status]} <span class="chip-count">{counts[status] ?? 0}</span>
          </button>
        ))}
      </div>
    </div>
  )
}

function Rows() {
  if (page.value === undefined) return unreachable.value === undefined ? <Loading /> : <p class="empty">No runs can be shown.</p>
  if (rows.value.length === 0) {
    const isFiltered = statuses.value.size > 0 || workflow.value !== "" || search.value.trim() !== ""
    return (
      <>
        <p class="empty">{isFiltered ? "No run fits these filters." : "No run yet. Start one, and it shows up here as it goes."}</p>
        <Unlisted />
      </>
    )
  }
  return (
    <>
      <ul class="rows">{rows.value.map((run) => <Row key={run.id} run={run} />)}</ul>
      {olderNext.value === undefined ? <Unlisted /> : <button type="button" class="button more" onClick={() => void loadOlder()}>Older runs</button>}
    </>
  )
}

/** Where the list ends though there are more runs. */
function Unlisted() {
  const max = page.value?.listedMax
  if (max === undefined) return null
  const which = session.value?.host.kind === "dapr" ? `${max.toLocaleString("en")} of all runs` : `the newest ${max.toLocaleString("en")} runs`
  return <p class="quiet unlisted">The list, its counts and its filters hold {which}. To see another, search for its whole id.</p>
}

function Loading() {
  return <div class="rows" role="status" aria-label="Loading runs">{[0, 1, 2, 3, 4].map((each) => <div key={each} class="row row-loading" aria-hidden="true" />)}</div>
}

function Row({ run }: { readonly run: RunRow }) {
  const { id, workflow: name, version, createdAtMs, updatedAtMs, spent, failure, status } = run
  const ended = status !== "running" && status !== "pending" && status !== "suspended"
  return (
    <li>
      <a class="row" href={hashOf("runs", id)} aria-current={chosen.value === id ? "true" : undefined}>
        <span class="row-line"><span class="row-name">{name}{version === undefined ? "" : <span class="quiet"> @{version}</span>}</span><Status run={run} /></span>
        <span class="row-line row-facts">
          <span class="mono row-id">{id}</span>
          <span class="push tnum">{momentOf(createdAtMs, now.value)}</span>
          <span class="tnum">{timeText(Math.max(0, (ended ? updatedAtMs : now.value) - createdAtMs))}</span>
          <span class="tnum">{spent === undefined ? "" : moneyText(spent.nanoDollars)}</span>
        </span>
        {failure === undefined ? null : <span class="row-failure"><Icon name="error" size={13} /><span>{failure.kind}: {failure.message}</span></span>}
      </a>
    </li>
  )
}
