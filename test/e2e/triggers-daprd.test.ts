// Topics, schedules, HTTP and concurrency on an unmodified daprd.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { startDapr } from "../harness/dapr.ts"
import { expectTriggers, freePort, openWorld } from "../harness/triggered.ts"

const pubsub = `apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: pubsub }
spec: { type: pubsub.in-memory, version: v1, metadata: [] }
`

it("starts runs from outside on real Dapr", { timeout: 300_000 }, async () => {
  const runDir = mkdtempSync(join(tmpdir(), "agentflow-triggers-"))
  const appPort = await freePort()
  const dapr = await startDapr({ runDir, stateStore: "sqlite", appPort, resources: { "pubsub.yaml": pubsub } })
  const world = await openWorld(dapr, appPort)
  try {
    await expectTriggers(world)
    // The sidecar dies with everything in flight; the subscription comes back by itself.
    await dapr.killDaprd("SIGKILL")
    await dapr.restartDaprd()
    await expect.poll(async () => {
      await world.publish({ id: "e3", data: { id: "d" } }).catch(() => undefined)
      return world.handled.filter((id) => id === "d").length
    }, { timeout: 60_000, interval: 500 }).toBe(1)
  } finally {
    await world.close()
    await dapr.stop()
    rmSync(runDir, { recursive: true, force: true })
  }
})
