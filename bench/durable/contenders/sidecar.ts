// Ours over gRPC: the sidecar as a process of its own, client and worker in this one.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Contender, OpenOptions } from "../contender.ts"
import { overGrpc } from "../hub-client.ts"
import { startGrpcWorker } from "../programs.ts"

const root = join(import.meta.dirname, "../../..")
const built = join(root, "dist/sidecar/main.js")
/** As it is installed; types that are stripped at start-up cost memory for good. */
const program = existsSync(built) ? built : join(root, "sidecar/main.ts")

export interface SidecarProcess {
  readonly pid: number
  readonly grpcPort: number
  readonly httpPort: number
  stop(): Promise<void>
}

export async function startSidecarProcess(folder: string): Promise<SidecarProcess> {
  const child = spawn(process.execPath, [program, "--db", join(folder, "hub.db")], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string]
  const { grpcPort, httpPort, pid } = JSON.parse(line) as Pick<SidecarProcess, "grpcPort" | "httpPort" | "pid">
  return {
    pid, grpcPort, httpPort,
    async stop() {
      const gone = once(child, "exit")
      child.kill("SIGTERM")
      await gone
    },
  }
}

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const sidecar = await startSidecarProcess(folder)
  const worker = await startGrpcWorker(sidecar.grpcPort)
  return overGrpc(sidecar.grpcPort, async () => {
    worker.abandon()
    await sidecar.stop()
  })
}
