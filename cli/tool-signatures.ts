// Holds TypeScript tools to their declarations; the answer is kept by content, because TypeScript takes a second to give it.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { diagnostic } from "../base/diagnostics/report.ts"
import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import type { Plan } from "../compiler/index.ts"
import type { ToolPlan } from "../compiler/3-plan/types.ts"
import { emitSignatures } from "../compiler/4-emit/emit.ts"
import { applyRules } from "../compiler/2-check/rules.ts"
import type { Config } from "./config.ts"
import type { Program } from "./fs.ts"
import { stateFolderOf } from "./hub-access.ts"
import type { DeclaredTool, ToolProblem } from "./tool-types.ts"
import { version } from "./version.ts"

type TypeScriptTool = ToolPlan & { readonly source: Extract<ToolPlan["source"], { readonly kind: "typescript" }> }

/** Of a plan, so only of a program without errors. Loads TypeScript only when a tool or what it imports has changed. */
export async function checkToolSignatures(plan: Plan, program: Program, rules: Config["rules"] = {}): Promise<readonly Diagnostic[]> {
  return applyRules(await compare(plan, program), rules, plan.accepts ?? [])
}

async function compare(plan: Plan, { root, folder, entry }: Program): Promise<readonly Diagnostic[]> {
  const tools = plan.tools.filter((tool): tool is TypeScriptTool => tool.source.kind === "typescript")
  if (tools.length === 0) return []
  const cache = openCache(folder, entry)
  const key = hashOf(JSON.stringify([version, plan.types, tools.map(({ name, parameters, result, source }) => [name, parameters.map((each) => [each.name, each.type]), result, source])]))
  const known = cache.read(key)
  if (known !== undefined) return diagnosticsOf(known, tools)
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
  cache.write(key, compared)
  return diagnosticsOf(compared.problems, tools)
}

function diagnosticsOf(problems: readonly ToolProblem[], tools: readonly TypeScriptTool[]): readonly Diagnostic[] {
  return problems.map((problem) => {
    const tool = tools.find(({ name }) => name === problem.tool)!
    const { module: path, exportName: name } = tool.source
    switch (problem.kind) {
      case "missing": return diagnostic("AF2015", tool.origin, { path, name, hint: "." })
      case "sync": return diagnostic("AF3041", tool.origin, { name, path })
      case "differs": {
        const at = problem.parameter === undefined ? tool.origin : tool.parameters[problem.parameter]?.origin ?? tool.origin
        return diagnostic("AF3040", at, { name, path, problem: problem.problem })
      }
    }
  })
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

function openCache(folder: string, entry: string): Cache {
  // Only a state folder that is there already: a new one beside the program would hide the one above it.
  const own = stateFolderOf(folder)
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
