// Checks a program that lies in a folder of its own, with its TypeScript modules, as the command line does.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { readConfig } from "../../cli/config.ts"
import { checkProgram } from "../../cli/project.ts"
import { filesOf } from "./programs.ts"

/** The files of a text with `// file:` lines; the first is the program. */
export async function checkOnDisk(text: string): Promise<readonly Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-check-"))
  try {
    const files = filesOf(text)
    // The state folder of the program, whatever folder the test runs in.
    mkdirSync(join(folder, ".agentflow"))
    for (const file of files) {
      mkdirSync(dirname(join(folder, file.path)), { recursive: true })
      writeFileSync(join(folder, file.path), file.text)
    }
    const { diagnostics } = await checkProgram(join(folder, files[0]!.path), readConfig(folder, undefined, {}))
    return diagnostics
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
