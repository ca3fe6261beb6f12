// Copies of the runtime with one seeded bug each, and who notices.

import { execFile } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import type { SimulationProgram } from "../../compiler/4-emit/simulation.ts"
import { plan } from "../../compiler/index.ts"
import { exampleSources } from "../harness/example-sources.ts"
import type { Mutant } from "./mutants.ts"

const root = join(import.meta.dirname, "../..")
const examples = join(root, "examples")

/** Generated programs, of which at least one must show a bug that no test block can. */
const oracleSeeds = Array.from({ length: 150 }, (_, seed) => seed)

/** Below the repository, so that the copies find the packages. */
function openFolder(): string {
  mkdirSync(join(root, "dist"), { recursive: true })
  return mkdtempSync(join(root, "dist/mutants-"))
}

/** Every example with test blocks, the quick ones first. */
export function examplePrograms(): readonly SimulationProgram[] {
  const files = readdirSync(examples, { recursive: true }).map(String).filter((file) => file.endsWith(".agentflow"))
  const tested = files.filter((file) => /^test "/m.test(readFileSync(join(examples, file), "utf8"))).sort()
  const quick = (file: string): number => (/attempts|limits|undoing/.test(file) ? 0 : 1)
  return tested.sort((a, b) => quick(a) - quick(b)).map((file) => {
    const { value, diagnostics } = plan(exampleSources(file))
    if (value === null) throw new Error(diagnostics.map(({ code, message }) => `${file}: ${code} ${message}`).join("\n"))
    return simulationOf(value)
  })
}

export interface Bed {
  readonly folder: string
  /** File of the compiled examples. */
  readonly programs: string
}

export function openBed(): Bed {
  const folder = openFolder()
  const programs = join(folder, "programs.json")
  writeFileSync(programs, JSON.stringify(examplePrograms()))
  return { folder, programs }
}

/** The text of the file with the bug in it; the place must be there, and once. */
export function mutated({ name, file, find, replace }: Mutant): string {
  const text = readFileSync(join(root, "runtime", file), "utf8")
  const count = text.split(find).length - 1
  if (count !== 1) throw new Error(`${name}: runtime/${file} has ${count} places that read ${JSON.stringify(find)}`)
  return text.replace(find, () => replace)
}

/** Tests that fail, or generated programs that run otherwise, on a runtime with the bug; without one, on the runtime as it is. */
export async function noticedBy({ folder, programs }: Bed, mutant: Mutant | undefined, options: { readonly oracle?: boolean } = {}): Promise<readonly string[]> {
  const runtime = join(folder, (mutant?.name ?? "none").replaceAll(/\W+/g, "-"))
  cpSync(join(root, "runtime"), runtime, { recursive: true, filter: (path) => !/runtime[\\/](dist|node_modules)/.test(path) })
  if (mutant !== undefined) writeFileSync(join(runtime, mutant.file), mutated(mutant))
  const isOracle = mutant === undefined ? options.oracle === true : mutant.by === "oracle"
  const job = { runtime, programs, seeds: isOracle ? oracleSeeds : [], isFirstEnough: mutant !== undefined }
  const judge = join(import.meta.dirname, "judge.ts")
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [judge, JSON.stringify(job)], { timeout: 120_000 })
    return JSON.parse(stdout) as readonly string[]
  } catch (error) {
    // Only a bug may break the whole run, and then it is noticed.
    if (mutant === undefined) throw error
    return ["the run breaks"]
  }
}
