// What waits for a person: questions with their choices, stuck steps with what can be done about them.

import { useSignal } from "@preact/signals"
import type { Answered, Json, QuestionRow } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { ask } from "./client.ts"
import { timeText } from "../run/time.ts"
import { json, momentOf } from "./format.ts"
import { JsonBlock } from "./json-block.tsx"
import { skeleton } from "./skeleton.ts"
import { act, hashOf, now, questions } from "./state.ts"

export function InboxView() {
  const waiting = questions.value
  return (
    <section class="pane studio-page" aria-label="Inbox">
      <div class="page-scroll">
        <h2 class="visually-hidden">Inbox</h2>
        {waiting === undefined ? <p class="empty" role="status">Loading …</p>
          : waiting.length === 0 ? <p class="empty"><Icon name="check" />Nothing waits for you.</p>
          : <div class="entries">{waiting.map((question) => <QuestionCard key={`${question.run} ${question.step}`} question={question} />)}</div>}
      </div>
    </section>
  )
}

export function QuestionCard({ question, isBrief = false }: { readonly question: QuestionRow; readonly isBrief?: boolean }) {
  const { run, step, kind, workflow, ask: text, about, error, askedAtMs, deadlineMs } = question
  return (
    <article class={`entry entry-${kind}`} aria-label={text}>
      <header class="entry-head">
        <Icon name={kind === "manual" ? "warning" : "person"} />
        <h3>{text}</h3>
        {deadlineMs === undefined ? null : <span class="deadline tnum" title="Time left to answer">{now.value < deadlineMs ? `${timeText(deadlineMs - now.value)} left` : "overdue"}</span>}
      </header>
      {isBrief ? null : <p class="run-facts"><span>{workflow}</span><a class="mono" href={hashOf("runs", run)}>{run}</a><span class="mono">{step}</span><span class="tnum">{momentOf(askedAtMs, now.value)}</span></p>}
      {error === undefined ? null : <p class="failure-text"><strong>{error.kind}</strong> {error.message}</p>}
      <details open={!isBrief}><summary>{kind === "manual" ? "What the step was called with" : "What it is about"}</summary><JsonBlock value={about} label="What it is about" /></details>
      <AnswerForm question={question} />
    </article>
  )
}

function AnswerForm({ question }: { readonly question: QuestionRow }) {
  const { run, step, kind, choices, schema } = question
  const busy = useSignal(false)
  const free = useSignal(json(skeleton(schema)))
  const isWriting = useSignal(false)
  const send = async (value: Json): Promise<void> => {
    busy.value = true
    const isDone = await act("The answer was not taken", async () => {
      await ask<Answered>("POST", "inbox", { run, step, value })
      return "Answered."
    })
    if (isDone) questions.value = (questions.peek() ?? []).filter((each) => each.run !== run || each.step !== step)
    busy.value = false
  }
  const sendWritten = (event: Event): void => {
    event.preventDefault()
    let value: Json
    try {
      value = JSON.parse(free.peek()) as Json
    } catch (problem) {
      return void act("This is not JSON", () => Promise.reject(problem))
    }
    void send(kind === "manual" ? { action: "skip", value } : value)
  }
  const buttons: readonly { readonly label: string; readonly value: Json }[] = kind === "manual"
    ? [{ label: "Try again", value: { action: "retry" } }, { label: "Let it fail", value: { action: "fail" } }]
    : choices !== undefined ? choices.map((choice) => ({ label: choice, value: choice }))
    : isBoolean(schema) ? [{ label: "Yes", value: true }, { label: "No", value: false }] : []
  const isOpen = isWriting.value || (buttons.length === 0)
  return (
    <div class="answer">
      <div class="answer-buttons">
        {buttons.map(({ label, value }, index) => <button key={label} type="button" class={`button${index === 0 ? " button-primary" : ""}`} disabled={busy.value} onClick={() => void send(value)}>{label}</button>)}
        {kind === "manual" && !isOpen ? <button type="button" class="button" onClick={() => { isWriting.value = true }}>Go on with a value …</button> : null}
      </div>
      {isOpen ? (
        <form class="answer-form" onSubmit={sendWritten}>
          <textarea class="input" rows={Math.min(10, free.value.split("\n").length + 1)} aria-label={kind === "manual" ? "Value that the step gives" : "Answer as JSON"} spellcheck={false} value={free.value} onInput={(event) => { free.value = event.currentTarget.value }} />
          <button type="submit" class="button button-primary" disabled={busy.value}>{kind === "manual" ? "Go on with this value" : "Answer"}</button>
        </form>
      ) : null}
    </div>
  )
}

function isBoolean(schema: Json): boolean {
  return typeof schema === "object" && schema !== null && !Array.isArray(schema) && (schema as { readonly type?: Json }).type === "boolean"
}
