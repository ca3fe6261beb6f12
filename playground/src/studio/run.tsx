// One run: how it stands, what it has spent, what can be done with it, and its views.

import { signal } from "@preact/signals"
import type { Controlled, Purged, RunDetail, Started } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { Meter } from "../shell/meter.tsx"
import { TabPanel, Tabs, type Tab } from "../shell/tabs.tsx"
import { ask, runPath } from "./client.ts"
import { amountText, moneyText, timeText } from "../run/time.ts"
import { momentOf } from "./format.ts"
import { History } from "./history.tsx"
import { JsonBlock } from "./json-block.tsx"
import { confirm, Status } from "./parts.tsx"
import { RunGraph } from "./run-graph.tsx"
import { StepPanel } from "./step-panel.tsx"
import { Timeline } from "./timeline.tsx"
import { act, chosen, detail, detailProblem, goTo, hashOf, loadRuns, now, questions } from "./state.ts"
import { QuestionCard } from "./inbox.tsx"

type View = "timeline" | "graph" | "data" | "history"

const view = signal<View>("timeline")

const views: readonly Tab<View>[] = [{ id: "timeline", label: "Timeline" }, { id: "graph", label: "Graph" }, { id: "data", label: "Input and output" }, { id: "history", label: "History" }]

export function RunView() {
  const run = detail.value
  if (chosen.value === undefined) return <section class="pane studio-detail" aria-label="Run"><p class="empty">Choose a run to see its steps, spending and history.</p></section>
  if (detailProblem.value !== undefined) return <section class="pane studio-detail" aria-label="Run"><Back /><p class="empty">{detailProblem.value}</p></section>
  if (run === undefined) return <section class="pane studio-detail" aria-label="Run"><Back /><p class="empty" role="status">Loading the run …</p></section>
  const asked = (questions.value ?? []).filter((question) => question.run === run.id)
  return (
    <section class="pane studio-detail" aria-label={`Run ${run.id}`}>
      <Back />
      <Head run={run} />
      {asked.length === 0 ? null : <div class="run-questions">{asked.map((question) => <QuestionCard key={question.step} question={question} isBrief />)}</div>}
      <div class="pane-head"><Tabs name="run" label="Views of the run" tabs={views} chosen={view.value} onChoose={(id) => { view.value = id }} /></div>
      <TabPanel name="run" chosen={view.value}>
        {view.value === "timeline" ? <Timeline run={run} /> : view.value === "graph" ? <RunGraph run={run} /> : view.value === "data" ? <Data run={run} /> : <History run={run} />}
      </TabPanel>
      {view.value === "timeline" || view.value === "graph" ? <StepPanel /> : null}
    </section>
  )
}

function Back() {
  return <a class="back" href={hashOf("runs")}><Icon name="up" />All runs</a>
}

function Head({ run }: { readonly run: RunDetail }) {
  const { id, workflow, version, createdAtMs, updatedAtMs, spent, budget, reserved, failed, parent } = run
  const isOpen = !hasEnded(run)
  return (
    <header class="run-head">
      <div class="run-title">
        <h2>{workflow}{version === undefined ? "" : <span class="quiet"> @{version}</span>}</h2><Status run={run} />
        <Actions run={run} />
      </div>
      <p class="run-facts">
        <span class="mono">{id}</span><span class="tnum">{momentOf(createdAtMs, now.value)}</span><span class="tnum">{timeText(Math.max(0, (isOpen ? now.value : updatedAtMs) - createdAtMs))}</span>
        {parent === undefined ? null : <span>child of <a href={hashOf("runs", parent)}>{parent}</a></span>}
      </p>
      {spent === undefined ? null : (
        <div class="meters">
          <Meter name="Dollars" spent={spent.nanoDollars} reserved={reserved?.nanoDollars ?? 0} cap={budget?.nanoDollars} text={moneyText} />
          <Meter name="Tokens" spent={spent.tokens} reserved={reserved?.tokens ?? 0} cap={budget?.tokens} text={amountText} />
          <Meter name="Model calls" spent={spent.turns} reserved={reserved?.turns ?? 0} cap={budget?.turns} text={amountText} />
          <Meter name="Tool calls" spent={spent.calls} reserved={reserved?.calls ?? 0} cap={budget?.calls} text={amountText} />
        </div>
      )}
      {failed === undefined ? (run.failure === undefined ? null : <p class="failure-text"><strong>{run.failure.kind}</strong> {run.failure.message}</p>) : <Failed failed={failed} />}
    </header>
  )
}

export function Failed({ failed: { kind, message, step, undone, undoFailed, undoUnknown } }: { readonly failed: NonNullable<RunDetail["failed"]> }) {
  return (
    <div class="failed">
      <p class="failure-text"><strong>{kind}</strong> {message}{step === undefined ? null : <span class="mono quiet"> {step}</span>}</p>
      {undone.length === 0 ? null : <p><span class="quiet">Undone:</span> {undone.map((each) => <code key={each} class="tag">{each}</code>)}</p>}
      {undoFailed.length === 0 ? null : <ul>{undoFailed.map((each) => <li key={each.step} class="failure-text">Not undone: <code class="tag">{each.step}</code> {each.kind}: {each.message}</li>)}</ul>}
      {undoUnknown.length === 0 ? null : <p class="failure-text">May have happened, and could not be undone: {undoUnknown.map((each) => <code key={each} class="tag">{each}</code>)}</p>}
    </div>
  )
}

const hasEnded = ({ status }: RunDetail): boolean => ["completed", "failed", "terminated", "canceled", "continued_as_new"].includes(status)

function Actions({ run }: { readonly run: RunDetail }) {
  const { id, status } = run
  const control = (verb: "cancel" | "terminate" | "suspend" | "resume", said: string) => (): void => {
    void act(`The run could not be changed`, async () => {
      await ask<Controlled>("POST", runPath(id, `/${verb}`))
      return said
    })
  }
  const redrive = (): void => void act("It was not started again", async () => {
    const started = await ask<Started>("POST", runPath(id, "/redrive"), {})
    goTo("runs", started.id)
    return started.isNew ? `Started again as ${started.id}.` : `It had been started again before, as ${started.id}.`
  })
  const purge = (): void => void act("It was not removed", async () => {
    await ask<Purged>("DELETE", runPath(id))
    goTo("runs")
    void loadRuns()
    return `Run ${id} is removed.`
  })
  const remove = (): void => confirm({ title: `Remove ${id}?`, text: "Its history and its results are deleted and can't be brought back.", verb: "Remove the run", work: purge })
  const kill = (): void => confirm({ title: `Terminate ${id}?`, text: "The run ends at once and nothing is undone. Cancel stops it and undoes what it has done.", verb: "Terminate without undoing", work: control("terminate", "Terminated.") })
  return (
    <div class="run-actions">
      {status === "suspended" ? <button type="button" class="button button-small" onClick={control("resume", "It goes on.")}><Icon name="play" />Resume</button> : null}
      {status === "running" ? <button type="button" class="button button-small" onClick={control("suspend", "It is held until it is resumed.")}><Icon name="pause" />Suspend</button> : null}
      {hasEnded(run) ? null : <button type="button" class="button button-small" onClick={control("cancel", "It stops, and undoes what it has done.")}><Icon name="undo" />Cancel and undo</button>}
      {hasEnded(run) ? null : <button type="button" class="button button-small button-danger" onClick={kill}>Terminate</button>}
      {status === "failed" || status === "terminated" || status === "canceled" ? <button type="button" class="button button-small" onClick={redrive}><Icon name="again" />Start again</button> : null}
      {hasEnded(run) ? <button type="button" class="button button-small button-quiet" onClick={remove}><Icon name="trash" />Remove</button> : null}
    </div>
  )
}

function Data({ run: { input, output } }: { readonly run: RunDetail }) {
  return (
    <div class="two data">
      <div><h3>Input</h3><JsonBlock value={input} label="Input of the run" /></div>
      <div><h3>Output</h3><JsonBlock value={output} label="Output of the run" /></div>
    </div>
  )
}
