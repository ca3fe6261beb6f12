// Older versions of workflows: their generated code is archived beside the lock and put into every later build.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import type { EmittedFile, Plan } from "../compiler/index.ts"
import { namesOf } from "../compiler/4-emit/typescript/names.ts"
import { registeredName } from "../compiler/3-plan/types.ts"
import type { KeptVersion, ProgramLock } from "../compiler/versions/lock.ts"
import { linesOf } from "../compiler/versions/lock.ts"
import { skeletonsOf } from "../compiler/versions/skeleton.ts"
import { Failure } from "./failure.ts"
import type { LockFile } from "./lock-file.ts"
import { hashOfSteps } from "./lock-update.ts"
import { writeWhole } from "./whole-file.ts"

/** Where one thing of a generated project is exported. */
interface Exported {
  readonly module: string
  readonly export: string
}

/** What a tool of TypeScript is written in, the module relative to the program's folder: the same wherever a build was started. */
type Source = Exported

/** From a path relative to the program's root to one relative to its folder. */
type FromFolder = (module: string) => string

/** `versions.json` of a generated project: which versions its code is of. */
interface Versions {
  readonly workflows: Readonly<Record<string, Exported & { readonly version: number; readonly hash: string }>>
  /** `contract` is a hash of what the callable takes and gives. Archives of earlier builds have no `source`. */
  readonly callables: Readonly<Record<string, Exported & { readonly contract: string; readonly source?: Source }>>
}

/** One file of `agentflow.versions/`: generated code as it was, of which nothing can be made again. */
interface Archive extends Versions {
  readonly workflow: string
  readonly version: number
  readonly files: Readonly<Record<string, string>>
}

export const archiveFolder = "agentflow.versions"
const versionsName = "versions.json"
const left = /^(client\.ts|worker\.ts|kept\.ts|kept\/.*|package\.json|tsconfig\.json|versions\.json|schemas\/.*|dapr\/.*|.*\.map)$/

function versionsOf(plan: Plan, fromFolder: FromFolder): Versions {
  const { declared } = namesOf(plan)
  const at = (name: string): Exported => ({ module: declared.get(name)!.module, export: declared.get(name)!.identifier })
  const hashes = new Map(skeletonsOf(plan).map((skeleton) => [skeleton.workflow, hashOfSteps(linesOf(skeleton))]))
  return {
    workflows: Object.fromEntries(plan.workflows.map(({ name, version = 1 }) => [name, { version, hash: hashes.get(name)!, ...at(name) }])),
    callables: Object.fromEntries(callablesOf(plan).map((each) =>
      [each.name, { ...at(each.name), contract: contractOf(plan, each), ...("source" in each ? sourceOf(each, fromFolder) : {}) }])),
  }
}

type Callable = Plan["tools"][number] | Plan["agents"][number] | Plan["humans"][number]

function callablesOf({ tools, agents, humans }: Plan): readonly Callable[] {
  return [...tools, ...agents, ...humans]
}

function sourceOf({ source }: Plan["tools"][number], fromFolder: FromFolder): { readonly source?: Source } {
  return source.kind === "typescript" ? { source: { module: fromFolder(source.module), export: source.exportName } } : {}
}

function contractOf(plan: Plan, { parametersSchema, resultSchema }: Callable): string {
  const schemas = new Map<string, unknown>()
  const waiting: unknown[] = [parametersSchema, resultSchema]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [, name] of JSON.stringify(next).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)) {
      if (schemas.has(name!)) continue
      schemas.set(name!, plan.types.find((type) => type.name === name)?.schema)
      waiting.push(schemas.get(name!))
    }
  }
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256").update(JSON.stringify([parametersSchema, resultSchema, sorted])).digest("hex").slice(0, 16)
}

/** What the old code needs is still in the generated project: it was written by the build that wrote the lock. */
export function archiveVersion({ path, program }: LockFile, workflow: string, generated: string): KeptVersion {
  const locked = program!.workflows[workflow]!
  const here = relative(process.cwd(), generated) || "."
  const known = readJson<Versions>(join(generated, versionsName))
  const built = known?.workflows[workflow]
  if (known === undefined || built === undefined || built.hash !== locked.hash || built.version !== locked.version) {
    throw new Failure(
      1,
      `${here}/ does not hold the code of ${workflow} that the lock speaks of, so that it can't be kept.`,
      "Check out the commit whose agentflow.lock this is, run `agentflow build` there, come back and build with --keep-old.",
    )
  }
  const manifest = readJson<Record<string, string>>(join(generated, ".agentflow.json")) ?? {}
  const paths = Object.keys(manifest).filter((file) => !left.test(file)).sort()
  const files = Object.fromEntries(paths.map((file) => [file, readFileSync(join(generated, file), "utf8").replace(/\n\/\/# sourceMappingURL=.*\n$/, "\n")]))
  const archive: Archive = { workflow, version: locked.version, workflows: { [workflow]: built }, callables: known.callables, files }
  const target = join(dirname(path), archiveFolder, `${archiveName(workflow, locked.version)}.json`)
  mkdirSync(dirname(target), { recursive: true })
  writeWhole(target, `${JSON.stringify(archive, null, 2)}\n`)
  return { version: locked.version, hash: locked.hash }
}

export function dropArchive({ path }: LockFile, workflow: string, version: number): void {
  rmSync(join(dirname(path), archiveFolder, `${archiveName(workflow, version)}.json`), { force: true })
}

function archiveName(workflow: string, version: number): string {
  return `${workflow}@${version}`
}

export interface KeptCode {
  readonly files: readonly EmittedFile[]
  /** Callables that a kept version calls and that take or give something else now. */
  readonly changed: readonly { readonly callable: string; readonly version: string }[]
  /** Functions of the program's own modules that only kept versions call. */
  readonly needed: readonly (Source & { readonly callable: string; readonly version: string })[]
}

/** The files of all kept versions within the generated project, and `kept.ts` that lists them. */
export function keptCode(lockFile: Pick<LockFile, "path">, kept: ProgramLock["workflows"], plan: Plan): KeptCode {
  const archives = Object.entries(kept).flatMap(([workflow, locked]) => (locked.kept ?? []).map(({ version }) => readArchive(lockFile, workflow, version)))
  if (archives.length === 0) return { files: [], changed: [], needed: [] }
  const contracts = new Map(callablesOf(plan).map((each) => [each.name, contractOf(plan, each)]))
  const files: EmittedFile[] = []
  const imports: string[] = []
  const [workflows, callables] = [[] as string[], new Map<string, string>()]
  const changed: KeptCode["changed"][number][] = []
  const needed: KeptCode["needed"][number][] = []
  for (const archive of archives.sort((a, b) => b.version - a.version || (a.workflow < b.workflow ? -1 : 1))) {
    const folder = `kept/${archiveName(archive.workflow, archive.version)}`
    for (const [path, text] of Object.entries(archive.files)) files.push({ path: `${folder}/${path}`, text: moved(path, text) })
    const take = ({ module, export: name }: Exported): string => {
      const as = `${name}_${archive.version}_${imports.length}`
      imports.push(`import { ${name} as ${as} } from "./${folder}/${module}"`)
      return as
    }
    workflows.push(take(archive.workflows[archive.workflow]!))
    for (const [name, callable] of Object.entries(archive.callables)) {
      const current = contracts.get(name)
      const version = registeredName({ name: archive.workflow, version: archive.version })
      if (current === undefined && !callables.has(name)) {
        callables.set(name, take(callable))
        if (callable.source !== undefined && usesCallable(archive, callable)) needed.push({ ...callable.source, callable: name, version })
      }
      if (current !== undefined && current !== callable.contract && usesCallable(archive, callable)) changed.push({ callable: name, version })
    }
  }
  const text = [
    `// kept.ts — generated by AgentFlow: older versions of workflows, for the runs that were started on them; see ${archiveFolder}/.`,
    ...imports, "",
    `export const workflows = [${workflows.join(", ")}]`,
    "/** What only older versions call. */",
    `export const callables = [${[...callables.values()].join(", ")}]`, "",
  ].join("\n")
  return { files: [...files, { path: "kept.ts", text }], changed, needed }
}

function usesCallable({ files, workflows, workflow }: Archive, { export: name }: Exported): boolean {
  return new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`).test(files[workflows[workflow]!.module] ?? "")
}

function readArchive({ path }: Pick<LockFile, "path">, workflow: string, version: number): Archive {
  const file = join(dirname(path), archiveFolder, `${archiveName(workflow, version)}.json`)
  const archive = readJson<Archive>(file)
  if (archive === undefined) {
    const shown = relative(process.cwd(), file)
    throw new Failure(1, `${shown} is missing: the code for the runs of ${workflow} that were started on version ${version}.`, `Take it from the last commit, or give those runs up with --drop-old ${archiveName(workflow, version)}.`)
  }
  return archive
}

/** The project lies two folders deeper now: what it imports from outside itself is two folders further up. */
function moved(path: string, text: string): string {
  if (!path.endsWith(".ts")) return text
  const outside = "../".repeat(path.split("/").length)
  const lines = text.split("\n")
  const end = lines.findIndex((line) => /^(export|const|await|\/\*\*)/.test(line))
  return lines.map((line, index) => (end >= 0 && index >= end ? line : line.replace(/(from |^import )"((?:\.\.\/)+[^"]*)"/, (whole, before: string, target: string) =>
    target.startsWith(outside) ? `${before}"../../${target}"` : whole))).join("\n")
}

function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T
  } catch {
    return undefined
  }
}

export function versionsFile(plan: Plan, fromFolder: FromFolder): EmittedFile {
  return { path: versionsName, text: `${JSON.stringify(versionsOf(plan, fromFolder), null, 2)}\n` }
}
