// npm run bench -- NAME …: runs the bench of that name; its last line is JSON with the ratios, bigger is better for us.

import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const benches = join(import.meta.dirname, "../bench")
const [name = "", ...rest] = process.argv.slice(2)
const program = join(benches, name, "run.ts")
if (name === "" || name.includes("..") || !existsSync(program)) {
  const names = readdirSync(benches).filter((one) => existsSync(join(benches, one, "run.ts")))
  console.error(`usage: npm run bench -- ${names.join("|")} [options]`)
  process.exitCode = 2
} else {
  const { main } = (await import(program)) as { main(argv: readonly string[]): Promise<number> }
  process.exit(await main(rest))
}
