// The tests that stand in the examples: all of them hold, and together they reach every step and every clause.

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openWorkspace } from "../harness/cli.ts"

const root = join(import.meta.dirname, "../..")
const scenarios = readdirSync(join(root, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["features", "shared"].includes(entry.name)).map(({ name }) => name)

interface Report {
  readonly ok: boolean
  readonly runs: number
  readonly tests: readonly { readonly name: string; readonly ok: boolean; readonly worlds: number; readonly unmet: readonly object[] }[]
  readonly coverage: readonly { readonly steps: Reached; readonly branches: Reached; readonly clauses: Reached }[]
}

interface Reached {
  readonly reached: number
  readonly of: number
  readonly missed: readonly string[]
}

describe("agentflow test", () => {
  it.each(scenarios)("holds on the example %s, in every world, and reaches all its clauses", async (name) => {
    const workspace = openWorkspace()
    const { stdout, stderr, code } = await workspace.agentflow("test", join(root, `examples/${name}/${name}.agentflow`), "--report", "json").finally(workspace.close)
    expect(stderr).toBe("")
    const report = JSON.parse(stdout) as Report
    expect(report.tests.filter(({ ok }) => !ok)).toEqual([])
    expect(code).toBe(0)
    expect(report.tests.some(({ worlds }) => worlds > 20)).toBe(true)
    const [coverage] = report.coverage
    expect(coverage?.steps.missed).toEqual([])
    expect(coverage?.clauses.missed).toEqual([])
    expect(coverage?.clauses.of).toBeGreaterThan(2)
  })
})
