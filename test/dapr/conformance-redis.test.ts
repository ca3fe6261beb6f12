// The conformance cases on real daprd with Redis.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { conformance } from "../contract/conformance/suite.ts"
import { startDapr } from "../harness/dapr.ts"
import { redisMissing, startRedis } from "../harness/redis.ts"

const missing = redisMissing()
if (missing) it(`conformance on Redis is left out: ${missing}`, () => expect(missing).toBeTruthy())
else conformance({
  name: "daprd, Redis", kind: "daprd",
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
    const redis = await startRedis(folder)
    const dapr = await startDapr({ runDir: folder, stateStore: "redis", redisPort: redis.port })
    const stop = async () => {
      await dapr.stop()
      await redis.stop()
      await rm(folder, { recursive: true, force: true })
    }
    return { ...dapr, stop }
  },
})
