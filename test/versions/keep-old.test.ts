// A run that waits for a person survives a new version of its program: it finishes on the old code, new runs on the new one.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildProgram, type Built } from "../../cli/build-program.ts"
import type { VersionWish } from "../../cli/build-versions.ts"
import { readConfig } from "../../cli/config.ts"
import { runProgram, type RunOutcome } from "../../cli/run-program.ts"
import { openTerminal } from "../../cli/terminal.ts"

const root = join(import.meta.dirname, "../..")
let folder = ""

const first = `
tool draft(topic: string): string from "./tools.ts" { reads  retry never }
tool publish(text: string): string from "./tools.ts" { writes  idempotent  irreversible "it is out"  retry never }
enum Verdict { yes, no }
human approve(text: string): Verdict { ask "Publish {text}?" }
workflow Post(topic: string): string {
  dead letter "failed"
  let text = draft(topic)
  match approve(text) {
    Verdict.yes => return publish(text)
    Verdict.no => return "dropped"
  }
}
`
const firstTools = `
export async function draft(topic: string) { return "draft of " + topic }
export async function publish(text: string) { return "published: " + text }
`
/** The new version checks the text before it asks, and publishes in another way. */
const second = first
  .replace("tool publish", "tool check(text: string): string from \"./tools.ts\" { reads  retry never }\ntool send")
  .replace("let text = draft(topic)", "let text = check(draft(topic))")
  .replace("publish(text)", "send(text)")
const secondTools = `${firstTools}
export async function check(text: string) { return text + " (checked)" }
export async function send(text: string) { return "sent: " + text }
`

const terminal = openTerminal({ NO_COLOR: "1" })
const program = (): string => join(folder, "post.agentflow")
const config = () => readConfig(folder, undefined, {})

function write(text: string, tools: string): void {
  writeFileSync(program(), text)
  writeFileSync(join(folder, "tools.ts"), tools)
}

function build(wish: VersionWish = {}): Promise<Built> {
  return buildProgram({ file: program(), config: config(), terminal: { ...terminal, error() {} }, lock: "write", wish })
}

function run(id: string, options: { readonly approve?: string; readonly untilAsked?: boolean }): Promise<RunOutcome> {
  const stop = new AbortController()
  return runProgram({
    file: program(), config: config(), terminal, input: { topic: "AI" }, id, stateFolder: join(folder, ".agentflow"), stop: stop.signal,
    live: { show() {}, note() {}, end() {} },
    ...(options.approve === undefined ? {} : { approve: options.approve }),
    onView: (view) => {
      if (options.untilAsked === true && view.status?.waiting?.some((each) => each.for === "answer")) stop.abort()
    },
  })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-versions-"))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("a program that changes while a run waits", () => {
  it("locks what runs start with", async () => {
    write(first, firstTools)
    const built = await build()
    expect(built.workflows.map(({ registered }) => registered)).toEqual(["Post"])
    const lock = JSON.parse(readFileSync(join(folder, "agentflow.lock"), "utf8"))
    expect(lock.programs["post.agentflow"].workflows.Post).toMatchObject({ version: 1, steps: ["needs topic: string", "draft (tool)", "approve (human)", "match approve", "  case Verdict.yes", "    publish (tool)", "    return", "  case Verdict.no", "    return"] })
  })

  it("leaves a run waiting on the first version", async () => {
    expect((await run("old", { untilAsked: true })).interrupted).toBe(true)
  })

  it("refuses the change", async () => {
    write(second, secondTools)
    await expect(build()).rejects.toThrow("was not compiled")
  })

  it("keeps the old version beside the new one", async () => {
    const built = await build({ keepOld: true })
    expect(built.workflows.map(({ registered }) => registered)).toEqual(["Post@2"])
    expect(built.kept).toEqual(["Post@1"])
    expect(existsSync(join(folder, "agentflow.versions/Post@1.json"))).toBe(true)
    expect(readFileSync(join(built.out, "worker.ts"), "utf8")).toContain("kept: kept.workflows")
  })

  it("finishes the old run on the old code", async () => {
    const { view } = await run("old", { approve: "yes" })
    expect(view.summary.name).toBe("Post")
    expect(view.summary.output).toBe(JSON.stringify("published: draft of AI"))
  })

  it("starts new runs on the new code", async () => {
    const { view } = await run("new", { approve: "yes" })
    expect(view.summary.name).toBe("Post@2")
    expect(view.summary.output).toBe(JSON.stringify("sent: draft of AI (checked)"))
  })

  it("builds the same again from a fresh checkout", async () => {
    const before = readFileSync(join(folder, "generated/kept.ts"), "utf8")
    rmSync(join(folder, "generated"), { recursive: true })
    const built = await build()
    expect(built.kept).toEqual(["Post@1"])
    expect(readFileSync(join(folder, "generated/kept.ts"), "utf8")).toBe(before)
  })

  it("drops the old version when its last run has ended", async () => {
    await expect(build({ dropOld: "Post@7" })).rejects.toThrow("no kept version Post@7")
    const built = await build({ dropOld: "Post@1" })
    expect(built.kept).toEqual([])
    expect(built.files.some((path) => path.startsWith("kept"))).toBe(false)
    expect(existsSync(join(folder, "agentflow.versions/Post@1.json"))).toBe(false)
    expect(built.workflows.map(({ registered }) => registered)).toEqual(["Post@2"])
  })

  it("keeps the reason of an accepted break", async () => {
    write(first, firstTools)
    await expect(build()).rejects.toThrow("was not compiled")
    await expect(build({ acceptBreak: { workflow: "Pots", why: "no runs" } })).rejects.toThrow("no workflow 'Pots'")
    await build({ acceptBreak: { workflow: "Post", why: "no run is under way" } })
    const lock = JSON.parse(readFileSync(join(folder, "agentflow.lock"), "utf8"))
    expect(lock.programs["post.agentflow"].workflows.Post).toMatchObject({ version: 2, accepted: { why: "no run is under way" } })
    await build()
  })
})
