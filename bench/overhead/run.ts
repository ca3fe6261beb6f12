// npm run bench -- overhead: generated code against the same workflow by hand on the SDK, on one sidecar.

import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { buildProgram } from "../../cli/build-program.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { startSidecarProcess } from "../durable/contenders/sidecar.ts"
import type { SidecarProcess } from "../durable/contenders/sidecar.ts"
import { efforts, growth, measure, median } from "./measure.ts"
import type { Figures, Growth } from "./measure.ts"
import { startWorkerProcess } from "./worker.ts"

const here = import.meta.dirname
const names = ["generated", "byHand"] as const
type Name = (typeof names)[number]

interface Measured {
  /** By steps, one entry for each round. */
  readonly figures: Map<number, Figures[]>
  readonly growth: Map<number, Growth>
}

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { rounds: { type: "string", default: "5" } } })
  // Inside the project, so that both workers find the packages.
  const folder = mkdtempSync(join(here, "generated-"))
  const measured: Readonly<Record<Name, Measured>> = {
    generated: { figures: new Map(), growth: new Map() }, byHand: { figures: new Map(), growth: new Map() },
  }
  try {
    const config = { folder: here, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: { AF4008: "off" as const } }
    const built = await buildProgram({ file: join(here, "chain.agentflow"), config, terminal: openTerminal({ NO_COLOR: "1" }), out: join(folder, "project") })
    const programs = { generated: join(built.out, "worker.ts"), byHand: join(here, "by-hand.ts") }
    const sidecar = await startSidecarProcess(folder)
    const client = connect({ grpcPort: sidecar.grpcPort, deadlineMs: 30_000 })
    for (let round = 0; round < Number(values.rounds); round++) {
      // Alternately first, so that whatever changes with time meets both.
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        process.stderr.write(`round ${round + 1}: ${name}\n`)
        await measureRound(programs[name], sidecar, client, measured[name])
      }
    }
    client.close()
    await sidecar.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  print(measured)
  return 0
}

async function measureRound(program: string, sidecar: SidecarProcess, client: TaskHubClient, into: Measured): Promise<void> {
  const worker = await startWorkerProcess(program, sidecar)
  for (const effort of efforts) {
    const { steps } = effort
    into.figures.set(steps, [...(into.figures.get(steps) ?? []), await measure(client, effort)])
    if (!into.growth.has(steps)) into.growth.set(steps, await growth(client, steps))
  }
  await worker.stop()
}

function print({ generated, byHand }: Readonly<Record<Name, Measured>>): void {
  console.log("generated code / by hand on the SDK; medians of the rounds, each with workers of its own; one sidecar")
  const cells = ["steps", "latency", "by hand", "ratio", "steps/s", "by hand", "ratio", "events", "by hand", "bytes/step", "by hand"]
  console.log(cells.map((cell) => cell.padStart(11)).join(""))
  const ratios: Record<string, number> = {}
  for (const { steps } of efforts) {
    const [ours, theirs] = [generated, byHand].map(({ figures }) => figures.get(steps) ?? []) as [Figures[], Figures[]]
    const [mine, other] = [ours, theirs].map((rounds) => ({
      latencyMs: median(rounds.map((round) => round.latencyMs)), stepsPerSecond: median(rounds.map((round) => round.stepsPerSecond)),
    })) as [Figures, Figures]
    const latency = other.latencyMs / mine.latencyMs
    const throughput = mine.stepsPerSecond / other.stepsPerSecond
    ratios[`byHand.latency.${steps}`] = rounded(latency)
    ratios[`byHand.throughput.${steps}`] = rounded(throughput)
    const [grown, otherGrown] = [generated.growth.get(steps), byHand.growth.get(steps)]
    const perStep = (one: Growth | undefined): string => ((one?.bytes ?? NaN) / steps).toFixed(0)
    const row = [
      steps, `${mine.latencyMs.toFixed(1)} ms`, `${other.latencyMs.toFixed(1)} ms`, latency.toFixed(2), mine.stepsPerSecond.toFixed(0),
      other.stepsPerSecond.toFixed(0), throughput.toFixed(2), grown?.events ?? "", otherGrown?.events ?? "", perStep(grown), perStep(otherGrown),
    ]
    console.log(row.map((cell) => String(cell).padStart(11)).join(""))
  }
  for (const what of ["latency", "throughput"]) {
    ratios[`byHand.${what}`] = Math.min(...efforts.map(({ steps }) => ratios[`byHand.${what}.${steps}`] ?? NaN))
  }
  console.log(JSON.stringify({ ratios }))
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
