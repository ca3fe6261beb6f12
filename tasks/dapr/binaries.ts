// Where the three Dapr binaries are: those given, those installed, those built before, or those built now.
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises"
import { delimiter, join, resolve } from "node:path"
import { cacheFolder } from "../../cli/cache-folder.ts"
import { lastLines, runCommand } from "./command.ts"
import { compileDapr } from "./compile.ts"
import { withLock } from "./lock.ts"
import { binaryNames, isAtLeast, readPinned } from "./pinned.ts"
import type { Pinned } from "./pinned.ts"

export type DaprBinaries =
  | { readonly ok: true; readonly folder: string; readonly version: string }
  | { readonly ok: false; readonly reason: string }

export interface DaprBinariesOptions {
  /** Told one line at a time what is being done; a first build takes minutes. */
  readonly report?: (line: string) => void
  readonly signal?: AbortSignal
}

type BinaryName = (typeof binaryNames)[number]
interface BuildOptions extends Required<Pick<DaprBinariesOptions, "report">>, Pick<DaprBinariesOptions, "signal"> {}

const unfinishedPrefix = ".unfinished-"

export function binaryPath(folder: string, name: BinaryName): string {
  return join(folder, process.platform === "win32" ? `${name}.exe` : name)
}

/** Never throws because something is missing on this machine: the reason says what, and what is needed. */
export async function daprBinaries(options: DaprBinariesOptions = {}): Promise<DaprBinaries> {
  const pinned = await readPinned()
  const given = process.env["DAPR_BIN_DIR"]
  if (given) return inspect(resolve(given), pinned, `DAPR_BIN_DIR=${given}`)
  return await installed(pinned) ?? await cachedOrBuilt(pinned, { report: () => {}, ...options })
}

async function installed(pinned: Pinned): Promise<DaprBinaries | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (!folder || !await isFile(binaryPath(folder, "daprd"))) continue
    const found = await inspect(folder, pinned, folder)
    if (found.ok) return found
  }
  return undefined
}

async function cachedOrBuilt(pinned: Pinned, options: BuildOptions): Promise<DaprBinaries> {
  const root = join(cacheFolder(), "dapr")
  const folder = join(root, `${pinned.daprVersion}-${process.platform}-${process.arch}-${pinned.recipe}`)
  const cached = await inspect(folder, pinned, folder)
  if (cached.ok) return cached
  await mkdir(root, { recursive: true })
  const onWait = (): void => options.report("another build is running; waiting for it")
  return withLock(join(root, "build.lock"), { ...options, onWait }, async () => {
    const builtMeanwhile = await inspect(folder, pinned, folder)
    return builtMeanwhile.ok ? builtMeanwhile : build(pinned, root, folder, options)
  })
}

/** Only under the lock, so every unfinished folder is one that a killed build left. */
async function build(pinned: Pinned, root: string, folder: string, options: BuildOptions): Promise<DaprBinaries> {
  for (const name of await readdir(root)) {
    if (name.startsWith(unfinishedPrefix)) await rm(join(root, name), { recursive: true, force: true })
  }
  const targetFolder = await mkdtemp(join(root, unfinishedPrefix))
  try {
    const reason = await compileDapr({ ...options, pinned, targetFolder })
    if (reason !== undefined) return { ok: false, reason }
    const made = await inspect(targetFolder, pinned, "the build")
    if (!made.ok) return made
    // What stands there did not pass the inspection above; renamed in one step, so no one ever sees half a set.
    await rm(folder, { recursive: true, force: true })
    await rename(targetFolder, folder)
    return { ...made, folder }
  } finally {
    await rm(targetFolder, { recursive: true, force: true })
  }
}

/** Only daprd can tell its version; the others are taken for the same when they lie beside it. */
async function inspect(folder: string, pinned: Pinned, where: string): Promise<DaprBinaries> {
  for (const name of binaryNames) {
    if (!await isFile(binaryPath(folder, name))) return { ok: false, reason: `${where}: there is no ${name}` }
  }
  const asked = await runCommand(binaryPath(folder, "daprd"), ["--version"])
  const version = asked.output.replace(/^v/, "")
  if (asked.exitCode !== 0) {
    return { ok: false, reason: `${where}: daprd does not run: ${lastLines(asked.errorOutput, 3)}` }
  }
  if (isAtLeast(version, pinned.daprVersion)) return { ok: true, folder, version }
  return { ok: false, reason: `${where}: daprd is version ${version}; needed is ${pinned.daprVersion} or newer` }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false)
}
