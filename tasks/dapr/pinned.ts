// What go.mod pins: the version of Dapr, the version of Go it needs, and a name for exactly this way of building it.
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"

export const binaryNames = ["daprd", "placement", "scheduler"] as const

export interface Pinned {
  readonly daprVersion: string
  readonly goVersion: string
  readonly buildArguments: readonly string[]
  /** Changes whenever a byte of what goes into the binaries changes. */
  readonly recipe: string
}

export async function readPinned(): Promise<Pinned> {
  const goMod = await readFile(join(import.meta.dirname, "go.mod"), "utf8")
  const goSum = await readFile(join(import.meta.dirname, "go.sum"), "utf8")
  const daprVersion = mustMatch(goMod, /^\s*github\.com\/dapr\/dapr v(\S+)/m)
  const goVersion = mustMatch(goMod, /^go (\S+)$/m)
  const buildArguments = buildArgumentsFor(daprVersion)
  const recipe = createHash("sha256").update(JSON.stringify([goMod, goSum, buildArguments])).digest("hex").slice(0, 12)
  return { daprVersion, goVersion, buildArguments, recipe }
}

function buildArgumentsFor(daprVersion: string): readonly string[] {
  return [
    "-mod=readonly",
    // Not the version of this project, which is what Go would find.
    "-buildvcs=false",
    // Without a set of components every binary panics at its start.
    "-tags", "stablecomponents",
    "-trimpath",
    // As Dapr's own release does: without it `daprd --version` says "edge".
    "-ldflags", `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${daprVersion}`,
  ]
}

function mustMatch(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`internal: go.mod does not match ${pattern}`)
  return found
}

/** Numbers only: a pre-release counts as older than its release, and text such as "edge" as older than everything. */
export function isAtLeast(version: string, required: string): boolean {
  const [have, need] = [versionParts(version), versionParts(required)]
  if (!have || !need) return false
  for (const [index, needed] of need.entries()) {
    const difference = (have[index] ?? 0) - needed
    if (difference !== 0) return difference > 0
  }
  return true
}

function versionParts(version: string): readonly number[] | undefined {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?(-|rc|beta)?/.exec(version.trim())
  if (!parts) return undefined
  const release = parts[4] === undefined ? 0 : -1
  return [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0), release]
}
