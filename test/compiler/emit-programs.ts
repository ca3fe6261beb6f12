// The programs of test/corpus/programs, planned and emitted; and a TypeScript check of many emitted projects at once.

import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import type { Source } from "../../base/text/source.ts"
import { check } from "../../compiler/index.ts"
import { lower } from "../../compiler/3-plan/lower.ts"
import type { Plan } from "../../compiler/3-plan/types.ts"
import { emit } from "../../compiler/4-emit/emit.ts"
import type { Emitted } from "../../compiler/4-emit/types.ts"

const repository = join(import.meta.dirname, "../..")
export const programsFolder = join(repository, "test/corpus/programs")

export const programNames: readonly string[] = readdirSync(programsFolder).sort()

export function sourcesOf(name: string): readonly Source[] {
  const files = readdirSync(join(programsFolder, name)).filter((file) => file.endsWith(".agentflow"))
  const ordered = ["input.agentflow", ...files.filter((file) => file !== "input.agentflow").sort()]
  return ordered.map((path) => ({ path, text: readFileSync(join(programsFolder, name, path), "utf8"), version: 1 }))
}

/** Plans what checks but for constructs that are not active yet (AF9001): their plan and emission are done. */
export function planOf(sources: readonly Source[]): Plan {
  const { value, diagnostics } = check(sources)
  const errors = diagnostics.filter(({ severity, code }) => severity === "error" && code !== "AF9001")
  if (errors.length > 0) throw new Error(errors.map(({ path, span, message }) => `${path}:${span.start} ${message}`).join("\n"))
  return lower(value, { entry: sources[0]!.path })
}

export function emitOf(plan: Plan, sources: readonly Source[] = []): Promise<Emitted> {
  return emit(plan, { texts: new Map(sources.map(({ path, text }) => [path, text])) })
}

interface Project {
  readonly plan: Plan
  readonly emitted: Emitted
  /** By path: the tools' modules, in the place of stubs that take anything. */
  readonly modules?: ReadonlyMap<string, string>
}

/** Lines of tsc about the emitted files: strict, and nothing imported or declared in vain. */
export async function typeErrors(projects: ReadonlyMap<string, Project>): Promise<readonly string[]> {
  mkdirSync(join(repository, "dist"), { recursive: true })
  const folder = mkdtempSync(join(repository, "dist/emitted-"))
  try {
    for (const [name, { plan, emitted, modules }] of projects) {
      for (const { path, text } of emitted.files) write(join(folder, name, "generated", path), text)
      for (const [module, text] of modules ?? toolStubs(plan)) write(join(folder, name, module), text)
    }
    write(join(folder, "tsconfig.json"), JSON.stringify(tsconfig(projects)))
    const tsc = join(repository, "node_modules/typescript/bin/tsc")
    const output = await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"]).catch((error: { stdout: string }) => error)
    // The runtime's own files are checked by its own project.
    return output.stdout.split("\n").filter((line) => line.includes("error TS") && !/^(\.\.\/)*runtime\//.test(line))
      .map((line) => line.replace(/^.*?emitted-\w+\//, ""))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** The emitted project's own settings, over all projects, with the runtime's sources in the place of the package. */
function tsconfig(projects: ReadonlyMap<string, { readonly emitted: Emitted }>): object {
  const [first] = projects.values()
  const own = JSON.parse(first!.emitted.files.find(({ path }) => path === "tsconfig.json")!.text) as { compilerOptions: Record<string, unknown> }
  const { rootDir: _root, outDir: _out, sourceMap: _map, rewriteRelativeImportExtensions: _rewrite, ...compilerOptions } = own.compilerOptions
  return {
    compilerOptions: { ...compilerOptions, noEmit: true, noUnusedLocals: true, paths: { "@agentflow/runtime": ["../../runtime/index.ts"] } },
    include: ["**/*.ts"],
  }
}

/** A module that has what the program's tools import, under names that may be reserved words. */
function toolStubs(plan: Plan): ReadonlyMap<string, string> {
  const stubs = new Map<string, string>()
  for (const { source } of plan.tools) {
    if (source.kind !== "typescript") continue
    const before = stubs.get(source.module) ?? ""
    const name = `${source.exportName}_`
    if (before.includes(`function ${name}(`)) continue
    stubs.set(source.module, `${before}function ${name}(..._given: unknown[]): never { throw new Error() }\nexport { ${name} as ${source.exportName} }\n`)
  }
  return stubs
}
