// Runs on the simulator: what is deployed, with retries, undo, budgets, people, crashes and lost messages, in virtual time.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import { plan } from "../../compiler/index.ts"
import { loadProgram, openSimulation, simulate } from "../../simulator/index.ts"
import type { Program, World } from "../../simulator/index.ts"

async function programOf(text: string): Promise<Program> {
  const { value, diagnostics } = plan([{ path: "input.agentflow", text, version: 1 }])
  if (value === null) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"))
  return loadProgram(simulationOf(value))
}

const dailyBrief = await programOf(readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8"))

const run = (world: Partial<World>) => simulate({ program: dailyBrief, world, workflow: "DailyBrief", parameters: { topic: "AI" } })

const order = await programOf(`
type Payment { id: string }
event Paid { orderId: string }
tool reserve(item: string): Payment = POST "https://shop.test/reserve" { writes idempotent retry 2 times compensate release(result.id) }
tool release(id: string) = POST "https://shop.test/release" { writes idempotent }
tool charge(item: string) = POST "https://pay.test/charge" { writes retry never irreversible "money moves" }
workflow Order(item: string): string {
  dead letter "orders.failed"
  reserve(item)
  let paid = wait for Paid by orderId == item timeout 2d
  charge(item)
  return paid.orderId
}
`)

const stocked = await programOf(`
error OutOfStock { sku: string   left: int }
tool stock(sku: string): int = GET "https://shop.test/stock/{sku}" { reads   retry never   fails OutOfStock }
workflow Main(sku: string): int {
  dead letter "stock.failed"
  return try { stock(sku) } catch OutOfStock as e { e.data.left - e.data.sku.length - 1 }
}
`)

const asking = await programOf(`
human approve(text: string): bool { ask "Publish {text}?"   timeout 2d }
workflow Main(texts: string[]): int {
  dead letter "asking.failed"
  let answers = for text in texts, 64 at a time { approve(text) }
  return answers.filter(each => each).length
}
`)

describe("a run on the simulator", () => {
  it("asks many people at once, the same way each time", async () => {
    const texts = Array.from({ length: 64 }, (_, index) => `text ${index}`)
    const once = () => simulate({ program: asking, world: {}, workflow: "Main", parameters: { texts } })
    const [first, ...others] = await Promise.all([once(), once(), once()])
    expect(first!.outcome).toMatchObject({ status: "completed" })
    expect(first!.simulation.outside().calls).toHaveLength(64)
    for (const other of others) expect(other.simulation.trace()).toEqual(first!.simulation.trace())
  })

  it("meets a declared error with data of its type", async () => {
    const at = (world: Partial<World>) => simulate({ program: stocked, world, workflow: "Main", parameters: { sku: "a" } })
    expect((await at({ given: { stock: [{ action: "fails", kind: "OutOfStock" }] } })).outcome).toMatchObject({ status: "completed", result: -1 })
    expect((await at({ given: { stock: [{ action: "fails", kind: "OutOfStock", data: { sku: "a", left: 5 } }] } })).outcome).toMatchObject({ status: "completed", result: 3 })
  })

  it("ends with what the callables give, in virtual time", async () => {
    const { outcome, end, simulation } = await run({})
    expect(end).toEqual({ kind: "ended" })
    expect(outcome).toMatchObject({ status: "completed", result: { headline: "", points: ["", "", ""], sources: [""] } })
    expect(outcome.elapsedMs).toBe(63_300)
    expect(simulation.outside().effects.map(({ callable }) => callable)).toEqual(["postToSlack", "saveToNotion"])
  })

  it("retries what is given to fail, and waits between the attempts", async () => {
    const { outcome, simulation } = await run({ given: { fetchSource: [{ action: "fails", kind: "rate_limited", times: 2 }, { action: "returns" }] } })
    expect(outcome.status).toBe("completed")
    expect(simulation.outside().calls.filter(({ callable }) => callable === "fetchSource").map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  it("takes the fallback of a person who never answers", async () => {
    const { outcome, simulation } = await run({ given: { approve: [{ action: "returns", instead: "silence" }] } })
    expect(outcome.status).toBe("completed")
    expect(outcome.elapsedMs).toBeGreaterThanOrEqual(86_400_000)
    expect(simulation.outside().effects).toEqual([])
  })

  it("undoes, tells the dead letter and says why when no event comes", async () => {
    const { outcome, simulation } = await simulate({ program: order, workflow: "Order", parameters: { item: "o-1" } })
    expect(outcome).toMatchObject({ status: "failed", failure: { kind: "timeout", undone: ["Order/reserve"] } })
    expect(simulation.outside().deadLetters).toMatchObject([{ workflow: "Order", failure: { kind: "timeout" } }])
    expect(simulation.outside().effects.map(({ callable }) => callable)).toEqual(["reserve", "release"])
  })

  it("goes on with an event that is sent, and lets time pass only as asked", async () => {
    const simulation = openSimulation({ program: order })
    const id = simulation.start("Order", { item: "o-1" })
    await simulation.settle()
    expect(simulation.outcome(id).status).toBe("running")
    expect(simulation.state().runs[id]?.waiting).toMatchObject([{ for: "event" }])
    await simulation.advance(86_400_000)
    simulation.raise(id, "Paid", { orderId: "o-2" })
    simulation.raise(id, "Paid", { orderId: "o-1" })
    expect(await simulation.finish()).toEqual({ kind: "ended" })
    expect(simulation.outcome(id)).toMatchObject({ status: "completed", result: "o-1" })
  })

  it("keeps in each entry of the trace the state that stood then", async () => {
    const { simulation } = await simulate({ program: order, workflow: "Order", parameters: { item: "o-1" } })
    const { events } = simulation.trace()
    const stacks = events.map(({ state }) => (state.runs["run"]?.undo ?? []).map(({ step }) => step).join())
    expect(stacks.filter((stack, index) => stack !== stacks[index - 1])).toEqual(["", "Order/reserve", ""])
    const waiting = events.find(({ state }) => state.runs["run"]?.waiting.length === 1)
    expect(waiting?.state.runs["run"]?.position).toEqual(["Order/Paid"])
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    expect(events.map(({ index }) => index)).toEqual(events.map((_, index) => index))
  })

  it("survives a crash at every boundary, and does each effect once", async () => {
    const undisturbed = await run({})
    const { boundaries } = undisturbed.simulation
    expect(boundaries.length).toBeGreaterThan(40)
    for (const { index, kind, of } of boundaries) {
      const { outcome, simulation } = await run({ faults: [{ kind: "crash", boundary: index }] })
      const at = `${index}: ${kind} ${of}`
      expect(simulation.state().crashes, at).toBe(1)
      expect(outcome, at).toMatchObject({ status: "completed", result: undisturbed.outcome.result })
      expect(simulation.outside().effects.map(({ callable }) => callable), at).toEqual(["postToSlack", "saveToNotion"])
    }
  })

  it("fails with outcome_unknown, and does not send again, where a crash cut off a write that is not idempotent", async () => {
    const world = { faults: [{ kind: "crashAt", callable: "charge", point: "during", nth: 1 }] } as const
    const simulation = openSimulation({ program: order, world })
    const id = simulation.start("Order", { item: "o-1" })
    simulation.raise(id, "Paid", { orderId: "o-1" })
    await simulation.finish()
    expect(simulation.outcome(id)).toMatchObject({ status: "failed", failure: { kind: "outcome_unknown", undone: ["Order/reserve"] } })
    expect(simulation.outside().effects.filter(({ callable }) => callable === "charge")).toMatchObject([{ arrivals: 1 }])
  })

  it.each(["drop", "duplicate", "delay"] as const)("is the same when any one message is lost, doubled or late: %s", async (kind) => {
    const undisturbed = await run({})
    for (let message = 0; message < undisturbed.simulation.messages(); message++) {
      const fault = kind === "delay" ? { kind, message, byMs: 5_000 } : { kind, message }
      const { outcome, simulation } = await run({ faults: [fault] })
      expect(outcome, `${kind} ${message}`).toMatchObject({ status: "completed", result: undisturbed.outcome.result })
      expect(simulation.outside().effects.map(({ callable }) => callable), `${kind} ${message}`).toEqual(["postToSlack", "saveToNotion"])
    }
  })

  it("is the same every time for a seed", async () => {
    const given = { Researcher: [{ action: "returns" as const, value: ["https://a.test", "https://b.test", "https://c.test"] }] }
    const [one, again, other] = [await run({ seed: 3, given }), await run({ seed: 3, given }), await run({ seed: 4, given })]
    expect(again.simulation.trace()).toEqual(one.simulation.trace())
    expect(other.outcome.elapsedMs).not.toBe(one.outcome.elapsedMs)
  })

  it("says what is missing when nothing would ever happen again, and stops a run without an end", async () => {
    const stuck = await programOf(`event Paid { id: string }\nworkflow W(): string {\n  let paid = wait for Paid\n  return paid.id\n}`)
    expect((await simulate({ program: stuck, workflow: "W", parameters: {} })).end).toMatchObject({ kind: "stuck", waiting: [{ step: "W/Paid", for: "event" }] })
    const endless = await programOf(`workflow W(count: int) {\n  sleep 1m\n  continue as new (count + 1)\n}`)
    expect((await simulate({ program: endless, workflow: "W", parameters: { count: 0 }, world: { eventsMax: 500 } })).end).toEqual({ kind: "stepLimit", limit: 500 })
    expect((await simulate({ program: endless, workflow: "W", parameters: { count: 0 }, world: { timeMsMax: 3_600_000 } })).end).toEqual({ kind: "timeLimit", limitMs: 3_600_000 })
  })
})
