// Parallel research: one branch is refused twice and told how long to wait; the others don't, and the order stays.

import { afterEach, describe, expect, it } from "vitest"
import { openExample, outcomesAt, outputOf, stepsAt, type Example } from "../harness/example.ts"

const open: Example[] = []
afterEach(async () => {
  for (const example of open.splice(0)) await example.close()
})

describe("parallel research", () => {
  it("answers three questions at once, and puts them together in their order", { timeout: 120_000 }, async () => {
    const example = await openExample("parallel-research")
    open.push(example)
    const outcome = await example.run({ id: "research" })
    expect(outputOf(outcome)).toEqual({
      title: "What a durable run is for",
      findings: [
        "Why durable workflows? Because a run outlives the process that works on it.",
        "What does a crash cost? The step that was cut off, and nothing before it.",
        "Who waits for a person? A timer and an event; no process.",
      ],
    })
    const { view } = outcome
    const turns = [0, 1, 2].map((index) => stepsAt(view, new RegExp(`/findings\\[${index}\\]/Researcher/`)).flatMap(({ attempts }) => attempts))
    expect(turns.map((attempts) => attempts.map(({ outcome, error }) => error?.kind ?? outcome))).toEqual([
      ["ok"], ["rate_limited", "rate_limited", "ok"], ["ok"],
    ])
    // The provider's wait is longer than the backoff and wins.
    const [first, second, third] = turns[1]!
    expect([first?.retryAfterMs, second?.retryAfterMs]).toEqual([7_000, 7_000])
    expect(second!.startedAtMs - first!.endedAtMs!).toBeGreaterThanOrEqual(7_000)
    expect(third!.startedAtMs - second!.endedAtMs!).toBeGreaterThanOrEqual(7_000)
    // The other branches were under way meanwhile, and had ended before this one was let in.
    for (const other of [turns[0]![0]!, turns[2]![0]!]) expect(other.endedAtMs).toBeLessThan(third!.startedAtMs)
    expect(outcomesAt(view, /\/Synthesist\//)).toEqual(["ok"])
    expect(stepsAt(view, /\/Synthesist\//)[0]!.attempts[0]!.startedAtMs).toBeGreaterThanOrEqual(third!.endedAtMs!)
    expect(view.status).toMatchObject({ reserved: { tokens: 0, nanoDollars: 0 } })
  })
})
