// The commands around a program, as a new user meets them: a fresh folder, right and wrong input, pipes and signals.

import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import picocolors from "picocolors"
import { afterEach, describe, expect, it } from "vitest"
import { overview, usageOf } from "../../cli/help.ts"
import { commands } from "../../cli/table.ts"
import { examine } from "../../cli/doctor.ts"
import { openWorkspace, type Workspace } from "../harness/cli.ts"
import { startAgentflow } from "../harness/long-lived.ts"

const main = join(import.meta.dirname, "../../dist/cli/main.js")
const open: Workspace[] = []
afterEach(() => open.splice(0).forEach((workspace) => workspace.close()))

function workspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const opened = openWorkspace(files)
  open.push(opened)
  return opened
}

const greet = `
tool shout(text: string): string from "./tools.ts" { reads  retry never }

workflow Greet(name: string): string {
  dead letter "greetings.failed"
  return shout("hello {name}")
}
`
const files = { "greet.agentflow": greet, "tools.ts": "export async function shout(text: string): Promise<string> { return text.toUpperCase() }\n" }

describe("agentflow init", () => {
  it.each(["minimal", "research", "saga", "approval"])("begins %s, which checks, is formatted, and runs at once", async (template) => {
    const here = workspace()
    expect(await here.agentflow("init", ".", "--template", template)).toMatchObject({ code: 0, stderr: "" })
    expect(await here.agentflow("check", "main.agentflow")).toMatchObject({ code: 0, stdout: expect.stringContaining("no errors, no warnings") })
    expect(await here.agentflow("fmt", "--check", "main.agentflow")).toMatchObject({ code: 0 })
    const run = await here.agentflow("run", "main.agentflow", "--input", "@input.json", "--approve", "publish", "--json")
    expect(run.stderr).toBe("")
    expect(JSON.parse(run.stdout)).toMatchObject({ status: "completed" })
  })

  it("makes the folder, and leaves what is there alone", async () => {
    const here = workspace({ "package.json": "{}" })
    const made = await here.agentflow("init", "new/flow", "--json")
    expect(JSON.parse(made.stdout)).toMatchObject({ template: "minimal", files: expect.arrayContaining(["main.agentflow", "tools.ts", ".gitignore"]) })
    const again = await here.agentflow("init", "new/flow")
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/main\.agentflow.* already/) })
    expect(await here.agentflow("init", "new/flow", "--force")).toMatchObject({ code: 0 })
    expect(await here.agentflow("init")).toMatchObject({ code: 0 })
    expect(readFileSync(join(here.folder, "package.json"), "utf8")).toBe("{}")
    expect(await here.agentflow("init", "x", "-t", "sga")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'saga'?") })
  })
})

describe("agentflow graph", () => {
  it("draws in each format, to the terminal or a file", async () => {
    const here = workspace(files)
    expect((await here.agentflow("graph", "greet.agentflow")).stdout).toMatch(/^Greet\(name: string\): string\n.*\n.*shout tool/)
    expect((await here.agentflow("graph", "greet.agentflow", "--format", "dot")).stdout).toMatch(/^digraph "Greet" \{/)
    expect((await here.agentflow("graph", "greet.agentflow", "--format", "mermaid")).stdout).toMatch(/^flowchart TD/)
    expect(await here.agentflow("graph", "greet.agentflow", "Greet", "-o", "greet.svg")).toMatchObject({ code: 0 })
    expect(readFileSync(join(here.folder, "greet.svg"), "utf8")).toMatch(/^<svg [\s\S]*>shout<[\s\S]*<\/svg>\n$/)
    expect(JSON.parse((await here.agentflow("graph", "greet.agentflow", "--json")).stdout)).toMatchObject([{ name: "Greet", layout: { boxes: expect.any(Array) } }])
  })

  it("says what it can't draw", async () => {
    const here = workspace({ ...files, "two.agentflow": `${greet}workflow Other() { log "x" }\n`, "none.agentflow": "type A { b: string }\n", "broken.agentflow": greet.replace('"hello {name}"', "12") })
    expect(await here.agentflow("graph", "two.agentflow", "--format", "svg")).toMatchObject({ code: 2, stderr: expect.stringContaining("agentflow graph two.agentflow Greet (or Other)") })
    expect(await here.agentflow("graph", "greet.agentflow", "Gret")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'Greet'?") })
    expect(await here.agentflow("graph", "greet.agentflow", "--format", "svgg")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'svg'?") })
    expect(await here.agentflow("graph", "none.agentflow")).toMatchObject({ code: 1, stderr: expect.stringContaining("has no workflow") })
    expect(await here.agentflow("graph", "broken.agentflow")).toMatchObject({ code: 0, stderr: expect.stringContaining("has errors"), stdout: expect.stringContaining("shout tool") })
  })
})

describe("agentflow replay", () => {
  it("says whether a history still fits", async () => {
    const here = workspace(files)
    await here.agentflow("run", "greet.agentflow", "--input", '{"name":"Ada"}', "--id", "first", "--json")
    expect(await here.agentflow("replay", "greet.agentflow", "first")).toMatchObject({ code: 0, stdout: expect.stringMatching(/first \(Greet, completed\) fits: 2 actions of 2 turns/) })
    here.write("greet.agentflow", greet.replace("hello {name}", "good day, {name}"))
    expect(JSON.parse((await here.agentflow("replay", "greet.agentflow", "first", "--json")).stdout)).toMatchObject({ fits: true, otherInputs: ["Greet/shout"] })
    here.write("greet.agentflow", greet.replace("  return", '  shout("first")\n  return'))
    const moved = await here.agentflow("replay", "greet.agentflow", "first", "--json")
    expect(moved.code).toBe(1)
    expect(JSON.parse(moved.stdout)).toMatchObject({ fits: false, difference: { turn: 2, recorded: 'ends completed with "HELLO ADA"', now: "calls shout as Greet/shout#2" } })
    expect(existsSync(join(here.folder, "generated"))).toBe(true)
    here.write("greet.agentflow", greet.replaceAll("Greet", "Other"))
    expect(await here.agentflow("replay", "greet.agentflow", "first")).toMatchObject({ code: 1, stderr: expect.stringContaining("no workflow Greet any more") })
    expect(await here.agentflow("replay", "greet.agentflow", "second")).toMatchObject({ code: 2, stderr: expect.stringContaining("no run 'second'") })
  })
})

describe("agentflow build --watch", () => {
  it("builds on every change, goes on after an error, and ends at once", async () => {
    const here = workspace(files)
    const watching = startAgentflow(here.folder, ["build", "greet.agentflow", "--watch"])
    await watching.until("files in generated/")
    here.write("greet.agentflow", greet.replace("hello", "hullo"))
    await watching.until("files in generated/", 2)
    here.write("greet.agentflow", "workflow {")
    await watching.until("was not compiled")
    here.write("greet.agentflow", greet.replace("./tools.ts", "./not/there/tools.ts"))
    await watching.until("was not compiled", 2)
    here.write("greet.agentflow", greet)
    await watching.until("files in generated/", 3)
    expect(watching.output()).toContain("greet.agentflow changed")
    here.write("tools.ts", files["tools.ts"].replace("toUpperCase", "toLowerCase"))
    await watching.until("tools.ts changed")
    expect(await watching.end()).toBe(130)
  })
})

describe("agentflow doctor", () => {
  it("tells what is here, and never a key", async () => {
    const here = workspace({ ...files, "agentflow.config.yaml": "models:\n  providers:\n    north: { apiKey: \"${NORTH_KEY}\", baseUrl: \"https://user:pass@north.example/v1?key=hidden\" }\nsecrets:\n  vault: { file: .secrets.json }\n", ".secrets.json": '{"slack":"xoxb-hidden"}' })
    execFileSync("chmod", ["600", join(here.folder, ".secrets.json")])
    const { stdout: text, status } = spawnSync(process.execPath, [main, "doctor"], { cwd: here.folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", OPENAI_API_KEY: "sk-hidden", NORTH_KEY: "north-hidden" } })
    expect([text, status]).toEqual([text, 0])
    for (const name of ["node", "@agentflow/runtime", "@dapr/dapr", "greet.agentflow", "config", "secret store vault", "OPENAI_API_KEY is set", "its key is set", "https://north.example", "port 50001", "daprd", "redis", "chromium"]) expect(text).toContain(name)
    expect(text).not.toMatch(/hidden|pass@/)
  })

  it("fails for what keeps programs from running", async () => {
    const here = workspace({ "agentflow.config.yaml": "modles: {}\n", ".agentflow/kept": "" })
    const doctor = await here.agentflow("doctor", "--json")
    expect(doctor.code).toBe(1)
    expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: false, findings: expect.arrayContaining([expect.objectContaining({ name: "config", state: "broken" }), expect.objectContaining({ name: "programs", state: "absent" })]) })
    const findings = await examine({ cwd: here.folder, env: { PATH: "" }, config: undefined, nodeVersion: "20.11.0" })
    expect(findings).toEqual(expect.arrayContaining([
      expect.objectContaining({ name: "node", state: "broken", how: expect.stringContaining("22.18") }), expect.objectContaining({ name: "daprd", state: "absent" }), expect.objectContaining({ name: "openai", state: "absent" }),
    ]))
  })
})

describe("agentflow explain", () => {
  it("keeps its prose within the width of the terminal, and code as it is", () => {
    const { stdout } = spawnSync(process.execPath, [main, "explain", "AF1001"], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", COLUMNS: "50" } })
    const [prose, code] = [stdout.replaceAll(/^```[^]*?^```$/gm, ""), stdout.match(/^```[^]*?^```$/gm)!.join("\n")]
    expect(prose.split("\n").filter((line) => line.length > 50)).toEqual([])
    const whole = spawnSync(process.execPath, [main, "explain", "AF1001"], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } }).stdout
    expect(whole.replaceAll(/\s+/g, " ")).toBe(stdout.replaceAll(/\s+/g, " "))
    expect(whole).toContain(code)
    expect(whole.length).toBe(stdout.length)
  })
})

describe("agentflow completion", () => {
  it("knows its shells", async () => {
    expect(await workspace().agentflow("completion", "bsh")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'bash'?") })
  })
})

describe("output for programs", () => {
  it("is JSON alone, of explanations and of formatting too", async () => {
    const here = workspace({ ...files, "loose.agentflow": "type   A { b: string }\n" })
    expect(JSON.parse((await here.agentflow("explain", "4002", "--json")).stdout)).toMatchObject({ code: "AF4002", severity: "error", text: expect.stringContaining("## Why") })
    expect(JSON.parse((await here.agentflow("fmt", "--check", "--json", "greet.agentflow", "loose.agentflow")).stdout)).toEqual({ changed: ["greet.agentflow", "loose.agentflow"], written: false })
    expect(JSON.parse((await here.agentflow("explain", "AF4O02", "--json")).stdout)).toMatchObject({ error: { message: "There is no code 'AF4O02'.", advice: "Did you mean AF4002?" } })
  })
})

describe("flags that are set for good", () => {
  it("come from the config, then the environment, then the command line", async () => {
    const here = workspace({ ...files, "agentflow.config.yaml": "cli: { db: from-config.db }\n" })
    const input = ["--input", '{"name":"Ada"}', "--json"]
    const db = (text: string): string => (JSON.parse(text) as { readonly db: string }).db.split("/").at(-1)!
    expect(db((await here.agentflow("run", "greet.agentflow", ...input)).stdout)).toBe("from-config.db")
    const run = (args: readonly string[]): string => spawnSync(process.execPath, [main, "run", "greet.agentflow", ...input, ...args], { cwd: here.folder, encoding: "utf8", env: { ...process.env, AGENTFLOW_DB: "from-environment.db" } }).stdout
    expect(db(run([]))).toBe("from-environment.db")
    expect(db(run(["--db", "from-flag.db"]))).toBe("from-flag.db")
    here.write("agentflow.config.yaml", "cli: { dbb: x }\n")
    expect(await here.agentflow("runs")).toMatchObject({ code: 1, stderr: expect.stringContaining("agentflow.config.yaml:1:") })
  })
})

describe("how long runs are kept", () => {
  const input = ["--input", '{"name":"Ada"}']
  it.each([["run", "greet.agentflow", ...input], ["run", "greet.agentflow", "--in-process", ...input], ["dev", "greet.agentflow"], ["sidecar"]])(
    "is asked of the config by %s", async (...command) => {
      const here = workspace({ ...files, "agentflow.config.yaml": "cli: { keep: a while }\n" })
      expect(await here.agentflow(...command)).toMatchObject({ code: 2, stderr: expect.stringContaining("--keep takes a time such as 7d") })
    },
  )
})

describe("help", () => {
  const style = picocolors.createColors(false)

  it.each(commands)("of $name names each flag and shows an example, in any width", (command) => {
    for (const columns of [40, 80, 200]) {
      const text = usageOf(command, { style, columns, unicode: true })
      for (const flag of command.flags) expect(text).toContain(`--${flag.name}`)
      expect(command.examples.length).toBeGreaterThan(0)
      for (const example of command.examples) expect(text).toContain(`  ${example}`)
      const prose = text.split("\n").filter((line) => !line.startsWith("  agentflow ") && !line.startsWith("Usage") && !/^ {2}-/.test(line))
      expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(columns)
    }
  })

  it("of all names every command once", () => {
    const text = overview(commands, { style, columns: 80, unicode: true })
    for (const { name } of commands) expect([name, text.split("\n").filter((line) => line.startsWith(`  ${name} `)).length]).toEqual([name, 1])
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it("is there for a command, by two ways, and near misses are guessed", async () => {
    const here = workspace()
    const [one, other] = [await here.agentflow("graph", "--help"), await here.agentflow("help", "graph")]
    expect(one).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("Usage: agentflow graph FILE [WORKFLOW]") })
    expect(other).toEqual(one)
    expect(await here.agentflow("help", "grahp")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'agentflow graph'?") })
    expect(await here.agentflow("--hepl")).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'agentflow --help'?") })
    expect(await here.agentflow("--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it("is coloured only where colours are wanted", () => {
    const help = (env: Readonly<Record<string, string>>): string => spawnSync(process.execPath, [main, "--help"], { encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", ...env } }).stdout
    expect(help({})).not.toContain("\u001b[")
    expect(help({ FORCE_COLOR: "1" })).toContain("\u001b[")
    expect(help({ FORCE_COLOR: "1", NO_COLOR: "1" })).not.toContain("\u001b[")
  })
})

describe("agentflow playground", () => {
  it("serves the pages, or says that they are not built, and no API", async () => {
    const playground = startAgentflow(workspace().folder, ["playground", "--port", "0"])
    const [base = ""] = /http:\/\/127\.0\.0\.1:\d+\//.exec(await playground.until("Ctrl-C stops it")) ?? []
    const page = await fetch(base)
    expect(page.status).toBe(200)
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors '(self|none)'$/)
    expect(await page.text()).toMatch(/^<!doctype html>/i)
    expect((await fetch(`${base}api/session`)).status).toBe(404)
    expect(await playground.end()).toBe(130)
  })
})
