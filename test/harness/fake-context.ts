// A host in memory: virtual time, a scripted activity function, and a full replay from the start at every event.

import { deepStrictEqual } from "node:assert"
import type { ActivityInput, Envelope, LogEntry, RunFailure, RunStatus, Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { parseRunFailure } from "../../runtime/errors.ts"

export type Action =
  | { readonly kind: "activity"; readonly name: string; readonly input: ActivityInput }
  | { readonly kind: "timer"; readonly at: number }

type HistoryEvent = { readonly at: number } & (
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string; readonly errorType: string | undefined }
  | { readonly kind: "fired"; readonly id: number }
  | { readonly kind: "raised"; readonly name: string; readonly payload: unknown }
)

export interface Reply {
  readonly envelope?: Envelope
  /** Default 10. */
  readonly afterMs?: number
  /** The host's own failure: the task fails. */
  readonly broken?: string
  readonly errorType?: string
  readonly raise?: readonly { readonly name: string; readonly payload: unknown; readonly afterMs: number }[]
}

export type ActivityScript = (name: string, input: ActivityInput, now: number) => Reply | Envelope

export interface Played {
  readonly output: unknown
  readonly failure: RunFailure | undefined
  readonly error: Error | undefined
  readonly actions: readonly Action[]
  readonly activities: readonly (ActivityInput & { readonly name: string; readonly at: number })[]
  readonly timers: readonly number[]
  readonly statuses: readonly RunStatus[]
  readonly logs: readonly LogEntry[]
  readonly elapsedMs: number
}

export const startTime = Date.UTC(2030, 0, 1)

/** Runs to the end. After each event the workflow is replayed from its start and must take the same actions again. */
export async function play(
  workflow: Workflow<never, unknown> | Workflow, input: unknown, script: ActivityScript,
  options: { readonly raise?: readonly { readonly name: string; readonly payload: unknown; readonly at: number }[]; readonly eventsMax?: number } = {},
): Promise<Played> {
  const run = workflow as Workflow
  const history: HistoryEvent[] = []
  const queue: HistoryEvent[] = (options.raise ?? []).map(({ at, ...event }) => ({ kind: "raised", at: startTime + at, ...event }))
  const activities: (ActivityInput & { name: string; at: number })[] = []
  const statuses: RunStatus[] = []
  const logs: LogEntry[] = []
  let known: readonly Action[] = []
  for (;;) {
    const turn = await replay(run, input, history)
    deepStrictEqual(turn.actions.slice(0, known.length), known, "a replay takes other actions")
    const at = history.at(-1)?.at ?? startTime
    for (const [offset, action] of turn.actions.slice(known.length).entries()) {
      const id = known.length + offset + 1
      if (action.kind === "timer") queue.push({ kind: "fired", at: Math.max(at, action.at), id })
      else {
        activities.push({ ...action.input, name: action.name, at })
        queue.push(...outcomeOf(script(action.name, action.input, at), id, at))
      }
    }
    known = structuredClone(turn.actions)
    const status = JSON.parse(turn.status) as RunStatus
    if (JSON.stringify(statuses.at(-1)) !== turn.status) statuses.push(status)
    logs.push(...turn.logs)
    if (turn.ended) {
      const { output, error } = turn.ended
      const timers = known.flatMap((action) => (action.kind === "timer" ? [action.at - startTime] : []))
      return {
        output, error, failure: error && parseRunFailure(error.message), actions: known, activities, timers, statuses, logs,
        elapsedMs: at - startTime,
      }
    }
    const next = takeEarliest(queue)
    if (!next) throw new Error(`the run waits for nothing that will come: ${turn.status}`)
    history.push(next)
    if (history.length > (options.eventsMax ?? 2_000)) throw new Error("the run does not end")
  }
}

function outcomeOf(scripted: Reply | Envelope, id: number, at: number): HistoryEvent[] {
  const reply: Reply = "ok" in scripted ? { envelope: scripted } : scripted
  const raised = (reply.raise ?? []).map(({ afterMs, ...event }) => ({ kind: "raised", at: at + afterMs, ...event }) as const)
  const doneAt = at + (reply.afterMs ?? 10)
  if (reply.broken !== undefined) return [...raised, { kind: "failed", at: doneAt, id, message: reply.broken, errorType: reply.errorType }]
  return reply.envelope ? [...raised, { kind: "done", at: doneAt, id, result: JSON.parse(JSON.stringify(reply.envelope)) }] : raised
}

function takeEarliest(queue: HistoryEvent[]): HistoryEvent | undefined {
  let earliest = 0
  for (const [index, event] of queue.entries()) if (event.at < (queue[earliest] as HistoryEvent).at) earliest = index
  return queue.splice(earliest, 1)[0]
}

interface FakeTask extends Task {
  isComplete: boolean
  isFailed: boolean
  settle(outcome: { readonly result?: unknown; readonly error?: Error }): void
}

function fakeTask(): FakeTask {
  let settled: { readonly result?: unknown; readonly error?: Error } = {}
  const task: FakeTask = {
    isComplete: false,
    isFailed: false,
    getResult() {
      if (!task.isComplete) throw new Error("Task is not complete")
      if (settled.error) throw settled.error
      return settled.result
    },
    getException: () => settled.error,
    settle(outcome) {
      settled = outcome
      task.isComplete = true
      task.isFailed = outcome.error !== undefined
    },
  }
  return task
}

interface Turn {
  readonly actions: readonly Action[]
  readonly status: string
  readonly logs: readonly LogEntry[]
  readonly ended: { readonly output?: unknown; readonly error?: Error } | undefined
}

async function replay(workflow: Workflow, input: unknown, history: readonly HistoryEvent[]): Promise<Turn> {
  const actions: Action[] = []
  const tasks = new Map<number, FakeTask>()
  const waiters = new Map<string, FakeTask[]>()
  const buffered = new Map<string, unknown[]>()
  const logs: LogEntry[] = []
  const host = { now: startTime, isReplaying: history.length > 0, status: "{}" }
  const started = (action: Action): Task => {
    actions.push(structuredClone(action))
    const task = fakeTask()
    tasks.set(actions.length, task)
    return task
  }
  const context: WorkflowContext = {
    getWorkflowInstanceId: () => "run-1",
    getCurrentUtcDateTime: () => new Date(host.now),
    isReplaying: () => host.isReplaying,
    callActivity: (name, activityInput) => started({ kind: "activity", name, input: activityInput }),
    createTimer: (fireAt) => started({ kind: "timer", at: fireAt.getTime() }),
    waitForExternalEvent(name) {
      const task = fakeTask()
      const early = buffered.get(name.toLowerCase())?.shift()
      if (early !== undefined) task.settle({ result: (early as { payload: unknown }).payload })
      else waiters.set(name.toLowerCase(), [...(waiters.get(name.toLowerCase()) ?? []), task])
      return task
    },
    callChildWorkflow: () => { throw new Error("no children here") },
    continueAsNew: () => { throw new Error("no generations here") },
    setCustomStatus: (status) => { host.status = status },
    log: (entry) => logs.push(entry),
    whenAny(raced) {
      if (raced.length === 0) throw new Error("whenAny of nothing never ends")
      if (raced.some((task) => task.isComplete)) throw new Error("the driver yields although a task is complete")
      if (raced.some((task) => !("settle" in task))) throw new Error("the host was given a task that is not its own")
      return { get isComplete() { return raced.some((task) => task.isComplete) }, isFailed: false, getResult: () => undefined, getException: () => undefined }
    },
  }
  const generator = workflow(context, JSON.parse(JSON.stringify(input ?? null)))
  const resume = async (): Promise<Turn["ended"] | Task> => {
    try {
      const next = await generator.next()
      return next.done ? { output: next.value } : next.value
    } catch (thrown) {
      return { error: thrown as Error }
    }
  }
  const turn = (ended: Turn["ended"]): Turn => ({ actions, status: host.status, logs, ended })
  const isEnd = (result: Turn["ended"] | Task): result is Turn["ended"] => !(result && "isComplete" in result)
  let waiting = await resume()
  for (const [index, event] of history.entries()) {
    if (isEnd(waiting)) throw new Error("the run ended earlier on replay")
    host.now = event.at
    host.isReplaying = index < history.length - 1
    if (event.kind === "raised") {
      const name = event.name.toLowerCase()
      const waiter = waiters.get(name)?.shift()
      if (waiter) waiter.settle({ result: event.payload })
      else buffered.set(name, [...(buffered.get(name) ?? []), { payload: event.payload }])
    } else if (event.kind === "failed") tasks.get(event.id)?.settle({
      error: Object.assign(new Error(event.message), { details: { errorType: event.errorType } }),
    })
    else tasks.get(event.id)?.settle({ result: event.kind === "done" ? event.result : undefined })
    if ((waiting as Task).isComplete) waiting = await resume()
  }
  return turn(isEnd(waiting) ? waiting : undefined)
}
