// The simulator's circuits open and close as the runtime's do, on any sequence of calls and waits.

import fc from "fast-check"
import { afterEach, describe, expect, it, vi } from "vitest"
import { createBreakers } from "../../runtime/breaker.ts"
import type { Envelope } from "../../runtime/contract.ts"
import { createVirtualBreakers } from "../../simulator/breakers.ts"

const kinds = ["ok", "unavailable", "timeout", "network", "rate_limited", "not_found"] as const
const spec = { failures: 3, withinMs: 60_000, retryAfterMs: 30_000 }

afterEach(() => vi.useRealTimers())

describe("a circuit on virtual time", () => {
  it("answers as the runtime's own", async () => {
    vi.useFakeTimers({ now: 1_000_000 })
    let opened = 0
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(0, 1, 5_000, 20_000, 29_999, 30_000, 61_000), fc.constantFrom(...kinds)), { minLength: 5, maxLength: 40 }), async (calls) => {
      const [real, virtual] = [createBreakers(), createVirtualBreakers(() => Date.now())]
      for (const [waitMs, kind] of calls) {
        vi.setSystemTime(Date.now() + waitMs)
        const work = (): Promise<Envelope> => Promise.resolve(kind === "ok" ? { ok: true, value: 1 } : { ok: false, kind, message: kind })
        const expected = await real.run("tool", spec, work)
        expect(await virtual.run("tool", spec, work)).toEqual(expected)
        if (!expected.ok && expected.kind === "circuit_open") opened++
      }
    }), { seed: 5, numRuns: 300 })
    expect(opened).toBeGreaterThan(200)
  })
})
