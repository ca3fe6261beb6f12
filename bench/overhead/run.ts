// npm run bench -- overhead: generated code against the same workflow by hand on the SDK, in one worker on one sidecar.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { buildProgram } from "../../cli/build-program.ts"
import { readConfig } from "../../cli/config.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { connect } from "../../sidecar/client.ts"
import { startSidecarProcess } from "../durable/contenders/sidecar.ts"
import type { SidecarProcess } from "../durable/contenders/sidecar.ts"
import { compare, efforts, growth } from "./measure.ts"
import type { Effort, Figures, Measuring } from "./measure.ts"

const here = import.meta.dirname

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { steps: { type: "string", default: "10,100,1000" } } })
  const wanted = values.steps.split(",").map(Number)
  // Inside the project, so that the generated modules find the runtime.
  const folder = mkdtempSync(join(here, "generated-"))
  try {
    const program = { file: join(here, "chain.agentflow"), config: readConfig(here, undefined, {}), terminal: openTerminal({ NO_COLOR: "1" }), out: join(folder, "project") }
    const { out } = await buildProgram(program)
    const sidecar = await startSidecarProcess(folder)
    const worker = await startWorker(out, sidecar)
    const client = connect({ grpcPort: sidecar.grpcPort, deadlineMs: 30_000 })
    const processorMs = (): number | undefined => processorMsOf([worker.pid, sidecar.pid])
    await report({ client, processorMs }, efforts.filter(({ steps }) => wanted.includes(steps)))
    client.close()
    await worker.stop()
    await sidecar.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return 0
}

async function startWorker(generated: string, { grpcPort, httpPort }: SidecarProcess): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(here, "worker.ts"), generated], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], DAPR_GRPC_PORT: String(grpcPort), DAPR_HTTP_PORT: String(httpPort) },
  })
  const gone = once(child, "exit")
  const isReady = await Promise.race([once(child.stdout, "data").then(() => true), gone.then(() => false)])
  if (!isReady) throw new Error("the worker ended before it was ready")
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM")
      await gone
    },
  }
}

/** As Linux counts, in hundredths of a second: enough over many runs, and the same on a busy machine as on a quiet one. */
function processorMsOf(pids: readonly number[]): number | undefined {
  if (!existsSync("/proc/self/stat")) return undefined
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)
}

async function report(measuring: Measuring, wanted: readonly Effort[]): Promise<void> {
  const { client } = measuring
  console.log("generated code, and by hand on the SDK: in pairs, in one worker, on one sidecar; ratios are medians over the pairs")
  const heads = ["steps", "latency", "by hand", "ratio", "steps/s", "by hand", "ratio", "cpu/step", "by hand", "events", "by hand", "bytes/step", "by hand"]
  console.log(heads.map((cell) => cell.padStart(11)).join(""))
  const ratios: Record<string, number> = {}
  for (const effort of wanted) {
    const { steps } = effort
    const { generated, byHand, latencyRatio, throughputRatio } = await compare(measuring, effort)
    const [grown, grownByHand] = [await growth(client, "Chain", steps), await growth(client, "ByHand", steps)]
    const row = [
      String(steps), `${generated.latencyMs.toFixed(1)} ms`, `${byHand.latencyMs.toFixed(1)} ms`, latencyRatio.toFixed(2),
      generated.stepsPerSecond.toFixed(0), byHand.stepsPerSecond.toFixed(0), throughputRatio.toFixed(2),
      processor(generated), processor(byHand), String(grown.events), String(grownByHand.events), (grown.bytes / steps).toFixed(0), (grownByHand.bytes / steps).toFixed(0),
    ]
    console.log(row.map((cell) => cell.padStart(11)).join(""))
    ratios[`byHand.latency.${steps}`] = Number(latencyRatio.toFixed(3))
    ratios[`byHand.throughput.${steps}`] = Number(throughputRatio.toFixed(3))
    const [mine, theirs] = [generated.processorMsPerStep, byHand.processorMsPerStep]
    if (mine !== undefined && theirs !== undefined) ratios[`byHand.processor.${steps}`] = Number((theirs / mine).toFixed(3))
  }
  const worst = (what: string): number => Math.min(...wanted.map(({ steps }) => ratios[`byHand.${what}.${steps}`] ?? NaN))
  console.log(JSON.stringify({ ratios: { ...ratios, "byHand.latency": worst("latency"), "byHand.throughput": worst("throughput") } }))
}

function processor({ processorMsPerStep }: Figures): string {
  return processorMsPerStep === undefined ? "–" : `${processorMsPerStep.toFixed(2)} ms`
}
