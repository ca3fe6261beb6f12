// `agentflow test --simulate`: a workflow under every crash and failure, without a test of its own.

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "agentflow-simulate-"))
const program = `tool fetchPage(url: string): string = GET "https://pages.test/{url}" {
  reads
  retry 2 times
}

workflow Main(topics: string[]): string[] {
  dead letter "failed"
  return for topic in topics { fetchPage(topic) }
}
`
writeFileSync(join(folder, "main.agentflow"), program)

function simulate(workflow: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const cli = join(import.meta.dirname, "../../cli/main.ts")
  return spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", cli, "test", "main.agentflow", "--simulate", workflow, "--report", "json"], { cwd: folder, encoding: "utf8" })
}

describe("agentflow test --simulate", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("tries the workflow with every fault and crash", () => {
    const { status, stdout } = simulate("Main")
    const { tests } = JSON.parse(stdout) as { readonly tests: readonly { readonly name: string; readonly ok: boolean; readonly worlds: number }[] }
    expect(tests.map(({ name, ok }) => ({ name, ok }))).toEqual([{ name: "Main survives every fault", ok: true }])
    expect(tests[0]!.worlds).toBeGreaterThan(0)
    expect(status).toBe(0)
  })

  it("says which workflows there are", () => {
    const { status, stderr } = simulate("Mian")
    expect(status).toBe(2)
    expect(stderr).toContain("Did you mean Main?")
  })
})
