// Installs the peers beside this bench, once; what can't be had is reported where its figures would stand.

import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"

export async function install(folder: string): Promise<void> {
  const installed = join(folder, "node_modules/.package-lock.json")
  if (existsSync(installed)) return
  process.stderr.write("installing the peers\n")
  const own = dirname(dirname(process.execPath))
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
    // The headers of this very Node, for what is compiled; a machine's own may be of another version.
    ...(existsSync(join(own, "include/node/node.h")) ? { npm_config_nodedir: own } : {}),
  }
  const run = (...args: readonly string[]) => spawnSync("npm", args, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] })
  run("ci", "--ignore-scripts", "--no-audit", "--no-fund")
  // The one package whose install script is needed.
  run("rebuild", "better-sqlite3")
}
