// What is told about runs and attempts while they happen; nothing is loaded and nothing costs unless somebody asked.

import type { Envelope, RunCause, Workflow } from "../contract.ts"
import type { CircuitChange } from "../breaker.ts"
import type { Variables } from "../environment.ts"
import { observed } from "./workflow.ts"

export interface AttemptFacts {
  readonly run: string
  /** Epoch ms: with the run's id it names the trace. */
  readonly start: number
  readonly workflow: string
  readonly step: string
  readonly attempt: number
  readonly activity: string
  readonly kind: "tool" | "agent" | "human" | "own"
  /** Of a model turn. */
  readonly model?: { readonly provider: string; readonly id: string; readonly outputTokensMax: number; readonly dollars: Price }
}

interface Price {
  readonly input: number
  readonly output: number
  readonly per: number
}

export interface AttemptEnd {
  readonly facts: AttemptFacts
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly envelope: Envelope
}

export interface StepFacts {
  readonly step: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly attempts: number
}

export interface RunEnd {
  readonly run: string
  readonly workflow: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** What started it, where that was another run or an earlier history of its own. */
  readonly cause?: RunCause
  readonly steps: readonly StepFacts[]
  /** Absent: it completed. */
  readonly failure?: { readonly kind: string; readonly message: string }
}

/** A step that waited for room in its `limit`, or a run that waited its turn in a `concurrency` queue. */
export interface Wait {
  readonly what: "step" | "run"
  /** Of the callable or the workflow. */
  readonly name: string
  readonly ms: number
}

/** One that is told: traces, metrics, or a test. Everything comes with its times, after the fact. */
export interface Listener {
  attemptEnded(end: AttemptEnd): void
  runEnded(end: RunEnd): void
  waited?(wait: Wait): void
  circuitChanged?(change: CircuitChange): void
  stop(): Promise<void>
}

export interface Telemetry {
  attempt(facts: AttemptFacts, work: () => Promise<Envelope>): Promise<Envelope>
  workflow(workflow: Workflow): Workflow
  waited(wait: Wait): void
  circuitChanged(change: CircuitChange): void
  stop(): Promise<void>
}

export function telemetryOf(listeners: readonly Listener[]): Telemetry {
  return {
    async attempt(facts, work) {
      const startedAtMs = Date.now()
      const envelope = await work()
      const end: AttemptEnd = { facts, startedAtMs, endedAtMs: Date.now(), envelope }
      for (const listener of listeners) listener.attemptEnded(end)
      return envelope
    },
    workflow: (workflow) => observed(workflow, (end) => {
      for (const listener of listeners) listener.runEnded(end)
    }),
    waited(wait) {
      for (const listener of listeners) listener.waited?.(wait)
    },
    circuitChanged(change) {
      for (const listener of listeners) listener.circuitChanged?.(change)
    },
    async stop() {
      for (const listener of listeners) await listener.stop().catch(() => undefined)
    },
  }
}

export interface TelemetryOptions {
  readonly app: string
  readonly variables: Variables
}

/** By the standard variables: traces where an OTLP endpoint is named, metrics where AGENTFLOW_METRICS_PORT is. */
export async function listenersOf({ app, variables }: TelemetryOptions): Promise<readonly Listener[]> {
  const given = (name: string): string | undefined => (variables[name] === "" ? undefined : variables[name])
  if (given("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return []
  const endpoint = given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? given("OTEL_EXPORTER_OTLP_ENDPOINT")
  const exporter = given("OTEL_TRACES_EXPORTER") ?? (endpoint === undefined ? "none" : "otlp")
  const port = given("AGENTFLOW_METRICS_PORT")
  const name = given("OTEL_SERVICE_NAME") ?? app
  return [
    ...(exporter === "none" ? [] : [(await import("./traces.ts")).exportedTraces(name)]),
    ...(port === undefined ? [] : [await (await import("./metrics.ts")).servedMetrics(name, Number(port))]),
  ]
}
