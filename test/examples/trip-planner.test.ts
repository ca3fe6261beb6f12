// The trip planner: a provider that is down opens its circuit, another takes over, and history and trace show both.

import { afterEach, describe, expect, it, vi } from "vitest"
import { inputOf, openExample, outcomesAt, outputOf, stepsAt, type Example } from "../harness/example.ts"

/** Takes what the worker tells by OpenTelemetry. */
const collector = { routes: { "POST /v1/traces": () => ({ status: 200 }) } }

interface Span {
  readonly name: string
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

interface Exported {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

function spansIn({ services }: Example): readonly Span[] {
  const bodies = services.received().map(({ body }) => body as unknown as Exported)
  return bodies.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
}

function attribute(span: Span, name: string): string | undefined {
  return span.attributes.find(({ key }) => key === name)?.value.stringValue
}

const open: Example[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const example of open.splice(0)) await example.close()
})

describe("the trip planner", () => {
  it("opens the circuit after five failures and lets the other model answer", { timeout: 120_000 }, async () => {
    const example = await openExample("trip-planner", { world: collector })
    open.push(example)
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", example.services.origin)
    const outcome = await example.run({ id: "trip" })
    expect(outputOf(outcome)).toEqual({
      ...(inputOf("trip-planner") as object),
      total: 600,
      parts: [
        "Out on Friday at 9, back on Monday at 18.",
        "A small hotel by the river, breakfast included.",
        "The old harbour, the tile museum, one evening of music.",
      ],
    })
    const flights = stepsAt(outcome.view, /\/Flights\b/).flatMap(({ attempts }) => attempts)
    expect(flights.map(({ model, outcome, error }) => [model, error?.kind ?? outcome])).toEqual([
      ...Array.from({ length: 5 }, () => ["swift", "unavailable"]),
      ["swift", "circuit_open"],
      ["sage", "ok"],
    ])
    const calls = spansIn(example).filter((span) => attribute(span, "gen_ai.agent.name") === "Flights")
    expect(calls.map((span) => [span.name, attribute(span, "error.type")])).toEqual([
      ...Array.from({ length: 5 }, () => ["chat north/swift", "unavailable"]),
      ["chat north/swift", "circuit_open"],
      ["chat harbour/sage", undefined],
    ])
    expect(outcomesAt(outcome.view, /\/(Hotels|Sights)\b/)).toEqual(["ok", "ok"])
    expect(outcome.view.status).toMatchObject({ reserved: { tokens: 0, nanoDollars: 0 } })
  })
})
