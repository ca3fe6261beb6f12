// npm run bench -- durable: our two hosts and their peers in one run, a table, and the ratios as the last line.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { commitMs } from "./commit.ts"
import type { Figures } from "./contender.ts"
import { measured } from "./measured.ts"
import type { Ratios, Result } from "./measured.ts"
import { install } from "./peers.ts"

const here = import.meta.dirname
const ours = ["in-process", "sidecar"] as const
const titles: Readonly<Record<string, string>> = {
  "in-process": "AgentFlow, one process", sidecar: "AgentFlow, sidecar over gRPC", daprd: "Dapr, SQLite", "daprd-redis": "Dapr, Redis",
  langgraph: "LangGraph.js, SQLite, full sync", restate: "Restate", dbos: "DBOS, PostgreSQL",
}

/** Of one contender: several times what the slowest needs. */
const limitSeconds = "400"
/** For each run of the part `memory`: some ten times what one takes. */
const secondsPerRun = 0.03

export async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv], allowPositionals: true,
    options: {
      only: { type: "string" }, scale: { type: "string", default: "1" }, runs: { type: "string" }, limit: { type: "string", default: limitSeconds },
    },
  })
  const parts = positionals.length === 0 ? ["steps", "takeover", "length", "memory"] : positionals
  const ratios: Record<string, number> = {}
  if (parts.includes("steps")) {
    const names = values.only?.split(",") ?? Object.keys(titles)
    const results = new Map<string, Result>()
    const commit = commitMs()
    if (names.some((name) => name === "langgraph" || name === "restate" || name === "dbos")) await install(here)
    for (const name of names) {
      process.stderr.write(`measuring ${titles[name] ?? name}\n`)
      results.set(name, await measured({ program: join(here, "one.ts"), args: [name, values.scale], limitMs: Number(values.limit) * 1_000 }))
    }
    printTable(results)
    console.log(`a bare commit of SQLite on this disk (WAL, synchronous FULL): ${commit.toFixed(3)} ms, ${(1_000 / commit).toFixed(0)} a second`)
    Object.assign(ratios, ratiosOf(results))
  }
  const runs = Number(values.runs ?? 5_000)
  for (const name of ["takeover", "length", "memory"]) {
    if (!parts.includes(name)) continue
    const seconds = Number(values.limit) + (name === "memory" ? Math.ceil(runs * secondsPerRun) : 0)
    const result = await measured<Ratios>({
      program: join(here, "part.ts"), args: [name, String(runs)], limitMs: seconds * 1_000, onLine: (line) => console.log(line),
    })
    if ("unavailable" in result) console.log(`${name}: not measured: ${result.unavailable}`)
    else Object.assign(ratios, result.ratios)
  }
  console.log(JSON.stringify({ ratios }))
  return 0
}

function printTable(results: ReadonlyMap<string, Result>): void {
  console.log(`five steps, fan-out of 100; state on disk before a step is acknowledged; ${machine()}`)
  console.log(row("", "latency p50", "p99", "runs/s", "fan-out"))
  for (const [name, result] of results) {
    const title = titles[name] ?? name
    if ("unavailable" in result) console.log(`${title.padEnd(34)} not measured: ${result.unavailable}`)
    else {
      const { latencyMs, latencyMsP99, runsPerSecond, fanOutMs } = result
      console.log(row(title, ms(latencyMs), ms(latencyMsP99), runsPerSecond.toFixed(0), ms(fanOutMs)))
    }
  }
}

function row(title: string, ...cells: readonly string[]): string {
  return title.padEnd(34) + cells.map((cell) => cell.padStart(13)).join("")
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

function machine(): string {
  const model = existsSync("/proc/cpuinfo") ? /model name\s*: (.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] : undefined
  return `${navigator.hardwareConcurrency} processors${model === undefined ? "" : ` (${model})`}, Node ${process.versions.node}`
}

/** More than 1 is in our favour: theirs by ours for times, ours by theirs for rates. `best` is the best of the peers. */
function ratiosOf(results: ReadonlyMap<string, Result>): Readonly<Record<string, number>> {
  const figures = (name: string): Figures | undefined => {
    const result = results.get(name)
    return result && !("unavailable" in result) ? result : undefined
  }
  const [inProcess, sidecar] = [figures("in-process"), figures("sidecar")]
  const peers = [...results.keys()].filter((name) => !ours.some((own) => own === name)).map(figures).filter((peer) => peer !== undefined)
  const ratios: Record<string, number> = {}
  if (inProcess && peers.length > 0) {
    ratios["best.latency"] = Math.min(...peers.map((peer) => peer.latencyMs)) / inProcess.latencyMs
    ratios["best.throughput"] = inProcess.runsPerSecond / Math.max(...peers.map((peer) => peer.runsPerSecond))
    ratios["best.fanOut"] = Math.min(...peers.map((peer) => peer.fanOutMs)) / inProcess.fanOutMs
  }
  for (const [peer, theirs] of [["daprdSqlite", figures("daprd")], ["daprdRedis", figures("daprd-redis")]] as const) {
    for (const [name, own] of [[peer, sidecar], [`${peer}.inProcess`, inProcess]] as const) {
      if (!own || !theirs) continue
      ratios[`${name}.latency`] = theirs.latencyMs / own.latencyMs
      ratios[`${name}.throughput`] = own.runsPerSecond / theirs.runsPerSecond
      ratios[`${name}.fanOut`] = theirs.fanOutMs / own.fanOutMs
    }
  }
  const targets = {
    ...(inProcess ? {
      "target.inProcess.latency": 4 / inProcess.latencyMs, "target.inProcess.throughput": inProcess.runsPerSecond / 800,
      "target.inProcess.fanOut": 23 / inProcess.fanOutMs,
    } : {}),
    ...(sidecar ? { "target.sidecar.throughput": sidecar.runsPerSecond / 400 } : {}),
  }
  return Object.fromEntries(Object.entries({ ...ratios, ...targets }).map(([key, value]) => [key, Number(value.toFixed(2))]))
}
