// One of the parts that have no peers, in a process of its own: what it says, and its ratios as the last line.

import { length } from "./length.ts"
import { memory } from "./memory.ts"
import { takeover } from "./takeover.ts"

const [name, runs = ""] = process.argv.slice(2)
const parts = { takeover, length, memory: () => memory({ runs: Number(runs) }) } as const
const answer = (value: object): Promise<void> => new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, () => resolve()))
try {
  const part = parts[name as keyof typeof parts]
  await answer({ ratios: await part() })
} catch (error) {
  await answer({ unavailable: error instanceof Error ? error.message.split("\n")[0] : String(error) })
}
process.exit(0)
