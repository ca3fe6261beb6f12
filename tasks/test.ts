// npm test: generated files are up to date, tests fit their types, real Dapr is built, every test runs; ends with `N passed, N failed`.

import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const filters = process.argv.slice(2)

function step(title: string, args: readonly string[]): number {
  console.log(`\n${title}`)
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" })
  return status ?? 1
}

let failedSteps = 0
if (filters.length === 0) {
  if (step("Generated files", ["tasks/generate.ts", "--check"]) !== 0) failedSteps++
  if (step("Types of the tests", ["node_modules/typescript/bin/tsc", "-p", "test"]) !== 0) failedSteps++
}
// Built before the tests so that its minutes are seen as what they are; when it can't be had the tests on Dapr fail by name.
if (filters.length === 0 || filters.some((filter) => filter.includes("dapr"))) {
  step("Real Dapr", ["tasks/dapr/build.ts"])
  step("Redis", ["tasks/redis.ts"])
}
// The same holds for the browser: without it the tests that need one say so by name.
if (filters.length === 0 || filters.some((filter) => /server|playground|vscode/.test(filter))) step("Chromium", ["tasks/chromium.ts"])

const folder = mkdtempSync(join(tmpdir(), "agentflow-test-"))
const report = join(folder, "report.json")
step("Tests", ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters])
let passed = 0
let failed = failedSteps
try {
  const result = JSON.parse(readFileSync(report, "utf8")) as { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number; success: boolean }
  passed = result.numPassedTests
  // A file that does not load has no failed test of its own.
  failed += Math.max(result.numFailedTests, result.success ? 0 : 1)
} catch {
  failed++
}
rmSync(folder, { recursive: true, force: true })
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
