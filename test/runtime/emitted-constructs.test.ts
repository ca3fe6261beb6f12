// The further constructs as the emitter writes them: types flow without a note, and a whole program of them runs.

import { describe, expect, it } from "vitest"
import {
  agent, catches, caught, defineSchema, event, human, model, setting, tool, workflow,
} from "../../runtime/index.ts"
import type { Agent, Callable, RaceResult, Run, Schema, Workflow } from "../../runtime/index.ts"
import { play } from "../harness/fake-context.ts"

interface Order { id: string; amount: number }
interface Receipt { receipt: string }
const Verdict = { yes: "yes", no: "no" } as const
type Verdict = (typeof Verdict)[keyof typeof Verdict]

const schema = <T>(): Schema<T> => defineSchema<T>(true, () => true)
const fast = model({ name: "fast", provider: "openai", id: "m", price: { input: 1, output: 2, per: 1_000_000 }, context: 100_000, output: 1_000 })
const small = model({ ...fast, name: "small", id: "s" })
const currency = setting({ name: "currency", schema: schema<string>(), default: "EUR" })
const Paid = event({ name: "Paid", schema: schema<{ orderId: string }>() })

const confirm = human({
  name: "confirm", parameters: schema<{ amount: number }>(), result: schema<Verdict>(), ask: ({ amount }, settings) => `Pay ${amount} ${settings(currency)}?`,
  announce: { topic: "approvals" }, policy: { timeout: "1h" },
})
const refund = tool({ name: "refund", parameters: schema<{ receipt: string }>(), result: schema<null>(), effect: "writes", idempotent: true, run: () => null })
const charge = tool({
  name: "charge", parameters: schema<Order>(), result: schema<Receipt>(), effect: "writes", idempotent: true,
  policy: { limit: { rate: { times: 10, per: "1m" }, atOnce: 3 } },
  approve: {
    when: ({ amount }) => amount > 100,
    *ask(run, { amount }) {
      return (yield* run.call(confirm, { amount })) === Verdict.yes
    },
  },
  compensate: (undo, _parameters, result) => undo.call(refund, { receipt: result.receipt }),
  run: ({ id }) => ({ receipt: `r-${id}` }),
})
const rate = tool({
  name: "rate", parameters: schema<{ amount: number }>(), result: schema<number>(), effect: "reads",
  policy: { cache: { for: "1h", by: ({ amount }) => [amount] }, overBudget: { *return(run, { amount }) { run.log(`no rate for ${amount}`); return 1 } }, budget: { calls: 1 } },
  run: () => 2,
})
const Billing: Agent<{ order: string }, string> = agent({
  name: "Billing", parameters: schema<{ order: string }>(), result: schema<string>(), models: [{ model: fast }], tools: () => [charge, confirm, Quote],
  instructions: (_parameters, settings) => `In ${settings(currency)}.`, prompt: ({ order }) => `Bill ${order}.`, handoffs: () => [Support],
  memory: { by: ({ order }) => order, keep: 10 }, budget: { tokens: 50_000 }, overBudget: { use: small },
})
const Support: Agent<{ order: string }, string> = agent({
  name: "Support", parameters: schema<{ order: string }>(), result: schema<string>(), models: [{ model: fast }], prompt: ({ order }) => `Help with ${order}.`,
  history: ({ order }) => [{ role: "user", content: order }], handoffs: () => [Billing],
})
const Quote: Workflow<{ amount: number }, number> = workflow({
  name: "Quote", parameters: schema<{ amount: number }>(), result: schema<number>(), settings: [currency], budget: { calls: 5 },
}, function* (run, { amount }) {
  const factor = yield* run.call(rate, { amount })
  return amount * factor
})

const Order = workflow({
  name: "Order", parameters: schema<{ order: Order; round: number }>(), result: schema<string>(), settings: [currency], undos: () => [refund],
  budget: { calls: 50 }, overBudget: { *ask(run, { order }) { return (yield* run.call(confirm, { amount: order.amount })) === Verdict.yes } },
  deadLetter: { topic: "orders.failed" }, triggers: [{ on: "topic", topic: "orders" }, { on: "http", method: "POST", path: "/orders" }],
  concurrency: { atMost: 5, by: ({ order }) => order.id, whenFull: "queue" },
}, function* (run, { order, round }) {
  const { a, b } = yield* run.parallel("parallel", {
    a: function* (run) {
      return yield* run.call(Quote, { amount: order.amount }, { budget: { calls: 3 }, retry: { times: 1 } })
    },
    b: function* (run) {
      const receipt = yield* run.call(charge, order)
      return receipt.receipt
    },
  })
  let total: number = a
  for (const round of run.loop("while", { atMost: 10, while: () => total < 100 })) {
    total += yield* round.call(rate, { amount: total })
  }
  const first = yield* run.race("race", {
    paid: function* (run) {
      return yield* run.waitFor(Paid, { by: ({ orderId }) => orderId === order.id, timeout: "2d" })
    },
    late: function* (run) {
      yield* run.sleep("1d")
      return null
    },
  })
  switch (first.winner) {
    case "late":
      return run.finish("late")
    case "paid":
      run.log(first.value.orderId)
      break
  }
  const note = yield* run.within("within", { budget: { calls: 1 }, overBudget: { *return() { return null } }, deadline: "5m" }, function* (run) {
    return yield* run.saga("saga", function* (run) {
      return yield* run.call(rate, { amount: 1 })
    })
  })
  try {
    yield* run.publish(Paid, { orderId: order.id }, { topic: "payments" })
  } catch (thrown) {
    const e = caught(thrown)
    if (!catches(e)) throw e
  }
  if (round < 2) return run.continueAsNew({ order, round: round + 1 })
  return `${run.setting(currency)} ${b} ${note ?? 0} ${total}`
})
const callables: readonly Callable[] = [charge, refund, rate, confirm, Billing, Support, Quote, Order]

describe("emitted constructs", () => {
  it("type-check as written", () => {
    const typed = (first: RaceResult<{ a: (run: Run) => Generator<never, number, void>; b: (run: Run) => Generator<never, string, void> }>): number =>
      first.winner === "a" ? first.value : first.value.length
    expect(typed({ winner: "b", value: "four" })).toBe(4)
    expect(callables.map(({ kind }) => kind)).toEqual(["tool", "tool", "tool", "human", "agent", "agent", "workflow", "workflow"])
  })

  it("run", async () => {
    const played = await play(Order, { order: { id: "o1", amount: 98 }, round: 1 }, (name, input) => {
      const { id = "" } = input.parameters as { id?: string }
      if (name === "agentflow.settings") return { ok: true, value: { currency: "USD" } }
      if (name === "agentflow.cache") return { ok: true, value: null }
      if (name === "charge") return { ok: true, value: { receipt: `r-${id}` } }
      return { ok: true, value: name === "rate" ? 1 : null }
    }, { workflows: [Quote as unknown as Workflow], raise: [1, 2].map((n) => ({ name: "paid", payload: { orderId: "o1" }, at: n * 50_000 })) })
    expect(played.failure).toBeUndefined()
    expect(played.output).toBe("USD r-o1 1 100")
    expect(played.generations).toBe(2)
  })
})
