// The end of commands from outside: Ctrl-C, signals, and readers that have seen enough.

import { spawn, type ChildProcess } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { afterEach, describe, expect, it } from "vitest"
import { openWorkspace, type Workspace } from "../harness/cli.ts"
import { startAgentflow } from "../harness/long-lived.ts"

const main = join(import.meta.dirname, "../../dist/cli/main.js")
const asking = `human sure(what: string): bool {\n  ask "Is {what} right?"\n  timeout 1d\n  fallback false\n}\n\nworkflow Ask(what: string): bool {\n  dead letter "asks.failed"\n  return sure(what)\n}\n\ntest "asks" {\n  given sure returns true\n  run Ask("it")\n  expect completed\n}\n`
const open: Workspace[] = []
afterEach(() => open.splice(0).forEach((workspace) => workspace.close()))

function workspace(): Workspace {
  const here = openWorkspace({ "ask.agentflow": asking })
  open.push(here)
  return here
}

/** What it said and its exit code. */
async function endOf(child: ChildProcess, stream: Readable): Promise<readonly [text: string, code: unknown]> {
  let text = ""
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()))
  const code = await new Promise((resolve) => child.once("close", resolve))
  return [text, code]
}

/** Of a command one of whose streams nobody reads: what it says on the other, and its exit code. */
function unread({ folder }: Workspace, args: readonly string[], closed: "stdout" | "stderr" = "stdout"): ReturnType<typeof endOf> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
  child[closed].destroy()
  return endOf(child, closed === "stdout" ? child.stderr : child.stdout)
}

const run = ["run", "ask.agentflow", "-i", '{"what":"it"}', "--id", "first"]

describe("a run that waits", () => {
  it.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("is kept on %s, and takes its processes along", async (signal, code) => {
    const here = workspace()
    const running = startAgentflow(here.folder, run)
    await running.until("answer with")
    expect(await running.end(signal)).toBe(code)
    expect(running.output()).toContain("The run is kept; it goes on with: agentflow run ask.agentflow Ask --id first")
    expect(running.output()).not.toMatch(/^\s+at /m)
    expect(existsSync(join(here.folder, ".agentflow/sidecar.json"))).toBe(false)
  })

  it("ends in order when nobody reads it any more", async () => {
    const here = workspace()
    expect(await unread(here, run)).toEqual(["", 141])
    expect(existsSync(join(here.folder, ".agentflow/sidecar.json"))).toBe(false)
  })
})

describe("a command whose output is closed", () => {
  it.each([[["--help"]], [["check", "ask.agentflow"]], [["graph", "ask.agentflow"]], [["test", "ask.agentflow", "--watch"]]])("%j ends quietly", async (args) => {
    expect(await unread(workspace(), args)).toEqual(["", 141])
  })

  it("ends quietly when it is standard error", async () => {
    expect(await unread(workspace(), ["check", "nothing.agentflow"], "stderr")).toEqual(["", 141])
  })
})

// Only Linux has a device that is always full.
describe.runIf(process.platform === "linux")("a command whose output has no room", () => {
  it.each([[["--help"]], [["check", "ask.agentflow"]], [["graph", "ask.agentflow"]]])("%j says so in a line", async (args) => {
    const full = openSync("/dev/full", "w")
    const child = spawn(process.execPath, [main, ...args], { cwd: workspace().folder, stdio: ["ignore", full, "pipe"] })
    const said = await endOf(child, child.stderr!)
    closeSync(full)
    expect(said).toEqual(["error: The output could not be written: the disk is full.\n", 2])
  })
})

describe("Ctrl-C", () => {
  it.each([
    [["test", "ask.agentflow", "--watch"], "1 passed"],
    [["model", "--port", "0"], "Ctrl-C stops it"],
    [["sidecar", "--grpc-port", "0", "--http-port", "0"], "Workers find it"],
    [["dev", "ask.agentflow", "--port", "0"], "ask.agentflow runs"],
    [["pilot", "ask.agentflow", "-i", '{"what":"it"}', "--approve", "true"], "AgentFlow, ask.agentflow"],
  ])("ends %j with 130", async (args, ready) => {
    const here = workspace()
    const command = startAgentflow(here.folder, args)
    await command.until(ready)
    expect([await command.end("SIGINT"), command.output()]).toEqual([130, expect.not.stringMatching(/^\s+at |internal error/m) as string])
    expect(existsSync(join(here.folder, ".agentflow/sidecar.json"))).toBe(false)
  })
})
