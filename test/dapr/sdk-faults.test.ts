// The faults of the SDK and of daprd, on real Dapr with its own limit of 4 MiB and none on work at once.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll } from "vitest"
import { daprBinaries } from "../../tasks/dapr/binaries.ts"
import { startDapr } from "../harness/dapr.ts"
import { sdkFaultsOn } from "../harness/sdk-faults.ts"

beforeAll(async () => {
  await daprBinaries({ report: (line) => void process.stderr.write(`dapr: ${line}\n`) })
}, 20 * 60_000)

sdkFaultsOn("real Dapr", 120_000, async () => {
  const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
  const { grpcPort, httpPort, stop } = await startDapr({
    runDir: folder, stateStore: "sqlite", maxBodyMebibytes: 4, isUnlimited: true,
  })
  const close = async (): Promise<void> => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { grpcPort, httpPort, kind: "daprd", close }
})
