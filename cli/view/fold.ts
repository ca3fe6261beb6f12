// From a run's history to what people see: a tree of steps with attempts, waits and spending. Pure.

import type { FailureDetails, HistoryEvent, InstanceStatus } from "../../engine/types.ts"
import type { Amounts, CaughtError, Envelope, ModelRequest, RunFailure, RunStatus, Waiting } from "@agentflow/runtime/contract"

/** What a host tells about a run without its history. */
export interface RunSummary {
  readonly id: string
  readonly name: string
  readonly status: InstanceStatus
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly output?: string
  readonly customStatus?: string
  readonly failure?: FailureDetails
}

/** True once nothing will happen to the run any more. */
export function hasEnded({ status }: Pick<RunSummary, "status">): boolean {
  return status === "completed" || status === "failed" || status === "terminated" || status === "canceled"
}

export interface AttemptView {
  readonly activity: string
  readonly attempt: number
  readonly startedAtMs: number
  readonly endedAtMs?: number
  /** Absent while it runs. */
  readonly outcome?: "ok" | "failed" | "interrupted"
  readonly error?: CaughtError
  readonly retryAfterMs?: number
  readonly tokens: number
  readonly nanoDollars: number
  readonly model?: string
}

export interface StepView {
  /** `DailyBrief/sources[3]/fetchSource` */
  readonly path: string
  /** The last segment. */
  readonly name: string
  readonly attempts: readonly AttemptView[]
  readonly children: readonly StepView[]
  readonly waiting?: Waiting
  /** A person's answer, when the step asked for one. */
  readonly answer?: { readonly value: unknown; readonly by?: string }
}

export interface RunView {
  readonly summary: RunSummary
  readonly status?: RunStatus
  readonly steps: readonly StepView[]
  readonly failure?: RunFailure
}

interface Building {
  readonly path: string
  readonly name: string
  readonly attempts: AttemptView[]
  readonly children: Map<string, Building>
  waiting?: Waiting
  answer?: StepView["answer"]
}

/** Reads the history as it is: a half-finished run gives attempts without an outcome. */
export function foldRun(summary: RunSummary, history: readonly HistoryEvent[]): RunView {
  const root = building("", summary.name)
  const open = new Map<number, { step: Building; index: number; price: Price }>()
  const answers = new Map<string, { value: unknown; by?: string }>()
  for (const event of history) {
    switch (event.kind) {
      case "taskScheduled": {
        const input = parse(event.input) as { step?: string; attempt?: number; parameters?: unknown } | undefined
        const step = find(root, input?.step ?? `${summary.name}/${event.name}`)
        const model = (input?.parameters as Partial<ModelRequest> | undefined)?.model
        step.attempts.push({
          activity: event.name, attempt: input?.attempt ?? 1, startedAtMs: event.timestampMs, tokens: 0, nanoDollars: 0,
          ...(model === undefined ? {} : { model: model.name }),
        })
        open.set(event.eventId, { step, index: step.attempts.length - 1, price: model?.price })
        break
      }
      case "taskCompleted":
      case "taskFailed": {
        const started = open.get(event.taskId)
        if (started === undefined) break
        const attempt = started.step.attempts[started.index]!
        started.step.attempts[started.index] = { ...attempt, endedAtMs: event.timestampMs, ...outcomeOf(event, started.price) }
        break
      }
      case "eventRaised": {
        const payload = parse(event.input) as { v?: unknown; by?: string } | undefined
        if (event.name.toLowerCase().startsWith("answer:")) {
          answers.set(event.name.slice("answer:".length).toLowerCase(), { value: payload?.v, ...(payload?.by === undefined ? {} : { by: payload.by }) })
        }
        break
      }
      default:
        break
    }
  }
  const status = parse(summary.customStatus) as RunStatus | undefined
  if (!hasEnded(summary)) for (const waiting of status?.waiting ?? []) find(root, waiting.step).waiting = waiting
  const failure = failureOf(summary)
  return {
    summary,
    ...(status?.v === 1 ? { status } : {}),
    ...(failure === undefined ? {} : { failure }),
    steps: finish(root.children.get(summary.name) ?? root, answers).children,
  }
}

type Price = ModelRequest["model"]["price"] | undefined
function outcomeOf(event: HistoryEvent, price: Price): Partial<AttemptView> {
  if (event.kind === "taskFailed") {
    return { outcome: "failed", error: { kind: "internal", message: event.failure?.errorMessage ?? "the activity failed" } }
  }
  if (event.kind !== "taskCompleted") return {}
  const envelope = parse(event.result) as Envelope | undefined
  if (envelope === undefined) return { outcome: "ok" }
  const usage = envelope.usage
  const spending = usage === undefined ? {} : {
    tokens: usage.inputTokens + usage.outputTokens,
    nanoDollars: price === undefined ? 0 : Math.round((usage.inputTokens * price.input + usage.outputTokens * price.output) * (1e9 / price.per)),
  }
  if (envelope.ok) return { outcome: "ok", ...spending }
  const { kind, message, retryAfterMs } = envelope
  return {
    outcome: kind === "interrupted" ? "interrupted" : "failed",
    error: { kind, message },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...spending,
  }
}

function building(path: string, name: string): Building {
  return { path, name, attempts: [], children: new Map() }
}

function find(root: Building, path: string): Building {
  let node = root
  for (const name of path.split("/")) {
    let child = node.children.get(name)
    if (child === undefined) {
      child = building(node.path === "" ? name : `${node.path}/${name}`, name)
      node.children.set(name, child)
    }
    node = child
  }
  return node
}

function finish(node: Building, answers: ReadonlyMap<string, NonNullable<StepView["answer"]>>): StepView {
  const answer = answers.get(node.path.toLowerCase())
  return {
    path: node.path,
    name: node.name,
    attempts: node.attempts,
    children: [...node.children.values()].map((child) => finish(child, answers)),
    ...(node.waiting === undefined ? {} : { waiting: node.waiting }),
    ...(answer === undefined ? {} : { answer }),
  }
}

/** The record of a failed run: the last line of its failure message. */
function failureOf(summary: RunSummary): RunFailure | undefined {
  const lastLine = summary.failure?.errorMessage.trimEnd().split("\n").at(-1)
  const record = parse(lastLine) as RunFailure | undefined
  return record?.v === 1 ? record : undefined
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** All steps of a tree, parents first. */
export function* everyStep(steps: readonly StepView[]): Generator<StepView> {
  for (const step of steps) {
    yield step
    yield* everyStep(step.children)
  }
}

/** What the attempts in a history cost, by provider's report. */
export function spentBy(view: RunView): Pick<Amounts, "tokens" | "nanoDollars"> {
  let tokens = 0
  let nanoDollars = 0
  for (const step of everyStep(view.steps)) {
    for (const attempt of step.attempts) {
      tokens += attempt.tokens
      nanoDollars += attempt.nanoDollars
    }
  }
  return { tokens, nanoDollars }
}
