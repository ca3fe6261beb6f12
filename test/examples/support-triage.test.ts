// Support triage, killed after the triage: triage does not run again, and no token is counted twice.

import { afterEach, describe, expect, it } from "vitest"
import { spentBy } from "../../cli/view/fold.ts"
import { world } from "../../examples/support-triage/services.ts"
import { openExample, outputOf, stepsAt, type Example, type ExampleOptions } from "../harness/example.ts"

const open: Example[] = []
afterEach(async () => {
  for (const example of open.splice(0)) await example.close()
})

async function support(options: ExampleOptions = {}): Promise<Example> {
  const example = await openExample("support-triage", { world, ...options })
  open.push(example)
  return example
}

describe("support triage", () => {
  it("asks the experts in the order of the triage, also when it dies right after it", { timeout: 120_000 }, async () => {
    const calm = await support()
    const undisturbed = await calm.run({ id: "calm" })
    const reply = outputOf(undisturbed)
    expect(reply).toMatchObject({ to: "ada", text: expect.stringMatching(/^The export stops.* This month's fee/) })

    const stormy = await support({
      onReceived: async ({ route, request }, { killWorker }) => {
        if (route === "GET /customers/*" && request === 1) await killWorker()
      },
    })
    const outcome = await stormy.run({ id: "stormy" })
    expect(outputOf(outcome)).toEqual(reply)
    expect(stormy.services.received().filter(({ method }) => method === "GET")).toHaveLength(2)
    const triage = stepsAt(outcome.view, /\/Triager\//).flatMap(({ attempts }) => attempts)
    expect(triage).toMatchObject([{ attempt: 1, outcome: "ok" }])
    expect(triage[0]?.tokens).toBeGreaterThan(0)
    // No model call was under way: the ledger, and what the providers reported, are those of the undisturbed run.
    expect(outcome.view.status?.spent).toEqual({ ...undisturbed.view.status?.spent })
    expect(spentBy(outcome.view)).toEqual(spentBy(undisturbed.view))
    expect(spentBy(outcome.view).tokens).toBe(outcome.view.status?.spent.tokens)
    expect(stormy.effects("POST /tickets/*/replies")).toHaveLength(1)
  })
})
