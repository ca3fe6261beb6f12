// npm run bench -- compiler: our compiler beside TypeSpec, Langium and BAML, interleaved; the last line is JSON ratios.

import { fork, spawnSync, type ChildProcess } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { coldBaml, coldCommand, type ColdCommand } from "./peers/baml.ts"
import type { Answer, Question } from "./peers/peer.ts"
import { linesOf, program } from "./programs.ts"

const here = import.meta.dirname
const agentflow = join(here, "../../dist/cli/main.js")
const warmUps = 3

type WarmPeer = "agentflow" | "typespec" | "langium"

interface Measure {
  readonly peer: WarmPeer
  readonly what: Question["what"] | "deep"
  readonly lines: number
}

/** `check` of TypeSpec is its compile without the emitter, the smaller of its two. */
const measures: readonly Measure[] = [
  ...([1_000, 10_000] as const).flatMap((lines) => [
    { peer: "agentflow", what: "check", lines },
    { peer: "typespec", what: "check", lines },
    { peer: "langium", what: "check", lines },
    { peer: "agentflow", what: "bounds", lines },
    { peer: "agentflow", what: "deep", lines },
    { peer: "agentflow", what: "emit", lines },
    { peer: "typespec", what: "emit", lines },
  ] as const),
]

export async function main(argv: readonly string[]): Promise<number> {
  const rounds = Number(argv[0] ?? 9)
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error("usage: npm run bench -- compiler [ROUNDS]")
    return 2
  }
  if (!installed()) return 1
  const warm = await measureWarm(rounds)
  const cold = measureCold(rounds)
  printTables(warm, cold)
  const check = (peer: WarmPeer, lines: number): number => warm.ms(peer, "check", lines)
  const bounds = (lines: number): number => warm.ms("agentflow", "bounds", lines)
  const ratios = {
    "typespec.warmCheck1000": check("typespec", 1_000) / check("agentflow", 1_000),
    "typespec.warmCheck10000": check("typespec", 10_000) / check("agentflow", 10_000),
    "typespec.warmBounds1000": check("typespec", 1_000) / bounds(1_000),
    "typespec.warmEmit1000": warm.ms("typespec", "emit", 1_000) / warm.ms("agentflow", "emit", 1_000),
    "langium.warmCheck1000": check("langium", 1_000) / check("agentflow", 1_000),
    "langium.warmCheck10000": check("langium", 10_000) / check("agentflow", 10_000),
    "langium.warmBounds1000": check("langium", 1_000) / bounds(1_000),
    "baml.coldCheck1000": median(cold.baml) / median(cold.agentflow),
    "self.linear": (10 * bounds(1_000)) / bounds(10_000),
    "self.linearDeepChain": (10 * warm.ms("agentflow", "deep", 1_000)) / warm.ms("agentflow", "deep", 10_000),
  }
  console.log(JSON.stringify({ ratios: Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(3))])) }))
  return 0
}

/** The peers live in this folder alone, so that nobody who only uses AgentFlow waits for them. */
function installed(): boolean {
  if (!existsSync(agentflow)) {
    console.error("Nothing is built yet: npm run build")
    return false
  }
  const lock = readFileSync(join(here, "package-lock.json"), "utf8")
  const stamp = join(here, "node_modules/.agentflow-lock")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true
  console.log("Installing the peers …")
  // Not `npm ci`: a peer has a package for each platform, and a registry may offer only those of this one.
  const { status } = spawnSync("npm", ["install", "--no-save", "--loglevel=error", "--ignore-scripts"], { cwd: here, stdio: "inherit", shell: process.platform === "win32" })
  if (status !== 0) return false
  writeFileSync(stamp, lock)
  return true
}

interface Warm {
  readonly ms: (peer: WarmPeer, what: Measure["what"], lines: number) => number
  readonly memoryMiB: (peer: WarmPeer) => number
}

/** A process for each peer and task; every round asks all of them, so that a busy machine hits them alike. */
async function measureWarm(rounds: number): Promise<Warm> {
  const peers = new Map<string, Asked>()
  const found = new Map<string, number[]>()
  const memory = new Map<WarmPeer, number>()
  try {
    for (const { peer, what } of measures) if (!peers.has(`${peer} ${what}`)) peers.set(`${peer} ${what}`, await open(peer))
    for (let round = -warmUps; round < rounds; round++) {
      for (const { peer, what, lines } of measures) {
        // The long programs warm up what the short ones did not; twice is enough of them, and of what they emit.
        if (lines > 1_000 && (what !== "emit" ? round < -2 : round < 0 || round > 1)) continue
        // Several times in a row: in the first one after the others' turns a process gets its memory back from the system.
        const text = `${program(what === "deep" ? "agentflowDeep" : peer, lines)}\n// round ${round}\n`
        const { ms, memoryMiB } = await peers.get(`${peer} ${what}`)!.ask({ what: what === "deep" ? "bounds" : what, text, times: lines > 1_000 ? 3 : 5 })
        memory.set(peer, Math.max(memory.get(peer) ?? 0, memoryMiB))
        const key = `${peer} ${what} ${lines}`
        if (round >= 0) found.set(key, [...(found.get(key) ?? []), ms])
      }
    }
  } finally {
    for (const peer of peers.values()) peer.close()
  }
  return {
    ms: (peer, what, lines) => median(found.get(`${peer} ${what} ${lines}`) ?? []),
    memoryMiB: (peer) => memory.get(peer) ?? Number.NaN,
  }
}

interface Asked {
  readonly ask: (question: Question) => Promise<Answer>
  readonly close: () => void
}

async function open(peer: WarmPeer): Promise<Asked> {
  const child = fork(join(here, "peers", `${peer}.ts`), [], { execArgv: ["--expose-gc"] })
  await next(child)
  return {
    ask: async (question) => {
      const answer = next(child)
      child.send(question)
      return (await answer) as Answer
    },
    close: () => void child.disconnect(),
  }
}

function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`))
    child.once("exit", failed)
    child.once("message", (message) => {
      child.off("exit", failed)
      resolve(message)
    })
  })
}

interface Cold {
  readonly agentflow: readonly number[]
  readonly baml: readonly number[]
}

function measureCold(rounds: number): Cold {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-cold-"))
  writeFileSync(join(folder, "main.agentflow"), program("agentflow", 1_000))
  const commands = { agentflow: coldCommand(folder, [agentflow, "check", "main.agentflow"]), baml: coldBaml(program("baml", 1_000)) }
  const found = { agentflow: [] as number[], baml: [] as number[] }
  const runAll = (): void => {
    for (const [name, command] of Object.entries(commands) as [keyof Cold, ColdCommand][]) found[name].push(command.run())
  }
  try {
    // The first start of each fills the caches of the disk and of Node; nobody's second check is like it.
    for (const command of Object.values(commands)) command.run()
    for (let round = 0; round < rounds; round++) runAll()
  } finally {
    for (const command of Object.values(commands)) command.close()
  }
  return found
}

function printTables(warm: Warm, cold: Cold): void {
  const row = (cells: readonly (string | number)[]): void =>
    console.log(cells.map((cell, index) => (index === 0 ? String(cell).padEnd(42) : String(cell).padStart(14))).join(""))
  const ms = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(1))
  const lines = (["agentflow", "typespec", "langium", "baml"] as const).map((name) => `${name} ${linesOf(program(name, 1_000))}`)
  console.log(`\nLines of the short programs: ${lines.join(", ")}. Milliseconds, medians of interleaved rounds.\n`)
  row(["", "AgentFlow", "TypeSpec", "Langium", "BAML"])
  for (const length of [1_000, 10_000] as const) {
    row([`warm check, ${length} lines`, ...(["agentflow", "typespec", "langium"] as const).map((peer) => ms(warm.ms(peer, "check", length))), "–"])
    row([`warm check and bounds, ${length} lines`, ms(warm.ms("agentflow", "bounds", length)), "–", "–", "–"])
    row([`the same, chains, ${length} lines`, ms(warm.ms("agentflow", "deep", length)), "–", "–", "–"])
    row([`warm emit, ${length} lines`, ms(warm.ms("agentflow", "emit", length)), ms(warm.ms("typespec", "emit", length)), "–", "–"])
  }
  row(["cold process, check or generate, 1000 lines", ms(median(cold.agentflow)), "–", "–", ms(median(cold.baml))])
  row(["largest memory of a warm process, MiB", ...(["agentflow", "typespec", "langium"] as const).map((peer) => warm.memoryMiB(peer).toFixed(0)), "–"])
  console.log("\nRatios are peer / ours, larger is better for us; self.linear and self.linearDeepChain are 10 × the short check / the long one: 1 is linear.")
  console.log("TypeSpec's check is its compile without an emitter (with the libraries of the program before), its emit writes OpenAPI.\n")
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length === 0 ? Number.NaN : sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
