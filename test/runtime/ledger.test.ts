// The ledger and its arithmetic: no cap is ever passed, nothing stays reserved.

import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Amounts, Caps, Envelope } from "../../runtime/contract.ts"
import { list, text } from "../../runtime/builtins.ts"
import { parseRunFailure, RunFailed } from "../../runtime/errors.ts"
import { capsOf, modelAllowance, noAmounts, openAccount, openAccounts, reserve, room, settle } from "../../runtime/policy/budget.ts"
import type { Account } from "../../runtime/policy/budget.ts"
import { durationMs, formatDuration } from "../../runtime/policy/duration.ts"
import { sha256Hex, utf8Length } from "../../runtime/policy/hash.ts"
import { idempotencyKey } from "../../runtime/policy/key.ts"
import { affordableOutputTokens, costNanoDollars, formatDollars } from "../../runtime/policy/money.ts"
import { nextRetryMs, retryPlan } from "../../runtime/policy/retry.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, cheap, objectSchema, testAgent, testTool } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"

const units = ["tokens", "nanoDollars", "turns", "calls"] as const
const amounts = fc.record({
  tokens: fc.nat(100), nanoDollars: fc.nat(100), turns: fc.nat(3), calls: fc.nat(3),
}) satisfies fc.Arbitrary<Amounts>
const caps = fc.record({ tokens: fc.nat(300), nanoDollars: fc.nat(300), turns: fc.nat(9), calls: fc.nat(9) }, { requiredKeys: [] }) as fc.Arbitrary<Caps>

function expectWithinCaps(accounts: readonly Account[]): void {
  for (const account of accounts) {
    for (const unit of units) {
      expect(account.spent[unit] + account.reserved[unit]).toBeLessThanOrEqual(account.caps[unit] ?? Infinity)
      expect(account.reserved[unit]).toBeGreaterThanOrEqual(0)
    }
  }
}

function isWithin(account: Account, outer: Account): boolean {
  return account === outer || (account.parent !== undefined && isWithin(account.parent, outer))
}

describe("the ledger", () => {
  it("property: no interleaving of nested reservations passes any cap, and nothing is left reserved", () => {
    const action = fc.record({ account: fc.nat(5), amounts, share: fc.double({ min: 0, max: 1, noNaN: true }), settleOldest: fc.boolean() })
    fc.assert(fc.property(caps, fc.array(caps, { maxLength: 5 }), fc.array(action, { maxLength: 40 }), (root, inner, actions) => {
      const accounts = [openAccount("run", root)]
      for (const [index, own] of inner.entries()) accounts.push(openAccount(`a${index}`, own, accounts[Math.floor(index / 2)]))
      const open: { account: Account; reserved: Amounts; share: number }[] = []
      const settled: { account: Account; spent: Amounts }[] = []
      const close = (index: number): void => {
        const [entry] = open.splice(index, 1)
        if (!entry) return
        const part = (unit: keyof Amounts): number => Math.floor(entry.reserved[unit] * entry.share)
        const spent = { tokens: part("tokens"), nanoDollars: part("nanoDollars"), turns: part("turns"), calls: part("calls") }
        settled.push({ account: entry.account, spent })
        settle(entry.account, { reserved: entry.reserved, spent })
      }
      for (const { account: which, amounts: wanted, share, settleOldest } of actions) {
        const account = accounts[which % accounts.length] as Account
        const before = room(account)
        const refusal = reserve(account, wanted)
        expect(refusal === undefined).toBe(units.every((unit) => wanted[unit] <= before[unit]))
        if (!refusal) open.push({ account, reserved: wanted, share })
        if (settleOldest) close(0)
        expectWithinCaps(accounts)
        for (const one of accounts) {
          expect(one.reserved.tokens).toBe(list.sum(open.filter((entry) => isWithin(entry.account, one)).map(({ reserved }) => reserved.tokens)))
          expect(one.spent.calls).toBe(list.sum(settled.filter((entry) => isWithin(entry.account, one)).map(({ spent }) => spent.calls)))
        }
      }
      while (open.length > 0) close(open.length - 1)
      for (const account of accounts) expect(account.reserved).toEqual(noAmounts)
      expectWithinCaps(accounts)
    }), { seed: 21, numRuns: 300 })
  })

  it("property: an allowance fits where it was computed, and is refused only where no useful answer fits", () => {
    fc.assert(fc.property(caps, caps, fc.nat(400), (outer, inner, inputTokens) => {
      const account = openAccount("inner", inner, openAccount("outer", outer))
      const model = { ...cheap, output: 300, price: { input: 0.3, output: 0.7, per: 1_000_000_000 } }
      const allowed = modelAllowance(account, { model, inputTokens })
      if (allowed.ok) {
        expect(allowed.maxOutputTokens).toBeGreaterThanOrEqual(256)
        expect(reserve(account, allowed.amounts)).toBeUndefined()
      } else expect(allowed.refused.refusal.needed).toBeGreaterThan(allowed.refused.refusal.left)
    }), { seed: 22, numRuns: 500 })
  })

  it("opens an account for each budget there is", () => {
    const run = openAccount("run", capsOf({ dollars: 0.5, tokens: 200_000 }))
    expect(run.caps).toEqual({ nanoDollars: 500_000_000, tokens: 200_000 })
    expect(openAccounts({ name: "step", parameters: {}, places: [{}, {}], parent: run })).toBe(run)
    expect(openAccounts({ name: "step", parameters: {}, places: [{ budget: { turns: 1 } }, {}, { budget: { calls: 2 } }], parent: run })).toMatchObject({ caps: { calls: 2 }, parent: { caps: { turns: 1 }, parent: { name: "run" } } })
  })

  it("property: whole runs with parallel agents stay inside the run's budget at every moment and end with nothing reserved", async () => {
    const outcome = fc.record({
      kind: fc.constantFrom("ok", "ok", "invalid", "tool", "unavailable", "unknown", "interrupted", "no usage"),
      afterMs: fc.nat(50), used: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    await fc.assert(fc.asyncProperty(
      fc.array(outcome, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 500, max: 6_000 }), fc.integer({ min: 1, max: 9 }),
      async (script, atATime, tokens, turns) => {
        const helper = testAgent("Helper", { tools: [testTool("look")], budget: { tokens: 4_000, turns: 5 }, policy: { retry: { times: 1, jitter: true } } })
        const body = workflow({ name: "W", parameters: objectSchema, result: anything, budget: { tokens, turns, calls: 3, dollars: 0.01 } }, function* (run) {
          return yield* run.eachResult("all", [0, 1, 2, 3], { atATime }, function* (inner) { return yield* inner.call(helper, {}) })
        })
        let position = 0
        let charged = 0
        const played = await play(body, {}, (name, input) => {
          const { kind, afterMs, used } = script[position++ % script.length] as { kind: string; afterMs: number; used: number }
          if (name === "look") return { envelope: { ok: true, value: 1 }, afterMs }
          const { allowance, maxOutputTokens } = (input.parameters as { allowance: Amounts; maxOutputTokens: number })
          const inputMax = allowance.tokens - maxOutputTokens
          const usage = { inputTokens: Math.floor(inputMax * used), outputTokens: Math.floor(maxOutputTokens * used) }
          const failures: Record<string, Envelope> = {
            unavailable: { ok: false, kind: "unavailable", message: "" },
            unknown: { ok: false, kind: "timeout", message: "", maybeDone: true },
            interrupted: { ok: false, kind: "interrupted", message: "" },
          }
          const isFree = kind === "unavailable"
          const isInFull = kind === "unknown" || kind === "interrupted" || kind === "no usage"
          charged += isFree ? 0 : isInFull ? allowance.tokens : usage.inputTokens + usage.outputTokens
          const value = kind === "tool"
            ? { finishReason: "tool_calls", toolCalls: [{ id: "1", name: "look", arguments: {} }] }
            : kind === "invalid" ? { finishReason: "stop", problems: ["no"] } : { finishReason: "stop", answer: { value: 1 } }
          return { afterMs, envelope: failures[kind] ?? { ok: true, value, ...(kind === "no usage" ? {} : { usage }) } }
        })
        for (const { spent, reserved, budget } of played.statuses) {
          for (const unit of units) expect(spent[unit] + reserved[unit]).toBeLessThanOrEqual(budget?.[unit] ?? Infinity)
        }
        expect(played.statuses.at(-1)?.reserved).toEqual(noAmounts)
        expect(played.statuses.at(-1)?.spent.tokens).toBe(charged)
      },
    ), { seed: 23, numRuns: 150 })
  })
})

describe("arithmetic", () => {
  it("prices exactly and against the caller", () => {
    const price = { input: 0.15, output: 0.6, per: 1_000_000 }
    expect(costNanoDollars(price, 1_000_000, 1_000_000)).toBe(750_000_000)
    expect(costNanoDollars({ input: 0.0375, output: 0, per: 1_000_000 }, 1, 0)).toBe(38)
    fc.assert(fc.property(fc.nat(1e6), fc.nat(1e9), (input, available) => {
      const output = affordableOutputTokens(price, input, available)
      if (output > 0) expect(costNanoDollars(price, input, output)).toBeLessThanOrEqual(available)
      if (costNanoDollars(price, input, 0) <= available) expect(costNanoDollars(price, input, output + 1)).toBeGreaterThan(available)
    }), { seed: 24 })
    expect([formatDollars(500_000_000), formatDollars(12_345_678), formatDollars(123_456_789)]).toEqual(["$0.50", "$0.012346", "$0.1235"])
  })

  it("reads and writes durations", () => {
    expect([durationMs("1h30m"), durationMs("250ms"), durationMs(7), durationMs("2d"), durationMs("1.5s")]).toEqual([5_400_000, 250, 7, 172_800_000, 1_500])
    expect(() => durationMs("soon")).toThrow("not a duration")
    fc.assert(fc.property(fc.nat(1e10), (ms) => { expect(durationMs(formatDuration(ms))).toBe(ms) }), { seed: 25 })
  })

  it("property: a wait is never longer than the maximum and the kinds and times are kept", () => {
    const retry = fc.record({ times: fc.integer({ min: 0, max: 9 }), jitter: fc.boolean(), factor: fc.constantFrom(1, 2, 3) })
    fc.assert(fc.property(retry, fc.nat(12), fc.string(), (clause, retriesUsed, step) => {
      const plan = retryPlan({ ...clause, backoff: { first: "1s", max: "30s" } })
      const failed = { kind: "network", retriesUsed, step, attempt: retriesUsed + 1 }
      const delay = nextRetryMs(plan, failed)
      expect(delay === undefined).toBe(retriesUsed >= clause.times)
      if (delay !== undefined) expect(delay).toBeLessThanOrEqual(30_000)
      expect(nextRetryMs(plan, failed)).toBe(delay)
    }), { seed: 26 })
  })

  it("property: hashes as SHA-256 does, and measures UTF-8", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (value) => {
      expect(sha256Hex(value)).toBe(createHash("sha256").update(value).digest("hex"))
      expect(utf8Length(value)).toBe(Buffer.byteLength(value))
    }), { seed: 27, numRuns: 300 })
  })

  it("makes keys that tell steps, starts and runs apart", () => {
    const source = { runId: "r", start: 1, step: "W/a" }
    const keys = [source, { ...source, start: 2 }, { ...source, step: "W/b" }, { ...source, runId: "s" }].map(idempotencyKey)
    expect(new Set(keys).size).toBe(4)
    expect(idempotencyKey(source)).toBe(keys[0])
  })

  it("keeps the record of a failure through the message, also behind a parent's words", () => {
    const failure = { v: 1, kind: "timeout", message: "two\nlines", undone: ["a"], undoFailed: [], undoUnknown: [] } as const
    const error = new RunFailed(failure)
    expect(parseRunFailure(error.message)).toEqual(failure)
    expect(parseRunFailure(`p: Sub-orchestration task #3 failed: ${error.message}`)).toEqual(failure)
    expect(parseRunFailure("plain words")).toBeUndefined()
    expect(parseRunFailure("{\"v\":2}")).toBeUndefined()
  })

  it("has the list built-ins", () => {
    expect(list.chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(list.distinct([{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 2 }])).toEqual([{ a: 1, b: 2 }, { a: 2 }])
    expect(list.sortBy(["b", "a", "C"], (item) => item)).toEqual(["C", "a", "b"])
    expect(list.groupBy([1, 2, 3], (item) => item % 2)).toEqual({ 1: [1, 3], 0: [2] })
    expect([list.sum([1, 2]), list.take([1, 2, 3], 2), list.flat([[1], [2]]), list.join(["a", 1], "-")]).toEqual([3, [1, 2], [1, 2], "a-1"])
    expect([text("x"), text({ a: 1 }), text(null)]).toEqual(["x", "{\"a\":1}", "null"])
  })
})
