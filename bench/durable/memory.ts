// What the sidecar keeps in memory, and what a run costs, as finished runs pile up.

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startSidecarProcess } from "./contenders/sidecar.ts"
import { together } from "./contender.ts"
import { overGrpc } from "./hub-client.ts"
import { startGrpcWorker } from "./programs.ts"

const parts = 10
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
    const costs: number[] = []
    const count = Math.ceil(runs / parts)
    for (let part = 1; part <= parts; part++) {
      const [startedMs, startedCpuMs] = [performance.now(), cpuMs(sidecar.pid)]
      await together(count, concurrency, () => contender.steps())
      const perSecond = count / ((performance.now() - startedMs) / 1_000)
      const cost = (cpuMs(sidecar.pid) - startedCpuMs) / count
      costs.push(cost)
      console.log([
        `${String(count * part).padStart(8)} runs`, `${perSecond.toFixed(0).padStart(5)} runs/s`, `${cost.toFixed(2).padStart(6)} ms of processor time a run`,
        `${resident(sidecar.pid).toFixed(0).padStart(4)} MiB`,
      ].join("  "))
    }
    const mebibytes = resident(sidecar.pid)
    return {
      "target.sidecar.memory": round(limitMebibytes / mebibytes),
      // Of the sidecar's processor time, which other load on the machine hardly moves. The first part warms up; more than 1 means that runs get cheaper.
      "sidecar.flatness": round(costs[1]! / costs.at(-1)!),
    }
  } finally {
    await contender.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Number(value.toFixed(2))
}

/** What `/proc` counts in: the kernel shows 100 ticks a second to programs on every Linux. */
const tickMs = 10

function cpuMs(pid: number): number {
  // The name of the program, in brackets, may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  return (user + system) * tickMs
}

function resident(pid: number): number {
  const [, kibibytes = "NaN"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Number(kibibytes) / 1_024
}
