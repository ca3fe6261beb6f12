// The state API of real daprd, with SQLite and with its store in memory: what our sidecar has to repeat.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stateContract } from "../contract/state.contract.ts"
import { startDapr } from "../harness/dapr.ts"

for (const stateStore of ["sqlite", "memory"] as const) {
  stateContract({
    name: `daprd, ${stateStore}`,
    ...(stateStore === "memory" ? { detail: ": item already exists and no etag was passed" } : {}),
    start: async () => {
      const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
      const dapr = await startDapr({ runDir: folder, stateStore })
      return { ...dapr, stop: async () => { await dapr.stop(); await rm(folder, { recursive: true, force: true }) } }
    },
  })
}
