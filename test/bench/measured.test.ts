// A bench with a contender that hangs goes on, and says who it was.

import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, expect, it } from "vitest"
import { measured } from "../../bench/durable/measured.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-measured-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, text: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, text)
  return file
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that nobody has waited for yet is dead all the same.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")
  } catch {
    return false
  }
}

const server = `
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
const server = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })
writeFileSync(process.argv[2], String(server.pid))
`

it("ends who hangs, with the servers that it started", async () => {
  const pidFile = join(folder, "pid")
  const hanging = program("hanging", `${server}\nfor (;;) {}`)
  // Long enough to have started its server.
  expect(await measured({ program: hanging, args: [pidFile], limitMs: 3_000 })).toEqual({ unavailable: "no figures within 3 s" })
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8"))), { timeout: 10_000 }).toBe(false)
})

it("takes the figures of who has some, and leaves none of its servers behind", async () => {
  const pidFile = join(folder, "pid-of-a-figure")
  const figures = { latencyMs: 1, latencyMsP99: 2, runsPerSecond: 3, fanOutMs: 4 }
  const good = program("good", `${server}\nprocess.stdout.write("noise\\n" + ${JSON.stringify(JSON.stringify(figures))} + "\\n", () => process.exit(0))`)
  expect(await measured({ program: good, args: [pidFile], limitMs: 30_000 })).toEqual(figures)
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8"))), { timeout: 10_000 }).toBe(false)
})

it("passes on what a part says, and takes its ratios", async () => {
  const lines: string[] = []
  const part = program("part", `console.log("half of it"); console.log('{"ratios":{"target.one":1.5}}')`)
  expect(await measured({ program: part, args: [], limitMs: 30_000, onLine: (line) => lines.push(line) })).toEqual({ ratios: { "target.one": 1.5 } })
  expect(lines).toEqual(["half of it"])
})

it("names the part that took too long", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e",
    `import { main } from ${JSON.stringify(new URL("../../bench/durable/run.ts", import.meta.url).href)}; await main(["length", "--limit", "0.05"])`])
  expect(stdout).toBe("length: not measured: no figures within 0.05 s\n{\"ratios\":{}}\n")
})

it("says so when one ends without figures", async () => {
  expect(await measured({ program: program("mute", "process.exit(3)"), args: [], limitMs: 30_000 })).toEqual({ unavailable: "it ended without a figure" })
})
