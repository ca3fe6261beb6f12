// The same generated project on an unmodified daprd: same result as on our sidecar, no line changed.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { startDapr } from "../harness/dapr.ts"
import { openBrief, readText } from "../harness/example-run.ts"

it("runs the daily brief on real Dapr as on the embedded sidecar", { timeout: 300_000 }, async () => {
  const runDir = mkdtempSync(join(tmpdir(), "agentflow-daprd-"))
  const embedded = await openBrief()
  const distributed = await openBrief()
  const dapr = await startDapr({ runDir, stateStore: "sqlite" })
  try {
    const here = await embedded.run({ id: "brief", approve: "publish" })
    const there = await distributed.run({ id: "brief", approve: "publish", sidecar: { host: "127.0.0.1", grpcPort: dapr.grpcPort, httpPort: dapr.httpPort } })
    expect(there.view.failure).toBeUndefined()
    expect(there.view.summary.status).toBe("completed")
    expect(JSON.parse(there.view.summary.output!)).toEqual(JSON.parse(here.view.summary.output!))
    expect(there.view.status!.spent).toEqual(here.view.status!.spent)
    for (const file of there.built.files) expect(readText(there.built.out, file)).toBe(readText(here.built.out, file))
    const posts = distributed.services.received().filter(({ path, effect }) => path === "/api/chat.postMessage" && effect === "first")
    expect(posts).toHaveLength(1)
  } finally {
    await dapr.stop()
    await embedded.close()
    await distributed.close()
    rmSync(runDir, { recursive: true, force: true })
  }
})
