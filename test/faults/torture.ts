// One scenario in the one-process host, crashed after or before a chosen commit, or with a chosen message lost or doubled.

import { join } from "node:path"
import { isEndStatus } from "../../engine/instance.ts"
import type { HistoryEvent, InstanceSummary } from "../../engine/types.ts"
import { createExecutor } from "../../runtime/executor.ts"
import type { WorkflowBody } from "../../runtime/executor.ts"
import type { ActivityItem } from "../../sidecar/dispatcher.ts"
import { systemClock } from "../../sidecar/clock.ts"
import { createHub } from "../../sidecar/hub.ts"
import type { Hub } from "../../sidecar/hub.ts"
import { attachWorker } from "../../sidecar/in-process.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { openSqliteStore } from "../../sidecar/store/sqlite.ts"
import type { Store, Write } from "../../sidecar/store/store.ts"
import { activitiesThat, workflows } from "./scenarios.ts"
import type { Scenario } from "./scenarios.ts"

export type Fault =
  | { readonly kind: "none" }
  /** The process ends with the n-th commit on disk, and nothing of it has left. */
  | { readonly kind: "crash after commit"; readonly at: number }
  /** It ends while the n-th commit is under way: nothing of that is on disk. */
  | { readonly kind: "crash before commit"; readonly at: number }
  /** The worker dies together with the n-th message, or after it; another one connects. */
  | { readonly kind: "message lost" | "worker killed after message" | "message doubled"; readonly at: number }

export interface Report {
  readonly summary: InstanceSummary
  /** Of the instance and its children, by id. */
  readonly histories: ReadonlyMap<string, readonly HistoryEvent[]>
  readonly commits: number
  readonly messages: number
  /** Steps that ran although their result was on disk, and answers that were given before the disk had what they said. */
  readonly broken: readonly string[]
  readonly wasHit: boolean
}

export interface TortureOptions {
  readonly scenario: Scenario
  readonly fault: Fault
  /** Absent: a store in memory, which survives the crash as a disk would. */
  readonly folder?: string
}

interface Run {
  readonly scenario: Scenario
  readonly fault: Fault
  readonly id: string
  /** Work whose answer is on disk, and events that are. */
  readonly answered: Set<string>
  readonly heard: Set<string>
  readonly generations: Map<string, number>
  /** The start and the events that the client was told are kept. */
  readonly acknowledged: Set<string>
  readonly broken: string[]
  commits: number
  messages: number
  wasHit: boolean
}

export async function torture({ scenario, fault, folder }: TortureOptions): Promise<Report> {
  const id = `${scenario.name}-1`
  const run: Run = {
    scenario, fault, id, answered: new Set(), heard: new Set(), generations: new Map([[id, 1]]),
    acknowledged: new Set(), broken: [], commits: 0, messages: 0, wasHit: false,
  }
  const memory = openMemoryStore()
  const open = (): Store => (folder === undefined ? memory : openSqliteStore({ file: join(folder, "hub.db") }))
  for (let lives = 0; lives < 3; lives++) {
    const store = open()
    try {
      const summary = await live(run, store)
      if (!summary) continue
      const histories = new Map([...run.generations.keys()].map((one) => [one, store.history(one)]))
      const { commits, messages, broken, wasHit } = run
      return { summary, histories, commits, messages, broken, wasHit }
    } finally {
      store.close()
    }
  }
  throw new Error(`${scenario.name} with ${JSON.stringify(fault)} does not end`)
}

/** One life of the process: to the end of the run, or to the crash. */
async function live(run: Run, store: Store): Promise<InstanceSummary | undefined> {
  let crash = (): void => {}
  const crashed = new Promise<undefined>((resolve) => { crash = () => resolve(undefined) })
  const hub = createHub({ store: failing(run, store), clock: systemClock, newId: ids(run), onFault: () => crash() })
  connectWorkers(run, hub)
  const end = client(run, hub).catch((error: unknown) => {
    if (!run.wasHit) throw error
    return undefined
  })
  const summary = await Promise.race([end, crashed])
  if (summary) await hub.close()
  return summary
}

function ids(run: Run): () => string {
  let last = 0
  return () => `${run.id}-${++last}`
}

/** Starts, raises and waits, and does after a crash only what had not been done: it looks, as a careful client would. */
async function client(run: Run, hub: Hub): Promise<InstanceSummary> {
  const { id, scenario } = run
  const { name, input } = scenario
  if (!hub.summary(id)) {
    if (run.acknowledged.has("start")) run.broken.push("an acknowledged start is lost")
    await hub.start({ instanceId: id, name, ...(input === undefined ? {} : { input }) })
    run.acknowledged.add("start")
  }
  for (const payload of scenario.events) {
    const text = String(payload)
    if (run.heard.has(text)) continue
    if (run.acknowledged.has(text)) run.broken.push(`the acknowledged event ${text} is lost`)
    await hub.send(id, { kind: "raiseEvent", name: "go", input: text })
    run.acknowledged.add(text)
  }
  return hub.wait(id, ({ status }) => isEndStatus(status), AbortSignal.timeout(20_000))
}

class Crash extends Error {}

function failing(run: Run, store: Store): Store {
  return {
    ...store,
    commit(writes) {
      const number = ++run.commits
      const { fault } = run
      const isHere = "at" in fault && fault.at === number && !run.wasHit
      if (isHere && fault.kind === "crash before commit") {
        run.wasHit = true
        throw new Crash()
      }
      store.commit(writes)
      for (const write of writes) note(run, write)
      if (isHere && fault.kind === "crash after commit") {
        run.wasHit = true
        throw new Crash()
      }
    },
  }
}

function note(run: Run, write: Write): void {
  if (write.kind === "putInstance") run.generations.set(write.summary.id, write.summary.generation)
  if (write.kind !== "putInbox" && write.kind !== "appendHistory") return
  const generation = run.generations.get(write.id) ?? 0
  for (const event of write.kind === "putInbox" ? write.entries.map((entry) => entry.event) : write.events) {
    if (event.kind === "eventRaised") run.heard.add(event.input ?? "")
    if (event.kind !== "taskCompleted" && event.kind !== "taskFailed") continue
    run.answered.add(stepKey({ instanceId: write.id, generation, taskId: event.taskId }))
  }
}

/** The wire's task id carries the generation above these bits. */
const taskIdMask = 0xf_ff_ff

interface Step {
  readonly instanceId: string
  readonly generation: number
  readonly taskId: number
}

function stepKey({ instanceId, generation, taskId }: Step): string {
  return `${instanceId} ${generation} ${taskId}`
}

/** A worker, and its successor when it dies. */
function connectWorkers(run: Run, hub: Hub): void {
  let isAlive = true
  let stop: (() => Promise<void>) | undefined
  const die = (): void => {
    if (!isAlive) return
    isAlive = false
    queueMicrotask(() => {
      void stop?.()
      connectWorkers(run, hub)
    })
  }
  /** Passes a message on, unless it is the one that meets with a fault. */
  const pass = (deliver: () => void): void => {
    if (!isAlive) return
    const number = ++run.messages
    const { fault } = run
    if (!("at" in fault) || fault.at !== number || run.wasHit || fault.kind.startsWith("crash")) return deliver()
    run.wasHit = true
    if (fault.kind !== "message lost") deliver()
    if (fault.kind === "message doubled") deliver()
    else die()
  }
  const between: Hub = {
    ...hub,
    connect: (worker) => hub.connect({ ...worker, send: (item) => pass(() => {
      if (item.kind === "activity") noteRun(run, item)
      worker.send(item)
    }) }),
    completeTurn: async (answer) => pass(() => void hub.completeTurn(answer).catch(() => {})),
    completeActivity: async (answer) => pass(() => void hub.completeActivity(answer).catch(() => {})),
  }
  const executor = createExecutor({ workflows: new Map(Object.entries(workflows)) as ReadonlyMap<string, WorkflowBody> })
  // Not all at once, so that commits, and with them places to crash at, are many.
  let turn = Promise.resolve()
  const activities = activitiesThat(() => (turn = turn.then(() => new Promise((resolve) => setImmediate(resolve)))))
  const worker = attachWorker(between, { executor, activities })
  stop = () => worker.stop(0)
}

function noteRun(run: Run, { instanceId, wireTaskId: id, name }: ActivityItem): void {
  const generation = run.generations.get(instanceId) ?? 0
  const key = stepKey({ instanceId, generation, taskId: id & taskIdMask })
  if (run.answered.has(key)) run.broken.push(`${name} ${key} ran again`)
}
