// Answering a question of a run: the one path that `agentflow approve` and `run --approve` take.

import { answerInbox, createStateStore, readInbox, type InboxAccess, type StateStore } from "@agentflow/runtime/inbox"
import type { InboxEntry } from "@agentflow/runtime/contract"
import type { TaskHubClient } from "../sidecar/client.ts"
import { nearest } from "../base/diagnostics/suggest.ts"
import { Failure } from "./failure.ts"
import type { Address } from "./processes.ts"
import { foldRun, type RunView } from "./view/fold.ts"

export interface Question {
  readonly step: string
  readonly for: "answer" | "manual"
}

export async function viewOf(client: TaskHubClient, id: string): Promise<RunView> {
  const summary = await client.get(id)
  if (summary === undefined) throw new Failure(2, `There is no run '${id}'.`, "`agentflow runs` lists them.")
  return foldRun(summary, await client.history(id))
}

/** What a run waits for a person for. */
export function questionsOf(view: RunView): readonly Question[] {
  return (view.status?.waiting ?? []).flatMap(({ step, for: what }) => (what === "answer" || what === "manual" ? [{ step, for: what }] : []))
}

/** Chooses the question that a command means; several open ones need `--step`. */
export function chooseQuestion(view: RunView, step: string | undefined): Question {
  const open = questionsOf(view)
  const { id, status } = view.summary
  if (step !== undefined) {
    const found = open.find((question) => question.step === step || question.step.endsWith(`/${step}`))
    if (found !== undefined) return found
    throw new Failure(2, `Run '${id}' does not wait at '${step}'.`, open.length === 0 ? `It is ${status}.` : `It waits at ${open.map((question) => question.step).join(", ")}.`)
  }
  if (open.length === 0) throw new Failure(2, `Run '${id}' waits for nobody: it is ${status}.`)
  if (open.length > 1) throw new Failure(2, `Run '${id}' waits at ${open.length} places.`, `Choose one with --step: ${open.map((question) => question.step).join(", ")}`)
  return open[0]!
}

export interface AnswerOptions {
  readonly client: TaskHubClient
  readonly address: Address
  readonly runId: string
  readonly step: string
  /** As typed: a choice, or JSON. Absent: the first choice of a question that does not mean no, `retry` of a parked step. */
  readonly answer: string | undefined
  readonly by: string
  /** The answer is whatever means no here. */
  readonly isNo?: boolean
}

/** The state store of a sidecar or daprd, as its worker sees it. */
export function stateOf(address: Address): StateStore {
  const apiToken = process.env["DAPR_API_TOKEN"]
  return createStateStore({
    sidecar: { httpUrl: `http://${address.host}:${address.httpPort}`, ...(apiToken === undefined ? {} : { apiToken }) },
    store: process.env["AGENTFLOW_STATE_STORE"] ?? "statestore",
  })
}

export async function questionAt(address: Address, at: { readonly run: string; readonly step: string }): Promise<InboxEntry | undefined> {
  return readInbox({ state: stateOf(address) }, at)
}

/** Answers through the inbox: exactly one answer wins, and it must fit the question's type. */
export async function answerQuestion({ client, address, runId, step, answer, by, isNo = false }: AnswerOptions): Promise<{ readonly entry: InboxEntry; readonly value: unknown }> {
  const access: InboxAccess = {
    state: stateOf(address),
    raiseEvent: (id, name, payload) => client.raiseEvent(id, { name, input: JSON.stringify(payload) }),
  }
  const entry = await readInbox(access, { run: runId, step })
  if (entry === undefined) throw new Failure(2, `The question of ${step} is not in the inbox.`, "Does --http name the HTTP port of the same sidecar?")
  // An answer that got no further than the inbox, because something died, is delivered with the next try.
  const value = entry.answer !== undefined ? entry.answer.value : isNo ? noOf(entry) : valueOf(entry, answer)
  const outcome = await answerInbox(access, { run: runId, step, value, by })
  switch (outcome.kind) {
    case "answered":
      return { entry, value }
    case "already answered":
      throw new Failure(1, `${step} was answered already, by ${outcome.by}.`, undefined, { answeredBy: outcome.by })
    case "invalid":
      throw new Failure(1, `That answer does not fit ${step}: ${outcome.problems.join("; ")}`, choicesOf(entry))
    case "late":
      throw new Failure(1, `${step} was to be answered by ${new Date(outcome.entry.deadline ?? 0).toISOString()}: the time is over.`)
    case "unknown":
      throw new Failure(2, `The question of ${step} is not in the inbox any more.`)
  }
}

/** For who answers without being a person: nothing is left to do. */
export function isAnswered(thrown: unknown): boolean {
  return thrown instanceof Failure && "answeredBy" in thrown.details
}

function choicesOf(entry: InboxEntry): string | undefined {
  return entry.choices === undefined ? undefined : `Choose one of: ${entry.choices.join(", ")}`
}

const negatives = /^(reject(ed)?|den(y|ied)|no|decline(d)?|refuse(d)?|disapprove(d)?)$/i

/** The answer that means no, where there is one. */
export function negativeOf(entry: InboxEntry): unknown {
  if (entry.kind === "manual") return { action: "fail" }
  return isYesOrNo(entry) ? false : entry.choices?.find((choice) => negatives.test(choice))
}

function noOf(entry: InboxEntry): unknown {
  const no = negativeOf(entry)
  if (no !== undefined) return no
  throw new Failure(2, `${entry.step} has no answer that means no.`, choicesOf(entry) ?? `Answer it with: agentflow answer ${entry.run} ${entry.step} JSON`)
}

function isYesOrNo({ choices, schema }: InboxEntry): boolean {
  return choices === undefined && typeof schema === "object" && schema["type"] === "boolean"
}

function valueOf(entry: InboxEntry, answer: string | undefined): unknown {
  if (entry.kind === "manual") return manualDecision(answer ?? "retry")
  if (answer === undefined) {
    if (isYesOrNo(entry)) return true
    // The first that does not mean no: to approve is never to reject.
    const first = entry.choices?.find((choice) => !negatives.test(choice))
    if (first === undefined) throw new Failure(2, `${entry.step} needs an answer: ${entry.ask}`, choicesOf(entry) ?? `agentflow answer ${entry.run} ${entry.step} JSON`)
    return first
  }
  if (entry.choices !== undefined) {
    const choice = [answer, parsedOr(answer)].find((one) => entry.choices?.some((known) => known === one))
    if (choice !== undefined) return choice
    const near = nearest(answer, entry.choices)
    throw new Failure(1, `'${answer}' is not an answer to ${entry.step}.`, near === undefined ? choicesOf(entry) : `Did you mean '${near}'?`)
  }
  return parsedOr(answer)
}

/** JSON where it is JSON, else the text itself; the inbox checks it against the question's type. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `retry`, `fail`, or `skip` with a JSON value: skip={"ts":"1"} */
function manualDecision(answer: string): unknown {
  if (answer.startsWith("{")) return parsedOr(answer)
  if (answer === "retry" || answer === "fail") return { action: answer }
  const [, value] = /^skip(?:=(.*))?$/s.exec(answer) ?? []
  if (!answer.startsWith("skip")) throw new Failure(1, `'${answer}' is not a decision.`, "Choose one of: retry, fail, skip, skip=JSON")
  try {
    return { action: "skip", value: value === undefined ? null : JSON.parse(value) }
  } catch {
    throw new Failure(1, `'${value}' is not JSON.`, 'Write the value of the step, such as skip={"ts":"1"}')
  }
}
