// On every run, however hostile the world: what was used is within the bound.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { analysisOf, boundOf } from "../../compiler/cost/bound.ts"
import { requestOf } from "../../compiler/cost/request.ts"
import { parametersOf } from "../../compiler/cost/run.ts"
import { never } from "../../compiler/cost/shape.ts"
import type { Amounts, Unit } from "../../compiler/cost/types.ts"
import { unitInterval } from "../../runtime/policy/hash.ts"
import { play } from "../harness/fake-context.ts"
import type { Played } from "../harness/fake-context.ts"
import type { ModelTurnInput } from "../../runtime/wire.ts"
import { planOf } from "./compile.ts"
import { workflowOf } from "./interpret.ts"
import { program } from "./programs.ts"
import { hostileWorld, textOf, valueOfSchema } from "./world.ts"

type Used = { readonly [Each in Exclude<Unit, "timeMs" | "waitMs">]: number } & { readonly elapsedMs: number }

function usedBy(played: Played, toolNames: readonly string[]): Used {
  const { tokens, nanoDollars, turns } = played.statuses.at(-1)!.spent
  return {
    tokens, nanoDollars, turns,
    calls: played.activities.filter(({ name }) => toolNames.includes(name)).length,
    steps: new Set(played.activities.map(({ step }) => step)).size,
    elapsedMs: played.elapsedMs,
  }
}

/** What one more order of a person adds, whichever step it is about. */
function allOrders(steps: readonly { readonly eachOrder?: Amounts }[], unit: Unit, orders: number): number {
  const each = Math.max(0, ...steps.map(({ eachOrder }) => (eachOrder === undefined ? 0 : valueOf(eachOrder, unit))))
  return orders * each
}

function valueOf(amounts: Amounts, unit: Unit): number {
  const bound = amounts[unit]
  return bound.kind === "bounded" ? bound.value : Infinity
}

describe("the bound", () => {
  it("is never exceeded by a run", async () => {
    const seen = { runs: 0, bounded: 0, failed: 0, turns: 0 }
    await fc.assert(fc.asyncProperty(program, fc.integer({ min: 0, max: 1e6 }), async (text, seed) => {
      const plan = planOf(text)
      const cost = boundOf(plan).workflows[0]!
      const world = hostileWorld(plan, seed)
      const draw = (what: string): number => unitInterval(`${seed}:input:${what}`)
      const many = Array.from({ length: Math.floor(draw("many") * 4) }, (_, index) => ({
        name: textOf(4, draw, `name${index}`), note: textOf(3, draw, `note${index}`), score: -1.2345678901234567e-300, kind: "yes",
      }))
      const input = { topic: textOf(5, draw, "topic"), many }
      const played = await play(workflowOf(plan, "Main"), input, world.script, { eventsMax: 6_000 })
      const used = usedBy(played, plan.tools.map(({ name }) => name))
      for (const unit of ["tokens", "nanoDollars", "turns", "calls", "steps"] as const) {
        const most = valueOf(cost.total, unit) + allOrders(cost.steps, unit, world.orders.length)
        expect(used[unit], `${unit} of\n${text}`).toBeLessThanOrEqual(most)
        if (most < Infinity) seen.bounded += 1
      }
      const timeMax = valueOf(cost.total, "timeMs") + valueOf(cost.total, "waitMs")
        + allOrders(cost.steps, "timeMs", world.orders.length) + allOrders(cost.steps, "waitMs", world.orders.length)
      expect(used.elapsedMs, `time of\n${text}`).toBeLessThanOrEqual(timeMax)
      seen.runs += 1
      seen.failed += played.failure === undefined ? 0 : 1
      seen.turns += used.turns
    }), { seed: 20_260, numRuns: Number(process.env["COST_RUNS"] ?? 120) })
    // The property says something only where there are bounds, and runs that do something.
    expect(seen.bounded).toBeGreaterThan(3 * seen.runs)
    expect(seen.turns).toBeGreaterThan(seen.runs)
    expect(seen.failed).toBeGreaterThan(0)
    expect(seen.failed).toBeLessThan(seen.runs)
  })
  it("of a request is never exceeded by the request that is sent, and is reached", async () => {
    let closest = 0
    const field = fc.constantFrom(
      "string @maxLength(3)", "Verdict", "bool", "number", "Small", "Small[] @maxItems(2)",
    )
    await fc.assert(fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 3 }), fc.integer(), async (types, seed) => {
      const parameters = types.map((type, index) => `p${index}: ${type}`).join(", ")
      const plan = planOf(`
model cheap = openai("c") { price $1 in, $2 out per 1M tokens   context 8k   output 300 }
type Small { "quoted \\" key": string @maxLength(2)   flag: bool   note: string @maxLength(2)? }
enum Verdict { yes, no }
/// Takes “them” all.
agent Reader(${parameters}): Small {
  model cheap
  instructions "Be \\"careful\\" – always."
  prompt "Read ${types.map((_, index) => `{p${index}}`).join(" and ")}."
}
workflow Main(${parameters}): Small { return Reader(${types.map((_, index) => `p${index}`).join(", ")}) }
`)
      const main = plan.workflows[0]!
      const { opening } = requestOf(analysisOf(plan), plan.agents[0]!, parametersOf(analysisOf(plan), main), never)
      const input = valueOfSchema(plan, main.parametersSchema, seed)
      const played = await play(workflowOf(plan, "Main"), input, () => ({ ok: false, kind: "denied", message: "no" }))
      const { allowance, maxOutputTokens } = (played.activities[0] as unknown as ModelTurnInput).parameters
      const sent = allowance.tokens - maxOutputTokens
      const most = opening.kind === "bounded" ? opening.value : 0
      expect(sent).toBeLessThanOrEqual(most)
      closest = Math.max(closest, sent / most)
    }), { seed: 20_260, numRuns: 60 })
    expect(closest).toBeGreaterThan(0.9)
  })
})
