// Metrics in Prometheus form, on a port of the worker on this machine.

import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { MeterProvider } from "@opentelemetry/sdk-metrics"
import type { Listener } from "./telemetry.ts"

export interface Metrics extends Listener {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
}

const durationsS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300]

export function createMetrics(service: string): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ resource: resourceFromAttributes({ "service.name": service }), readers: [exporter] })
  const meter = provider.getMeter("agentflow")
  const count = (name: string, description: string) => meter.createCounter(`agentflow_${name}`, { description })
  const runs = count("runs", "Runs that ended, by workflow and outcome")
  const failures = count("failures", "Runs that failed, by workflow and kind of error")
  const attempts = count("attempts", "Attempts that ended, by callable and outcome")
  const retries = count("retries", "Attempts after the first, by callable")
  const tokens = count("tokens", "Tokens billed, by workflow, agent, model and direction")
  const dollars = count("dollars", "Dollars billed, by workflow, agent and model")
  const seconds = meter.createHistogram("agentflow_attempt_seconds", {
    description: "How long attempts took, waiting for room included", advice: { explicitBucketBoundaries: durationsS },
  })
  const runSeconds = meter.createHistogram("agentflow_run_seconds", {
    description: "How long runs took", advice: { explicitBucketBoundaries: [...durationsS, 3_600, 86_400] },
  })
  const circuit = meter.createGauge("agentflow_circuit_state", { description: "Of a callable's circuit: 0 closed, 1 half open, 2 open" })
  const queueSeconds = meter.createHistogram("agentflow_queue_seconds", {
    description: "How long steps waited for room in their limit, and runs in their queue", advice: { explicitBucketBoundaries: [...durationsS, 3_600] },
  })
  return {
    handle: (request, response) => exporter.getMetricsRequestHandler(request, response),
    attemptEnded({ facts, startedAtMs, endedAtMs, envelope }) {
      const { workflow, activity: callable, kind, model } = facts
      const outcome = envelope.ok ? "ok" : envelope.kind
      attempts.add(1, { workflow, callable, kind, outcome })
      if (facts.attempt > 1) retries.add(1, { workflow, callable })
      seconds.record((endedAtMs - startedAtMs) / 1000, { callable, kind })
      if (envelope.usage === undefined || model === undefined) return
      const { inputTokens, outputTokens } = envelope.usage
      const by = { workflow, agent: callable, model: model.id }
      tokens.add(inputTokens, { ...by, direction: "input" })
      tokens.add(outputTokens, { ...by, direction: "output" })
      dollars.add((inputTokens * model.dollars.input + outputTokens * model.dollars.output) / model.dollars.per, by)
    },
    runEnded({ workflow, startedAtMs, endedAtMs, failure }) {
      runs.add(1, { workflow, outcome: failure === undefined ? "completed" : "failed" })
      if (failure !== undefined) failures.add(1, { workflow, kind: failure.kind })
      runSeconds.record((endedAtMs - startedAtMs) / 1000, { workflow })
    },
    waited: ({ what, name, ms }) => queueSeconds.record(ms / 1000, { what, name }),
    circuitChanged: ({ name, state }) => circuit.record({ closed: 0, "half open": 1, open: 2 }[state], { circuit: name }),
    stop: () => provider.shutdown(),
  }
}

/** `GET /metrics` on 127.0.0.1. */
export async function servedMetrics(service: string, port: number): Promise<Listener> {
  const metrics = createMetrics(service)
  const server = createServer((request, response) => {
    if (request.url === "/metrics") metrics.handle(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", resolve)
  })
  return {
    attemptEnded: metrics.attemptEnded,
    runEnded: metrics.runEnded,
    ...(metrics.waited === undefined ? {} : { waited: metrics.waited }),
    ...(metrics.circuitChanged === undefined ? {} : { circuitChanged: metrics.circuitChanged }),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await metrics.stop()
    },
  }
}
