// agentflow lsp: the language server on standard input and output, for any editor.

import { dirname, resolve } from "node:path"
import { serveNode, type FolderConfig } from "../../server/node.ts"
import { readConfig } from "../config.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { toolProblemsApart } from "../signature-worker.ts"
import { providersOf } from "../project.ts"
import { moduleReader } from "../tool-modules.ts"
import { version } from "../version.ts"

export async function main(): Promise<ExitCode> {
  serveNode({
    version, readConfig: configOf, readExports: await moduleReader(),
    compareTools: (plan, file) => toolProblemsApart(plan, { root: "/", folder: dirname(file), entry: file }),
  })
  // The connection ends the process on `exit` and when the client is gone.
  return new Promise<ExitCode>(() => {})
}

/** A config that is being written is said to be broken at its place; the server goes on with the built-in levels. */
function configOf(folder: string): FolderConfig {
  try {
    const config = readConfig(folder, undefined, process.env)
    return { rules: config.rules, providers: providersOf(config) }
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem
    const [, file, line, column, what] = /^(.*?):(\d+):(\d+): ([^]*)$/.exec(problem.message) ?? []
    if (file === undefined || what === undefined) return { rules: {} }
    const message = problem.advice === undefined ? what : `${what} ${problem.advice}`
    return { rules: {}, problem: { file: resolve(file), line: Number(line), column: Number(column), message } }
  }
}
