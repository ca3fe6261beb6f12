// The conformance cases on real daprd with SQLite.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { conformance } from "../contract/conformance/suite.ts"
import { startDapr } from "../harness/dapr.ts"

conformance({
  name: "daprd, SQLite", kind: "daprd",
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
    const dapr = await startDapr({ runDir: folder, stateStore: "sqlite" })
    return { ...dapr, stop: async () => { await dapr.stop(); await rm(folder, { recursive: true, force: true }) } }
  },
})
