// Emitted projects do what the program says: workflows played on a host in memory, validators fed with values.

import { afterAll, describe, expect, it } from "vitest"
import type { ActivityInput, HttpToolSpec, Schema } from "../../runtime/contract.ts"
import { play } from "../harness/fake-context.ts"
import { openPrograms, script } from "./played-programs.ts"

const programs = openPrograms()
afterAll(programs.remove)
const { load, workflowOf } = programs

describe("a played workflow", () => {
  it("narrows a tagged union and gives the value of a match", async () => {
    const area = await workflowOf("tagged-union", "Area", "area")
    const shapes = [{ kind: "Square", side: 3 }, { kind: "Circle", radius: 1 }]
    const { output, logs } = await play(area, { name: "x" }, script({ measure: (_, { step }: ActivityInput) => shapes[step.endsWith("#2") ? 1 : 0], maybe: () => null }))
    expect(output).toBe(9)
    expect(logs.map(({ message }) => message)).toEqual(["no name", "round 1"])
  })

  it("takes the first catch that names the kind, with the error's data", async () => {
    const shop = await workflowOf("try", "Shop", "shop")
    let calls = 0
    const soldOut = Object.assign(new Error("OutOfStock"), { cause: { sku: "a", left: 2 } })
    const first = await play(shop, { sku: "a" }, script({ buy: () => (calls++ === 0 ? soldOut : "bought") }))
    expect(first.output).toBe("none")
    expect(first.logs.map(({ message }) => message)).toEqual(["only 2 left of a"])
    const second = await play(shop, { sku: "a" }, script({ buy: () => new Error("conflict") }))
    expect(second.failure).toMatchObject({ kind: "Closed" })
    expect(second.logs.map(({ message }) => message)).toEqual(["buy fails in Shop/buy"])
  })

  it("leaves out failed items, or gives them as results", async () => {
    const crawl = await workflowOf("loops", "Crawl", "crawl")
    const { output } = await play(crawl, { urls: ["a", "b", "c"] }, script({
      load: ({ url }: { url: string }) => (url === "b" ? new Error("not_found") : { url, words: url === "a" ? [] : ["w"] }),
      store: () => new Error("denied"),
    }))
    expect(output).toEqual(["store fails"])
  })

  it("computes as the language says", async () => {
    const totals = await workflowOf("expressions", "Totals", "totals")
    const rows = [{ name: "x", price: 0.5, count: 2, note: "a,b" }, { name: "y", price: 3, count: 4, note: null }, { name: "z", price: 0.25, count: 1 }]
    const { output, logs } = await play(totals, { id: "1", at: "2030-01-01T00:00:00.000Z" }, script({ lines: () => rows }))
    expect(output).toEqual({ a: "x", b: "any", "c-d": "z", e: expect.any(String), f: "A-B", g: "x" })
    expect(logs[0]!.message).toBe("sum $13.25 of 3 in 1m30s at 2030-01-01T00:01:30.000Z, 10ms; [1,2,3,-4,5,2,10.5,1.1666666666666667,6]")
  })

  it("takes absent and null as the same nothing", async () => {
    const meet = await workflowOf("optionals", "Meet", "meet")
    const greet = (person: unknown) => script({ find: () => person, greet: () => "hello" })
    expect((await play(meet, { name: "n" }, greet(null))).output).toBeNull()
    expect((await play(meet, { name: "n" }, greet({ name: "n" }))).output).toBe("hello")
    const withNull = await play(meet, { name: "n", team: null }, greet({ name: "n", nick: null, boss: null }))
    expect(withNull.output).toBe("hello")
    expect(withNull.logs[0]!.message).toBe("nobody true 0")
    expect((await play(meet, { name: "n" }, greet({ name: "n", tags: ["x", "t"] }))).output).toBe("t")
  })

  it("undoes in reverse order, with the parameters of each step", async () => {
    const book = await workflowOf("compensation", "Book", "book")
    const { failure, activities } = await play(book, { room: "r", price: 2.5 }, script({
      reserve: ({ room }: { room: string }) => (room === "r" ? "ok" : new Error("conflict")), charge: () => "paid-1", refund: () => null, release: () => null,
    }))
    expect(failure).toMatchObject({ kind: "conflict" })
    expect(activities.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["reserve", { room: "r" }], ["charge", { amount: 5 }], ["reserve", { room: "r-extra" }], ["refund", { payment: "paid-1" }], ["release", { room: "r" }],
    ])
  })

  it("returns nothing, and fills in what the input leaves out", async () => {
    const say = await workflowOf("nothing", "Say", "say")
    const { output, activities } = await play(say, { text: "hi" }, script({ notify: () => null }))
    expect(output ?? null).toBeNull()
    expect(activities.map(({ parameters }) => parameters)).toEqual([{ text: "hi" }])
  })

  it("takes the fallback of the call, then that of the callable", async () => {
    const policies = await workflowOf("policies", "Policies", "policies")
    const { output } = await play(policies, { x: "1" }, script({
      a: () => new Error("timeout"), b: ({ x }: { x: string }) => `b${x}`, c: () => new Error("unavailable"), d: ({ x }: { x: string }) => x,
    }))
    expect(output).toBe("third of b1")
  })
})

describe("a validator", () => {
  it("holds values to their type", async () => {
    const { Place } = (await load("types", "schemas.ts")) as { Place: Schema<unknown> }
    const place = {
      name: "Rome", latitude: 41.9, tags: [], labels: { a: "b" }, visit: 1000, ticket: 12.5, extra: { any: [1] }, near: [], grade: "a", level: 0,
    }
    const problems = (change: object): readonly string[] => {
      const holds = Place.validate({ ...place, ...change })
      return holds ? [] : Place.validate.errors!.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
    }
    expect(problems({})).toEqual([])
    expect(problems({ nickname: null, opened: null, near: [place] })).toEqual([])
    expect(problems({ opened: "2030-01-01T00:00:00Z" })).toEqual([])
    expect(problems({ opened: "yesterday" })).toEqual(["/opened format"])
    expect(problems({ name: "", latitude: 91 })).toEqual(["/name minLength", "/latitude maximum"])
    expect(problems({ name: "😀".repeat(80) })).toEqual([])
    expect(problems({ grade: "d", level: 1.5 })).toEqual(["/grade enum", "/level type"])
    expect(problems({ near: [{ ...place, unknown: 1 }] })).toEqual(["/near/0 additionalProperties"])
  })
})

describe("an HTTP tool", () => {
  it("encodes what goes into the address and reads secrets by reference", async () => {
    const { search, order } = (await load("http-tools", "tools.ts")) as Record<"search" | "order", { spec: HttpToolSpec<object, unknown> }>
    const read = ({ name }: { name: string }): string => `<${name}>`
    const noSettings = ({ name }: { name: string }): never => expect.fail(`the setting ${name} is read`)
    expect(search.spec.request({ query: "a/b?c", page: 2 }, read, noSettings)).toEqual({
      method: "GET", url: "https://shop.test/items/a%2Fb%3Fc?page=2", headers: { "X-Api-Key": "<apiKey>" },
    })
    expect(order.spec.request({ items: [], note: null }, read, noSettings)).toMatchObject({
      headers: { Authorization: "Bearer <apiKey>", "X-Note": "a \"quoted\" note" }, body: { items: [], note: null, source: "agentflow", "x-extra": 1 },
    })
    expect(order.spec.secrets).toMatchObject([{ name: "apiKey", store: "vault", key: "shop-api" }])
  })
})
