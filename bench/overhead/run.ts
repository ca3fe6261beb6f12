// npm run bench -- overhead: generated code against the same workflow by hand on the SDK, in one worker on one sidecar.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { buildProgram } from "../../cli/build-program.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { startSidecarProcess } from "../durable/contenders/sidecar.ts"
import type { SidecarProcess } from "../durable/contenders/sidecar.ts"
import { compare, efforts, growth } from "./measure.ts"
import type { Effort } from "./measure.ts"

const here = import.meta.dirname

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { steps: { type: "string", default: "10,100,1000" } } })
  const wanted = values.steps.split(",").map(Number)
  // Inside the project, so that the generated modules find the runtime.
  const folder = mkdtempSync(join(here, "generated-"))
  try {
    const config = { folder: here, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: { AF4008: "off" as const } }
    const program = { file: join(here, "chain.agentflow"), config, terminal: openTerminal({ NO_COLOR: "1" }), out: join(folder, "project") }
    const { out } = await buildProgram(program)
    const sidecar = await startSidecarProcess(folder)
    const stopWorker = await startWorker(out, sidecar)
    const client = connect({ grpcPort: sidecar.grpcPort, deadlineMs: 30_000 })
    await report(client, efforts.filter(({ steps }) => wanted.includes(steps)))
    client.close()
    await stopWorker()
    await sidecar.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return 0
}

async function startWorker(generated: string, { grpcPort, httpPort }: SidecarProcess): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(here, "worker.ts"), generated], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], DAPR_GRPC_PORT: String(grpcPort), DAPR_HTTP_PORT: String(httpPort) },
  })
  const gone = once(child, "exit")
  const isReady = await Promise.race([once(child.stdout, "data").then(() => true), gone.then(() => false)])
  if (!isReady) throw new Error("the worker ended before it was ready")
  return async () => {
    child.kill("SIGTERM")
    await gone
  }
}

async function report(client: TaskHubClient, wanted: readonly Effort[]): Promise<void> {
  console.log("generated code, and by hand on the SDK: in pairs, in one worker, on one sidecar; ratios are medians over the pairs")
  const heads = ["steps", "latency", "by hand", "ratio", "steps/s", "by hand", "ratio", "events", "by hand", "bytes/step", "by hand"]
  console.log(heads.map((cell) => cell.padStart(11)).join(""))
  const ratios: Record<string, number> = {}
  for (const effort of wanted) {
    const { steps } = effort
    const { generated, byHand, latencyRatio, throughputRatio } = await compare(client, effort)
    const [grown, grownByHand] = [await growth(client, "Chain", steps), await growth(client, "ByHand", steps)]
    const row = [
      String(steps), `${generated.latencyMs.toFixed(1)} ms`, `${byHand.latencyMs.toFixed(1)} ms`, latencyRatio.toFixed(2),
      generated.stepsPerSecond.toFixed(0), byHand.stepsPerSecond.toFixed(0), throughputRatio.toFixed(2),
      String(grown.events), String(grownByHand.events), (grown.bytes / steps).toFixed(0), (grownByHand.bytes / steps).toFixed(0),
    ]
    console.log(row.map((cell) => cell.padStart(11)).join(""))
    ratios[`byHand.latency.${steps}`] = Number(latencyRatio.toFixed(3))
    ratios[`byHand.throughput.${steps}`] = Number(throughputRatio.toFixed(3))
  }
  const worst = (what: string): number => Math.min(...wanted.map(({ steps }) => ratios[`byHand.${what}.${steps}`] ?? NaN))
  console.log(JSON.stringify({ ratios: { ...ratios, "byHand.latency": worst("latency"), "byHand.throughput": worst("throughput") } }))
}
