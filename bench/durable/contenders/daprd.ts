// Real Dapr, by default with its SQLite state store: daprd, placement and scheduler as processes, client and worker in this one.

import { startDapr } from "../../../test/harness/dapr.ts"
import { Unavailable } from "../contender.ts"
import type { Contender, OpenOptions } from "../contender.ts"
import { overGrpc } from "../hub-client.ts"
import { startGrpcWorker } from "../programs.ts"

const usableTries = 200

export function open({ folder }: OpenOptions): Promise<Contender> {
  return openWith({ runDir: folder, stateStore: "sqlite" })
}

export async function openWith(options: Parameters<typeof startDapr>[0]): Promise<Contender> {
  const dapr = await startDapr(options).catch((error: unknown) => {
    throw new Unavailable(error instanceof Error ? error.message : String(error))
  })
  const worker = await startGrpcWorker(dapr.grpcPort)
  const contender = overGrpc(dapr.grpcPort, async () => {
    worker.abandon()
    await dapr.stop()
  })
  for (let tries = 1; ; tries++) {
    try {
      await contender.steps()
      return contender
    } catch (error) {
      if (tries === usableTries) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
