// People and operations at the command line: questions, answers, cancelling, dead letters and what is left of a run.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { answerInbox } from "@agentflow/runtime/inbox"
import type { Address } from "../../cli/processes.ts"
import { stateOf } from "../../cli/questions.ts"
import { openWorkspace, type Outcome, type Workspace } from "../harness/cli.ts"

const root = join(import.meta.dirname, "../..")
const program = `
enum Verdict { reject, publish }
error Unwanted

tool reserve(item: string): string from "./tools.ts" { writes  compensate release(item)  retry never }
tool release(item: string) from "./tools.ts" { writes  idempotent }
tool pay(item: string): string from "./tools.ts" { writes  irreversible "paid is paid"  retry never }

human decide(item: string): Verdict { ask "Pay for {item}?"  timeout 1h }
human amount(item: string): int { ask "How much for {item}?"  timeout 1h }

workflow Order(item: string): string {
  dead letter "orders.failed"
  let place = reserve(item)
  match decide(item) {
    Verdict.reject => fail Unwanted("not wanted")
    Verdict.publish => {}
  }
  let paid = pay(item)
  return "{place} {paid}"
}

workflow Ask(item: string): int {
  dead letter "questions.failed"
  return amount(item)
}
`
const tools = `import { appendFileSync } from "node:fs"
const note = (line: string): void => appendFileSync("effects.txt", line + "\\n")
export async function reserve(item: string): Promise<string> { note("reserve " + item); return "reserved" }
export async function release(item: string): Promise<void> { note("release " + item) }
export async function pay(item: string): Promise<string> { note("pay " + item); return "paid" }
`

const open: Workspace[] = []
const running: Promise<Outcome>[] = []
afterEach(async () => {
  await Promise.all(running.splice(0))
  open.splice(0).forEach((workspace) => workspace.close())
})

async function waiting(workflow: string, id: string): Promise<{ here: Workspace; run: Promise<Outcome> }> {
  const here = openWorkspace({ "order.agentflow": program, "tools.ts": tools })
  open.push(here)
  const run = here.agentflow("run", "order.agentflow", workflow, "--input", '{"item":"chair"}', "--id", id, "--json")
  running.push(run)
  await expect.poll(async () => (await here.agentflow("inbox", "--json")).stdout, { timeout: 40_000, interval: 300 }).toContain(`"run": "${id}"`)
  return { here, run }
}

async function json(here: Workspace, ...args: readonly string[]): Promise<unknown> {
  const { stdout, stderr, code } = await here.agentflow(...args, "--json")
  expect([code, stderr]).toEqual([0, ""])
  return JSON.parse(stdout)
}

describe("people", () => {
  it("see what is asked, say no, and the run undoes and is told to the dead letters", { timeout: 120_000 }, async () => {
    const { here, run } = await waiting("Order", "o1")
    const inbox = await here.agentflow("inbox")
    expect(inbox.stdout).toMatch(/o1 +Order\/decide .*until/)
    expect(inbox.stdout).toMatch(/Pay for chair\?\n +agentflow approve o1 ANSWER --step Order\/decide +\(reject, publish\)/)
    expect(await json(here, "reject", "o1", "--by", "ada")).toEqual({ run: "o1", step: "Order/decide", value: "reject", by: "ada" })
    const late = await here.agentflow("answer", "o1", "Order/decide", '"publish"', "--by", "bob")
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("was answered already, by ada")])
    expect(JSON.parse((await run).stdout)).toMatchObject({ status: "failed", failure: { kind: "Unwanted", undone: ["Order/reserve"] } })
    const logs = await here.agentflow("logs", "o1", "--json")
    for (const line of logs.stdout.trim().split("\n").filter(Boolean)) expect(JSON.parse(line)).toMatchObject({ run: "o1" })
  })

  it("answer with any value of the type, and with no other", { timeout: 120_000 }, async () => {
    const { here, run } = await waiting("Ask", "a1")
    const no = await here.agentflow("reject", "a1")
    expect([no.code, no.stderr]).toEqual([2, expect.stringMatching(/no answer that means no[^]*agentflow answer a1 Ask\/amount JSON/)])
    const wrong = await here.agentflow("answer", "a1", '"much"')
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("does not fit Ask/amount")])
    expect(await json(here, "answer", "a1", "12", "--by", "ada")).toMatchObject({ value: 12 })
    expect(JSON.parse((await run).stdout)).toMatchObject({ status: "completed", output: 12 })
  })
})

describe("approve", () => {
  it("without an answer never says no, though that is the first choice", { timeout: 120_000 }, async () => {
    const { here, run } = await waiting("Order", "o3")
    expect(await json(here, "approve", "o3", "--by", "ada")).toMatchObject({ value: "publish" })
    expect(JSON.parse((await run).stdout)).toMatchObject({ status: "completed", output: "reserved paid" })
  })
})

describe("an answer that was cut off", () => {
  it("between the inbox and the run is delivered with the next one, and stays", { timeout: 120_000 }, async () => {
    const { here, run } = await waiting("Ask", "a2")
    const address = JSON.parse(readFileSync(join(here.folder, ".agentflow/sidecar.json"), "utf8")) as Address
    const cutOff = answerInbox({ state: stateOf(address), raiseEvent: () => Promise.reject(new Error("killed")) }, { run: "a2", step: "Ask/amount", value: 7, by: "ada" })
    await expect(cutOff).rejects.toThrow("killed")
    const again = await here.agentflow("answer", "a2", "12", "--by", "bob")
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("was answered already, by ada")])
    expect(JSON.parse((await run).stdout)).toMatchObject({ status: "completed", output: 7 })
  })
})

describe("without a running sidecar", () => {
  it("the folder's database is enough to ask, answer, list and start again", { timeout: 180_000 }, async () => {
    const { here, run } = await waiting("Order", "o1")
    // Who started the run goes away, and sidecar and worker with them.
    const { pid } = JSON.parse(readFileSync(join(here.folder, ".agentflow/sidecar.json"), "utf8")) as { pid: number }
    const parent = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])
    process.kill(parent, "SIGINT")
    expect((await run).code).toBe(130)
    expect((await json(here, "inbox") as { step: string }[]).map(({ step }) => step)).toEqual(["Order/decide"])
    expect(await json(here, "reject", "o1", "--by", "ada")).toMatchObject({ value: "reject" })
    expect(await json(here, "inbox")).toEqual([])
    const resumed = await here.agentflow("run", "order.agentflow", "Order", "--id", "o1", "--json")
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "failed", failure: { kind: "Unwanted", undone: ["Order/reserve"] } })
    const letters = await json(here, "dead") as { run: string; start: number }[]
    expect(letters).toMatchObject([{ run: "o1", failure: { kind: "Unwanted" } }])
    const id = `o1-again-${letters[0]?.start}`
    const redriven = await here.agentflow("redrive", "o1")
    expect(redriven.stdout).toContain(`It waits for a worker: agentflow run FILE Order --id ${id}`)
    expect((await here.agentflow("redrive", "o1")).stdout).toContain(`was started again already: ${id} is pending`)
    expect(await json(here, "dead")).toEqual([])
    const again = await here.agentflow("run", "order.agentflow", "Order", "--id", id, "--approve", "publish", "--json")
    expect(JSON.parse(again.stdout)).toMatchObject({ status: "completed", output: "reserved paid" })
  })

  it("says so where there is nothing", async () => {
    const here = openWorkspace()
    open.push(here)
    const inbox = await here.agentflow("inbox")
    expect([inbox.code, inbox.stderr]).toEqual([2, expect.stringContaining("no run has left anything in it")])
  })
})

describe("a sidecar of its own", () => {
  it("is found by the other commands of its folder, until it ends", { timeout: 60_000 }, async () => {
    const here = openWorkspace()
    open.push(here)
    const sidecar = spawn(process.execPath, [join(root, "dist/cli/main.js"), "sidecar", "--grpc-port", "0", "--http-port", "0"], { cwd: here.folder, stdio: ["ignore", "pipe", "inherit"] })
    const gone = once(sidecar, "close")
    await once(sidecar.stdout, "data")
    expect(await json(here, "inbox")).toEqual([])
    expect(await json(here, "dead")).toEqual([])
    expect(existsSync(join(here.folder, ".agentflow/sidecar.json"))).toBe(true)
    sidecar.kill("SIGTERM")
    await gone
    expect(existsSync(join(here.folder, ".agentflow/sidecar.json"))).toBe(false)
  })
})

describe("operations", () => {
  it("hold, resume and cancel a run, which undoes; then redrive it once and purge both", { timeout: 180_000 }, async () => {
    const { here, run } = await waiting("Order", "o2")
    expect(await json(here, "suspend", "o2")).toMatchObject({ done: "suspended" })
    expect(await json(here, "suspend", "o2")).toMatchObject({ done: "suspended" })
    expect(await json(here, "resume", "o2")).toMatchObject({ done: "resumed" })
    const early = await here.agentflow("purge", "o2")
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("has not ended")])
    expect(await json(here, "cancel", "o2")).toMatchObject({ run: "o2", workflow: "Order", done: "cancel asked" })
    expect(JSON.parse((await run).stdout)).toMatchObject({ status: "failed", failure: { kind: "cancelled", undone: ["Order/reserve"] } })
    // A second run keeps a sidecar and a worker of this folder alive.
    running.push(here.agentflow("run", "order.agentflow", "Order", "--input", '{"item":"table"}', "--id", "o3", "--json"))
    await expect.poll(async () => (await here.agentflow("inbox", "--json")).stdout, { timeout: 40_000, interval: 300 }).toContain('"run": "o3"')
    const again = await here.agentflow("cancel", "o2")
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("has ended: failed")])
    const letters = await json(here, "dead") as { run: string; start: number; input: unknown }[]
    expect(letters).toMatchObject([{ run: "o2", workflow: "Order", input: { item: "chair" }, failure: { kind: "cancelled" } }])
    expect((await here.agentflow("dead", "o2")).stdout).toMatch(/o2 +Order .*cancelled[^]*input \{"item":"chair"\}[^]*agentflow redrive o2/)
    const id = `o2-again-${letters[0]?.start}`
    expect(await json(here, "redrive", "o2")).toEqual({ run: id, workflow: "Order", of: "o2", started: true })
    expect(await json(here, "dead")).toEqual([])
    await expect.poll(async () => (await here.agentflow("inbox", id, "--json")).stdout, { timeout: 20_000 }).toContain("Order/decide")
    expect((await here.agentflow("approve", id)).code).toBe(0)
    await expect.poll(async () => (await here.agentflow("runs", id)).stdout, { timeout: 20_000 }).toMatch(/completed/)
    expect(await json(here, "purge", "o2", id)).toEqual({ purged: ["o2", id] })
    expect(await json(here, "terminate", "o3")).toMatchObject({ done: "terminated" })
    expect(JSON.parse((await running.at(-1))?.stdout ?? "")).toMatchObject({ status: "terminated" })
  })
})
