// Runs of the measured workflows over gRPC, on our sidecar and on daprd alike.

import { connect } from "../../sidecar/client.ts"
import type { Contender } from "./contender.ts"

const deadlineMs = 60_000

export function overGrpc(grpcPort: number, close: () => Promise<void>): Contender {
  const client = connect({ grpcPort, deadlineMs })
  const run = async (name: string, input?: string): Promise<void> => {
    const instanceId = await client.start({ name, instanceId: crypto.randomUUID(), ...(input === undefined ? {} : { input }) })
    const view = await client.waitForEnd(instanceId)
    if (view?.status !== "completed") throw new Error(`${instanceId} ${view?.status}: ${view?.failure?.errorMessage}`)
  }
  return {
    steps: () => run("steps"),
    fanOut: (count) => run("fanOut", String(count)),
    async close() {
      client.close()
      await close()
    },
  }
}
