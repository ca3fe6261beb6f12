// npm run bench -- editor [ROUNDS]: change to diagnostics, completion and hover after a change, beside other language servers; the last line is JSON ratios.

import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { program } from "../compiler/programs.ts"
import { startMeasured, type Measured } from "./client.ts"
import { peerNames, peerOf, type Peer, type PeerName } from "./peers.ts"

const here = import.meta.dirname
const lines = 1_000
const filesInWorkspace = 200
const warmUps = 5
/** What is wanted of each at p95. */
const limitMs = { file: 16, workspace: 50 }

/** What every server is asked. Diagnostics of ours come in two waves: the first is what is timed here. */
const tasks = ["diagnostics", "completion", "hover"] as const
/** The second wave, of plan and bounds, that follows when no key came for 100 ms. */
type Samples = Record<(typeof tasks)[number] | "secondWave", number[]>

export async function main(argv: readonly string[]): Promise<number> {
  const rounds = Number(argv[0] ?? 40)
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error("usage: npm run bench -- editor [ROUNDS]")
    return 2
  }
  if (!installed()) return 1
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-editor-"))
  try {
    const one = await measureAll(folder, rounds)
    const many = await measureWorkspace(folder, rounds)
    print(one, many)
    console.log(JSON.stringify({ ratios: ratiosOf(one, many) }))
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function installed(): boolean {
  if (!existsSync(join(here, "../../dist/cli/main.js"))) {
    console.error("Nothing is built yet: npm run build")
    return false
  }
  const wanted = readFileSync(join(here, "package-lock.json"), "utf8")
  const stamp = join(here, "node_modules/.agentflow-lock")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return true
  console.log("Installing the peers …")
  const { status } = spawnSync("npm", ["install", "--no-save", "--loglevel=error", "--ignore-scripts"], { cwd: here, stdio: "inherit", shell: process.platform === "win32" })
  if (status !== 0) return false
  writeFileSync(stamp, wanted)
  return true
}

/** All servers stay open, and every round asks each of them: a busy machine hits them alike. */
async function measureAll(folder: string, rounds: number): Promise<ReadonlyMap<PeerName, Samples>> {
  symlinkSync(join(here, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "strict": true, "target": "es2023", "lib": ["es2023", "dom"], "types": [] }, "files": ["main.ts"] }')
  const servers = new Map<PeerName, Measured>()
  for (const name of peerNames) {
    const peer = peerOf(name, lines)
    writeFileSync(join(folder, peer.file), peer.text)
    const server = await startMeasured(peer, folder)
    const wrong = await server.diagnostics()
    if (wrong > 0 && name !== "agentflow") throw new Error(`${name} finds ${wrong} problems in its program`)
    servers.set(name, server)
  }
  const samples = new Map(peerNames.map((name) => [name, emptySamples()]))
  for (let round = 0; round < rounds + warmUps; round++) {
    for (const [name, server] of servers) {
      const into = round < warmUps ? emptySamples() : samples.get(name)!
      await measure(server, into)
      if (name === "agentflow") await measureSecondWave(server, into)
    }
  }
  for (const server of servers.values()) await server.close()
  return samples
}

function emptySamples(): Samples {
  return { diagnostics: [], completion: [], hover: [], secondWave: [] }
}

/** One character that makes an error, and its undo; after each of the two something is asked. */
async function measure(server: Measured, samples: Samples): Promise<void> {
  const text = server.text()
  const typed = text.indexOf("customer: string", text.length / 2) + "customer: string".length
  const name = /\bOrder\d+\b/g
  name.lastIndex = typed
  const hovered = name.exec(text)!.index + 2
  const before = await server.diagnostics()
  samples.diagnostics.push(await timed(async () => {
    server.change(typed, "s")
    const found = await server.diagnostics()
    if (found <= before) throw new Error(`the error is not seen: ${found} problems`)
  }))
  samples.diagnostics.push(await timed(async () => {
    server.change(typed, "", 1)
    await server.diagnostics()
  }))
  samples.completion.push(await timed(async () => {
    server.change(typed - 1, "", 1)
    if ((await server.completion(typed - 1)) === 0) throw new Error("there is nothing to complete")
  }))
  await server.diagnostics()
  server.change(typed - 1, "g")
  await server.diagnostics()
  samples.hover.push(await timed(async () => {
    server.change(typed, "s")
    await server.hover(hovered)
  }))
  await server.diagnostics()
  server.change(typed, "", 1)
  await server.diagnostics()
}

/** One character taken from a budget, so that only a plan shows what is wrong. */
async function measureSecondWave(server: Measured, samples: Samples): Promise<void> {
  const text = server.text()
  const unit = text.indexOf("budget 40k tokens", text.length / 2) + "budget 40".length
  samples.secondWave.push(await timed(async () => {
    server.change(unit, "", 1)
    await server.saysCode("AF5004", true)
  }))
  server.change(unit, "k")
  await server.saysCode("AF5004", false)
}

async function timed(act: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}

/** The same on a file of 1,000 lines that imports from ten of 200 others. */
async function measureWorkspace(folder: string, rounds: number): Promise<Samples> {
  for (let number = 0; number < filesInWorkspace; number++) {
    const text = program("agentflow", 100).replace(/\b(Order|Verdict|Sold|web|find|post|unpost|Write|Handle|Letter|fast)(\d*)\b/g, `$1$2In${number}`)
    writeFileSync(join(folder, `part${number}.agentflow`), text)
  }
  const imports = Array.from({ length: 10 }, (_, index) => `import { Order0In${index * 7} } from "./part${index * 7}.agentflow"`).join("\n")
  const peer: Peer = { ...peerOf("agentflow", lines), file: "whole.agentflow" }
  const server = await startMeasured({ ...peer, text: `${imports}\n\n${peer.text}` }, folder)
  await server.diagnostics()
  const samples = emptySamples()
  for (let round = 0; round < rounds + warmUps; round++) await measure(server, round < warmUps ? emptySamples() : samples)
  await server.close()
  return samples
}

// ---------------------------------------------------------------- results

function at(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

function print(one: ReadonlyMap<PeerName, Samples>, many: Samples): void {
  console.log(`\nOne file of ${lines} lines, one character typed and taken back (ms: p50 / p95)`)
  console.log(["".padEnd(34), ...tasks.map((task) => (task === "diagnostics" ? "change to diagnostics" : `${task} after change`).padStart(24))].join(""))
  const row = (title: string, samples: Samples): void =>
    console.log([title.padEnd(34), ...tasks.map((task) => shown(samples[task]))].join(""))
  for (const [name, samples] of one) {
    row(name, samples)
    if (name === "agentflow") console.log(["agentflow, second wave".padEnd(34), shown(samples.secondWave)].join(""))
  }
  row(`agentflow, workspace of ${filesInWorkspace} files`, many)
  console.log(`\nThe diagnostics of agentflow are its first wave, of syntax, names, types and policies; the second, of plan and bounds, waits for 100 ms without a key.`)
  console.log(`TypeSpec waits 500 ms and more before it looks, by design. Wanted of agentflow at p95: ${limitMs.file} ms, in the workspace ${limitMs.workspace} ms.\n`)
}

function shown(samples: readonly number[]): string {
  return `${at(samples, 0.5).toFixed(1)} / ${at(samples, 0.95).toFixed(1)}`.padStart(24)
}

function ratiosOf(one: ReadonlyMap<PeerName, Samples>, many: Samples): Readonly<Record<string, number>> {
  const ours = one.get("agentflow")!
  const ratios: [string, number][] = []
  for (const name of peerNames) {
    if (name === "agentflow") continue
    for (const task of tasks) ratios.push([`${name}.${task}`, at(one.get(name)![task], 0.5) / at(ours[task], 0.5)])
  }
  for (const task of tasks) {
    ratios.push([`limit.${task}`, limitMs.file / at(ours[task], 0.95)])
    ratios.push([`limit.workspace.${task}`, limitMs.workspace / at(many[task], 0.95)])
  }
  return Object.fromEntries(ratios.map(([name, ratio]) => [name, Number(ratio.toFixed(3))]))
}
