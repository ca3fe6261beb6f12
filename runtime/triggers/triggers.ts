// Whatever starts runs from outside, for as long as the worker lives: topics, schedules, HTTP, and who waits for room.

import type { Trigger, Workflow } from "../contract.ts"
import { openWorkflowPort } from "../dapr.ts"
import { subscribeTopics } from "../dapr-topics.ts"
import type { TopicEvent, TopicOutcome, TopicSubscription } from "../dapr-topics.ts"
import type { Environment } from "../environment.ts"
import type { StateStore } from "../state.ts"
import { problem, startAppServer } from "./app-server.ts"
import type { AppRoute } from "./app-server.ts"
import { endpoint } from "./endpoints.ts"
import { jobRoute, jobsOf, scheduleJobs } from "./jobs.ts"
import { beginPatiently } from "./patience.ts"
import { createStarter, runIdOf } from "./starter.ts"
import type { Starter } from "./starter.ts"

export interface TriggersOptions {
  readonly workflows: readonly Workflow[]
  readonly environment: Pick<Environment, "sidecar" | "pubsub" | "app">
  readonly state: StateStore
  readonly note: (message: string) => void
  /** Told how long a run has waited in its queue. */
  readonly onWaited: (workflow: string, ms: number) => void
}

export interface Triggers {
  /** Where the app's HTTP port is, when one is needed. */
  readonly httpPort?: number
  /** From now on runs are started; before, whoever asks is told to come again. */
  begin(): Promise<void>
  stop(): Promise<void>
}

const tendEveryMs = 1_000
// A topic that can't be had must not keep the worker from everything else.
const subscribeWaitMsMax = 5_000

/**
 * Nothing is opened for workflows that only clients start. The HTTP port opens before the sidecar is waited for, because
 * a daprd that was told of an app runs no workflow until that listens.
 */
export async function openTriggers(options: TriggersOptions): Promise<Triggers | undefined> {
  const { workflows, environment, note } = options
  const gated = workflows.filter(({ spec }) => spec.concurrency !== undefined)
  const triggers = workflows.flatMap(({ spec }) => spec.triggers ?? [])
  if (triggers.length === 0 && gated.length === 0) return undefined
  const { sidecar } = environment
  const port = openWorkflowPort({ sidecar, callTimeoutMs: 30_000 })
  const starter = createStarter({ state: options.state, runs: port, now: Date.now, onWaited: options.onWaited })
  const jobs = jobsOf(workflows)
  const { appToken } = environment.app
  let isOpen = false
  const ending = new AbortController()
  const routes = [
    jobRoute({ sidecar, jobs, starter, now: Date.now, note, signal: ending.signal, ...(appToken === undefined ? {} : { appToken }) }),
    ...triggersOf(workflows, "http").map(([workflow, trigger]) => endpoint(workflow, trigger, starter)),
  ].map((route): AppRoute => (request) => {
    return isOpen ? route(request) : Promise.resolve(problem(503, "the worker is starting"))
  })
  const needsHttp = triggers.some(({ on }) => on === "http" || on === "schedule")
  const server = needsHttp ? await startAppServer({ ...environment.app, routes, note }) : undefined
  const closing: (() => Promise<void>)[] = [async () => server?.stop()]
  return {
    ...(server === undefined ? {} : { httpPort: server.port }),
    async begin() {
      isOpen = true
      await scheduleJobs({ sidecar, jobs })
      const topics = triggersOf(workflows, "topic")
      const subscriptions = topics.map(([workflow, trigger]) => subscriptionOf(workflow, trigger, { ...options, starter, signal: ending.signal }))
      if (topics.length > 0) {
        const { taken, stop } = subscribeTopics({ sidecar, note, subscriptions })
        closing.push(stop)
        await Promise.race([taken, new Promise((resolve) => setTimeout(resolve, subscribeWaitMsMax))])
      }
      closing.push(tend(gated, starter).stop)
    },
    async stop() {
      ending.abort()
      await Promise.all(closing.map((close) => close()))
      void port.close().catch(() => undefined)
    },
  }
}

type TriggerOf<On extends Trigger["on"]> = Extract<Trigger, { readonly on: On }>

function triggersOf<On extends Trigger["on"]>(
  workflows: readonly Workflow[], on: On,
): readonly (readonly [Workflow, TriggerOf<On>])[] {
  return workflows.flatMap((workflow) =>
    (workflow.spec.triggers ?? []).flatMap((trigger) => (trigger.on === on ? [[workflow, trigger as TriggerOf<On>] as const] : [])))
}

function subscriptionOf(
  workflow: Workflow, { topic, pubsub }: TriggerOf<"topic">,
  options: TriggersOptions & { readonly starter: Starter; readonly signal: AbortSignal },
): TopicSubscription {
  const { starter, note, environment, signal } = options
  const name = pubsub ?? environment.pubsub
  return {
    pubsub: name,
    topic,
    async handle(event: TopicEvent): Promise<TopicOutcome | undefined> {
      const id = runIdOf(workflow.workflowName, event.id, `${name}/${topic}/${event.source}`)
      const begun = await beginPatiently(starter, { workflow, id, input: event.data }, { signal, note })
      if (begun === undefined) return undefined
      if (begun.kind !== "invalid") return "success"
      note(`event ${event.id} of ${topic} does not fit ${workflow.workflowName}: ${begun.problems.join("; ")}`)
      return "drop"
    },
  }
}

/** Lets in who waits. In every worker: which of them lives on is not known. */
function tend(workflows: readonly Workflow[], starter: Starter): { stop(): Promise<void> } {
  let isStopping = false
  let working: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    working = working.then(async () => {
      // A sidecar that is away comes back; the next round finds what this one did not.
      for (const workflow of workflows) if (!isStopping) await starter.tend(workflow).catch(() => undefined)
    })
  }, tendEveryMs)
  return {
    async stop() {
      isStopping = true
      clearInterval(timer)
      await working
    },
  }
}
