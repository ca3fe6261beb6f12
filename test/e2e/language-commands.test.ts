// The commands about a program's text, as a person runs them: bounds and what changes them, policies, formats of a check, line ends.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { openWorkspace, type Workspace } from "../harness/cli.ts"

const open: Workspace[] = []
afterEach(() => open.splice(0).forEach((workspace) => workspace.close()))

const program = (retries: number): string => `model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 1k }

policy web { timeout 20s }

tool fetchPage(url: string @maxLength(100)): string @maxLength(1000) from "./tools.ts" {
  reads
  use web
  retry 2 times backoff 1s to 10s
}

agent Sum(text: string @maxLength(1000)): string {
  model fast
  prompt "Sum up: {text}"
  budget 20k tokens
}

workflow Report(url: string @maxLength(100)): string {
  dead letter "report.failed"
  deadline 1h
  let page = fetchPage(url)
    retry ${retries} times
  return Sum(page)
}
`
const tools = "export async function fetchPage(url: string): Promise<string> { return url }\n"

function workspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const opened = openWorkspace({ "report.agentflow": program(3), "before.agentflow": program(1), "tools.ts": tools, ...files })
  open.push(opened)
  return opened
}

describe("agentflow cost", () => {
  it("says what a change does to the bound, for people and as JSON", async () => {
    const here = workspace()
    const alone = JSON.parse((await here.agentflow("cost", "report.agentflow", "--json")).stdout) as { readonly workflows: readonly { readonly name: string }[] }
    expect(alone.workflows.map(({ name }) => name)).toEqual(["Report"])
    const compared = await here.agentflow("cost", "report.agentflow", "--against", "before.agentflow", "--json")
    expect(compared.code).toBe(0)
    const json = JSON.parse(compared.stdout) as { readonly against: string; readonly changes: readonly unknown[] }
    expect(json.against).toBe("before.agentflow")
    expect(json.changes).toHaveLength(1)
    expect(JSON.stringify(json.changes)).toContain("fetchPage")
    const drawn = await here.agentflow("cost", "report.agentflow", "--against", "before.agentflow")
    expect(drawn.stdout).toContain("Report")
    expect(drawn.stdout).not.toBe((await here.agentflow("cost", "report.agentflow")).stdout)
  })
})

describe("agentflow explain-policy", () => {
  it("says which clause holds for a step and where it stands", async () => {
    const here = workspace()
    const text = await here.agentflow("explain-policy", "report.agentflow", "fetchPage")
    expect(text).toMatchObject({ code: 0, stderr: "" })
    expect(text.stdout).toMatch(/^Report\/fetchPage +tool, report\.agentflow:20:\d+$/m)
    expect(text.stdout).toMatch(/^ {2}retry 3 times .*report\.agentflow:21:5$/m)
    expect(text.stdout).toMatch(/^ {2}timeout 20s .*web.*report\.agentflow:3:14$/m)
    expect(text.stdout).not.toContain("retry 2 times")
    const { steps } = JSON.parse((await here.agentflow("explain-policy", "report.agentflow", "fetchPage", "--json")).stdout) as {
      readonly steps: readonly { readonly step: string; readonly clauses: readonly { readonly text: string; readonly at?: string }[] }[]
    }
    expect(steps.map(({ step }) => step)).toEqual(["Report/fetchPage"])
    expect(steps[0]!.clauses).toContainEqual(expect.objectContaining({ text: "retry 3 times", at: "report.agentflow:21:5" }))
    const unknown = await here.agentflow("explain-policy", "report.agentflow", "fetchPag")
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain("Did you mean 'fetchPage'?")
  })
})

describe("agentflow check --format", () => {
  const wrong = program(3).replace("return Sum(page)", "return Sum(pag)")

  it("gives JSON, SARIF and GitHub's lines, and fails", async () => {
    const here = workspace({ "report.agentflow": wrong })
    const json = await here.agentflow("check", "report.agentflow", "--format", "json")
    expect(json.code).toBe(1)
    const found = JSON.parse(json.stdout) as unknown
    expect(JSON.stringify(found)).toContain('"AF2001"')
    const sarif = await here.agentflow("check", "report.agentflow", "--format", "sarif")
    expect(sarif.code).toBe(1)
    const { version, runs } = JSON.parse(sarif.stdout) as { readonly version: string; readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly locations: readonly unknown[] }[] }[] }
    expect(version).toBe("2.1.0")
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("AF2001")
    expect(JSON.stringify(runs[0]!.results)).toMatch(/"startLine":22/)
    const github = await here.agentflow("check", "report.agentflow", "--format", "github")
    expect(github.code).toBe(1)
    expect(github.stdout).toMatch(/^::error file=report\.agentflow,line=22,.*AF2001.*pag is not declared here/m)
  })
})

describe("agentflow fmt", () => {
  it("keeps the line ends that a file has", async () => {
    const here = workspace({ "crlf.agentflow": "enum   Verdict { yes,no }\r\n\r\nevent  Done {  at: time }\r\n" })
    expect((await here.agentflow("fmt", "--check", "crlf.agentflow")).code).toBe(1)
    expect((await here.agentflow("fmt", "crlf.agentflow")).code).toBe(0)
    expect(readFileSync(join(here.folder, "crlf.agentflow"), "utf8")).toBe("enum Verdict { yes, no }\r\n\r\nevent Done { at: time }\r\n")
    expect((await here.agentflow("fmt", "--check", "crlf.agentflow")).code).toBe(0)
  })
})

describe("agentflow build", () => {
  const fails = (text: string): string => text.replace("let page = fetchPage(url)", "log url\n  sleep 5m\n  let page = fetchPage(url)")

  it("refuses a change that old runs can't replay, and leaves the lock as it is", async () => {
    const here = workspace()
    expect(await here.agentflow("build", "report.agentflow")).toMatchObject({ code: 0 })
    const lock = readFileSync(join(here.folder, "agentflow.lock"), "utf8")
    here.write("report.agentflow", fails(program(3)))
    const refused = await here.agentflow("build", "report.agentflow")
    expect(refused.code).toBe(1)
    expect(refused.stdout + refused.stderr).toMatch(/AF7001/)
    expect(refused.stdout + refused.stderr).toMatch(/--keep-old/)
    expect(readFileSync(join(here.folder, "agentflow.lock"), "utf8")).toBe(lock)
    expect((await here.agentflow("build", "report.agentflow", "--keep-old")).code).toBe(0)
  })
})
