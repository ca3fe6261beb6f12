// The constructs on a sidecar of this process.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startSidecar } from "../../sidecar/start.ts"
import { constructsOn } from "../harness/constructs.ts"

constructsOn("our sidecar", 30_000, async () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-runtime-"))
  const { grpcPort, httpPort, close } = await startSidecar({ file: join(folder, "state.db") })
  return {
    grpcPort,
    httpPort,
    async close() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})
