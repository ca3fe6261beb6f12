// The files that a program is made of: itself, what it imports, its tools, the config and the lock.

import { readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { findUpwards } from "./config.ts"
import { readProgram } from "./fs.ts"

/** Absolute paths; of a program that can't be read, what is known of it. */
export function watchedFiles(file: string, explicitConfig: string | undefined): readonly string[] {
  const entry = resolve(file)
  const config = explicitConfig === undefined ? findUpwards(dirname(entry)) ?? join(dirname(entry), "agentflow.config.yaml") : resolve(explicitConfig)
  return [...new Set([entry, config, ...partsOf(file)])]
}

function partsOf(file: string): readonly string[] {
  try {
    const { parsed, root } = readProgram(file)
    return parsed.flatMap(({ source, value }) => {
      const path = resolve(root, source.path)
      const tools = value.file.items.flatMap((item) => (item.kind === "tool" && item.source?.kind === "typescriptSource" ? [item.source.module] : []))
      const modules = tools.map(({ parts }) => resolve(dirname(path), parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("")))
      return [path, ...modules.flatMap((module) => [module, ...importedBy(module)])]
    })
  } catch {
    return []
  }
}

/** What a module of tools imports from beside it, one level deep. */
function importedBy(module: string): readonly string[] {
  try {
    return [...readFileSync(module, "utf8").matchAll(/from\s+["'](\.{1,2}\/[^"']+)["']/g)].map(([, path]) => resolve(dirname(module), path!)).filter((path) => !path.includes("/generated/"))
  } catch {
    return []
  }
}
