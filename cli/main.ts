#!/usr/bin/env node
// The `agentflow` program. A check runs from kept code (quick.ts), every other command is in program.ts.

import { openScripts } from "./code-cache.ts"
import { quickScript } from "./quick-script.ts"

type Quick = typeof import("./quick.ts")

/** A check of up to 10,000 lines is over before optimised code pays. */
const smallBytes = 256 * 1024

/** One file and no flags. */
function isSmall([, file, ...rest]: readonly string[]): boolean {
  if (file === undefined || rest.length > 0) return false
  try {
    return process.getBuiltinModule("node:fs").statSync(file).size <= smallBytes
  } catch {
    // The check says what is wrong with it.
    return false
  }
}

const argv = process.argv.slice(2)
const scripts = argv[0] === "check" && quickScript !== undefined ? openScripts(import.meta.dirname, quickScript) : undefined
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  const { version } = await import("./version.ts")
  process.stdout.write(`${version}\n`)
} else if (scripts !== undefined && quickScript !== undefined) {
  const { runCheck, train } = scripts.load(quickScript) as Quick
  const isWritten = await runCheck(argv, () => {
    if (isSmall(argv)) scripts.hurry()
  })
  scripts.keep(() => train(`${import.meta.dirname}/training`))
  // Without this Node takes its heap apart first.
  if (isWritten) process.exit()
} else {
  // Node keeps the compiled code of what a command loads; the next start takes half the time.
  process.getBuiltinModule("node:module").enableCompileCache()
  const { runCommandLine } = await import("./program.ts")
  await runCommandLine(argv)
}
