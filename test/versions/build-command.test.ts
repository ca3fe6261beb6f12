// agentflow build as it is typed: the wishes about old runs, and what it says when they can't go on.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { main } from "../../cli/commands/build.ts"
import { openTerminal } from "../../cli/terminal.ts"

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-build-"))
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "tools.ts"), "export async function look(url: string) { return url }\n")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const program = (steps: string): string => `
tool look(url: string): string from "./tools.ts" { reads  retry never }
workflow Main(url: string): string { dead letter "failed"  ${steps} }
workflow Other(url: string): string { dead letter "failed"  return Main(url) retry never }
`

interface Said {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function build(steps: string, positionals: readonly string[] = [], flags: Readonly<Record<string, string | boolean>> = {}): Promise<Said> {
  const file = join(folder, "main.agentflow")
  writeFileSync(file, program(steps))
  const said = { out: "", error: "" }
  const terminal = { ...openTerminal({ NO_COLOR: "1" }), out: (text: string) => void (said.out += `${text}\n`), error: (text: string) => void (said.error += `${text}\n`) }
  try {
    return { code: await main({ terminal, positionals: positionals.length === 0 ? [file] : positionals.map((each) => each.replace("FILE", file)), flags }), ...said }
  } catch (thrown) {
    return { code: 1, out: said.out, error: `${said.error}${(thrown as Error).message} ${(thrown as { advice?: string }).advice ?? ""}` }
  }
}

const lock = () => JSON.parse(readFileSync(join(folder, "agentflow.lock"), "utf8")).programs["main.agentflow"].workflows

describe("agentflow build", () => {
  it("says what stops old runs and which ways out there are", async () => {
    await build("return look(url)")
    const { code, error } = await build("look(url)\n  let a = 1\n  if a == 1 { log \"x\" }\n  return Main2(url) }\nworkflow Main2(url: string): string { dead letter \"x\"  return look(url)")
    expect(code).toBe(0)
    expect(error).toBe("")
    const refused = await build("return \"\"")
    expect(refused.code).toBe(1)
    expect(refused.error).toMatch(/AF7001 Runs of Main .*`look \(tool\)` was removed/)
    expect(refused.error).toContain("--keep-old")
    expect(refused.error).toContain("--accept-break WORKFLOW")
  })

  it("writes the same lock for the same program", async () => {
    await build("return look(url)")
    const before = readFileSync(join(folder, "agentflow.lock"), "utf8")
    await build("return look(url)")
    expect(readFileSync(join(folder, "agentflow.lock"), "utf8")).toBe(before)
  })

  it("takes the reason of a break before or after the program", async () => {
    await build("return look(url)")
    expect((await build("return \"\"", ["FILE", "no runs"], { "accept-break": "Main" })).code).toBe(0)
    expect(lock().Main.accepted.why).toBe("no runs")
    await build("return look(url)\n  ")
    expect((await build("let a = look(url)\n  look(a)\n  return \"\"", ["still none", "FILE"], { "accept-break": "Main" })).code).toBe(0)
    expect(lock().Main.accepted.why).toBe("still none")
  })

  it.each([
    ["a break without a reason", [] as string[], { "accept-break": "Main" }, /needs a reason/],
    ["both wishes at once", ["FILE", "why"], { "accept-break": "Main", "keep-old": true }, /not both/],
    ["an argument too many", ["FILE", "why"], {}, /one argument too many/],
    ["a version that is not kept", [] as string[], { "drop-old": "Main@1" }, /no kept version Main@1/],
  ])("refuses %s", async (_name, positionals, flags, expected) => {
    await build("return look(url)")
    expect((await build("return look(url)", positionals, flags as Record<string, string | boolean>)).error).toMatch(expected)
  })

  it("keeps the callers of a workflow that is kept: their history names it", async () => {
    await build("return look(url)")
    const kept = await build("look(url)\n  let b = look(url)\n  return look(b)".replace("look(url)\n", "let a = \"{url}!\"\n  if a == \"\" { look(a) }\n"), [], { "keep-old": true })
    expect(kept.error).toBe("")
    expect(lock().Main).toMatchObject({ version: 2, kept: [{ version: 1 }] })
    expect(lock().Other).toMatchObject({ version: 2, kept: [{ version: 1 }], steps: ["needs url: string", "Main@2 (workflow)", "return"] })
    expect(readFileSync(join(folder, "generated/workflows/other.ts"), "utf8")).toContain("name: \"Other@2\"")
  })

  it("warns where an old version calls what takes something else now", async () => {
    await build("return look(url)")
    writeFileSync(join(folder, "tools.ts"), "export async function look(url: string, depth: number) { return url + depth }\n")
    const file = join(folder, "main.agentflow")
    writeFileSync(file, program("let a = look(url, 1)\n  return look(a, 2)\n").replace("(url: string): string from", "(url: string, depth: int): string from").replace("let a", "if url == \"\" { look(url, 3) }\n  let a"))
    let error = ""
    const terminal = { ...openTerminal({ NO_COLOR: "1" }), out() {}, error: (line: string) => void (error += line) }
    await main({ terminal, positionals: [file], flags: { "keep-old": true } })
    expect(error).toBe("warning: look takes or gives something else now; runs on Main call it as it was")
    expect(lock().Main.version).toBe(2)
  })

  it("can't keep what is not there", async () => {
    await build("return look(url)")
    rmSync(join(folder, "generated"), { recursive: true })
    expect((await build("return \"\"", [], { "keep-old": true })).error).toMatch(/does not hold the code of Main .*Check out the commit/)
  })
})
