// BAML's native compiler as its users start it: one process that reads a folder and writes its clients.

import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const program = join(import.meta.dirname, "../node_modules/@boundaryml/baml/cli.js")

export interface ColdCommand {
  /** Runs it once from nothing and gives the milliseconds that its user waits; throws when it fails. */
  readonly run: () => number
  readonly close: () => void
}

export function coldBaml(text: string): ColdCommand {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-baml-"))
  mkdirSync(join(folder, "baml_src"))
  writeFileSync(join(folder, "baml_src/main.baml"), text)
  return coldCommand(folder, [program, "generate", "--from", "baml_src"])
}

export function coldCommand(folder: string, args: readonly string[]): ColdCommand {
  return {
    run: () => {
      const started = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" })
      const ms = performance.now() - started
      if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr.slice(0, 2000)}`)
      return ms
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
