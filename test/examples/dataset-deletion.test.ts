// Deleting behind an approval: yes, no, silence, an answer that is late, and a restart of everything in between.

import { setTimeout as delay } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { answerQuestion, questionsOf } from "../../cli/questions.ts"
import type { RunControl } from "../../cli/run-program.ts"
import { world } from "../../examples/dataset-deletion/services.ts"
import { openExample, outputOf, type Example, type ExampleOptions } from "../harness/example.ts"

const open: Example[] = []
afterEach(async () => {
  for (const example of open.splice(0)) await example.close()
})

async function deletion(options: ExampleOptions = {}): Promise<Example> {
  const example = await openExample("dataset-deletion", { world, ...options })
  open.push(example)
  return example
}

const kept = { deleted: false, note: "deleteDataset was not approved" }
const soon = { edit: { "timeout 120s": "timeout 3s" } }
const deletions = (example: Example): number => example.effects("DELETE /datasets/*").length

function answer({ client, address }: RunControl, { run, step, answer }: { run: string; step: string; answer: string }) {
  return answerQuestion({ client, address, runId: run, step, answer, by: "ada" })
}

describe("deleting a dataset", () => {
  it("deletes once when a person approves", { timeout: 120_000 }, async () => {
    const example = await deletion()
    expect(outputOf(await example.run({ id: "yes", answers: ["delete"] }))).toEqual({ deleted: true, note: "48211 rows are gone" })
    expect(deletions(example)).toBe(1)
  })

  it("keeps it when a person says no", { timeout: 120_000 }, async () => {
    const example = await deletion()
    expect(outputOf(await example.run({ id: "no", answers: ["keep"] }))).toEqual(kept)
    expect(example.services.received().map(({ method }) => method)).toEqual(["GET"])
  })

  it("keeps it when nobody answers in time, and a late answer changes nothing", { timeout: 120_000 }, async () => {
    const example = await deletion(soon)
    let step = ""
    expect(outputOf(await example.run({ id: "silence", onView: (view) => {
      step = questionsOf(view)[0]?.step ?? step
    } }))).toEqual(kept)
    expect(step).toContain("confirm")
    let refusal: unknown
    await example.run({ id: "later", answers: ["keep"], onView: async (_, control) => {
      refusal ??= await answer(control, { run: "silence", step, answer: "delete" }).catch((thrown: unknown) => thrown)
    } })
    expect(refusal).toMatchObject({ message: expect.stringMatching(/time is over|answered already|not in the inbox/) })
    expect(deletions(example)).toBe(0)
  })

  it("goes on waiting, and asks no second time, when worker and sidecar die", { timeout: 120_000 }, async () => {
    const example = await deletion()
    let restarted = false
    const outcome = await example.run({ id: "restart", async onView(view, control) {
      const [question] = questionsOf(view)
      if (question === undefined || restarted) return
      restarted = true
      await example.killWorker()
      await control.restartSidecar()
      await delay(200)
      await answer(control, { run: "restart", step: question.step, answer: "delete" })
    } })
    expect(restarted).toBe(true)
    expect(outputOf(outcome)).toMatchObject({ deleted: true })
    expect(deletions(example)).toBe(1)
    expect(example.services.received().map(({ method }) => method)).toEqual(["GET", "DELETE"])
  })

  it("keeps the time limit over a restart", { timeout: 120_000 }, async () => {
    const example = await deletion(soon)
    let restarted = false
    expect(outputOf(await example.run({ id: "limit", async onView(view, control) {
      if (questionsOf(view).length === 0 || restarted) return
      restarted = true
      await example.killWorker()
      await control.restartSidecar()
    } }))).toEqual(kept)
    expect([restarted, deletions(example)]).toEqual([true, 0])
  })
})
