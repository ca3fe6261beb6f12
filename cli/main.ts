#!/usr/bin/env node
// The `agentflow` program. Its version is told without loading anything else; all else is in program.ts.

import { enableCompileCache } from "node:module"
import { version } from "./version.ts"

const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.write(`${version}\n`)
} else {
  // Node keeps the compiled code of what a command loads; the next start takes half the time.
  enableCompileCache()
  const { runCommandLine } = await import("./program.ts")
  await runCommandLine(argv)
}
