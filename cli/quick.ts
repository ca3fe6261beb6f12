// What `agentflow check` needs and nothing else. The build makes one script of it, whose compiled code is kept.

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { checkParsed, planChecked } from "../compiler/index.ts"
import { main } from "./commands/check.ts"
import { readProgram } from "./fs.ts"
import { openPipe } from "./pipe.ts"
import { quietExperimentalWarnings } from "./warnings.ts"

/**
 * Runs the command line of a check and sets the exit code; never rejects. True when all that it says is written. `begin` is called where
 * nothing but the check is left to be done.
 */
export async function runCheck(argv: readonly string[], begin: () => void): Promise<boolean> {
  const files = argv.slice(1)
  const pipe = files.length > 0 && !files.some((each) => each.startsWith("-")) ? openPipe(process.env) : undefined
  if (pipe === undefined) {
    const { runCommandLine } = await import("./program.ts")
    await runCommandLine(argv)
    return false
  }
  quietExperimentalWarnings()
  begin()
  try {
    process.exitCode = await main({ terminal: pipe.terminal, positionals: files, flags: {} })
  } catch (thrown) {
    const { report } = await import("./program.ts")
    process.exitCode = report(thrown, argv, pipe.terminal)
  }
  return pipe.isWritten()
}

/** So often V8 marks what a check does many times as worth compiling at once; more changes nothing. */
const rounds = 8

/** Checks the programs of a folder, which have no mistakes, so that the code that is kept is all that a check runs. */
export function train(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".agentflow"))
  for (let round = 0; round < rounds; round++) {
    for (const file of files) planChecked(checkParsed(readProgram(join(folder, file), folder).parsed))
  }
}
