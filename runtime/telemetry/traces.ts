// Traces by OpenTelemetry: one per run, whoever executes its parts; spans for the run, its steps and their attempts.

import { createHash, randomBytes } from "node:crypto"
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api"
import type { Attributes, Context, Link, Span } from "@opentelemetry/api"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { AttemptEnd, AttemptFacts, Listener, RunEnd } from "./telemetry.ts"

/** To where the standard OTEL_EXPORTER_OTLP_ variables say. */
export function exportedTraces(service: string): Listener {
  return tracesTo(new OTLPTraceExporter(), service)
}

interface Ids {
  readonly traceId: string
  readonly spanId: string
}

interface Started {
  readonly name: string
  readonly ids: Ids
  readonly parent: string | undefined
  readonly kind: SpanKind
  readonly startTime: number
  readonly attributes: Attributes
  readonly links?: Link[]
}

/**
 * Ids come from what is told, so that workers and resumed runs that know nothing of each other build one trace: the
 * trace's from the run's id and start, a step's from its path. An execution of an attempt is its own span.
 */
export function tracesTo(exporter: SpanExporter, service: string): Listener {
  let next: Ids = { traceId: "", spanId: "" }
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer("agentflow")
  const start = ({ name, ids, parent, kind, startTime, attributes, links = [] }: Started): Span => {
    next = ids
    return tracer.startSpan(name, { kind, startTime, attributes, links }, parentOf(ids.traceId, parent))
  }
  return {
    attemptEnded: (end) => attemptSpan(end, start),
    runEnded: (end) => runSpans(end, start),
    async stop() {
      await provider.forceFlush()
      await provider.shutdown()
    },
  }
}

function parentOf(traceId: string, spanId: string | undefined): Context {
  if (spanId === undefined) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true })
}

export function traceIdOf(run: string, start: number): string {
  return digest(`${run}\0${start}`).slice(0, 32)
}

function spanIdOf(traceId: string, step: string): string {
  return digest(`${traceId}\0${step}`).slice(0, 16)
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

function attemptSpan({ facts, startedAtMs, endedAtMs, envelope }: AttemptEnd, start: (span: Started) => Span): void {
  const traceId = traceIdOf(facts.run, facts.start)
  const span = start({
    name: nameOf(facts),
    ids: { traceId, spanId: randomBytes(8).toString("hex") },
    parent: spanIdOf(traceId, facts.step),
    kind: facts.kind === "own" ? SpanKind.INTERNAL : SpanKind.CLIENT,
    startTime: startedAtMs,
    attributes: {
      "agentflow.run": facts.run, "agentflow.workflow": facts.workflow, "agentflow.step": facts.step,
      "agentflow.attempt": facts.attempt, ...semantic(facts),
    },
  })
  const { usage } = envelope
  if (usage !== undefined)
    span.setAttributes({ "gen_ai.usage.input_tokens": usage.inputTokens, "gen_ai.usage.output_tokens": usage.outputTokens })
  if (envelope.ok) {
    const reason: unknown = (envelope.value as { readonly finishReason?: unknown } | null)?.finishReason
    if (facts.kind === "agent" && typeof reason === "string") span.setAttribute("gen_ai.response.finish_reasons", [reason])
  } else {
    span.setAttribute("error.type", envelope.kind)
    span.setStatus({ code: SpanStatusCode.ERROR, message: envelope.message })
  }
  span.end(endedAtMs)
}

/** The semantic conventions for generative AI; prompts and answers stay where they are. */
function semantic({ kind, activity, model }: AttemptFacts): Attributes {
  if (kind === "tool") return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": activity, "gen_ai.tool.type": "function" }
  if (kind !== "agent" || model === undefined) return {}
  return {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": model.provider, "gen_ai.request.model": model.id,
    "gen_ai.request.max_tokens": model.outputTokensMax, "gen_ai.agent.name": activity,
  }
}

function nameOf({ kind, activity, model }: AttemptFacts): string {
  if (kind === "tool") return `execute_tool ${activity}`
  return kind === "agent" && model !== undefined ? `chat ${model.id}` : activity
}

/** A run is a trace of its own, also one that another started: that is linked to, at the step that called it. */
function linksOf(cause: RunEnd["cause"]): Link[] {
  if (cause === undefined) return []
  const traceId = traceIdOf(cause.run, cause.start)
  const context = { traceId, spanId: spanIdOf(traceId, cause.step), traceFlags: TraceFlags.SAMPLED, isRemote: true }
  return [{ context, attributes: { "agentflow.run": cause.run, "agentflow.step": cause.step } }]
}

function runSpans({ run, workflow, startedAtMs, endedAtMs, steps, failure, cause }: RunEnd, start: (span: Started) => Span): void {
  const traceId = traceIdOf(run, startedAtMs)
  const rootId = spanIdOf(traceId, "")
  const base = { "agentflow.run": run, "agentflow.workflow": workflow }
  const root = start({
    name: `run ${workflow}`, ids: { traceId, spanId: rootId }, parent: undefined, kind: SpanKind.SERVER,
    startTime: startedAtMs, attributes: { ...base, "gen_ai.operation.name": "invoke_workflow" }, links: linksOf(cause),
  })
  for (const { step, startedAtMs: from, endedAtMs: to, attempts } of steps) {
    start({
      name: step, ids: { traceId, spanId: spanIdOf(traceId, step) }, parent: rootId, kind: SpanKind.INTERNAL,
      startTime: from, attributes: { ...base, "agentflow.step": step, "agentflow.attempts": attempts },
    }).end(to)
  }
  if (failure !== undefined) {
    root.setAttribute("error.type", failure.kind)
    root.setStatus({ code: SpanStatusCode.ERROR, message: failure.message })
  }
  root.end(endedAtMs)
}
