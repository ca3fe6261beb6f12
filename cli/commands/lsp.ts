// agentflow lsp: the language server on standard input and output, for any editor.

import { serveNode } from "../../server/node.ts"
import { readConfig } from "../config.ts"
import { Failure, type ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"
import { moduleReader } from "../tool-modules.ts"
import { version } from "../version.ts"

export async function main({ terminal }: Invocation): Promise<ExitCode> {
  serveNode({
    version,
    readExports: await moduleReader(),
    rulesOf: (folder) => {
      try {
        return readConfig(folder, undefined, process.env).rules
      } catch (problem) {
        // The config is being written; the server goes on with the built-in levels.
        if (!(problem instanceof Failure)) throw problem
        terminal.error(problem.message)
        return {}
      }
    },
  })
  // The connection ends the process on `exit` and when the client is gone.
  return new Promise<ExitCode>(() => {})
}
