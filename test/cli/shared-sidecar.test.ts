// Several commands on one database: they share a sidecar, wait for one that starts or leaves, and outlive the command that had it.

import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { Failure } from "../../cli/failure.ts"
import { announceSidecar, type Beacon } from "../../cli/processes.ts"
import { openOrFind, outliving } from "../../cli/shared-sidecar.ts"
import { ToolError } from "../../runtime/errors.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { asking } from "../harness/asking.ts"
import { openWorkspace, type Workspace } from "../harness/cli.ts"
import { startAgentflow } from "../harness/long-lived.ts"

const patience = { timeout: 60_000, interval: 100 } as const
const open: Workspace[] = []
afterEach(() => open.splice(0).forEach((workspace) => workspace.close()))

function workspace(): Workspace & { readonly state: string; readonly db: string } {
  const here = openWorkspace({ "ask.agentflow": asking })
  open.push(here)
  const state = join(here.folder, ".agentflow")
  mkdirSync(state)
  return { ...here, state, db: join(state, "runs.db") }
}

const run = (id: string): readonly string[] => ["run", "ask.agentflow", "-i", '{"what":"it"}', "--id", id]
const taken = (): Failure => new Failure(2, "taken", undefined, { taken: "runs.db" })

describe("who finds the database taken", () => {
  const beaconOf = ({ db }: { readonly db: string }): Beacon => ({ host: "127.0.0.1", grpcPort: 1, httpPort: 2, pid: process.pid, db, isPlain: true })

  it("finds the other one when that one says where it listens", async () => {
    const here = workspace()
    const opened = await openOrFind({ stateFolder: here.state, db: here.db }, () => {
      announceSidecar(here.state, beaconOf(here))
      throw taken()
    })
    expect(opened).toEqual({ found: beaconOf(here) })
  })

  it("takes it when the other one has let go, and looks at no sidecar of another database", async () => {
    const here = workspace()
    announceSidecar(here.state, beaconOf({ db: join(here.folder, "other.db") }))
    let tries = 0
    expect(await openOrFind({ stateFolder: here.state, db: here.db }, () => {
      if (++tries < 3) throw taken()
      return "mine"
    })).toEqual({ own: "mine" })
  })

  it("gives up after a while, and at once for any other reason", async () => {
    const here = workspace()
    let tries = 0
    const failing = (failure: Failure, waitMs: number) => openOrFind({ stateFolder: here.state, db: here.db }, () => (tries++, Promise.reject(failure)), waitMs)
    await expect(failing(taken(), 250)).rejects.toThrow("taken")
    expect(tries).toBeGreaterThan(1)
    tries = 0
    await expect(failing(new Failure(2, "damaged"), 60_000)).rejects.toThrow("damaged")
    expect(tries).toBe(1)
  })

  it("asks the one that took over from a sidecar that was leaving", { timeout: 60_000 }, async () => {
    const here = workspace()
    const sidecar = await startSidecar({ file: here.db })
    announceSidecar(here.state, beaconOf(here))
    const asked = here.agentflow("inbox", "--json")
    // The result is the same whether the command has found nobody there by now or not.
    await delay(1_000)
    announceSidecar(here.state, { ...beaconOf(here), grpcPort: sidecar.grpcPort, httpPort: sidecar.httpPort })
    const { code, stdout, stderr } = await asked
    await sidecar.close()
    expect([code, stdout.trim(), stderr]).toEqual([0, "[]", ""])
  })

  it("asks again only where nobody answered, and not for ever", async () => {
    let tries = 0
    const asking = (failure: Error, waitMs: number) => outliving(() => (tries++, Promise.reject(failure)), waitMs)
    await expect(asking(new ToolError("unavailable", "gone"), 250)).rejects.toThrow("gone")
    expect(tries).toBeGreaterThan(1)
    tries = 0
    await expect(asking(new Failure(1, "answered already"), 60_000)).rejects.toThrow("answered already")
    expect(tries).toBe(1)
  })

  it.each([["inbox", ["inbox", "--json"], "[]"], ["runs", ["runs", "--json"], "[]"]])("`%s` asks a sidecar that had not said yet where it is", { timeout: 60_000 }, async (_, args, said) => {
    const here = workspace()
    const sidecar = await startSidecar({ file: here.db })
    const asked = here.agentflow(...args)
    // The result is the same whether the command has begun to wait by now or not.
    await delay(1_000)
    announceSidecar(here.state, { ...beaconOf(here), grpcPort: sidecar.grpcPort, httpPort: sidecar.httpPort })
    const { code, stdout, stderr } = await asked
    await sidecar.close()
    expect([code, stdout.trim(), stderr]).toEqual([0, said, ""])
  })

  it("starts its run once a command that only looked has gone", { timeout: 60_000 }, async () => {
    const here = workspace()
    // As `inbox` does where nothing runs: it has the database for a moment and says so to nobody.
    const looking = await startSidecar({ file: here.db })
    const running = startAgentflow(here.folder, run("first"))
    await delay(1_000)
    await looking.close()
    await running.until("answer with")
    expect((await here.agentflow("approve", "first")).code).toBe(0)
    await running.until("Result")
  })
})

/** Those that it has started and that go on; one that has ended and that nobody has asked for yet does not count. */
function childrenOf(pid: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)
  return all.filter((each) => statOf(each)?.parent === pid)
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const [state = "", parent = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")
    return state === "Z" || state === "X" ? undefined : { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

describe("the command that has the sidecar", () => {
  it.each([["ends", "SIGINT"], ["is killed", "SIGKILL"]] as const)("%s: another run goes on with one of its own", { timeout: 120_000 }, async (_, signal) => {
    const here = workspace()
    const first = startAgentflow(here.folder, run("first"))
    await first.until("answer with")
    const second = startAgentflow(here.folder, run("second"))
    const third = startAgentflow(here.folder, run("third"))
    await Promise.all([second.until("answer with"), third.until("answer with")])
    await first.end(signal)
    await expect.poll(() => second.output() + third.output(), patience).toContain("this run has its own now")
    for (const [id, each] of [["second", second], ["third", third]] as const) {
      await expect.poll(async () => (await here.agentflow("approve", id)).code, patience).toBe(0)
      await each.until(/completed[^]*Result\n +true/)
    }
  })

  // Only Linux tells who started whom in files.
  it.runIf(process.platform === "linux").each([
    ["run", [...run("first")], "answer with", 2],
    ["dev", ["dev", "ask.agentflow", "--port", "0"], "ask.agentflow runs", 1],
  ] as const)("`%s` is killed: its processes end too", { timeout: 120_000 }, async (_, args, ready, count) => {
    const here = workspace()
    const running = startAgentflow(here.folder, args)
    await running.until(ready)
    const children = childrenOf(running.pid)
    expect(children).toHaveLength(count)
    await running.end("SIGKILL")
    await expect.poll(() => children.filter((pid) => statOf(pid) !== undefined), patience).toEqual([])
  })
})

describe("a process that a command starts", () => {
  it("ends by itself when it does not listen to being asked", { timeout: 60_000 }, async () => {
    const preload = new URL("../../cli/with-parent.ts", import.meta.url).href
    const deaf = spawn(process.execPath, ["--import", preload, "-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"], { stdio: ["ignore", "pipe", "inherit", "pipe"] })
    await new Promise((resolve) => deaf.stdout!.once("data", resolve))
    const ended = new Promise((resolve) => deaf.once("exit", resolve))
    deaf.stdio[3]!.destroy()
    expect(await ended).toBe(143)
  })
})
