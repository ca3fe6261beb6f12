// Two apps exchange work over a topic of a durable broker; consumer and broker are killed: nothing lost, nothing twice.

import { spawn, type ChildProcess } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { startDapr, type Dapr } from "../harness/dapr.ts"
import { redisMissing, startRedis } from "../harness/redis.ts"

const program = join(import.meta.dirname, "bus-program.ts")
const ids = Array.from({ length: 20 }, (_, index) => `order-${index + 1}`)

function pubsub(port: number): string {
  const metadata = { redisHost: `127.0.0.1:${port}`, redisPassword: "", processingTimeout: "2s", redeliverInterval: "1s" }
  const lines = Object.entries(metadata).map(([name, value]) => `    - { name: ${name}, value: ${JSON.stringify(value)} }\n`)
  return `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: pubsub }\nspec:\n  type: pubsub.redis\n  version: v1\n  metadata:\n${lines.join("")}`
}

function start(role: "place" | "handle", dapr: Dapr, notes: string): { child: ChildProcess; ready: Promise<unknown>; gone: Promise<unknown> } {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, role], {
    env: { PATH: process.env["PATH"], ...dapr.env, NOTES: notes }, stdio: ["ignore", "pipe", "inherit"],
  })
  const gone = new Promise((resolve) => child.once("close", resolve))
  const ready = new Promise((resolve) => child.stdout.on("data", (chunk: Buffer) => chunk.includes('"ready"') && resolve(undefined)))
  return { child, ready: Promise.race([ready, gone]), gone }
}

const missing = redisMissing()
if (missing) it(`the message bus on Redis is left out: ${missing}`, () => expect(missing).toBeTruthy())
else it("loses no message and handles none twice over the death of consumer and broker", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bus-"))
  for (const name of ["redis", "place", "handle"]) mkdirSync(join(folder, name))
  const notes = join(folder, "notes.txt")
  let redis = await startRedis(join(folder, "redis"))
  const resources = { "pubsub.yaml": pubsub(redis.port) }
  const daprs: Dapr[] = []
  const processes: ReturnType<typeof start>[] = []
  try {
    for (const appId of ["place", "handle"] as const) daprs.push(await startDapr({ runDir: join(folder, appId), appId, stateStore: "sqlite", resources }))
    const [placing, handling] = daprs as [Dapr, Dapr]
    const open = async (role: "place" | "handle", dapr: Dapr): Promise<void> => {
      const one = start(role, dapr, notes)
      processes.push(one)
      await one.ready
    }
    await open("handle", handling)
    await open("place", placing)
    const client = connect({ grpcPort: placing.grpcPort, deadlineMs: 60_000 })
    await client.start({ instanceId: "place", name: "Place", input: JSON.stringify({ ids }) })
    const handled = (): readonly string[] => (existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [])
    for (const atLeast of [3, 8]) {
      await expect.poll(() => handled().length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(atLeast)
      const consumer = processes.findLast(({ child }) => child.spawnargs.includes("handle") && child.exitCode === null && child.signalCode === null)
      consumer?.child.kill("SIGKILL")
      await consumer?.gone
      await open("handle", handling)
    }
    await redis.kill()
    await sleep(500)
    redis = await startRedis(join(folder, "redis"), { port: redis.port })
    await expect.poll(() => new Set(handled().map((line) => line.split(" ")[0])).size, { timeout: 120_000 }).toBe(ids.length)
    expect((await client.waitForEnd("place"))?.status).toBe("completed")
    client.close()
    // Whatever is still to be delivered again has come by then, and starts nothing.
    await sleep(4_000)
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
