// Two apps exchange work over a topic of a durable broker; consumer and broker are killed: nothing lost, nothing twice.

import { spawn, type ChildProcess } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { deploymentFiles } from "../../cli/deployment-files.ts"
import { plan } from "../../compiler/index.ts"
import { connect } from "../../sidecar/client.ts"
import { startDapr, type Dapr } from "../harness/dapr.ts"
import { redisMissing, startRedis } from "../harness/redis.ts"

const program = join(import.meta.dirname, "bus-program.ts")
const isLong = process.env["AGENTFLOW_LONG"] !== undefined
const ids = Array.from({ length: isLong ? 40 : 16 }, (_, index) => `order-${index + 1}`)
/** How many orders are handled when the consumer is killed; each time some are on their way to it. */
const killsAt = isLong ? [3, 8, 15, 24] : [3, 8]

/** An event that nobody has acknowledged for 8 seconds is given to whoever is there. */
function pubsub(port: number): string {
  const metadata = { redisHost: `127.0.0.1:${port}`, redisPassword: "", processingTimeout: "8s", redeliverInterval: "1s" }
  const lines = Object.entries(metadata).map(([name, value]) => `    - { name: ${name}, value: ${JSON.stringify(value)} }\n`)
  return `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: pubsub }\nspec:\n  type: pubsub.redis\n  version: v1\n  metadata:\n${lines.join("")}`
}

/** As a build writes it for a program that is started by a topic. */
function resiliency(app: string): string {
  const text = "type Order { id: string }\nworkflow Handle(order: Order) {\n  on topic \"orders\"\n  log \"{order.id}\"\n}\n"
  const { value } = plan([{ path: "handle.agentflow", text, version: 1 }], { rules: { AF4003: "off" } })
  const config = { folder: ".", endpoints: {}, secrets: {}, models: {}, dapr: { app }, mcp: {}, rules: {}, cli: {} }
  const file = value === null ? undefined : deploymentFiles(value, config, ".").find(({ path }) => path === "dapr/resiliency.yaml")
  expect(file?.text).toContain("inbound")
  return file?.text ?? ""
}

interface App {
  readonly child: ChildProcess
  /** False when it ended before. */
  readonly ready: Promise<boolean>
  readonly gone: Promise<unknown>
}

function start(role: "place" | "handle", dapr: Dapr, notes: string): App {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, role], {
    env: { PATH: process.env["PATH"], ...dapr.env, NOTES: notes }, stdio: ["ignore", "pipe", "inherit"],
  })
  const gone = new Promise((resolve) => child.once("close", resolve))
  const ready = new Promise<boolean>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => chunk.includes('"ready"') && resolve(true))
    void gone.then(() => resolve(false))
  })
  return { child, ready, gone }
}

const missing = redisMissing()
if (missing) it(`the message bus on Redis is left out: ${missing}`, () => expect(missing).toBeTruthy())
else it("loses no message and handles none twice over the death of consumer and broker", { timeout: 400_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bus-"))
  for (const name of ["redis", "place", "handle"]) mkdirSync(join(folder, name))
  const notes = join(folder, "notes.txt")
  let redis = await startRedis(join(folder, "redis"))
  const daprs: Dapr[] = []
  const processes: App[] = []
  try {
    for (const appId of ["place", "handle"] as const) {
      const resources = { "pubsub.yaml": pubsub(redis.port), "resiliency.yaml": resiliency(appId) }
      daprs.push(await startDapr({ runDir: join(folder, appId), appId, stateStore: "sqlite", resources }))
    }
    const [placing, handling] = daprs as [Dapr, Dapr]
    const open = async (role: "place" | "handle", dapr: Dapr): Promise<void> => {
      for (let tries = 0; tries < 3; tries += 1) {
        const one = start(role, dapr, notes)
        processes.push(one)
        if (await one.ready) return
        // A daprd of 1.18 that a worker has left in the middle of a turn may let no other in: it waits for the turn.
        await dapr.restartDaprd()
      }
      throw new Error(`the worker of ${role} does not start`)
    }
    await open("handle", handling)
    await open("place", placing)
    const client = connect({ grpcPort: placing.grpcPort, deadlineMs: 60_000 })
    await client.start({ instanceId: "place", name: "Place", input: JSON.stringify({ ids }) })
    const handled = (): readonly string[] => (existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [])
    for (const atLeast of killsAt) {
      await expect.poll(() => handled().length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(atLeast)
      const consumer = processes.findLast(({ child }) => child.spawnargs.includes("handle") && child.exitCode === null && child.signalCode === null)
      consumer?.child.kill("SIGKILL")
      await consumer?.gone
      await open("handle", handling)
    }
    await redis.kill()
    await sleep(500)
    redis = await startRedis(join(folder, "redis"), { port: redis.port })
    const missed = (): readonly string[] => ids.filter((id) => !handled().some((line) => line.split(" ")[0] === id))
    await expect.poll(missed, { timeout: 150_000, interval: 100 }).toEqual([])
    expect((await client.waitForEnd("place"))?.status).toBe("completed")
    client.close()
    // Whatever is still to be delivered again has come by then, and starts nothing.
    await sleep(10_000)
    const runs = Map.groupBy(handled().map((line) => line.split(" ")), ([id]) => id)
    expect([...runs.keys()].toSorted()).toEqual([...ids].toSorted())
    for (const [id, lines] of runs) expect([id, new Set(lines.map(([, run]) => run)).size]).toEqual([id, 1])
  } finally {
    for (const { child, gone } of processes) {
      child.kill("SIGKILL")
      await gone
    }
    for (const dapr of daprs) await dapr.stop()
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
