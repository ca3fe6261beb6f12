// Bad input at the command line: each mistake gets a message with a place or a cause, a way out, the right exit code, no stack trace.

import { readdirSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { openWorkspace, type Outcome, type Workspace } from "../harness/cli.ts"

const program = `
tool shout(text: string): string from "./tools.ts" { reads  retry never }

workflow Greet(name: string): string {
  dead letter "greetings.failed"
  return shout("hello {name}")
}
`
const tools = `export async function shout(text: string): Promise<string> { return text.toUpperCase() }\n`

const open: Workspace[] = []
afterEach(() => open.splice(0).forEach((workspace) => workspace.close()))

function workspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const opened = openWorkspace({ "greet.agentflow": program, "tools.ts": tools, ...files })
  open.push(opened)
  return opened
}

function expectRefusal(outcome: Outcome, code: number, ...texts: readonly (string | RegExp)[]): void {
  expect(outcome.stderr).not.toMatch(/^\s+at .*\.(js|ts):\d+/m)
  for (const text of texts) expect(outcome.stderr).toMatch(text)
  expect(outcome.code).toBe(code)
}

describe("agentflow", () => {
  it("runs a small program and prints its result", async () => {
    const outcome = await workspace().agentflow("run", "greet.agentflow", "--input", '{"name":"Ada"}', "--json")
    expect(outcome.stderr).toBe("")
    expect(JSON.parse(outcome.stdout)).toMatchObject({ workflow: "Greet", status: "completed", output: "HELLO ADA" })
    expect(outcome.code).toBe(0)
  })

  it("keeps the run for later commands", async () => {
    const here = workspace()
    await here.agentflow("run", "greet.agentflow", "--input", '{"name":"Ada"}', "--id", "first")
    const list = await here.agentflow("runs")
    expect(list.stdout).toMatch(/first +Greet +completed/)
    const shown = await here.agentflow("runs", "first", "--history")
    expect(shown.stdout).toMatch(/taskScheduled.*shout/)
    expectRefusal(await here.agentflow("runs", "second"), 2, /no run 'second'/)
    const again = await here.agentflow("run", "greet.agentflow", "--input", '{"name":"Ada"}', "--id", "first")
    expect(again.stdout).toMatch(/has ended: completed/)
  })

  it("leads from a failed run to the line of the program", async () => {
    const program = `tool shatter(text: string): string from "./bad.ts" { reads  retry never  timeout 5s }\nworkflow Bad(): string {\n  log "so far"\n  return shatter("x")\n}\n`
    const here = workspace({ "bad.agentflow": program, "bad.ts": `export async function shatter(text: string): Promise<string> { throw new Error(text) }\n` })
    const outcome = await here.agentflow("run", "bad.agentflow", "--input", "{}", "--id", "bad")
    expect(outcome.stdout + outcome.stderr).toMatch(/^ {2}in bad\.agentflow:4:\d+$/m)
    expect((await here.agentflow("runs", "bad")).stdout).toMatch(/^ {2}in bad\.agentflow:4:\d+$/m)
    const logs = await here.agentflow("logs", "bad")
    expect(logs.stdout).toMatch(/so far[^]*The run failed[^]*\n {2}in bad\.agentflow:4:\d+\n/)
    const inProcess = await here.agentflow("run", "bad.agentflow", "--input", "{}", "--id", "worse", "--in-process")
    expect(inProcess.stdout + inProcess.stderr).toMatch(/^ {2}in bad\.agentflow:4:\d+$/m)
    expect(inProcess.code).toBe(3)
    expect((await here.agentflow("logs", "worse")).stdout).toMatch(/^ {2}in bad\.agentflow:4:\d+$/m)
    const shown = JSON.parse((await here.agentflow("runs", "bad", "--json")).stdout) as object
    expect(JSON.stringify(shown)).toMatch(/at [^\\]*bad\.agentflow:4:\d+\)/)
  })

  it.each([
    ["a missing file", ["check", "nowhere.agentflow"], 2, /no file nowhere\.agentflow/],
    ["a folder", ["check", "."], 2, /is a folder/],
    ["an unknown command", ["chekc", "greet.agentflow"], 2, /Did you mean 'agentflow check'/],
    ["an unknown flag", ["check", "greet.agentflow", "--jsn"], 2, /Did you mean '--json'/],
    ["a missing argument", ["check"], 2, /argument is missing/],
    ["an unknown workflow", ["run", "greet.agentflow", "Gret", "--input", '{"name":"x"}'], 2, /Did you mean 'Greet'/],
    ["input that is not JSON", ["run", "greet.agentflow", "--input", "{name}"], 2, /not JSON/],
    ["input that does not fit", ["run", "greet.agentflow", "--input", '{"name":1}'], 2, /does not fit Greet: name must be string/],
    ["a port that is none", ["run", "greet.agentflow", "--input", '{"name":"x"}', "--port", "99999"], 2, /not a port/],
    ["an unknown code", ["explain", "AF9999"], 2, /no code 'AF9999'/],
    ["an approval without a sidecar", ["approve", "first"], 2, /No sidecar is running/],
  ])("refuses %s", async (_name, args, code, text) => {
    expectRefusal(await workspace().agentflow(...args), code, text)
  })

  it("places a syntax error", async () => {
    const here = workspace({ "broken.agentflow": 'type Source { url string }\n' })
    expectRefusal(await here.agentflow("check", "broken.agentflow"), 1, /AF1\d{3}/, /broken\.agentflow:1:\d+/)
  })

  it("places a type error, also as JSON", async () => {
    const here = workspace({ "wrong.agentflow": program.replace('shout("hello {name}")', "shout(12)") })
    expectRefusal(await here.agentflow("check", "wrong.agentflow"), 1, /AF3\d{3}/, /wrong\.agentflow:6:\d+/)
    const json = await here.agentflow("check", "wrong.agentflow", "--json")
    expect(JSON.parse(json.stdout)).toMatchObject({ diagnostics: [{ severity: "error", start: { line: 6 } }] })
    expectRefusal(await here.agentflow("run", "wrong.agentflow"), 1, /was not compiled/)
  })

  it("says that a file is not UTF-8", async () => {
    const here = workspace()
    here.write("latin.agentflow", new Uint8Array([0x74, 0xff, 0xfe]))
    expectRefusal(await here.agentflow("check", "latin.agentflow"), 2, /can't be read/)
  })

  it("names a missing tool module and a missing export", async () => {
    const here = workspace({ "tools.ts": tools.replace("shout", "shuot"), "gone.agentflow": program.replace("./tools.ts", "./gone.ts") })
    expectRefusal(await here.agentflow("check", "greet.agentflow"), 1, /shout/, /greet\.agentflow:2:/)
    expectRefusal(await here.agentflow("check", "gone.agentflow"), 1, /gone\.ts/)
  })

  it.each([
    ["throws an Error", 'throw new Error("no paper left")', /no paper left/],
    ["throws null", "throw null", /internal/],
    ["throws a string", 'throw "out of ink"', /out of ink/],
    ["returns the wrong type", "return 12 as unknown as string", /invalid_output/],
  ])("reports a tool that %s as a failed run", async (_name, body, text) => {
    const here = workspace({ "tools.ts": `export async function shout(_text: string): Promise<string> { ${body} }\n` })
    const outcome = await here.agentflow("run", "greet.agentflow", "--input", '{"name":"Ada"}')
    expect(outcome.stdout).toMatch(text)
    expect(outcome.stdout).toMatch(/Greet\/shout/)
    expect(outcome.stdout + outcome.stderr).not.toMatch(/^\s+at .*\.(js|ts):\d+/m)
    expect(outcome.code).toBe(3)
  })

  it("says that a port is busy", async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    expectRefusal(await workspace().agentflow("run", "greet.agentflow", "--input", '{"name":"x"}', "--port", String(port)), 2, new RegExp(String(port)))
    server.close()
  })

  it("refuses a database that is corrupt or somebody else's, and leaves it as it is", async () => {
    const here = workspace({ "corrupt.db": "this is not a database, but long enough to be read as one ".repeat(20) })
    const foreign = new DatabaseSync(join(here.folder, "foreign.db"))
    foreign.exec("create table customers(name text); insert into customers values ('Ada')")
    foreign.close()
    const input = ["--input", '{"name":"x"}']
    expectRefusal(await here.agentflow("run", "greet.agentflow", ...input, "--db", "corrupt.db"), 2, /corrupt\.db/)
    expectRefusal(await here.agentflow("run", "greet.agentflow", ...input, "--db", "foreign.db"), 2, /foreign\.db/)
    const after = new DatabaseSync(join(here.folder, "foreign.db"))
    expect(after.prepare("select name from customers").get()).toEqual({ name: "Ada" })
    after.close()
  })

  it("does not overwrite generated code that a person has edited", async () => {
    const here = workspace()
    expect((await here.agentflow("build", "greet.agentflow")).code).toBe(0)
    here.write("generated/tools.ts", "// mine\n")
    expectRefusal(await here.agentflow("build", "greet.agentflow"), 1, /generated\/tools\.ts was changed by hand/, /--force/)
    expect((await here.agentflow("build", "greet.agentflow", "--force")).code).toBe(0)
  })

  it("builds a program that others build at the same time", async () => {
    const here = workspace()
    const builds = await Promise.all(Array.from({ length: 4 }, () => here.agentflow("build", "greet.agentflow")))
    expect(builds.map(({ code, stderr }) => ({ code, stderr }))).toEqual(builds.map(() => ({ code: 0, stderr: "" })))
    expect(readdirSync(join(here.folder, "generated")).filter((name) => /\.\d+(\.tmp)?$/.test(name))).toEqual([])
    expect((await here.agentflow("build", "greet.agentflow")).code).toBe(0)
  })

  it("refuses endpoints that leave this machine, and names a misspelt setting with its place", async () => {
    const here = workspace({ "agentflow.config.yaml": "endpoints:\n  https://a.test: https://b.test\n" })
    expectRefusal(await here.agentflow("run", "greet.agentflow", "--input", '{"name":"x"}'), 1, /not this machine/, /--allow-remote/)
    here.write("agentflow.config.yaml", "endpoint:\n  https://a.test: http://127.0.0.1:1\n")
    expectRefusal(await here.agentflow("check", "greet.agentflow"), 1, /agentflow\.config\.yaml:1:1/, /Did you mean 'endpoints'/)
  })

  it("shows help with an example for every command", async () => {
    const here = workspace()
    const help = await here.agentflow("--help")
    expect(help.code).toBe(0)
    const names = [...help.stdout.matchAll(/^ {2}(\w+) {2,}/gm)].map((match) => match[1]!)
    expect(names).toEqual(expect.arrayContaining(["check", "build", "run", "approve", "runs", "model"]))
    for (const name of names) expect((await here.agentflow(name, "--help")).stdout).toMatch(/Examples?:\n {2}agentflow /)
  })
})
