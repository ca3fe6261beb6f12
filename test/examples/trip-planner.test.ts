// The trip planner: a provider that is down opens its circuit, another takes over, and history and trace show both.

import { join } from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { startModelServer } from "../../runtime/model-server/server.ts"
import { attribute, collector, spansIn } from "../harness/collector.ts"
import { inputOf, openExample, outcomesAt, outputOf, stepsAt, type Example } from "../harness/example.ts"

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
      ...Array.from({ length: 5 }, () => ["chat swift-2", "unavailable"]),
      ["chat swift-2", "circuit_open"],
      ["chat sage-large", undefined],
    ])
    expect(outcomesAt(outcome.view, /\/(Hotels|Sights)\b/)).toEqual(["ok", "ok"])
    expect(outcome.view.status).toMatchObject({ reserved: { tokens: 0, nanoDollars: 0 } })
  })

  it("asks three providers at their own addresses from one worker", { timeout: 120_000 }, async () => {
    const script = join(import.meta.dirname, "../../examples/trip-planner/model.json")
    const servers = { north: await startModelServer({ script }), harbour: await startModelServer({ script }), meadow: await startModelServer({ script }) }
    try {
      for (const [name, { url }] of Object.entries(servers)) {
        vi.stubEnv(`${name.toUpperCase()}_URL`, `${url}/v1`)
        vi.stubEnv(`${name.toUpperCase()}_API_KEY`, `key-of-${name}`)
      }
      const example = await openExample("trip-planner")
      open.push(example)
      const outcome = await example.run({ id: "trip" })
      expect(outputOf(outcome)).toMatchObject({ total: 600 })
      // Five failures at the first, then its circuit is open; flights go to the second, which has the hotels anyway.
      expect([servers.north.requests(), servers.harbour.requests(), servers.meadow.requests()]).toEqual([5, 2, 1])
      expect(JSON.stringify(outcome.view)).not.toContain("key-of-")
    } finally {
      for (const server of Object.values(servers)) await server.close()
    }
  })
})
