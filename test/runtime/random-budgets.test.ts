// Random programs with budgets inside budgets: an auditor outside adds up what was sent, and no cap is ever passed.

import fc from "fast-check"
import { expect, it } from "vitest"
import type { Amounts, Budget, Envelope, Flow, Run } from "../../runtime/contract.ts"
import { catches, caught } from "../../runtime/errors.ts"
import { capsOf, modelAmounts, noAmounts } from "../../runtime/policy/budget.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, cheap, objectSchema, testAgent, testTool } from "../harness/callables.ts"
import type { Fields } from "../harness/callables.ts"
import { play, startTime } from "../harness/fake-context.ts"
import type { Played } from "../harness/fake-context.ts"
import { failed, flow } from "../harness/flows.ts"

type Node =
  | { readonly do: "ask" | "use" }
  | { readonly do: "sequence" | "parallel" | "race" | "try" | "each" | "child"; readonly parts: readonly Node[] }
  | { readonly do: "within"; readonly parts: readonly Node[]; readonly budget: Budget }

const units = ["tokens", "nanoDollars", "turns", "calls"] as const
const budget = fc.record({
  tokens: fc.integer({ min: 500, max: 6_000 }), dollars: fc.integer({ min: 1, max: 12 }).map((milli) => milli / 1_000),
  turns: fc.integer({ min: 1, max: 6 }), calls: fc.integer({ min: 1, max: 5 }),
}, { requiredKeys: [] }) as fc.Arbitrary<Budget>
const program = fc.letrec<{ node: Node }>((tie) => {
  const parts = fc.array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "budgets" })
  return {
    node: fc.oneof({ depthSize: "small", depthIdentifier: "budgets", maxDepth: 4 },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("ask" as const, "ask" as const, "use" as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("sequence" as const, "parallel" as const, "race" as const, "try" as const, "each" as const, "child" as const), parts }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("within" as const), parts, budget }) }),
  }
}).node
const outcome = fc.record({
  kind: fc.constantFrom("ok", "ok", "ok", "tool", "invalid", "unavailable", "unknown", "interrupted", "no usage"),
  afterMs: fc.nat(60), used: fc.double({ min: 0, max: 1, noNaN: true }),
})

const look = testTool("look", { effect: "reads", policy: { retry: { times: 1, backoff: { first: "5ms" } } } })
const ownBudget: Budget = { tokens: 4_500, turns: 4 }
const helper = testAgent("Helper", { tools: [look], budget: ownBudget, policy: { retry: { times: 1, backoff: { first: "5ms" } } } })
const childBudget: Budget = { tokens: 5_000, calls: 3 }

/** Names of blocks tell their budget, so that the auditor knows it from any path. */
function perform(run: Run, node: Node): Flow<unknown> {
  switch (node.do) {
    case "ask": return run.call(helper, {})
    case "use": return run.call(look, {})
    case "sequence": return all(run, node.parts)
    case "parallel": return run.parallel("parallel", branches(node.parts))
    case "race": return run.race("race", branches(node.parts))
    case "each": return run.each("each", node.parts, { atATime: 2, failures: "skip" }, perform)
    case "child": return run.call(child, { parts: node.parts })
    case "within": return run.within(`within:${encodeURIComponent(JSON.stringify(node.budget))}`, { budget: node.budget }, (inner) => all(inner, node.parts))
    case "try": return tried(run, node.parts)
  }
}

function* all(run: Run, nodes: readonly Node[]): Flow<void> {
  for (const node of nodes) yield* perform(run, node)
}

function* tried(run: Run, nodes: readonly Node[]): Flow<unknown> {
  try {
    return yield* all(run, nodes)
  } catch (thrown) {
    if (!catches(caught(thrown), "budget_exceeded") && !catches(caught(thrown))) throw thrown
    return "caught"
  }
}

function branches(parts: readonly Node[]): Record<string, (run: Run) => Flow<unknown>> {
  return Object.fromEntries(parts.map((part, index) => [`b${index}`, (run: Run) => perform(run, part)]))
}

const child = workflow({ name: "Child", parameters: objectSchema, result: anything, budget: childBudget },
  function* (run, { parts }: Fields) { yield* all(run, parts as Node[]) })

/** One attempt as it was sent: what it may have used until it ended, and what it was charged then. */
interface Sent {
  readonly accounts: readonly string[]
  readonly at: number
  readonly endedAt: number
  readonly allowance: Amounts
  readonly charged: Amounts
}

const withinSegment = /^within:([^#]*)/

/** The accounts that enclose a step: prefixes of its path that end in a block or a call with a budget, and the run. */
function accountsOf(run: string, step: string): readonly string[] {
  const segments = step.split("/")
  const prefixes = segments.flatMap((segment, index) => (withinSegment.test(segment) || /^Helper(#|$)/.test(segment) ? [segments.slice(0, index + 1).join("/")] : []))
  return ["everything", run, ...prefixes.map((prefix) => `${run} ${prefix}`)]
}

function budgetOf(account: string, root: Budget): Budget {
  if (account === "everything" || account === "run-1") return root
  const last = account.split("/").at(-1) ?? ""
  const block = withinSegment.exec(last)?.[1]
  if (block !== undefined) return JSON.parse(decodeURIComponent(block)) as Budget
  return /^Helper(#|$)/.test(last) ? ownBudget : childBudget
}

function audit(sent: readonly Sent[], root: Budget): void {
  const moments = [...new Set(sent.flatMap(({ at, endedAt }) => [at, endedAt]))]
  for (const account of new Set(sent.flatMap(({ accounts }) => accounts))) {
    const caps = capsOf(budgetOf(account, root))
    const own = sent.filter(({ accounts }) => accounts.includes(account))
    for (const moment of moments) {
      for (const unit of units) {
        const sums = own.map(({ at, endedAt, allowance, charged }) => (moment < at ? 0 : moment < endedAt ? allowance[unit] : charged[unit]))
        expect(sums.reduce((left, right) => left + right, 0), `${account} ${unit} at ${moment - startTime}`).toBeLessThanOrEqual(caps[unit] ?? Infinity)
      }
    }
  }
}

async function playProgram(node: Node, root: Budget, script: readonly { kind: string; afterMs: number; used: number }[], cancelAt: number | undefined): Promise<{ played: Played; sent: Sent[] }> {
  const sent: Sent[] = []
  let position = 0
  const played = await play(flow((run) => perform(run, node), { budget: root }), {}, (name, input, at, run) => {
    const { kind, afterMs, used } = script[position++ % script.length] as (typeof script)[number]
    const isModel = name === "Helper"
    const { allowance = { ...noAmounts, calls: 1 }, maxOutputTokens = 0 } = (isModel ? input.parameters : {}) as { allowance?: Amounts; maxOutputTokens?: number }
    const usage = { inputTokens: Math.floor((allowance.tokens - maxOutputTokens) * used), outputTokens: Math.floor(maxOutputTokens * used) }
    const failures: Record<string, Envelope> = {
      unavailable: failed("unavailable"), unknown: failed("timeout", { maybeDone: true }), interrupted: failed("interrupted"),
    }
    const failure = isModel || kind !== "interrupted" ? failures[kind] : undefined
    const inFull = kind === "unknown" || kind === "interrupted" || kind === "no usage"
    const charged = !isModel || inFull ? allowance : kind === "unavailable" ? noAmounts : modelAmounts(cheap, usage.inputTokens, usage.outputTokens)
    sent.push({ accounts: accountsOf(run, input.step), at, endedAt: at + afterMs, allowance, charged })
    if (failure !== undefined) return { afterMs, envelope: failure }
    const value = kind === "tool"
      ? { finishReason: "tool_calls", toolCalls: [{ id: "1", name: "look", arguments: {} }, { id: "2", name: "look", arguments: {} }] }
      : kind === "invalid" ? { finishReason: "stop", problems: ["no"] } : { finishReason: "stop", answer: { value: 1 } }
    return { afterMs, envelope: { ok: true, value: isModel ? value : 1, ...(isModel && !inFull ? { usage } : {}) } }
  }, { workflows: [child], ...(cancelAt === undefined ? {} : { raise: [{ name: "agentflow.cancel", payload: {}, at: cancelAt }] }) })
  return { played, sent }
}

it("property: at no moment does what is spent and reserved pass a cap that encloses it, whatever fails and whenever", { timeout: 240_000 }, async () => {
  let refusals = 0
  await fc.assert(fc.asyncProperty(
    program, budget, fc.array(outcome, { minLength: 1, maxLength: 14 }), fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
    async (node, root, script, cancelAt) => {
      const { played, sent } = await playProgram(node, root, script, cancelAt)
      audit(sent, root)
      for (const { spent, reserved, budget: shown } of played.statuses) {
        for (const unit of units) expect(spent[unit] + reserved[unit]).toBeLessThanOrEqual(shown?.[unit] ?? Infinity)
      }
      const last = played.statuses.at(-1)
      expect(last?.reserved).toEqual(noAmounts)
      for (const unit of units) expect(last?.spent[unit]).toBe(sent.reduce((sum, { charged }) => sum + charged[unit], 0))
      // Only what the script makes fail may fail; a mistake of the ledger's own would be `internal`.
      expect([played.failure, ...played.children.map(({ failure }) => failure)].filter((failure) => failure?.kind === "internal")).toEqual([])
      if (played.failure?.kind === "budget_exceeded") refusals += 1
    },
  ), { seed: 74, numRuns: 300 })
  // The programs meet their caps often enough for the property to mean something.
  expect(refusals).toBeGreaterThan(30)
})
