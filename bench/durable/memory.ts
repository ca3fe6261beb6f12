// What the sidecar keeps in memory, and what a run costs, as finished runs pile up.

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startSidecarProcess } from "./contenders/sidecar.ts"
import { together } from "./contender.ts"
import { overGrpc } from "./hub-client.ts"
import { startGrpcWorker } from "./programs.ts"

const parts = 5
const concurrency = 50
const limitMebibytes = 120

export async function memory({ runs }: { readonly runs: number }): Promise<Readonly<Record<string, number>>> {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-memory-"))
  const sidecar = await startSidecarProcess(folder)
  const worker = await startGrpcWorker(sidecar.grpcPort)
  const contender = overGrpc(sidecar.grpcPort, async () => {
    worker.abandon()
    await sidecar.stop()
  })
  try {
    console.log(`the sidecar with ${runs} finished runs of five steps`)
    const perSecond: number[] = []
    for (let part = 1; part <= parts; part++) {
      const startedMs = performance.now()
      await together(Math.ceil(runs / parts), concurrency, () => contender.steps())
      perSecond.push(Math.ceil(runs / parts) / ((performance.now() - startedMs) / 1_000))
      console.log(`${String(Math.ceil((runs * part) / parts)).padStart(8)} runs  ${perSecond.at(-1)!.toFixed(0).padStart(5)} runs/s  ${resident(sidecar.pid).toFixed(0).padStart(4)} MiB`)
    }
    const mebibytes = resident(sidecar.pid)
    return {
      "target.sidecar.memory": round(limitMebibytes / mebibytes),
      // The first part warms up; flat is 1, and more means that runs get cheaper.
      "sidecar.flatness": round(perSecond.at(-1)! / perSecond[1]!),
    }
  } finally {
    await contender.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Number(value.toFixed(2))
}

function resident(pid: number): number {
  const [, kibibytes = "NaN"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Number(kibibytes) / 1_024
}
