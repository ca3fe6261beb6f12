// Real Dapr with Redis as its state store, a server of its own that syncs every write.

import { redisMissing, startRedis } from "../../../test/harness/redis.ts"
import { Unavailable } from "../contender.ts"
import type { Contender, OpenOptions } from "../contender.ts"
import { openWith } from "./daprd.ts"

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const missing = redisMissing()
  if (missing !== undefined) throw new Unavailable(missing)
  const redis = await startRedis(folder)
  const contender = await openWith({ runDir: folder, stateStore: "redis", redisPort: redis.port }).catch(async (error: unknown) => {
    await redis.stop()
    throw error
  })
  return {
    ...contender,
    async close() {
      await contender.close()
      await redis.stop()
    },
  }
}
