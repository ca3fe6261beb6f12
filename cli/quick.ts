// What `agentflow check` needs and nothing else. The build makes one script of it, whose compiled code is kept.

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { checkParsed, planChecked } from "../compiler/index.ts"
import { readProgram } from "./fs.ts"
// Named here so that it is a part of the same script.
import "./commands/check.ts"

export { runCommandLine } from "./program.ts"

/** Runs what a check runs on programs that have no mistakes, so that the code that is kept is all of it. */
export function train(templates: string): void {
  for (const name of readdirSync(templates)) {
    const { parsed } = readProgram(join(templates, name, "main.agentflow"), templates)
    planChecked(checkParsed(parsed))
  }
}
