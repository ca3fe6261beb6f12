// The constructs on real Dapr.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll } from "vitest"
import { daprBinaries } from "../../tasks/dapr/binaries.ts"
import { constructsOn } from "../harness/constructs.ts"
import { startDapr } from "../harness/dapr.ts"

const buildLimitMs = 20 * 60_000

beforeAll(async () => {
  await daprBinaries({ report: (line) => void process.stderr.write(`dapr: ${line}\n`) })
}, buildLimitMs)

constructsOn("real Dapr", 120_000, async () => {
  const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
  const { grpcPort, httpPort, stop } = await startDapr({ runDir: folder, stateStore: "sqlite" })
  return {
    grpcPort,
    httpPort,
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
