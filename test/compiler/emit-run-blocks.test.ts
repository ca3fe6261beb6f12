// Emitted blocks do what the language says: loops, branches, sagas, waits, other workflows, played on a host in memory.

import { afterAll, describe, expect, it } from "vitest"
import type { ActivityInput } from "../../runtime/contract.ts"
import { play } from "../harness/fake-context.ts"
import { openPrograms, script } from "./played-programs.ts"

const programs = openPrograms()
afterAll(programs.remove)
const { workflowOf } = programs

const names = (activities: readonly { readonly name: string }[]): readonly string[] =>
  activities.map(({ name }) => name).filter((name) => !name.startsWith("agentflow."))

describe("variables and loops", () => {
  it("keep what a loop assigns", async () => {
    const count = await workflowOf("var-and-assign", "Count", "count")
    const texts = ["one two", "one two three", "one"]
    const { output, logs } = await play(count, { pages: [0, 1, 2] }, script({ load: ({ page }: { page: number }) => texts[page] }))
    expect(output).toBe("6 words in 3 pages, one two three")
    expect(logs.map(({ message }) => message)).toEqual(["0: 13 of 13", "1: 13 of 13", "2: 13 of 13"])
  })

  it("go on while the condition holds, and until the last one does", async () => {
    const rounds = await workflowOf("loops-bounded", "Rounds", "rounds")
    const pages = { a: { items: ["x", "y"], next: "b" }, b: { items: ["z"], next: null } }
    const { output, activities } = await play(rounds, { start: "a" }, script({
      fetchPage: ({ cursor }: { cursor: "a" | "b" }) => pages[cursor], check: ({ text }: { text: string }, { step }: ActivityInput) => text === "first++" || step.endsWith("check#2"),
    }))
    expect(output).toEqual(["x", "y", "z"])
    const steps = activities.map(({ step }) => step)
    expect(steps).toContain("Rounds/while[1]/fetchPage")
    expect(steps).toContain("Rounds/repeat[1]/check")
    expect(steps).not.toContain("Rounds/repeat[2]/check")
  })

  it("fail with loop_exhausted when the bound is used up", async () => {
    const rounds = await workflowOf("loops-bounded", "Rounds", "rounds")
    const { failure } = await play(rounds, { start: "a" }, script({ fetchPage: () => ({ items: [], next: "a" }), check: () => false }))
    expect(failure).toMatchObject({ kind: "loop_exhausted" })
  })

  it("give a result for every item", async () => {
    const collect = await workflowOf("collect-failures", "Collect", "collect")
    const { output } = await play(collect, { urls: ["a", "b", "c"] }, script({
      load: ({ url }: { url: string }) => (url === "a" ? "text" : url === "b" ? "" : new Error("not_found")),
    }))
    expect(output).toEqual({ loaded: ["text"], problems: ["nothing there", "load fails"] })
  })
})

describe("branches", () => {
  const answers = (city: { degrees: number }) => script({ forecast: () => city, traffic: () => 3, notify: () => null })

  it("give their names to what follows", async () => {
    const morning = await workflowOf("parallel", "Morning", "morning")
    const { output } = await play(morning, { city: "Rome", quiet: false }, answers({ degrees: 25 }))
    expect(output).toBe("25 3 warm 2")
  })

  it("may end the whole run", async () => {
    const morning = await workflowOf("parallel", "Morning", "morning")
    const { output, activities } = await play(morning, { city: "Rome", quiet: true }, answers({ degrees: 25 }))
    expect(output).toBe("quiet")
    expect(names(activities).filter((name) => name === "notify")).toHaveLength(1)
  })

  it("race, and the winner is told by its name", async () => {
    const buy = await workflowOf("race", "Buy", "buy")
    const run = (quickMs: number, slowMs: number) => play(buy, { item: "pen", id: "7" }, (name) => ({
      envelope: { ok: true, value: name === "quick" ? { price: 5, by: "A" } : [{ price: 4, by: "B" }] }, afterMs: name === "quick" ? quickMs : slowMs,
    }))
    expect((await run(5, 50)).output).toBe("A for $5.00")
    expect((await run(50, 5)).output).toBe("1 quotes")
    const raise = [{ name: "cancelled", payload: { order: "8" }, at: 1 }, { name: "cancelled", payload: { order: "7" }, at: 2 }]
    const cancelled = await play(buy, { item: "pen", id: "7" }, () => ({ envelope: { ok: true, value: [] }, afterMs: 1_000 }), { raise })
    expect(cancelled.output).toBe("cancelled 7")
  })

  it("lie in blocks that lie in branches", async () => {
    const deep = await workflowOf("nested-blocks", "Deep", "deep")
    const lengths = script({ step: ({ name }: { name: string }) => name.length })
    const { output, activities } = await play(deep, { names: ["ab"] }, lengths)
    expect(output).toBe("ab left".length + 2)
    expect(activities.map(({ step }) => step)).toContain("Deep/saga/sums[0]/within/parallel/right/both/one/step")
    expect((await play(deep, { names: ["stop"] }, lengths)).output).toBe(0)
  })
})

describe("sagas", () => {
  const booking = (hotel: unknown) => script({ bookFlight: () => "F1", bookHotel: () => hotel, cancelFlight: () => null, cancelHotel: () => null })

  it("undo what they did and go on behind a catch", async () => {
    const journey = await workflowOf("saga", "Journey", "journey")
    let calls = 0
    const { output, activities, logs } = await play(journey, { to: "Rome" }, script({
      bookFlight: () => "F1", bookHotel: () => (calls++ === 0 ? new Error("conflict") : "H1"), cancelFlight: () => null, cancelHotel: () => null,
    }))
    expect(output).toBe("nothing")
    expect(logs.map(({ message }) => message)).toEqual(["bookHotel fails"])
    expect(names(activities)).toEqual(["bookFlight", "bookHotel", "cancelFlight", "bookHotel"])
  })

  it("undo with the result, when the run fails after all", async () => {
    const journey = await workflowOf("saga", "Journey", "journey")
    const { failure, activities } = await play(journey, { to: "Rome", nights: 8 }, booking("H1"))
    expect(failure).toMatchObject({ kind: "TooLong" })
    expect(activities.filter(({ name }) => name.startsWith("cancel")).map(({ name, parameters }) => [name, parameters])).toEqual([
      ["cancelHotel", { city: "Rome later H1" }], ["cancelHotel", { city: "Rome" }], ["cancelFlight", { booking: "F1" }],
    ])
  })
})

describe("waits and events", () => {
  const order = { order: { id: "7", email: "a@b.test" }, due: "2030-01-01T00:00:01.000Z" }

  it("take the event that fits and publish typed ones", async () => {
    const invoice = await workflowOf("wait-and-sleep", "Invoice", "invoice")
    const paid = (orderId: string, at: number) => ({ name: "paid", payload: { orderId, amount: 12.5 }, at })
    const raise = [paid("8", 100), paid("7", 200), { name: "reminded", payload: { orderId: "7" }, at: 300 }]
    const { output, activities } = await play(invoice, order, script({ sendInvoice: () => null }), { raise })
    expect(output).toBe(12.5)
    const published = activities.filter(({ name }) => name === "agentflow.publish").map(({ parameters }) => parameters)
    expect(published).toMatchObject([
      { event: "Paid", topic: "payments", payload: { orderId: "7", amount: 12.5 } }, { event: "Reminded", topic: "reminders.7", payload: { orderId: "7", times: 2 } },
    ])
  })

  it("time out into the catch", async () => {
    const invoice = await workflowOf("wait-and-sleep", "Invoice", "invoice")
    const { failure, activities } = await play(invoice, order, script({ sendInvoice: () => null }))
    expect(failure).toMatchObject({ kind: "timeout" })
    expect(names(activities)).toEqual(["sendInvoice", "sendInvoice"])
  })
})

describe("other workflows", () => {
  it("are called like steps, also by themselves", async () => {
    const tree = await workflowOf("sub-workflows", "Tree", "tree")
    const { output, children } = await play(tree, { depth: 2 }, script({}), { workflows: [tree], eventsMax: 5_000 })
    expect(output).toBe(4)
    expect(children).toHaveLength(6)
  })

  it("go on as new from inside a block", async () => {
    const loop = await workflowOf("continue-inside", "Loop", "loop")
    const { output, generations, activities } = await play(loop, {}, script({ work: ({ n }: { n: number }) => n >= 2 }))
    expect(output).toBe(2)
    expect(generations).toBe(3)
    expect(activities.map(({ parameters }) => parameters)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
  })
})

describe("what a run reads and tells apart", () => {
  it("settings are those of its start", async () => {
    const configure = await workflowOf("setting-types", "Configure", "configure")
    const values: Readonly<Record<string, unknown>> = { labels: { x: "X", slow: "S" }, level: "high", mode: "slow", pause: 5 }
    const { output } = await play(configure, { name: "n" }, script({
      "agentflow.settings": ({ settings }: { settings: readonly { name: string; default?: unknown }[] }, _input: ActivityInput) =>
        Object.fromEntries(settings.map(({ name, default: value }) => [name, values[name] ?? value ?? null])),
      send: ({ text }: { text: string }) => text,
    }))
    expect(output).toMatch(/^high slow \$0\.05 a X 2030-01-01T/)
  })

  it("members of a union of plain types", async () => {
    const read = await workflowOf("type-patterns", "Read", "read")
    const played = (id: string | number, grade: unknown, cell: unknown) => play(read, { id }, script({ readGrade: () => grade, readCell: () => cell }))
    expect((await played(" x ", "a", "s")).output).toBe("x best")
    const second = await played(4, 3, ["list"])
    expect([second.output, second.logs.map(({ message }) => message)]).toEqual(["number 5 3", ["a list"]])
    expect((await played(4, null, true)).logs.map(({ message }) => message)).toEqual(["yes"])
  })
})
