// Who is asked: a question waits here for the answer that the visitor gives, and the run goes on with it.

import { useState } from "preact/hooks"
import type { RunView } from "../../../simulator/index.ts"
import { Icon } from "../shell/icons.tsx"
import { changeWorld, decisions, given, info, playing, questions, run, trace, worldState } from "./session.ts"
import { timeText } from "./time.ts"

interface Question {
  readonly step: string
  readonly callable: string
  readonly kind: "answer" | "manual"
  readonly ask: string
  readonly until?: number | undefined
}

export function Inbox({ runs }: { readonly runs: readonly RunView[] }) {
  const waiting = runs.flatMap(({ waiting: all, steps }) => all.filter((each) => each.for === "answer" || each.for === "manual").map((each): Question => ({
    step: each.step, callable: steps[each.step]?.callable ?? each.step.split("/").at(-1)!, kind: each.for as Question["kind"], until: each.until,
    ask: questions.value[each.step] ?? "",
  })))
  // A call that is under way asks already; the run hears of it with its next commit.
  const calling = runs.flatMap(({ steps }) => Object.values(steps)).filter(({ state, callable, path }) => (state === "running" || state === "scheduled")
    && info.value?.callables.some(({ name, kind }) => name === callable && kind === "human") === true && !waiting.some(({ step }) => step === path))
    .map((step): Question => ({ step: step.path, callable: step.callable, kind: "answer", ask: questions.value[step.path] ?? "" }))
  const all = [...waiting, ...calling]
  if (all.length === 0) return null
  return (
    <div class="card inbox">
      <h2><Icon name="person" size={14} />Inbox<span class="badge">{all.length}</span></h2>
      {all.map((question) => (question.kind === "manual" ? <Manual key={question.step} question={question} /> : <Ask key={question.step} question={question} />))}
    </div>
  )
}

function left({ until }: Question): string {
  const start = trace.value?.startMs ?? 0
  return until === undefined ? "" : `${timeText(Math.max(0, until - start - worldState.value!.atMs))} left`
}

function Ask({ question }: { readonly question: Question }) {
  const callable = info.value?.callables.find(({ name }) => name === question.callable)
  const [text, setText] = useState(JSON.stringify(callable?.sample ?? null))
  const answer = (value: unknown): void => {
    playing.value = true
    changeWorld(() => {
      given.value = { ...given.peek(), [question.callable]: [{ action: "returns", value }] }
    })
  }
  const isYesNo = typeof callable?.sample === "boolean"
  const choices: readonly unknown[] = isYesNo ? [true, false] : (callable?.choices ?? [])
  return (
    <div class="question">
      <p class="question-text">{question.ask || question.callable}</p>
      <p class="question-meta">{question.callable}{left(question) === "" ? "" : ` · ${left(question)}`}</p>
      {choices.length > 0
        ? <div class="choices">{choices.map((choice) => <button key={String(choice)} type="button" class="button button-small" onClick={() => answer(choice)}>{choice === true ? "yes" : choice === false ? "no" : String(choice)}</button>)}</div>
        : <form class="choices" onSubmit={(event) => { event.preventDefault(); answer(parsed(text)) }}><input class="input" aria-label="Answer as JSON" value={text} onInput={(event) => setText(event.currentTarget.value)} /><button type="submit" class="button button-small">Answer</button></form>}
    </div>
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Everything else has failed: try again, go on with a value, or give up. */
function Manual({ question }: { readonly question: Question }) {
  const sample = info.value?.callables.find(({ name }) => name === question.callable)?.sample ?? null
  const decide = (decision: (typeof decisions.value)[string]): void => {
    changeWorld(() => {
      decisions.value = { ...decisions.peek(), [question.callable]: decision }
    })
    void run({ keepMoment: true, play: true })
  }
  return (
    <div class="question">
      <p class="question-text">{question.callable} has failed for good. What now?</p>
      <p class="question-meta">{left(question)}</p>
      <div class="choices">
        <button type="button" class="button button-small" onClick={() => decide({ action: "retry" })}>Retry</button>
        <button type="button" class="button button-small" onClick={() => decide({ action: "skip", value: sample })}>Skip</button>
        <button type="button" class="button button-small button-danger" onClick={() => decide({ action: "fail" })}>Fail</button>
      </div>
    </div>
  )
}
