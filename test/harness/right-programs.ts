// Every program without a syntax error: the examples and the corpora, without what a corpus expects of it.

import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "../../grammar/parse.ts"

const root = join(import.meta.dirname, "../..")

export const rightPrograms: readonly { readonly path: string; readonly text: string }[] = ["examples/**/*.agentflow", "test/corpus/{programs,syntax/ok,format}/**/*.agentflow"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((path) => !path.includes("node_modules"))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8").split("// ----")[0]! }))
  .filter(({ path, text }) => parse({ path, text, version: 0 }).diagnostics.length === 0)
