// The order saga: undone in reverse, also through a crash; an undo that fails is listed, or waits for a person.

import { afterEach, describe, expect, it } from "vitest"
import { stateOf } from "../../cli/questions.ts"
import { world } from "../../examples/order-saga/services.ts"
import { listDeadLetters } from "../../runtime/dead-letters.ts"
import type { DeadLetterEntry } from "../../runtime/contract.ts"
import { inputOf, openExample, outcomesAt, outputOf, type Example, type ExampleOptions } from "../harness/example.ts"

const open: Example[] = []
afterEach(async () => {
  for (const example of open.splice(0)) await example.close()
})

async function saga(options: ExampleOptions = {}): Promise<Example> {
  const example = await openExample("order-saga", { world, ...options })
  open.push(example)
  return example
}


function pathsOf({ services }: Example): readonly string[] {
  return services.received().filter(({ effect }) => effect === "first").map(({ method, path }) => `${method} ${path}`)
}

const undoneInReverse = [
  "POST /reservations", "POST /reservations", "POST /charges",
  "POST /charges/c1/refund", "DELETE /reservations/r2", "DELETE /reservations/r1",
]

describe("the order saga", () => {
  it("ships, and charges once although the bank's answer got lost", { timeout: 120_000 }, async () => {
    const example = await saga()
    expect(outputOf(await example.run({ id: "ships" }))).toEqual({ tracking: "P-1001" })
    expect(pathsOf(example)).toEqual(["POST /reservations", "POST /reservations", "POST /charges", "POST /shipments"])
  })

  it("undoes in reverse when nobody can ship", { timeout: 120_000 }, async () => {
    const example = await saga({ scenario: "no-courier" })
    const { view } = await example.run({ id: "reversed" })
    expect(view.summary.status).toBe("failed")
    expect(view.failure).toMatchObject({ kind: "conflict", undoFailed: [], undoUnknown: [] })
    expect(view.failure?.undone).toHaveLength(3)
    expect(pathsOf(example)).toEqual(undoneInReverse)
  })

  it("goes on compensating where a crash of the worker and of the sidecar cut it off", { timeout: 180_000 }, async () => {
    const killedAt = new Set<string>()
    const example = await saga({
      scenario: "no-courier",
      // The work is done and its answer never arrives.
      onReceived: async ({ route, request }, { killWorker }) => {
        if (request > 1 || !/refund$|^DELETE/.test(route)) return
        killedAt.add(route)
        await killWorker()
      },
    })
    let restarted = false
    const { view } = await example.run({
      id: "crashing",
      async onView(_, given) {
        if (killedAt.size === 0 || restarted) return
        restarted = true
        await given.restartSidecar()
      },
    })
    expect([killedAt.size, restarted]).toEqual([2, true])
    expect(view.failure).toMatchObject({ kind: "conflict", undoFailed: [], undoUnknown: [] })
    expect(pathsOf(example)).toEqual(undoneInReverse)
    const repeats = example.services.received().filter(({ effect }) => effect === "repeat").map(({ route }) => route)
    expect(new Set(repeats)).toEqual(killedAt)
  })

  it("lists an undo that failed three times as a dead letter, and undoes the rest", { timeout: 120_000 }, async () => {
    const example = await saga({ scenario: "stock-down" })
    let letters: readonly DeadLetterEntry[] = []
    const outcome = await example.run({ id: "stuck" })
    expect(outcome.view.failure?.undoFailed).toMatchObject([{ kind: "unavailable" }])
    expect(pathsOf(example)).toEqual(undoneInReverse.filter((path) => path !== "DELETE /reservations/r2"))
    expect(outcomesAt(outcome.view, /release$/).toSorted()).toEqual(["ok", "unavailable", "unavailable", "unavailable"])
    // The list outlives the run: it is read while another one is under way on the same database.
    await example.run({ id: "later", onView: async (_, { address }) => {
      letters = await listDeadLetters(stateOf(address))
    } })
    expect(letters.filter(({ run }) => run === "stuck")).toMatchObject([{ run: "stuck", workflow: "Fulfil", input: inputOf("order-saga"), failure: { kind: "conflict", undoFailed: [{ kind: "unavailable" }] } }])
  })

  it("parks a refund that failed three times until accounting says to try again", { timeout: 120_000 }, async () => {
    const example = await saga({ scenario: "bank-down" })
    const { view } = await example.run({ id: "parked", answers: ["retry"] })
    expect(view.failure).toMatchObject({ kind: "conflict", undoFailed: [], undoUnknown: [] })
    expect(pathsOf(example)).toEqual(undoneInReverse)
    expect(example.services.received().filter(({ route }) => route === "POST /charges/*/refund")).toHaveLength(4)
  })
})
