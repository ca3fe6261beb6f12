// How long `agentflow` takes to start, beside an empty Node program: in pairs, interleaved, medians.

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const program = join(import.meta.dirname, "../../dist/cli/main.js")

interface Started {
  readonly name: string
  readonly args: readonly string[]
  /** The most that it may take, in times of the empty program. */
  readonly most?: number
}

const started: readonly Started[] = [
  { name: "--version", args: ["--version"], most: 1.5 }, { name: "--help", args: ["--help"] }, { name: "completion bash", args: ["completion", "bash"] },
  { name: "check", args: ["check", "main.agentflow"] }, { name: "graph", args: ["graph", "main.agentflow"] },
]

/** `--rounds N`, by default 30. Exits with 1 when a start takes more than it may. */
export async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf("--rounds")
  const rounds = at < 0 ? 30 : Number(argv[at + 1])
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error("--rounds takes a whole number from 1")
    return 2
  }
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-start-"))
  try {
    writeFileSync(join(folder, "empty.js"), "")
    spawnSync(process.execPath, [program, "init", "."], { cwd: folder })
    return report(measure(folder, rounds))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Times = ReadonlyMap<string, readonly number[]>

function measure(folder: string, rounds: number): Times {
  const time = (args: readonly string[]): number => {
    const beganMs = performance.now()
    const { status } = spawnSync(process.execPath, [...args], { cwd: folder, stdio: "ignore" })
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`)
    return performance.now() - beganMs
  }
  const all: readonly Started[] = [{ name: "empty", args: [] }, ...started]
  const argsOf = ({ name, args }: Started): readonly string[] => (name === "empty" ? ["empty.js"] : [program, ...args])
  // The first start of each fills the caches of the disk and of Node.
  for (const each of all) time(argsOf(each))
  const times = new Map(all.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++) for (const each of all) times.get(each.name)!.push(time(argsOf(each)))
  return times
}

function report(times: Times): number {
  const empty = times.get("empty")!
  console.log("Milliseconds of a process, medians of interleaved rounds; the ratio is the median over the rounds.")
  const ratios = started.map(({ name, most }) => {
    const own = times.get(name)!
    const ratio = median(own.map((ms, round) => ms / empty[round]!))
    console.log(`${name.padEnd(18)}${median(own).toFixed(1).padStart(8)} ms  empty ${median(empty).toFixed(1).padStart(6)} ms  ratio ${ratio.toFixed(2)}${most === undefined ? "" : ` of at most ${most}`}`)
    return { name, ratio, most }
  })
  console.log(JSON.stringify({ ratios: Object.fromEntries(ratios.map(({ name, ratio }) => [`empty.${name}`, Number((1 / ratio).toFixed(3))])) }))
  return ratios.every(({ ratio, most }) => most === undefined || ratio <= most) ? 0 : 1
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
