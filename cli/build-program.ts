// Compiles a program and writes its project; a file that a person has edited is never overwritten silently.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import type { Config } from "./config.ts"
import { Failure } from "./failure.ts"
import { compileProgram, printDiagnostics } from "./project.ts"
import type { Terminal } from "./terminal.ts"
import type { WorkflowEntry } from "./workflow-input.ts"

export interface BuildOptions {
  readonly file: string
  readonly config: Config
  readonly terminal: Terminal
  /** Default: generated/ beside the program. */
  readonly out?: string
  readonly force?: boolean
}

export interface Built {
  /** Absolute path of the generated project. */
  readonly out: string
  readonly files: readonly string[]
  readonly workflows: readonly WorkflowEntry[]
  /** "on schedule, announce": parsed and checked, but without effect in this version. */
  readonly inactive: readonly string[]
}

const manifestName = ".agentflow.json"

/** Hash by path of every file as this program wrote it. */
type Manifest = Readonly<Record<string, string>>

export async function buildProgram({ file, config, terminal, out, force }: BuildOptions): Promise<Built> {
  const target = resolve(out ?? join(dirname(resolve(file)), "generated"))
  const { program, diagnostics, value } = await compileProgram(file, config, target)
  if (!printDiagnostics(diagnostics, program, terminal) || value === null) {
    throw new Failure(1, `${relative(process.cwd(), resolve(file))} was not compiled.`)
  }
  writeFiles(target, value.files, force === true)
  const schemas = Object.fromEntries(value.plan.types.map(({ name, schema }) => [name, schema]))
  return {
    out: target,
    files: value.files.map(({ path }) => path),
    workflows: value.plan.workflows.map(({ name, parametersSchema }) => ({ name, parameters: { ...parametersSchema, $defs: schemas } })),
    inactive: [...new Set(value.plan.inactive.map(({ construct }) => construct))],
  }
}

function writeFiles(target: string, files: readonly { readonly path: string; readonly text: string }[], force: boolean): void {
  const before = readManifest(target)
  const edited = [...files.map(({ path }) => path), ...Object.keys(before)].filter((path, index, all) => all.indexOf(path) === index && isEdited(target, path, before))
  if (edited.length > 0 && !force) {
    throw new Failure(
      1,
      `${edited.map((path) => join(relative(process.cwd(), target), path)).join(", ")} was changed by hand and would be overwritten.`,
      "Move your change into the .agentflow file or a tool, then delete the file; or pass --force to overwrite it.",
    )
  }
  for (const path of Object.keys(before)) {
    if (!files.some((file) => file.path === path)) rmSync(join(target, path), { force: true })
  }
  const manifest: Record<string, string> = {}
  for (const { path, text } of files) {
    const absolute = join(target, path)
    manifest[path] = hashOf(text)
    // An unchanged file keeps its time, so that nothing that watches it starts over.
    if (existsSync(absolute) && readFileSync(absolute, "utf8") === text) continue
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, text)
  }
  writeFileSync(join(target, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
}

function isEdited(target: string, path: string, manifest: Manifest): boolean {
  const absolute = join(target, path)
  if (!existsSync(absolute)) return false
  return manifest[path] !== hashOf(readFileSync(absolute, "utf8"))
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
