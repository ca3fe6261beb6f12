// One step in detail: each attempt with what went in and what came out, and going on from here.

import type { AttemptDetail, Started } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { ask, runPath } from "./client.ts"
import { moneyText, timeText } from "../run/time.ts"
import { timeOf } from "./format.ts"
import { JsonBlock } from "./json-block.tsx"
import { act, chooseStep, detail, goTo, now, step, stepDetail } from "./state.ts"

export function StepPanel() {
  const path = step.value
  if (path === undefined) return null
  const found = stepDetail.value
  return (
    <section class="step-panel" aria-label={`Step ${path}`}>
      <div class="step-head">
        <h3 class="mono">{path}</h3>
        <button type="button" class="button button-quiet button-small" aria-label="Close the step" onClick={() => chooseStep(undefined)}><Icon name="close" /></button>
      </div>
      {found === undefined ? <p class="quiet" role="status">Loading …</p> : found.attempts.length === 0 ? <p class="quiet">This step did no work of its own.</p> : found.attempts.map((attempt) => <Attempt key={attempt.eventId} attempt={attempt} />)}
    </section>
  )
}

async function rerun(eventId: number): Promise<void> {
  const run = detail.peek()
  if (run === undefined) return
  await act("It was not run again", async () => {
    const { id } = await ask<Started>("POST", runPath(run.id, "/rerun"), { eventId })
    goTo("runs", id)
    return `Run ${id} goes on from this step.`
  })
}

function Attempt({ attempt: { activity, attempt, fromMs, toMs, outcome, error, input, output, spent, model, eventId } }: { readonly attempt: AttemptDetail }) {
  const run = detail.value
  const canRerun = run?.canRerun === true
  return (
    <article class="attempt">
      <div class="attempt-head">
        <span class={`outcome outcome-${outcome ?? "running"}`}>{outcome ?? "running"}</span>
        <strong>{activity}</strong><span class="quiet">attempt {attempt}</span>
        <span class="quiet tnum">{timeOf(fromMs)} · {timeText((toMs ?? now.value) - fromMs)}</span>
        {model === undefined ? null : <span class="quiet">{model} · {spent.tokens} tokens · {moneyText(spent.nanoDollars)}</span>}
        {canRerun ? <button type="button" class="button button-small push" onClick={() => void rerun(eventId)}><Icon name="again" />Run again from here</button> : null}
      </div>
      {error === undefined ? null : <p class="failure-text"><strong>{error.kind}</strong> {error.message}</p>}
      <div class="two">
        <div><h4>Input</h4><JsonBlock value={input} label="Input" /></div>
        <div><h4>Output</h4><JsonBlock value={output} label="Output" /></div>
      </div>
    </article>
  )
}
