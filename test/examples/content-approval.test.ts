// The content approval loop: a bound on revisions, and exactly one publication over lost answers and crashes.

import { afterEach, describe, expect, it } from "vitest"
import { world } from "../../examples/content-approval/services.ts"
import { openExample, outputOf, stepsAt, type Example, type ExampleOptions } from "../harness/example.ts"

const open: Example[] = []
afterEach(async () => {
  for (const example of open.splice(0)) await example.close()
})

async function blog(options: ExampleOptions = {}): Promise<Example> {
  const example = await openExample("content-approval", { world, ...options })
  open.push(example)
  return example
}

const revise = JSON.stringify({ decision: "revise", notes: "shorter" })
const publish = JSON.stringify({ decision: "publish" })
const drop = JSON.stringify({ decision: "drop" })

describe("content approval", () => {
  it("publishes the revised draft, once, over a lost answer and a crash while publishing", { timeout: 120_000 }, async () => {
    const example = await blog({
      onReceived: async ({ request }, { killWorker }) => {
        if (request === 2) await killWorker()
      },
    })
    const outcome = await example.run({ id: "revised", answers: [revise, publish] })
    expect(outputOf(outcome)).toEqual({ url: "https://blog.example/articles/1" })
    expect(example.effects("POST /articles").map(({ body }) => body["title"])).toEqual(["Sleep, and the sidecar"])
    const keys = example.services.received().map(({ key }) => key)
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it("stops after three rounds and publishes nothing", { timeout: 120_000 }, async () => {
    const example = await blog()
    const { view } = await example.run({ id: "endless", answers: [revise, revise, revise, publish] })
    expect(view.failure).toMatchObject({ kind: "loop_exhausted" })
    expect(stepsAt(view, /review$/)).toHaveLength(3)
    expect(stepsAt(view, /Writer$/)).toHaveLength(3)
    expect(example.services.received()).toEqual([])
  })

  it("fails with the declared error when the editor drops it", { timeout: 120_000 }, async () => {
    const example = await blog()
    const { view } = await example.run({ id: "dropped", answers: [drop] })
    expect(view.failure).toMatchObject({ kind: "Dropped", data: { title: "On waiting" } })
    expect(example.services.received()).toEqual([])
  })
})
