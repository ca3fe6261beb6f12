// Installs code-server (Visual Studio Code in a browser) from npm into a cache outside the tree: `node tasks/code-server.ts`. Ten minutes and 620 MB.

import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const version = "4.139.1"
const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "agentflow", "code-server")

/** The program to start with Node. */
export const codeServer = join(folder, "node_modules/code-server/out/node/entry.js")

/** Undefined when it is there, otherwise why it is not. */
function reasonMissing(): string | undefined {
  if (existsSync(codeServer)) return undefined
  // One of its native modules is compiled against Kerberos.
  if (process.platform === "linux" && process.getuid?.() === 0) spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "libkrb5-dev", "g++", "make", "python3"], { stdio: "ignore" })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n')
  const { status } = spawnSync("npm", ["install", "--save-exact", "--loglevel=error", `code-server@${version}`], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" })
  return status === 0 && existsSync(codeServer) ? undefined : "`npm install code-server` failed; it compiles native modules and needs Node 24, a C++ compiler, Python and the headers of Kerberos"
}

if (process.argv[1] === import.meta.filename) {
  const reason = reasonMissing()
  process.stderr.write(reason === undefined ? "code-server: ready\n" : `code-server: can't be had: ${reason}.\n`)
  if (reason !== undefined) process.exitCode = 3
}
