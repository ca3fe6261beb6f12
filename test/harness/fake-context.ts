// A host in memory: virtual time, scripted activities, child runs, and a full replay from the start at every event.

import { deepStrictEqual } from "node:assert"
import type { ActivityInput, Envelope, LogEntry, RunFailure, RunStatus, Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { cancelEvent, cancelRunActivity } from "../../runtime/contract.ts"
import { parseRunFailure } from "../../runtime/errors.ts"

export type Action =
  | { readonly kind: "activity"; readonly name: string; readonly input: ActivityInput }
  | { readonly kind: "timer"; readonly at: number }
  | { readonly kind: "child"; readonly name: string; readonly id: string; readonly input: unknown }

type HistoryEvent = { readonly at: number } & (
  | { readonly kind: "started" }
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

export type ActivityScript = (name: string, input: ActivityInput, now: number, run: string) => Reply | Envelope

type RecordedActivity = ActivityInput & { readonly name: string; readonly at: number; readonly run: string }

export interface Played {
  readonly output: unknown
  readonly failure: RunFailure | undefined
  readonly error: Error | undefined
  /** Of the first run; of its last history, where it continued as new. */
  readonly actions: readonly Action[]
  /** Of all runs and histories. */
  readonly activities: readonly RecordedActivity[]
  readonly timers: readonly number[]
  readonly statuses: readonly RunStatus[]
  readonly logs: readonly LogEntry[]
  readonly elapsedMs: number
  readonly children: readonly { readonly id: string; readonly input: unknown; readonly output: unknown; readonly failure: RunFailure | undefined }[]
  /** How many histories the first run had. */
  readonly generations: number
}

export interface PlayOptions {
  readonly raise?: readonly { readonly name: string; readonly payload: unknown; readonly at: number }[]
  readonly eventsMax?: number
  /** The workflows that may be called. */
  readonly workflows?: readonly (Workflow | Workflow<never, unknown>)[]
}

export const startTime = Date.UTC(2030, 0, 1)
const firstId = "run-1"

interface Instance {
  readonly id: string
  readonly workflow: Workflow
  readonly parent: { readonly instance: Instance; readonly taskId: number } | undefined
  input: unknown
  startedAt: number
  history: HistoryEvent[]
  known: readonly Action[]
  generation: number
  ended: Turn["ended"]
}

interface Queued {
  readonly instance: Instance
  readonly generation: number
  readonly event: HistoryEvent
}

/** Runs to the end. After each event the workflow is replayed from its start and must take the same actions again. */
export async function play(
  workflow: Workflow<never, unknown> | Workflow, input: unknown, script: ActivityScript, options: PlayOptions = {},
): Promise<Played> {
  const activities: RecordedActivity[] = []
  const statuses: RunStatus[] = []
  const logs: LogEntry[] = []
  const queue: Queued[] = []
  const instances = new Map<string, Instance>()
  const push = (instance: Instance, events: readonly HistoryEvent[]): void => {
    queue.push(...events.map((event) => ({ instance, generation: instance.generation, event })))
  }
  const open = (made: Pick<Instance, "id" | "workflow" | "parent" | "input" | "startedAt">): Instance => {
    if (instances.get(made.id)?.ended === undefined && instances.has(made.id)) throw new Error(`instance ${made.id} runs already`)
    const instance: Instance = { ...made, history: [], known: [], generation: 1, ended: undefined }
    instances.set(made.id, instance)
    return instance
  }
  const start = (instance: Instance, action: Action, id: number, at: number): void => {
    if (action.kind === "timer") push(instance, [{ kind: "fired", at: Math.max(at, action.at), id }])
    else if (action.kind === "child") {
      const called = (options.workflows ?? []).find((one) => one.workflowName === action.name)
      if (!called) throw new Error(`no workflow ${action.name}`)
      const child = open({
        id: action.id, workflow: called as Workflow, parent: { instance, taskId: id }, input: action.input, startedAt: at,
      })
      push(child, [{ kind: "started", at }])
    } else {
      activities.push({ ...action.input, name: action.name, at, run: instance.id })
      if (action.name === cancelRunActivity) {
        const target = instances.get((action.input.parameters as { run: string }).run)
        if (target && !target.ended) push(target, [{ kind: "raised", at: at + 1, name: cancelEvent, payload: {} }])
        push(instance, [{ kind: "done", at: at + 1, id, result: { ok: true, value: null } }])
      } else push(instance, outcomeOf(script(action.name, action.input, at, instance.id), id, at))
    }
  }
  const turn = async (instance: Instance, at: number): Promise<void> => {
    const taken = await replay(instance)
    deepStrictEqual(taken.actions.slice(0, instance.known.length), instance.known, "a replay takes other actions")
    const before = instance.known.length
    instance.known = structuredClone(taken.actions)
    logs.push(...taken.logs)
    if (instance.id === firstId && JSON.stringify(statuses.at(-1)) !== taken.status) statuses.push(JSON.parse(taken.status) as RunStatus)
    // What is scheduled in the turn that ends a run never starts.
    if (!taken.ended) for (const [offset, action] of instance.known.slice(before).entries()) start(instance, action, before + offset + 1, at)
    else if ("next" in taken.ended) {
      const { next, kept } = taken.ended
      const inFlight = queue.filter((one) => one.instance === instance && one.generation === instance.generation && ["done", "failed"].includes(one.event.kind))
      if (inFlight.length > 0) throw new Error("a result would reach the next history")
      Object.assign(instance, { input: next, startedAt: at, history: [], known: [], generation: instance.generation + 1 })
      push(instance, [{ kind: "started", at }, ...kept.map(({ name, payload }) => ({ kind: "raised", at, name, payload }) as const)])
    } else {
      instance.ended = taken.ended
      const { output, error } = taken.ended
      if (!instance.parent) return
      const { instance: parent, taskId } = instance.parent
      const message = `${parent.id}: Sub-orchestration task #${taskId} failed: ${error?.message}`
      push(parent, [error
        ? { kind: "failed", at, id: taskId, message, errorType: "RunFailed" }
        : { kind: "done", at, id: taskId, result: JSON.parse(JSON.stringify(output ?? null)) }])
    }
  }
  const first = open({ id: firstId, workflow: workflow as Workflow, parent: undefined, input, startedAt: startTime })
  push(first, [{ kind: "started", at: startTime }])
  push(first, (options.raise ?? []).map(({ at, ...event }) => ({ kind: "raised", at: startTime + at, ...event })))
  for (let events = 0; !first.ended; events++) {
    const next = takeEarliest(queue)
    if (!next) throw new Error(`the run waits for nothing that will come: ${JSON.stringify(statuses.at(-1))}`)
    if (events > (options.eventsMax ?? 2_000)) throw new Error("the run does not end")
    const { instance, event } = next
    if (instance.ended || next.generation !== instance.generation && event.kind !== "raised") continue
    instance.history.push(event)
    await turn(instance, event.at)
  }
  const { output, error } = first.ended as { output?: unknown; error?: Error }
  const timers = first.known.flatMap((action) => (action.kind === "timer" ? [action.at - startTime] : []))
  const children = [...instances.values()].slice(1).map(({ id, input: given, ended }) => {
    const end = ended as { output?: unknown; error?: Error } | undefined
    return { id, input: given, output: end?.output, failure: end?.error && parseRunFailure(end.error.message) }
  })
  return {
    output, error, failure: error && parseRunFailure(error.message), actions: first.known, activities, timers, statuses, logs,
    elapsedMs: (first.history.at(-1)?.at ?? startTime) - startTime, children, generations: first.generation,
  }
}

function outcomeOf(scripted: Reply | Envelope, id: number, at: number): HistoryEvent[] {
  const reply: Reply = "ok" in scripted ? { envelope: scripted } : scripted
  const raised = (reply.raise ?? []).map(({ afterMs, ...event }) => ({ kind: "raised", at: at + afterMs, ...event }) as const)
  const doneAt = at + (reply.afterMs ?? 10)
  if (reply.broken !== undefined) return [...raised, { kind: "failed", at: doneAt, id, message: reply.broken, errorType: reply.errorType }]
  return reply.envelope ? [...raised, { kind: "done", at: doneAt, id, result: JSON.parse(JSON.stringify(reply.envelope)) }] : raised
}

function takeEarliest(queue: Queued[]): Queued | undefined {
  let earliest = 0
  for (const [index, { event }] of queue.entries()) if (event.at < (queue[earliest] as Queued).event.at) earliest = index
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
  readonly ended:
    | { readonly output?: unknown; readonly error?: Error }
    | { readonly next: unknown; readonly kept: readonly { readonly name: string; readonly payload: unknown }[] }
    | undefined
}

async function replay({ id: instanceId, workflow, input, history, startedAt }: Instance): Promise<Turn> {
  const actions: Action[] = []
  const tasks = new Map<number, FakeTask>()
  const waiters = new Map<string, FakeTask[]>()
  const buffered = new Map<string, unknown[]>()
  const logs: LogEntry[] = []
  const host: { now: number; isReplaying: boolean; status: string; next?: unknown } = { now: startedAt, isReplaying: history.length > 1, status: "{}" }
  const started = (action: Action): Task => {
    actions.push(structuredClone(action))
    const task = fakeTask()
    tasks.set(actions.length, task)
    return task
  }
  const context: WorkflowContext = {
    getWorkflowInstanceId: () => instanceId,
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
    callChildWorkflow: (name, childInput, id = "") => started({ kind: "child", name, id, input: JSON.parse(JSON.stringify(childInput)) }),
    continueAsNew(next, saveEvents) {
      if (!saveEvents) throw new Error("events would be lost")
      host.next = JSON.parse(JSON.stringify(next))
    },
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
      if (next.done && host.next !== undefined) {
        const kept = [...buffered].flatMap(([name, entries]) => entries.map((entry) => ({ name, payload: (entry as { payload: unknown }).payload || undefined })))
        return { next: host.next, kept }
      }
      return next.done ? { output: next.value } : next.value
    } catch (thrown) {
      return { error: thrown as Error }
    }
  }
  const turn = (ended: Turn["ended"]): Turn => ({ actions, status: host.status, logs, ended })
  const isEnd = (result: Turn["ended"] | Task): result is Turn["ended"] => !(result && "isComplete" in result)
  let waiting = await resume()
  for (const [index, event] of history.entries()) {
    if (event.kind === "started") continue
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
