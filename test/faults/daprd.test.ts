// Real daprd, killed for a sample of the points; and two of them on one Redis, one of which does not come back.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { startDapr } from "../harness/dapr.ts"
import type { Dapr } from "../harness/dapr.ts"
import { redisMissing, startRedis } from "../harness/redis.ts"
import { doubledAnswers, earlyTimers } from "./histories.ts"
import { begin, finish, finishedSteps, raiseEvents, seeded, startWorkerProcess } from "./kill-bed.ts"
import type { Clients, Ended } from "./kill-bed.ts"
import { scenarios } from "./scenarios.ts"
import type { Scenario } from "./scenarios.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "agentflow-daprd-"))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function clients(grpcPort: number): Clients {
  const client = connect({ grpcPort, deadlineMs: 60_000 })
  cleanups.push(() => client.close())
  return { client: () => client }
}

async function startWorker(grpcPort: number, journal: string): Promise<() => Promise<void>> {
  const { child, gone } = await startWorkerProcess(grpcPort, journal)
  const end = async (): Promise<void> => {
    child.kill("SIGKILL")
    await gone
  }
  cleanups.push(end)
  return end
}

/** daprd refuses until the worker's actor types are placed, which takes it seconds. */
async function untilUsable(bed: Clients): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await begin(bed, { ...scenarios[0]!, input: "1" }, `usable-${tries}`)
    } catch (error) {
      if (tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function check(scenario: Scenario, { view, histories }: Ended): void {
  expect({ name: scenario.name, status: view.status }).toEqual({ name: scenario.name, status: scenario.status })
  if (scenario.status === "completed") expect({ name: scenario.name, output: view.output }).toEqual({ name: scenario.name, output: scenario.outcome })
  else expect(view.failure?.errorMessage).toContain(scenario.outcome)
  for (const history of histories.values()) expect([...earlyTimers(history), ...doubledAnswers(history)]).toEqual([])
}

interface Started {
  readonly scenario: Scenario
  readonly id: string
}

async function startAll(bed: Clients, suffix: string): Promise<readonly Started[]> {
  const runs = scenarios.map((scenario) => ({ scenario, id: `${scenario.name}-${suffix}` }))
  await Promise.all(runs.map(async ({ scenario, id }) => {
    await begin(bed, scenario, id)
    await raiseEvents(bed, scenario, id)
  }))
  return runs
}

/** Steps of these runs that are finished by their histories. */
async function finishedOf(bed: Clients, runs: readonly Started[]): Promise<ReadonlySet<string>> {
  const all = await Promise.all(runs.map(async ({ id }) => finishedSteps(id, await bed.client().history(id).catch(() => []))))
  return new Set(all.flat())
}

function linesOf(journal: string): readonly string[] {
  return readFileSync(journal, "utf8").split("\n").slice(0, -1)
}

describe("daprd with SQLite", () => {
  it("killed in the middle of every scenario, three times: same results, no finished step again", async () => {
    const runDir = folder()
    const journal = join(runDir, "journal.txt")
    writeFileSync(journal, "")
    const dapr: Dapr = await startDapr({ runDir, stateStore: "sqlite" })
    cleanups.push(() => dapr.stop())
    await startWorker(dapr.grpcPort, journal)
    const bed = clients(dapr.grpcPort)
    await untilUsable(bed)
    const random = seeded(3)
    for (const round of [1, 2, 3]) {
      const runs = await startAll(bed, `${round}`)
      await new Promise((resolve) => setTimeout(resolve, random() * 200))
      const finished = await finishedOf(bed, runs)
      const linesBefore = linesOf(journal).length
      await dapr.killDaprd("SIGKILL")
      await dapr.restartDaprd()
      for (const { scenario, id } of runs) check(scenario, await finish(bed, id))
      expect(linesOf(journal).slice(linesBefore).filter((line) => finished.has(line))).toEqual([])
    }
  }, 240_000)
})

const missing = redisMissing()
describe("two daprd on Redis", () => {
  if (missing) it(`are left out: ${missing}`, () => expect(missing).toBeTruthy())
  else it("the one that lives finishes every run when the other is killed with its worker", async () => {
    const runDir = folder()
    const journal = join(runDir, "journal.txt")
    writeFileSync(journal, "")
    const redis = await startRedis(runDir)
    cleanups.push(() => redis.stop())
    const dapr = await startDapr({ runDir, stateStore: "redis", redisPort: redis.port })
    cleanups.push(() => dapr.stop())
    const replica = await dapr.startReplica()
    await startWorker(dapr.grpcPort, journal)
    const endSecond = await startWorker(replica.grpcPort, journal)
    const bed = clients(dapr.grpcPort)
    await untilUsable(bed)
    const runs = await startAll(bed, "both")
    await Promise.all([replica.kill("SIGKILL"), endSecond()])
    for (const { scenario, id } of runs) check(scenario, await finish(bed, id))
  }, 180_000)
})
