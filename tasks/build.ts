// npm run build: type-checks and compiles every folder, bundles the playground, and the command-line program so that it starts fast.

import { spawnSync } from "node:child_process"
import { chmodSync, existsSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const compiler = join(root, "node_modules/typescript/bin/tsc")
const { status } = spawnSync(process.execPath, [compiler, "-b", root], { cwd: root, stdio: "inherit" })
if (status !== 0) process.exit(status ?? 1)
const { buildPlayground } = await import("./playground/build.ts")
await buildPlayground()
const program = join(root, "dist/cli/main.js")
if (existsSync(program)) {
  const { bundleProgram } = await import("./bundle.ts")
  await bundleProgram()
  chmodSync(program, 0o755)
}
