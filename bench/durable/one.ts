// Measures one contender in a process of its own; its last line is the figures, or why there are none.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { measure, usualEffort } from "./contender.ts"
import type { Contender, OpenOptions } from "./contender.ts"

const [name = "", scale = "1"] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-"))
const answer = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
try {
  const { open } = (await import(`./contenders/${name}.ts`)) as { open(options: OpenOptions): Promise<Contender> }
  const contender = await open({ folder })
  const part = Number(scale)
  const effort = { ...usualEffort, runsTogether: Math.ceil(usualEffort.runsTogether * part), runsAlone: Math.ceil(usualEffort.runsAlone * part) }
  answer(await measure(contender, effort))
  await contender.close()
} catch (error) {
  answer({ unavailable: error instanceof Error ? error.message.split("\n")[0] : String(error) })
}
rmSync(folder, { recursive: true, force: true })
process.exit(0)
