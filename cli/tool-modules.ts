// Reads what a program's TypeScript tool modules export, without running them.

import { existsSync, readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { Program } from "./fs.ts"

export type ToolModule = { readonly exports: readonly string[] } | "missing"

/** By path of the module relative to the program's root, for each `from "./tools.ts"` of a tool. */
export async function readToolModules({ parsed, root }: Program): Promise<ReadonlyMap<string, ToolModule>> {
  const modules = new Map<string, ToolModule>()
  for (const { source, value } of parsed) {
    for (const item of value.file.items) {
      if (item.kind !== "tool" || item.source?.kind !== "typescriptSource") continue
      const written = item.source.module.parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("")
      const path = joinPath(dirname(source.path), written)
      const module = await readExports(resolve(root, path))
      if (module !== undefined) modules.set(path, module)
    }
  }
  return modules
}

async function readExports(file: string): Promise<ToolModule | undefined> {
  return existsSync(file) ? (await moduleReader())(file) : "missing"
}

/** Loads the lexer, then reads any module at once. Undefined when its exports can't be known: what does not parse is TypeScript's to report. */
export async function moduleReader(): Promise<(file: string) => ToolModule | undefined> {
  const { init, parse } = await import("es-module-lexer")
  await init
  return (file) => {
    if (!existsSync(file)) return "missing"
    try {
      const [, exports] = parse(readFileSync(file, "utf8"))
      if (exports.some((entry) => entry.type === "reexport-all")) return undefined
      return { exports: exports.flatMap((entry) => (entry.type === "reexport-all" || entry.typeOnly ? [] : [entry.name])) }
    } catch {
      return undefined
    }
  }
}

/** Joins like the checker does: forward slashes, `.` and `..` resolved, no leading `./`. */
export function joinPath(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop()
    else parts.push(part)
  }
  return parts.join("/")
}
