// Compiles a program and writes its project; a file that a person has edited is never overwritten silently.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import type { Config } from "./config.ts"
import { registeredName } from "../compiler/3-plan/types.ts"
import { plan } from "../compiler/index.ts"
import { carryOut, decideVersions, workflowsOf, type VersionWish } from "./build-versions.ts"
import { deploymentFiles } from "./deployment-files.ts"
import { Failure } from "./failure.ts"
import { readProgram, relativePath } from "./fs.ts"
import { keptCode, versionsFile, type KeptCode } from "./kept-versions.ts"
import { readLock, writeLock } from "./lock-file.ts"
import { compileProgram, diagnosticDetails, optionsOf, printDiagnostics } from "./project.ts"
import type { Terminal } from "./terminal.ts"
import { moduleReader } from "./tool-modules.ts"
import { writeWhole } from "./whole-file.ts"
import type { WorkflowEntry } from "./workflow-input.ts"

export interface BuildOptions {
  readonly file: string
  readonly config: Config
  readonly terminal: Terminal
  /** Default: generated/ beside the program. */
  readonly out?: string
  readonly force?: boolean
  /** `build` writes the lock; `run` only keeps to it. */
  readonly lock?: "write" | "read"
  readonly wish?: VersionWish
}

export interface Built {
  /** Absolute path of the generated project. */
  readonly out: string
  readonly files: readonly string[]
  readonly workflows: readonly WorkflowEntry[]
  /** "DailyBrief@1": older versions that the worker serves too. */
  readonly kept: readonly string[]
}

const manifestName = ".agentflow.json"

/** Hash by path of every file as this program wrote it. */
type Manifest = Readonly<Record<string, string>>

export async function buildProgram({ file, config, terminal, out, force, wish = {}, lock }: BuildOptions): Promise<Built> {
  const target = resolve(out ?? join(dirname(resolve(file)), "generated"))
  const lockFile = readLock(file)
  const program = readProgram(file)
  const options = await optionsOf(program, config)
  const decision = decideVersions(lockFile, wish, (versions) => plan(program.sources, { ...options, versions }).value)
  const hasKept = decision.archive.length > 0 || Object.values(decision.kept).some((versions) => versions.length > 0)
  const { diagnostics, value } = await compileProgram({ program, config, out: target }, { versions: decision.versions, lock: decision.compared, hasKept })
  if (!printDiagnostics(diagnostics, program, terminal) || value === null) {
    if (diagnostics.some(({ code }) => code === "AF7001" || code === "AF7003")) terminal.error(wayOut(file))
    throw new Failure(1, `${relative(process.cwd(), resolve(file))} was not compiled.`, undefined, await diagnosticDetails(diagnostics, program))
  }
  const updated = carryOut(lockFile, decision, { plan: value.plan, generated: target, wish })
  const kept = keptCode(lockFile, workflowsOf(updated, lockFile.key), value.plan)
  await requireNeeded(kept, program.folder)
  for (const { callable, version } of kept.changed) {
    terminal.error(`${terminal.errors.paint("warning", "warning:")} ${callable} takes or gives something else now; runs on ${version} call it as it was`)
  }
  const versions = versionsFile(value.plan, (module) => relativePath(program.folder, resolve(program.root, module)))
  const files = [...value.files, ...deploymentFiles(value.plan, config, target), versions, ...kept.files].sort((a, b) => (a.path < b.path ? -1 : 1))
  writeFiles(target, files, force === true)
  if (lock === "write") writeLock(lockFile, updated)
  const schemas = Object.fromEntries(value.plan.types.map(({ name, schema }) => [name, schema]))
  return {
    out: target,
    files: files.map(({ path }) => path),
    workflows: value.plan.workflows.map((workflow) => ({
      name: workflow.name, registered: registeredName(workflow), parameters: { ...workflow.parametersSchema, $defs: schemas },
    })),
    kept: Object.entries(workflowsOf(updated, lockFile.key)).flatMap(([name, { kept: older = [] }]) => older.map(({ version }) => `${name}@${version}`)),
  }
}

function wayOut(file: string): string {
  return [
    "Old runs can finish on the old version while new ones start on the new one:",
    `  agentflow build ${file} --keep-old`,
    "or, when no run is under way or those may fail:",
    `  agentflow build ${file} --accept-break WORKFLOW "why"`, "",
  ].join("\n")
}

function writeFiles(target: string, files: readonly { readonly path: string; readonly text: string }[], force: boolean): void {
  const before = readManifest(target)
  const wanted = new Map(files.map(({ path, text }) => [path, text]))
  const edited = [...new Set([...wanted.keys(), ...Object.keys(before)])].filter((path) => isEdited(target, path, before, wanted.get(path)))
  if (edited.length > 0 && !force) {
    throw new Failure(
      1,
      `${edited.map((path) => join(relative(process.cwd(), target), path)).join(", ")} was changed by hand and would be overwritten.`,
      "Move your change into the .agentflow file or a tool, then delete the file; or pass --force to overwrite it.",
    )
  }
  for (const path of Object.keys(before)) {
    if (!wanted.has(path)) rmSync(join(target, path), { force: true })
  }
  const manifest: Record<string, string> = {}
  for (const { path, text } of files) {
    const absolute = join(target, path)
    manifest[path] = hashOf(text)
    // An unchanged file keeps its time, so that nothing that watches it starts over.
    if (existsSync(absolute) && readFileSync(absolute, "utf8") === text) continue
    mkdirSync(dirname(absolute), { recursive: true })
    writeWhole(absolute, text)
  }
  writeWhole(join(target, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** What is there as it would be written is nobody's work that could be lost. */
function isEdited(target: string, path: string, manifest: Manifest, wanted: string | undefined): boolean {
  const absolute = join(target, path)
  if (!existsSync(absolute)) return false
  const text = readFileSync(absolute, "utf8")
  return text !== wanted && manifest[path] !== hashOf(text)
}

function readManifest(target: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(target, manifestName), "utf8")) as Manifest
  } catch {
    return {}
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

/** Runs of a kept version still call the functions that it was built with. */
async function requireNeeded({ needed }: KeptCode, folder: string): Promise<void> {
  if (needed.length === 0) return
  const read = await moduleReader()
  for (const { callable, version, module, export: name } of needed) {
    const found = read(resolve(folder, module))
    if (found === undefined || (found !== "missing" && found.exports.includes(name))) continue
    const kept = version.includes("@") ? version : `${version}@1`
    throw new Failure(
      1, `Runs of ${kept} call the tool ${callable}, but ${module} ${found === "missing" ? "is gone" : `has no ${name} any more`}.`,
      `Keep the function until those runs have ended, or give them up with --drop-old ${kept}.`,
    )
  }
}
