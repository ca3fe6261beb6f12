// The Studio's API: each route from the request to its answer.

import { userInfo } from "node:os"
import { answerInbox } from "@agentflow/runtime/inbox"
import { settleDeadLetter } from "@agentflow/runtime/dead-letters"
import { cancelEvent, type DeadLetterEntry, type InboxEntry } from "@agentflow/runtime/contract"
import type { InstanceView } from "../../sidecar/client.ts"
import { againOf } from "../commands/redrive.ts"
import { stateOf } from "../questions.ts"
import { hasEnded } from "../view/fold.ts"
import { checkInput, checkRunId, newRunId, type WorkflowEntry } from "../workflow-input.ts"
import type { Answered, AnswerRequest, Controlled, DeadLetterRow, DeadLetters, Graph, HistoryPage, Inbox, Json, Purged, QuestionRow, RedriveRequest, RerunRequest, RunDetail, RunPage, RunStatus, Session, Started, StartRequest, StepDetail } from "./api.ts"
import type { Mask } from "./mask.ts"
import { baseName, detailOf, failureDetail, historyPage, rowOf, stepOf } from "./runs.ts"
import { Refusal, type ApiRequest } from "./server.ts"
import type { RunSource } from "./source.ts"

export interface Studio {
  readonly source: RunSource
  readonly mask: () => Mask
  readonly session: () => Session
  /** What can be started. */
  readonly workflows: () => readonly WorkflowEntry[]
  /** Undefined of a workflow that the program does not have. */
  readonly graph: (workflow: string) => Graph | undefined
}

export async function route(studio: Studio, request: ApiRequest): Promise<object> {
  try {
    return await answerOf(studio, request)
  } finally {
    // Whoever has changed something sees it in the next list.
    if (request.method !== "GET") studio.source.forget()
  }
}

async function answerOf(studio: Studio, request: ApiRequest): Promise<object> {
  const { method, path: [area = "", id, action, ...rest] } = request
  if (rest.length > 0) throw new Refusal(404, "There is no such address.")
  switch (area) {
    case "session":
      return only("GET", method, id, () => studio.session())
    case "graph":
      return only("GET", method, id, () => graphOf(studio, request))
    case "inbox":
      if (method === "POST" && id === undefined) return answerQuestion(studio, request.body)
      return only("GET", method, id, async () => inboxOf(studio))
    case "dead":
      return only("GET", method, id, async (): Promise<DeadLetters> => ({ letters: (await studio.source.dead()).map((letter) => letterRow(letter, studio.mask())) }))
    case "runs":
      if (id !== undefined) return action === undefined ? oneRun(studio, request, id) : actOn(studio, request, id, action)
      if (method === "POST") return start(studio, request.body)
      return only("GET", method, undefined, () => pageOf(studio, request.query))
    default:
      throw new Refusal(404, "There is no such address.")
  }
}

function only<Answer extends object>(wanted: string, method: string, below: string | undefined, answer: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
  if (below !== undefined) throw new Refusal(404, "There is no such address.")
  if (method !== wanted) throw new Refusal(405, `${method} is not for this address.`)
  return answer()
}

function graphOf({ graph, workflows }: Studio, { query }: ApiRequest): Graph {
  const name = query.get("workflow") ?? workflows()[0]?.name ?? ""
  const found = graph(name)
  if (found === undefined) throw new Refusal(404, `The program has no workflow '${name}'.`)
  return found
}

const limitMax = 500

async function pageOf({ source, mask }: Studio, query: URLSearchParams): Promise<RunPage> {
  const { runs: listed, isCut } = await source.runs()
  const workflow = query.get("workflow")
  const wanted = query.get("search") ?? ""
  const search = wanted.toLowerCase()
  // A run that is not listed is found by its whole id.
  const unlisted = isCut && wanted !== "" && !listed.some(({ id }) => id === wanted) ? await source.client.get(wanted) : undefined
  const all = unlisted === undefined ? listed : [...listed, unlisted]
  const statuses = query.getAll("status")
  const fitting = all.filter((run) => (workflow === null || workflow === "" || baseName(run.name) === workflow) && (search === "" || run.id.toLowerCase().includes(search) || run.name.toLowerCase().includes(search)))
  const counts: { [Status in RunStatus]?: number } = {}
  for (const { status } of fitting) counts[status] = (counts[status] ?? 0) + 1
  const chosen = statuses.length === 0 ? fitting : fitting.filter(({ status }) => statuses.includes(status))
  const limit = wholeNumber(query, "limit", 100, limitMax)
  const before = query.get("before")
  const from = before === null ? 0 : chosen.findIndex((run) => cursorOf(run) === before) + 1
  const page = chosen.slice(from, from + limit)
  const last = page.at(-1)
  return {
    runs: page.map((run) => rowOf(run, mask())), counts, workflows: [...new Set(all.map(({ name }) => baseName(name)))].sort(),
    ...(isCut ? { listedMax: listed.length } : {}), ...(last === undefined || from + limit >= chosen.length ? {} : { next: cursorOf(last) }),
  }
}

function cursorOf({ createdAtMs, id }: InstanceView): string {
  return `${createdAtMs} ${id}`
}

function wholeNumber(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, `'${name}' is a whole number.`)
  return Math.min(Number(text), max)
}

async function runOf({ source }: Studio, id: string): Promise<InstanceView> {
  const run = await source.client.get(id)
  if (run === undefined) throw new Refusal(404, `There is no run '${id}'.`)
  return run
}

async function oneRun(studio: Studio, { method }: ApiRequest, id: string): Promise<RunDetail | Purged> {
  if (method === "DELETE") {
    const run = await runOf(studio, id)
    if (!hasEnded(run)) throw new Refusal(409, `Run '${id}' has not ended: it is ${run.status}.`, "Terminate it first.")
    return { removed: await studio.source.client.purge(id, { recursive: true }) }
  }
  if (method !== "GET") throw new Refusal(405, `${method} is not for this address.`)
  return runDetail(studio, id)
}

export async function runDetail(studio: Studio, id: string): Promise<RunDetail> {
  const run = await runOf(studio, id)
  return detailOf(run, await studio.source.client.history(id), studio.mask())
}

async function actOn(studio: Studio, request: ApiRequest, id: string, action: string): Promise<StepDetail | HistoryPage | Controlled | Started> {
  const { client } = studio.source
  const reads = action === "step" || action === "history"
  if (request.method !== (reads ? "GET" : "POST")) throw new Refusal(405, `${request.method} is not for this address.`)
  switch (action) {
    case "step": {
      const path = request.query.get("path") ?? ""
      const run = await runOf(studio, id)
      const step = stepOf(run, await client.history(id), path, studio.mask())
      if (step === undefined) throw new Refusal(404, `Run '${id}' has no step '${path}'.`)
      return step
    }
    case "history": {
      await runOf(studio, id)
      return historyPage(await client.history(id), { from: wholeNumber(request.query, "from", 0, 1e9), limit: wholeNumber(request.query, "limit", 500, 2_000) }, studio.mask())
    }
    case "cancel":
      return control(studio, id, undefined, () => client.raiseEvent(id, { name: cancelEvent, input: "{}" }))
    case "terminate":
      return control(studio, id, undefined, () => client.terminate(id))
    case "suspend":
      return control(studio, id, "suspended", () => client.suspend(id))
    case "resume":
      return control(studio, id, "running", () => client.resume(id))
    case "rerun":
      return rerun(studio, id, request.body)
    case "redrive":
      return redrive(studio, id, request.body)
    default:
      throw new Refusal(404, "There is no such address.")
  }
}

/** A run that has the status already is left as it is: no worker of real Dapr survives a second suspend. */
async function control(studio: Studio, id: string, already: RunStatus | undefined, act: () => Promise<void>): Promise<Controlled> {
  const run = await runOf(studio, id)
  if (hasEnded(run)) throw new Refusal(409, `Run '${id}' has ended: ${run.status}.`)
  if (run.status !== already) await act()
  return { id, status: (await studio.source.client.get(id))?.status ?? run.status }
}

function record(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined) return {}
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(400, "The body must be a JSON object.")
  return body as Readonly<Record<string, unknown>>
}

function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name]
  if (typeof value !== "string" || value === "") throw new Refusal(400, `'${name}' must be a text.`)
  return value
}

function idIn(body: Readonly<Record<string, unknown>>): string | undefined {
  if (body["id"] === undefined) return undefined
  const id = textOf(body, "id")
  refusing(400, () => checkRunId(id))
  return id
}

/** What a check of the command line says is here a refusal of the request. */
function refusing(status: number, check: () => void): void {
  try {
    check()
  } catch (thrown) {
    throw new Refusal(status, thrown instanceof Error ? thrown.message : String(thrown))
  }
}

async function start({ source, workflows }: Studio, sent: unknown): Promise<Started> {
  const body = record(sent) as Partial<Record<keyof StartRequest, unknown>>
  const name = textOf(body, "workflow")
  const workflow = workflows().find((each) => each.name === name)
  if (workflow === undefined) throw new Refusal(404, `The program has no workflow '${name}', or does not run.`)
  const input = body.input ?? {}
  refusing(400, () => checkInput(workflow, input))
  const id = idIn(body) ?? newRunId(workflow.name)
  if ((await source.client.get(id)) !== undefined) throw new Refusal(409, `There is a run '${id}' already.`)
  await source.client.start({ instanceId: id, name: workflow.registered, input: JSON.stringify(input) })
  return { id, isNew: true }
}

async function rerun(studio: Studio, id: string, sent: unknown): Promise<Started> {
  const body = record(sent) as Partial<Record<keyof RerunRequest, unknown>>
  const { eventId, input } = body
  if (!Number.isInteger(eventId) || (eventId as number) < 0) throw new Refusal(400, "'eventId' must be a whole number.")
  const run = await runOf(studio, id)
  if (!hasEnded(run)) throw new Refusal(409, `Run '${id}' has not ended: it is ${run.status}.`, "Only what has ended is run again.")
  const newInstanceId = idIn(body) ?? newRunId(baseName(run.name))
  const parameters = input === undefined ? {} : { input: await stepInput(studio, id, eventId as number, input as Json) }
  return { id: await studio.source.client.rerun(id, { eventId: eventId as number, newInstanceId, ...parameters }), isNew: true }
}

/** A person changes the parameters of a step; what the runtime sends with them stays. */
async function stepInput({ source }: Studio, id: string, eventId: number, parameters: Json): Promise<string> {
  const event = (await source.client.history(id)).find((each) => each.kind === "taskScheduled" && each.eventId === eventId)
  if (event?.kind !== "taskScheduled") throw new Refusal(404, `Run '${id}' has no step with the event ${eventId}.`)
  const before = JSON.parse(event.input ?? "null") as Readonly<Record<string, unknown>> | null
  return JSON.stringify(before !== null && "parameters" in before ? { ...before, parameters } : parameters)
}

async function redrive({ source }: Studio, runId: string, sent: unknown): Promise<Started> {
  const body = record(sent) as Partial<Record<keyof RedriveRequest, unknown>>
  const letter = (await source.dead()).findLast(({ run }) => run === runId)
  const again = await againOf(source.client, runId, letter)
  const asked = idIn(body)
  const id = asked ?? again.id
  const present = await source.client.get(id)
  if (present !== undefined && asked !== undefined) throw new Refusal(409, `There is a run '${id}' already.`)
  if (present === undefined) await source.client.start({ instanceId: id, name: again.workflow, input: JSON.stringify(body.input ?? again.input) })
  // After the start: a letter that is told twice is found again, one that is lost is not.
  if (letter !== undefined) await settleDeadLetter(stateOf(source.address), letter)
  return { id, isNew: present === undefined }
}

export async function inboxOf({ source, mask }: Pick<Studio, "source" | "mask">): Promise<Inbox> {
  return { questions: (await source.inbox()).map((entry) => questionRow(entry, mask())) }
}

function questionRow({ run, workflow, step, kind, ask, choices, schema, parameters, askedAt, deadline, error }: InboxEntry, mask: Mask): QuestionRow {
  return {
    run, workflow: baseName(workflow), step, kind, ask: mask.text(ask), schema: schema as Json, about: mask.value(parameters), askedAtMs: Date.parse(askedAt),
    ...(choices === undefined ? {} : { choices }), ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    ...(error === undefined ? {} : { error: { kind: error.kind, message: mask.text(error.message) } }),
  }
}

async function answerQuestion({ source, mask }: Studio, sent: unknown): Promise<Answered> {
  const body = record(sent) as Partial<Record<keyof AnswerRequest, unknown>>
  const [run, step] = [textOf(body, "run"), textOf(body, "step")]
  if (body.value === undefined) throw new Refusal(400, "'value' is missing.")
  const by = body.by === undefined ? userInfo().username : textOf(body, "by")
  const outcome = await answerInbox({
    state: stateOf(source.address), raiseEvent: (id, name, payload) => source.client.raiseEvent(id, { name, input: JSON.stringify(payload) }),
  }, { run, step, value: body.value, by })
  switch (outcome.kind) {
    case "answered":
      return { run, step, value: mask().value(outcome.entry.answer?.value) }
    case "already answered":
      throw new Refusal(409, `${step} was answered already, by ${outcome.by}.`)
    case "late":
      throw new Refusal(409, `The time to answer ${step} is over.`)
    case "unknown":
      throw new Refusal(404, `Nothing is asked at ${step} of ${run}.`)
    case "invalid":
      throw new Refusal(400, `That answer does not fit: ${outcome.problems.join("; ")}`)
  }
}

function letterRow({ run, workflow, at, input, failure }: DeadLetterEntry, mask: Mask): DeadLetterRow {
  return { run, workflow: baseName(workflow), atMs: Date.parse(at), input: mask.value(input), ...failureDetail(failure, mask) }
}
