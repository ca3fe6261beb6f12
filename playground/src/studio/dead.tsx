// Runs that failed for good: why, what was undone and what was not, and starting them again with a mended input.

import { signal, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import type { DeadLetterRow, DeadLetters, Json, Started } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { ask, runPath, textOf } from "./client.ts"
import { json, momentOf } from "./format.ts"
import { Failed } from "./run.tsx"
import { act, deadCount, goTo, hashOf, now } from "./state.ts"

const letters = signal<readonly DeadLetterRow[] | undefined>(undefined)
const problem = signal<string | undefined>(undefined)

export function DeadView() {
  const count = deadCount.value
  useEffect(() => {
    ask<DeadLetters>("GET", "dead").then(
      (found) => {
        letters.value = found.letters
        problem.value = undefined
      },
      (failed: unknown) => {
        problem.value = textOf(failed)
      },
    )
  }, [count])
  const found = letters.value
  return (
    <section class="pane studio-page" aria-label="Dead letters">
      <div class="page-scroll">
        <h2 class="visually-hidden">Dead letters</h2>
        {problem.value !== undefined ? <p class="empty">{problem.value}</p>
          : found === undefined ? <p class="empty" role="status">Loading …</p>
          : found.length === 0 ? <p class="empty"><Icon name="check" />No run has failed for good.</p>
          : <div class="entries">{[...found].reverse().map((letter) => <Letter key={letter.run} letter={letter} />)}</div>}
      </div>
    </section>
  )
}

function Letter({ letter }: { readonly letter: DeadLetterRow }) {
  const { run, workflow, atMs, input } = letter
  const text = useSignal(json(input))
  const busy = useSignal(false)
  const redrive = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    await act("It was not started again", async () => {
      const isSame = text.peek() === json(input)
      const body = isSame ? {} : { input: JSON.parse(text.peek()) as Json }
      const started = await ask<Started>("POST", runPath(run, "/redrive"), body)
      goTo("runs", started.id)
      return started.isNew ? `Started again as ${started.id}.` : `It had been started again before, as ${started.id}.`
    })
    busy.value = false
  }
  return (
    <article class="entry entry-dead" aria-label={`${workflow} ${run}`}>
      <header class="entry-head"><Icon name="error" /><h3>{workflow}</h3><a class="mono" href={hashOf("runs", run)}>{run}</a><span class="push quiet tnum">{momentOf(atMs, now.value)}</span></header>
      <Failed failed={letter} />
      <form class="answer-form" onSubmit={(event) => void redrive(event)}>
        <label class="quiet" for={`input-${run}`}>Input</label>
        <textarea id={`input-${run}`} class="input" rows={Math.min(10, text.value.split("\n").length)} spellcheck={false} value={text.value} onInput={(event) => { text.value = event.currentTarget.value }} />
        <button type="submit" class="button button-primary" disabled={busy.value}><Icon name="again" />Start again</button>
      </form>
    </article>
  )
}
