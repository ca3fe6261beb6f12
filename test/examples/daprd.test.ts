// The six examples on an unmodified daprd: their main path, and the failure that each is about.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { connectTo } from "../../cli/hub-access.ts"
import type { Address } from "../../cli/processes.ts"
import { answerQuestion, questionsOf, stateOf } from "../../cli/questions.ts"
import { spentBy } from "../../cli/view/fold.ts"
import { world as blog } from "../../examples/content-approval/services.ts"
import { world as warehouse } from "../../examples/dataset-deletion/services.ts"
import { world as shop } from "../../examples/order-saga/services.ts"
import { world as desk } from "../../examples/support-triage/services.ts"
import { listDeadLetters } from "../../runtime/dead-letters.ts"
import { startDapr, type Dapr } from "../harness/dapr.ts"
import { attribute, collector, spansIn } from "../harness/collector.ts"
import { inputOf, openExample, outcomesAt, outputOf, stepsAt, type Example, type ExampleOptions } from "../harness/example.ts"

const runDir = mkdtempSync(join(tmpdir(), "agentflow-examples-daprd-"))
const pubsub = "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: pubsub }\nspec: { type: pubsub.in-memory, version: v1, metadata: [] }\n"
const timeout = { timeout: 180_000 }
let dapr: Dapr
let sidecar: Address

beforeAll(async () => {
  dapr = await startDapr({ runDir, stateStore: "sqlite", resources: { "pubsub.yaml": pubsub } })
  sidecar = { host: "127.0.0.1", grpcPort: dapr.grpcPort, httpPort: dapr.httpPort }
}, 120_000)
afterAll(async () => {
  await dapr?.stop()
  rmSync(runDir, { recursive: true, force: true })
})

const open: Example[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const example of open.splice(0)) await example.close()
})

async function example(name: string, options: ExampleOptions = {}): Promise<Example> {
  const opened = await openExample(name, options)
  open.push(opened)
  return opened
}

function workOf({ services }: Example): readonly string[] {
  return services.received().filter(({ effect }) => effect === "first").map(({ method, path }) => `${method} ${path}`)
}

describe("on real Dapr", () => {
  it("the order saga ships; and undoes in reverse, also when it dies while it compensates", timeout, async () => {
    const good = await example("order-saga", { world: shop })
    expect(outputOf(await good.run({ id: "order-good", sidecar }))).toEqual({ tracking: "P-1001" })
    const bad = await example("order-saga", {
      world: shop, scenario: "no-courier",
      onReceived: async ({ route, request }, { killWorker }) => {
        if (request === 1 && route === "POST /charges/*/refund") await killWorker()
      },
    })
    const { view } = await bad.run({ id: "order-bad", sidecar })
    expect(view.failure).toMatchObject({ kind: "conflict", undoFailed: [], undoUnknown: [] })
    expect(workOf(bad).slice(3)).toEqual(["POST /charges/c1/refund", "DELETE /reservations/r2", "DELETE /reservations/r1"])
  })

  it("an undo that fails three times is listed, or parks for a person", timeout, async () => {
    const stuck = await example("order-saga", { world: shop, scenario: "stock-down" })
    const { view } = await stuck.run({ id: "order-stuck", sidecar })
    expect(view.failure).toMatchObject({ kind: "conflict", undoFailed: [{ kind: "unavailable" }], undoUnknown: [] })
    const letters = await listDeadLetters(stateOf(sidecar))
    expect(letters.filter(({ run }) => run === "order-stuck")).toMatchObject([{ failure: { undoFailed: [{ kind: "unavailable" }] } }])
    const parked = await example("order-saga", { world: shop, scenario: "bank-down" })
    expect((await parked.run({ id: "order-parked", answers: ["retry"], sidecar })).view.failure).toMatchObject({ kind: "conflict", undoFailed: [] })
    expect(workOf(parked)).toContain("POST /charges/c1/refund")
  })

  it("a dataset is deleted after a yes, also when worker and daprd die before it", timeout, async () => {
    const warned = await example("dataset-deletion", { world: warehouse })
    let restarted = false
    const outcome = await warned.run({
      id: "delete-yes", sidecar,
      async onView(view, { client, address }) {
        const [question] = questionsOf(view)
        if (question === undefined || restarted) return
        restarted = true
        await dapr.killDaprd("SIGKILL")
        await dapr.restartDaprd()
        await warned.killWorker()
        await answerQuestion({ client, address, runId: "delete-yes", step: question.step, answer: "delete", by: "ada" })
      },
    })
    expect(restarted).toBe(true)
    expect(outputOf(outcome)).toMatchObject({ deleted: true })
    expect(warned.services.received().map(({ method }) => method)).toEqual(["GET", "DELETE"])
  })

  it("a dataset is kept after a no, and when nobody answers; a late answer is refused", timeout, async () => {
    const denied = await example("dataset-deletion", { world: warehouse })
    expect(outputOf(await denied.run({ id: "delete-no", answers: ["keep"], sidecar }))).toMatchObject({ deleted: false })
    const silent = await example("dataset-deletion", { world: warehouse, edit: { "timeout 120s": "timeout 3s" } })
    let step = ""
    const outcome = await silent.run({ id: "delete-silent", sidecar, onView: (view) => { step = questionsOf(view)[0]?.step ?? step } })
    expect(outputOf(outcome)).toMatchObject({ deleted: false })
    const client = connectTo(sidecar)
    try {
      await expect(answerQuestion({ client, address: sidecar, runId: "delete-silent", step, answer: "delete", by: "ada" }))
        .rejects.toThrow(/time is over|answered already/)
    } finally {
      client.close()
    }
    expect([...workOf(denied), ...workOf(silent)]).toEqual([])
  })

  it("support triages once, although it dies after the triage", timeout, async () => {
    const support = await example("support-triage", {
      world: desk,
      onReceived: async ({ method, request }, { killWorker }) => {
        if (method === "GET" && request === 1) await killWorker()
      },
    })
    const outcome = await support.run({ id: "support", sidecar })
    expect(outputOf(outcome)).toMatchObject({ to: "ada" })
    expect(stepsAt(outcome.view, /\/Triager\//).flatMap(({ attempts }) => attempts)).toMatchObject([{ attempt: 1, outcome: "ok" }])
    // What the ledger counted is what the models reported, once.
    expect(spentBy(outcome.view).tokens).toBe(outcome.view.status?.spent.tokens)
    expect(workOf(support)).toEqual(["POST /tickets/t-1/replies"])
  })

  it("an article is revised, and published once over a crash", timeout, async () => {
    const article = await example("content-approval", {
      world: blog, onReceived: async ({ request }, { killWorker }) => { if (request === 2) await killWorker() },
    })
    const answers = [{ decision: "revise", notes: "shorter" }, { decision: "publish" }].map((answer) => JSON.stringify(answer))
    const outcome = await article.run({ id: "article", answers, sidecar })
    expect(outputOf(outcome)).toEqual({ url: "https://blog.example/articles/1" })
    expect(workOf(article)).toEqual(["POST /articles"])
  })

  it("research waits as long as the provider says, in one branch", timeout, async () => {
    const research = await example("parallel-research")
    const { questions } = inputOf("parallel-research") as { readonly questions: readonly string[] }
    const outcome = await research.run({ id: "research", sidecar })
    const { findings } = outputOf(outcome) as { readonly findings: readonly string[] }
    expect(findings.map((finding) => questions.findIndex((question) => finding.startsWith(question)))).toEqual([0, 1, 2])
    const refused = stepsAt(outcome.view, /\/findings\[1\]\/Researcher\//).flatMap(({ attempts }) => attempts)
    expect(refused.map(({ outcome, error }) => error?.kind ?? outcome)).toEqual(["rate_limited", "rate_limited", "ok"])
    for (const [index, next] of refused.slice(1).entries()) expect(next.startedAtMs - (refused[index]?.endedAtMs ?? NaN)).toBeGreaterThanOrEqual(7_000)
  })

  it("a trip is planned although a provider is down", timeout, async () => {
    const planner = await example("trip-planner", { world: collector })
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", planner.services.origin)
    const outcome = await planner.run({ id: "trip", sidecar })
    expect(outputOf(outcome)).toMatchObject({ total: 600 })
    expect(outcomesAt(outcome.view, /\/Flights\b/)).toEqual([...Array.from({ length: 5 }, () => "unavailable"), "circuit_open", "ok"])
    const calls = spansIn(planner).filter((span) => attribute(span, "gen_ai.agent.name") === "Flights")
    expect(calls.map((span) => `${span.name} ${attribute(span, "error.type") ?? "ok"}`)).toEqual([
      ...Array.from({ length: 5 }, () => "chat swift-2 unavailable"), "chat swift-2 circuit_open", "chat sage-large ok",
    ])
  })
})
