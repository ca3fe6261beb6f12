// Holds TypeScript tools to their declarations; the answer is kept by content, because TypeScript takes a second to give it.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import type { Plan } from "../compiler/index.ts"
import { emitSignatures } from "../compiler/4-emit/emit.ts"
import { declarationsText, toolDiagnostics, typeScriptTools, type ToolProblem } from "../services/tool-problems.ts"
import type { Config } from "./config.ts"
import type { Program } from "./fs.ts"
import { stateFolderOf } from "./state-folder.ts"
import type { DeclaredTool } from "./tool-types.ts"
import { version } from "./version.ts"

/** Of a plan, so only of a program without errors. Loads TypeScript only when a tool or what it imports has changed. */
export async function checkToolSignatures(plan: Plan, program: Place, rules: Config["rules"] = {}): Promise<readonly Diagnostic[]> {
  return toolDiagnostics(await toolProblems(plan, program, "here"), plan, rules)
}

/** Where a program lies: absolute paths of its folder and of what its paths are relative to, and its file below that. */
export type Place = Pick<Program, "root" | "folder" | "entry">

/** `kept`: where answers are kept; `beside` only in a state folder that the program has already, `here` else in one of the working directory. */
export async function toolProblems(plan: Plan, { root, folder, entry }: Place, kept: "beside" | "here"): Promise<readonly ToolProblem[]> {
  const tools = typeScriptTools(plan)
  if (tools.length === 0) return []
  const cache = openCache(folder, entry, kept)
  const key = hashOf(version + declarationsText(plan))
  const known = cache?.read(key)
  if (known !== undefined) return known
  const [types, signatures] = await emitSignatures(plan)
  const { compareTools } = await import("./tool-types.ts")
  const compared = compareTools({
    tools: tools.map(({ name, parameters, result, source }): DeclaredTool => ({
      name, parameters: parameters.map((each) => each.name), module: resolve(root, source.module), exportName: source.exportName, hasResult: result.kind !== "nothing",
    })),
    generated: join(folder, "generated"),
    types: types!.text,
    signatures: signatures!.text,
  })
  cache?.write(key, compared)
  return compared.problems
}

interface Entry {
  readonly key: string
  readonly files: Readonly<Record<string, string>>
  readonly problems: readonly ToolProblem[]
}

interface Cache {
  readonly read: (key: string) => readonly ToolProblem[] | undefined
  readonly write: (key: string, found: { readonly problems: readonly ToolProblem[]; readonly files: readonly string[] }) => void
}

function openCache(folder: string, entry: string, kept: "beside" | "here"): Cache | undefined {
  // Only a state folder that is there already: a new one beside the program would hide the one above it.
  const own = stateFolderOf(folder)
  if (kept === "beside" && !existsSync(own)) return undefined
  const cache = join(existsSync(own) ? own : stateFolderOf(process.cwd()), "cache")
  const path = join(cache, `signatures-${hashOf(join(folder, entry)).slice(0, 12)}.json`)
  return {
    read(key) {
      try {
        const entries = JSON.parse(readFileSync(path, "utf8")) as Entry
        const isSame = entries.key === key && Object.entries(entries.files).every(([file, hash]) => existsSync(file) && hashOfFile(file) === hash)
        return isSame ? entries.problems : undefined
      } catch {
        return undefined
      }
    },
    write(key, { problems, files }) {
      const value: Entry = { key, problems, files: Object.fromEntries(files.map((file) => [file, hashOfFile(file)])) }
      try {
        mkdirSync(cache, { recursive: true })
        writeFileSync(path, JSON.stringify(value))
        forgetOldest(cache)
      } catch {
        // A folder that can't be written to is checked each time.
      }
    },
  }
}

const entriesMax = 50

function forgetOldest(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.startsWith("signatures-")).map((name) => join(folder, name))
  const byAge = files.map((file) => ({ file, at: statSync(file).mtimeMs })).sort((a, b) => b.at - a.at)
  for (const { file } of byAge.slice(entriesMax)) rmSync(file, { force: true })
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

function hashOfFile(file: string): string {
  return hashOf(readFileSync(file, "utf8"))
}
