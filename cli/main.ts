#!/usr/bin/env node
// The `agentflow` program. Its version is told without loading anything else; all else is in program.ts.

import { enableCompileCache } from "node:module"
import { join } from "node:path"
import { openScripts } from "./code-cache.ts"
import { quickScript } from "./quick-script.ts"
import { version } from "./version.ts"

type Quick = typeof import("./quick.ts")

const argv = process.argv.slice(2)
const scripts = argv[0] === "check" && quickScript !== undefined ? openScripts(import.meta.dirname) : undefined
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.write(`${version}\n`)
} else if (scripts !== undefined && quickScript !== undefined) {
  const { runCommandLine, train } = scripts.load(quickScript) as Quick
  await runCommandLine(argv)
  scripts.keep(() => train(join(import.meta.dirname, "../../cli/templates")))
} else {
  // Node keeps the compiled code of what a command loads; the next start takes half the time.
  enableCompileCache()
  const { runCommandLine } = await import("./program.ts")
  await runCommandLine(argv)
}
