// Runs as the Studio shows them: rows, the timeline of a run, the attempts of a step, its history. Pure.

import type { HistoryEvent } from "../../engine/types.ts"
import type { InstanceView } from "../../sidecar/client.ts"
import { foldRun, hasEnded, type AttemptView, type RunView, type StepView } from "../view/fold.ts"
import { questionsOf } from "../questions.ts"
import type { AttemptDetail, FailureDetail, HistoryPage, HistoryRow, Json, RunDetail, RunRow, Spending, StepDetail, StepRow, StepState, TimelineBar } from "./api.ts"
import type { Mask } from "./mask.ts"

export function baseName(name: string): string {
  return name.replace(/@\d+$/, "")
}

export function rowOf(run: InstanceView, mask: Mask): RunRow {
  return rowOfView(foldRun(run, []), mask)
}

function rowOfView(view: RunView, mask: Mask): RunRow {
  const { summary, status, failure } = view
  const version = /@(\d+)$/.exec(summary.name)?.[1]
  const short = failure ?? (summary.failure === undefined ? undefined : { kind: summary.failure.errorType, message: summary.failure.errorMessage.split("\n")[0]! })
  return {
    id: summary.id, workflow: baseName(summary.name), ...(version === undefined ? {} : { version: Number(version) }), status: summary.status,
    isUndoing: !hasEnded(summary) && status?.phase === "compensating", questions: hasEnded(summary) ? 0 : questionsOf(view).length,
    createdAtMs: summary.createdAtMs, updatedAtMs: summary.updatedAtMs,
    ...(status === undefined ? {} : { spent: status.spent }), ...(short === undefined ? {} : { failure: { kind: short.kind, message: mask.text(short.message) } }),
  }
}

export function detailOf(run: InstanceView, history: readonly HistoryEvent[], mask: Mask): RunDetail {
  const view = foldRun(run, history)
  const { status, failure } = view
  const started = history.find((event) => event.kind === "executionStarted")
  const parent = started?.kind === "executionStarted" ? started.parent?.instanceId : undefined
  return {
    ...rowOfView(view, mask), input: mask.value(parsed(run.input)), events: history.length, steps: view.steps.flatMap((step) => linesOf(step, 0, hasEnded(run), mask)),
    ...(run.status === "completed" ? { output: mask.value(parsed(run.output)) } : {}),
    ...(status?.budget === undefined ? {} : { budget: status.budget as Partial<Spending> }), ...(status === undefined ? {} : { reserved: status.reserved }),
    ...(failure === undefined ? {} : { failed: failureDetail(failure, mask) }),
    ...(parent === undefined ? {} : { parent }), canRerun: hasEnded(run) && parent === undefined,
  }
}

export function failureDetail(failure: NonNullable<RunView["failure"]>, mask: Mask): FailureDetail {
  const { kind, message, step, undone, undoFailed, undoUnknown } = failure
  return {
    kind, message: mask.text(message), ...(step === undefined ? {} : { step }), undone, undoUnknown,
    undoFailed: undoFailed.map((each) => ({ ...(each.step === undefined ? {} : { step: each.step }), kind: each.kind, message: mask.text(each.message) })),
  }
}

function linesOf(step: StepView, depth: number, isOver: boolean, mask: Mask): readonly StepRow[] {
  const { path, name, attempts, waiting, answer } = step
  const model = attempts.findLast((attempt) => attempt.model !== undefined)?.model
  const row: StepRow = {
    path, name, depth, state: stateOf(step, isOver), isUndo: path.split("/").includes("undo"), bars: barsOf(step, mask), spent: spendingOf(attempts),
    ...(model === undefined ? {} : { model }),
    ...(waiting === undefined ? {} : { waiting: { for: waiting.for, ...(waiting.until === undefined ? {} : { untilMs: waiting.until }), ...(waiting.error === undefined ? {} : { error: mask.text(waiting.error) }) } }),
    ...(answer === undefined ? {} : { answer: { value: mask.value(answer.value), ...(answer.by === undefined ? {} : { by: answer.by }) } }),
  }
  return [row, ...step.children.flatMap((child) => linesOf(child, depth + 1, isOver, mask))]
}

/** A step without attempts of its own is what its parts are. */
function stateOf(step: StepView, isOver: boolean): StepState {
  if (step.waiting !== undefined) return "waiting"
  const last = step.attempts.at(-1)
  const parts = step.children.filter(({ name }) => name !== "undo").map((child) => stateOf(child, isOver))
  if (last === undefined) {
    if (parts.includes("waiting")) return "waiting"
    if (parts.includes("running")) return "running"
    return parts.length > 0 && parts.at(-1) === "failed" ? "failed" : "done"
  }
  if (last.outcome === undefined) return isOver ? "failed" : "running"
  return last.outcome === "ok" || step.answer !== undefined ? "done" : parts.includes("running") ? "running" : "failed"
}

function barsOf({ attempts, waiting }: StepView, mask: Mask): readonly TimelineBar[] {
  const bars = attempts.flatMap((attempt, index): readonly TimelineBar[] => {
    const before = attempts[index - 1]
    const wait: readonly TimelineBar[] = before?.endedAtMs !== undefined && attempt.startedAtMs > before.endedAtMs ? [{ kind: "wait", fromMs: before.endedAtMs, toMs: attempt.startedAtMs }] : []
    return [...wait, {
      kind: "attempt", fromMs: attempt.startedAtMs, attempt: attempt.attempt, ...(attempt.endedAtMs === undefined ? {} : { toMs: attempt.endedAtMs }),
      ...(attempt.outcome === undefined ? {} : { outcome: attempt.outcome }), ...(attempt.error === undefined ? {} : { error: { kind: attempt.error.kind, message: mask.text(attempt.error.message) } }),
    }]
  })
  const end = attempts.at(-1)?.endedAtMs
  return waiting === undefined || end === undefined ? bars : [...bars, { kind: "wait", fromMs: end }]
}

function spendingOf(attempts: readonly AttemptView[]): Spending {
  const turns = attempts.filter(({ model }) => model !== undefined).length
  return { nanoDollars: sum(attempts.map((each) => each.nanoDollars)), tokens: sum(attempts.map((each) => each.tokens)), turns, calls: attempts.length - turns }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** With what each attempt got and gave. */
export function stepOf(run: InstanceView, history: readonly HistoryEvent[], path: string, mask: Mask): StepDetail | undefined {
  const step = find(foldRun(run, history).steps, path)
  if (step === undefined) return undefined
  const scheduled = history.filter((event) => event.kind === "taskScheduled" && (stepIn(event.input) ?? `${run.name}/${event.name}`) === path)
  return {
    path,
    attempts: scheduled.flatMap((event, index): readonly AttemptDetail[] => {
      const attempt = step.attempts[index]
      if (attempt === undefined || event.kind !== "taskScheduled") return []
      const input = parsed(event.input) as { readonly parameters?: unknown } | null
      const ended = history.find((other) => (other.kind === "taskCompleted" || other.kind === "taskFailed") && other.taskId === event.eventId)
      const envelope = ended?.kind === "taskCompleted" ? (parsed(ended.result) as { readonly ok?: boolean; readonly value?: unknown } | null) : null
      return [{
        activity: attempt.activity, attempt: attempt.attempt, fromMs: attempt.startedAtMs, eventId: event.eventId, input: mask.value(input?.parameters ?? input), spent: spendingOf([attempt]),
        ...(attempt.endedAtMs === undefined ? {} : { toMs: attempt.endedAtMs }), ...(attempt.outcome === undefined ? {} : { outcome: attempt.outcome }),
        ...(attempt.error === undefined ? {} : { error: { kind: attempt.error.kind, message: mask.text(attempt.error.message) } }), ...(attempt.model === undefined ? {} : { model: attempt.model }),
        ...(envelope?.ok === true ? { output: mask.value(envelope.value ?? null) } : {}),
      }]
    }),
  }
}

function find(steps: readonly StepView[], path: string): StepView | undefined {
  for (const step of steps) {
    if (step.path === path) return step
    const below = path.startsWith(`${step.path}/`) ? find(step.children, path) : undefined
    if (below !== undefined) return below
  }
  return undefined
}

export function historyPage(history: readonly HistoryEvent[], { from, limit }: { readonly from: number; readonly limit: number }, mask: Mask): HistoryPage {
  return { from, total: history.length, events: history.slice(from, from + limit).map((event, index) => historyRow(event, from + index, mask)) }
}

function historyRow({ kind, eventId, timestampMs, ...facts }: HistoryEvent, index: number, mask: Mask): HistoryRow {
  const texts = Object.entries(facts).map(([name, value]) => [name, mask.value(typeof value === "string" && /^(input|result|output)$/.test(name) ? parsed(value) : value)] as const)
  return { index, atMs: timestampMs, kind, eventId, facts: Object.fromEntries(texts) }
}

function stepIn(input: string | undefined): string | undefined {
  const step = (parsed(input) as { readonly step?: unknown } | null)?.step
  return typeof step === "string" ? step : undefined
}

/** JSON where it is JSON, else the text. */
export function parsed(text: string | undefined): Json {
  if (text === undefined || text === "") return null
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
