// The job of `npm start`, with its worker and its sidecar killed on the way: same result, every effect once, spend in budget.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import type { RunOutcome } from "../../cli/run-program.ts"
import { everyStep, spentBy, type RunView } from "../../cli/view/fold.ts"
import { finishedSteps, openBrief, slackToken, type BriefRun } from "../harness/example-run.ts"

const open: BriefRun[] = []
afterEach(async () => {
  for (const brief of open.splice(0)) await brief.close()
})

async function brief(): Promise<BriefRun> {
  const opened = await openBrief()
  open.push(opened)
  return opened
}

function resultOf({ view }: RunOutcome): unknown {
  expect(view.failure).toBeUndefined()
  expect(view.summary.status).toBe("completed")
  return JSON.parse(view.summary.output!)
}

function effects({ services }: BriefRun, path: string): number {
  return services.received().filter((request) => request.path === path && request.effect === "first").length
}

/** Seed in the test's output, so that a failure can be had again: SEED=… npx vitest run test/e2e */
function seeded(): { readonly seed: number; next(below: number): number } {
  const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin) % 1_000_000)
  let state = seed
  return {
    seed,
    next(below) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    },
  }
}

function expectWithinBudget(view: RunView): void {
  const { spent, reserved, budget } = view.status!
  expect(budget).toMatchObject({ nanoDollars: 500_000_000, tokens: 200_000 })
  expect(spent.nanoDollars).toBeGreaterThan(0)
  expect(spent.nanoDollars).toBeLessThanOrEqual(budget!.nanoDollars!)
  expect(spent.tokens).toBeLessThanOrEqual(budget!.tokens!)
  expect(reserved).toEqual({ tokens: 0, nanoDollars: 0, turns: 0, calls: 0 })
  // A call cut off by a kill is charged in full by the ledger, so the history alone can only know less.
  expect(spentBy(view).nanoDollars).toBeLessThanOrEqual(spent.nanoDollars)
}

describe("the daily brief", () => {
  it("runs, survives the death of its worker and of its sidecar, and does everything once", { timeout: 180_000 }, async () => {
    const calm = await brief()
    const undisturbed = resultOf(await calm.run({ id: "calm", approve: "publish" }))
    expect(undisturbed).toMatchObject({ headline: expect.any(String), points: expect.any(Array), sources: expect.any(Array) })

    const { seed, next } = seeded()
    const killWorkerAt = 1 + next(12)
    const killSidecarAt = killWorkerAt + 1 + next(8)
    console.log(`seed ${seed}: worker dies after ${killWorkerAt} steps, sidecar after ${killSidecarAt}`)
    const stormy = await brief()
    const finishedAtKill = new Map<string, number>()
    let workerKilled = false
    let sidecarKilled = false
    const outcome = await stormy.run({
      id: "stormy",
      approve: "publish",
      async onView(view, control) {
        const finished = finishedSteps(view)
        if (!workerKilled && finished >= killWorkerAt) {
          workerKilled = true
          for (const step of everyStep(view.steps)) if (step.attempts.some((attempt) => attempt.outcome === "ok")) finishedAtKill.set(step.path, step.attempts.length)
          control.worker.kill("SIGKILL")
        } else if (workerKilled && !sidecarKilled && finished >= killSidecarAt) {
          sidecarKilled = true
          await control.restartSidecar()
        }
      },
    })
    expect([workerKilled, sidecarKilled]).toEqual([true, true])
    expect(resultOf(outcome)).toEqual(undisturbed)
    expect(effects(stormy, "/api/chat.postMessage")).toBe(1)
    expect(effects(stormy, "/api/chat.delete")).toBe(0)
    expect(effects(stormy, "/v1/pages")).toBe(1)
    expectWithinBudget(outcome.view)
    // What had finished when the worker died has not one attempt more.
    const attempts = new Map([...everyStep(outcome.view.steps)].map((step) => [step.path, step.attempts.length]))
    for (const [path, before] of finishedAtKill) expect([path, attempts.get(path)]).toEqual([path, before])
  })

  it("stops without publishing when the person says no", { timeout: 120_000 }, async () => {
    const rejected = await brief()
    resultOf(await rejected.run({ id: "rejected", approve: "reject" }))
    expect(effects(rejected, "/api/chat.postMessage")).toBe(0)
    expect(effects(rejected, "/v1/pages")).toBe(0)
  })

  it("fails with the declared error when the person asks for another round, and exit code 3 follows from its kind", { timeout: 120_000 }, async () => {
    const revised = await brief()
    const { view } = await revised.run({ id: "revised", approve: "revise" })
    expect(view.summary.status).toBe("failed")
    expect(view.failure).toMatchObject({ kind: "Revision", message: "the editor asked for another round" })
  })

  it("leaves no secret behind", { timeout: 120_000 }, async () => {
    const secretive = await brief()
    resultOf(await secretive.run({ id: "secretive", approve: "publish" }))
    const left = readdirSync(secretive.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules") && entry.name !== ".secrets.json")
      .map((entry) => join(entry.parentPath, entry.name))
    expect(left.some((path) => path.endsWith("runs.db"))).toBe(true)
    expect(left.filter((path) => readFileSync(path).includes(slackToken))).toEqual([])
  })
})
