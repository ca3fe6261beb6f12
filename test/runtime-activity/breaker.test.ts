// The circuit breaker: opens, fails at once, tries one call, closes.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createBreakers } from "../../runtime/breaker.ts"
import type { Envelope, ErrorKind } from "../../runtime/contract.ts"
import { deferred } from "./helpers.ts"

const spec = { failures: 3, withinMs: 60_000, retryAfterMs: 30_000 }
const fine: Envelope = { ok: true, value: 1 }
const failing = (kind: ErrorKind): Envelope => ({ ok: false, kind, message: kind })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

function circuit(): {
  readonly call: (envelope: Envelope) => Promise<Envelope>
  readonly calls: () => number
  readonly hold: () => { done: (envelope: Envelope) => void; result: Promise<Envelope> }
} {
  const breakers = createBreakers()
  let count = 0
  const run = (work: () => Promise<Envelope>): Promise<Envelope> =>
    breakers.run("slack", spec, () => {
      count += 1
      return work()
    })
  return {
    calls: () => count,
    call: (envelope) => run(() => Promise.resolve(envelope)),
    hold() {
      const held = deferred<Envelope>()
      return { done: held.resolve, result: run(() => held.promise) }
    },
  }
}

describe("a circuit", () => {
  it("opens after the failures that count, and then fails without calling", async () => {
    const { call, calls } = circuit()
    for (const kind of ["unavailable", "timeout", "network"]) expect(await call(failing(kind))).toMatchObject({ kind })
    vi.setSystemTime(1_010_000)
    expect(await call(fine)).toEqual({
      ok: false,
      kind: "circuit_open",
      retryAfterMs: 20_000,
      message: "the circuit of slack is open after repeated failures; next try in 20s",
    })
    expect(calls()).toBe(3)
  })

  it("does not count other failures", async () => {
    const { call } = circuit()
    for (let count = 0; count < 5; count += 1) await call(failing("rate_limited"))
    for (let count = 0; count < 5; count += 1) await call(failing("invalid_input"))
    expect(await call(fine)).toEqual(fine)
  })

  it("forgets failures that are older than its window", async () => {
    const { call } = circuit()
    await call(failing("timeout"))
    await call(failing("timeout"))
    vi.setSystemTime(1_060_000)
    await call(failing("timeout"))
    expect(await call(fine)).toEqual(fine)
  })

  it("lets one call try after the wait, and closes on its success", async () => {
    const { call, hold, calls } = circuit()
    for (let count = 0; count < 3; count += 1) await call(failing("unavailable"))
    vi.setSystemTime(1_030_000)
    const probe = hold()
    expect(await call(fine)).toMatchObject({ kind: "circuit_open" })
    expect(calls()).toBe(4)
    probe.done(fine)
    expect(await probe.result).toEqual(fine)
    expect(await call(fine)).toEqual(fine)
  })

  it("opens again when that call fails", async () => {
    const { call } = circuit()
    for (let count = 0; count < 3; count += 1) await call(failing("unavailable"))
    vi.setSystemTime(1_030_000)
    expect(await call(failing("unavailable"))).toMatchObject({ kind: "unavailable" })
    expect(await call(fine)).toMatchObject({ kind: "circuit_open", retryAfterMs: 30_000 })
  })
})
