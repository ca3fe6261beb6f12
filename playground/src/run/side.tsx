// Beside the graph: how the run stands, who is asked, what is spent and reserved, what would be undone.

import type { RunView } from "../../../simulator/index.ts"
import { counted } from "../shell/count.ts"
import { Icon } from "../shell/icons.tsx"
import { Meter } from "../shell/meter.tsx"
import { Inbox } from "./inbox.tsx"
import { atEnd, shownTest, summary, trace, worldState } from "./session.ts"
import { Reasons } from "./tests-pane.tsx"
import { amountText, moneyText, timeText } from "./time.ts"

export function Side() {
  const state = worldState.value
  if (trace.value === undefined || state === undefined) {
    return (
      <aside class="side" aria-label="Run">
        <div class="card card-quiet">
          <h2>Run it, then break it</h2>
          <p>Virtual time: a day of waiting takes a moment. Nothing leaves this page, and every call is answered by a value of its type.</p>
          <ol class="hints"><li>Press <b>Run</b> and watch.</li><li>Drop a fault on a step.</li><li>Drag the slider back in time.</li></ol>
        </div>
      </aside>
    )
  }
  const runs = Object.values(state.runs)
  const main = runs[0]
  if (main === undefined) return <aside class="side" aria-label="Run" />
  return (
    <aside class="side" aria-label="Run">
      <TestCard />
      <Standing main={main} />
      <Budget main={main} />
      <Undo main={main} />
      {atEnd.value ? <Result /> : null}
      <Inbox runs={runs} />
    </aside>
  )
}

/** Where the run is one of a test. */
function TestCard() {
  const report = shownTest.value
  if (report === undefined) return null
  const { name, ok, worlds } = report.result
  return (
    <div class={`card standing standing-${ok ? "completed" : "failed"}`} role="status">
      <h2><Icon name={ok ? "check" : "error"} size={14} />{ok ? "Test passed" : "Test failed"}</h2>
      <p>{name}{worlds === 0 ? "" : `, in ${worlds + 1} worlds`}</p>
      {ok ? null : <Reasons report={report} />}
    </div>
  )
}

const words: Readonly<Record<string, string>> = { running: "Running", completed: "Completed", failed: "Failed", terminated: "Terminated", canceled: "Cancelled", pending: "Pending", suspended: "Suspended" }

function Standing({ main }: { readonly main: RunView }) {
  const { failure, phase, status } = main
  const crashes = worldState.value!.crashes
  const failed = status === "completed" ? Object.values(main.steps).flatMap(({ attempts }) => attempts).filter(({ ok }) => ok === false).length : 0
  const isUndoing = phase === "compensating" && status === "running"
  return (
    <div class={`card standing standing-${isUndoing ? "undoing" : status}`}>
      <h2><span class="standing-dot" aria-hidden="true" />{isUndoing ? "Undoing" : (words[status] ?? status)}<span class="push tnum">{timeText(worldState.value!.atMs)}</span></h2>
      {crashes === 0 ? null : <p>{crashes === 1 ? "1 crash" : `${crashes} crashes`} survived</p>}
      {failed === 0 ? null : <p>{counted(failed, "failed attempt")} survived</p>}
      {failure === undefined ? null : <p class="standing-why">{failure.kind}: {failure.message}</p>}
      {main.waiting.map((each) => <p key={each.step} class="standing-wait">{waitText(each)}</p>)}
    </div>
  )
}

function waitText({ for: why, step, attempt, error }: RunView["waiting"][number]): string {
  const at = step.split("/").slice(1).join("/")
  switch (why) {
    case "retry": return `${at}: waits before attempt ${(attempt ?? 1) + 1}${error === undefined ? "" : ` (${error})`}`
    case "answer": return `${at}: waits for an answer`
    case "manual": return `${at}: waits for a person's decision`
    case "sleep": return `${at}: sleeps`
    case "event": return `${at}: waits for an event`
    case "child": return `${at}: waits for a workflow`
  }
}

function Budget({ main: { ledger: { caps, spent, reserved } } }: { readonly main: RunView }) {
  const rows = [
    { name: "Dollars", cap: caps.nanoDollars, spent: spent.nanoDollars, reserved: reserved.nanoDollars, text: moneyText },
    { name: "Tokens", cap: caps.tokens, spent: spent.tokens, reserved: reserved.tokens, text: amountText },
    { name: "Turns", cap: caps.turns, spent: spent.turns, reserved: reserved.turns, text: amountText },
    { name: "Calls", cap: caps.calls, spent: spent.calls, reserved: reserved.calls, text: amountText },
  ].filter((row) => row.cap !== undefined || row.spent > 0)
  if (rows.length === 0) return null
  return (
    <div class="card">
      <h2>Budget</h2>
      {rows.map((row) => <Meter key={row.name} {...row} />)}
    </div>
  )
}

function Undo({ main: { undo, failure, phase } }: { readonly main: RunView }) {
  const undone = failure?.undone ?? []
  if (undo.length === 0 && undone.length === 0) return null
  return (
    <div class="card">
      <h2><Icon name="undo" size={14} />{phase === "compensating" ? "Undoing, last first" : undone.length > 0 && undo.length === 0 ? "Undone" : "Would be undone"}</h2>
      <ol class="stack">
        {[...undo].reverse().map(({ step, outcome }) => <li key={step}><code>{short(step)}</code>{outcome === "done" ? null : <span>{outcome}</span>}</li>)}
        {undo.length > 0 ? null : undone.map((step) => <li key={step} class="stack-done"><Icon name="check" size={12} /><code>{short(step)}</code></li>)}
      </ol>
    </div>
  )
}

const short = (step: string): string => step.split("/").slice(1).join("/") || step

function Result() {
  const ended = summary.value
  const dead = trace.value?.outside.deadLetters ?? []
  const effects = trace.value?.outside.effects ?? []
  if (ended === undefined) return null
  return (
    <div class="card">
      <h2>{ended.status === "completed" ? "Result" : "Outcome"}</h2>
      {ended.result === undefined ? <p>{ended.message ?? ended.status}</p> : <pre class="value">{JSON.stringify(ended.result, null, 2)}</pre>}
      <dl class="facts">
        <div><dt>took</dt><dd>{timeText(ended.elapsedMs)}</dd></div>
        <div><dt>calls</dt><dd>{ended.calls}</dd></div>
        {effects.length === 0 ? null : <div><dt>effects</dt><dd>{effects.map(({ callable, arrivals }) => (arrivals > 1 ? `${callable} (sent ${arrivals}×, done once)` : callable)).join(", ")}</dd></div>}
        {dead.length === 0 ? null : <div><dt>dead letter</dt><dd>{dead.map(({ workflow }) => workflow).join(", ")}</dd></div>}
      </dl>
    </div>
  )
}
