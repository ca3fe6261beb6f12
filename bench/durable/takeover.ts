// How long a step waits that a killed worker held, from its successor's connection on.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connectWorker, silenceSdk } from "../../runtime/dapr.ts"
import { holding } from "./hanging-worker.ts"
import { connect } from "../../sidecar/client.ts"
import { startSidecarProcess } from "./contenders/sidecar.ts"

const rounds = 5
const limitMs = 100
const stopMsMax = 5_000

export async function takeover(): Promise<Readonly<Record<string, number>>> {
  silenceSdk()
  const folder = mkdtempSync(join(tmpdir(), "agentflow-takeover-"))
  const sidecar = await startSidecarProcess(folder)
  const client = connect({ grpcPort: sidecar.grpcPort })
  const found: number[] = []
  try {
    for (let round = 0; round < rounds; round++) found.push(await replaced(sidecar.grpcPort, client))
  } finally {
    client.close()
    await sidecar.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const median = found.sort((a, b) => a - b)[Math.floor(rounds / 2)]!
  console.log(`a killed worker's step runs again ${median.toFixed(0)} ms after its successor begins to connect (most: ${found.at(-1)!.toFixed(0)} ms)`)
  return { "target.takeover": Number((limitMs / median).toFixed(2)) }
}

async function replaced(grpcPort: number, client: ReturnType<typeof connect>): Promise<number> {
  const victim = spawn(process.execPath, [join(import.meta.dirname, "hanging-worker.ts"), String(grpcPort)], { stdio: ["ignore", "pipe", "inherit"] })
  const gone = once(victim, "exit")
  const id = await client.start({ name: "holding", instanceId: crypto.randomUUID() })
  await once(victim.stdout!, "data")
  victim.kill("SIGKILL")
  await gone
  const startedMs = performance.now()
  let tookMs = Number.NaN
  const successor = connectWorker(holding(grpcPort, async () => {
    tookMs = performance.now() - startedMs
    return 1
  }))
  await successor.start()
  await client.waitForEnd(id)
  await successor.stop(stopMsMax)
  return tookMs
}
