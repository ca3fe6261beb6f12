// Makes code-server (Visual Studio Code in a browser) available for the tests, or says why it can't be had: `node tasks/code-server.ts`. 550 MB from npm, half a minute.

import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { cacheFolder } from "../cli/cache-folder.ts"

const cannotBeHad = 3
const version = "4.139.1"
/** Colours of the workbench, icons of files and the grammar of the generated code: the other built-in extensions only slow a start down. */
const kept = ["theme-defaults", "theme-seti", "typescript-basics"]

/** Outside of the tree, one folder for each version. */
function home(): string {
  return join(cacheFolder(), `code-server-${version}`)
}

const programIn = (folder: string): string => join(folder, "node_modules/code-server/out/node/entry.js")

/** The program to start with Node; undefined where it is not installed. */
export function codeServer(): string | undefined {
  return existsSync(programIn(home())) ? programIn(home()) : undefined
}

/** The scripts of its packages would compile modules against Kerberos and others; what they make is not needed here: what is loaded comes compiled. */
function install(folder: string, ...packages: readonly string[]): boolean {
  const flags = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
  return spawnSync("npm", ["install", ...flags, ...packages], { cwd: folder, stdio: "inherit", shell: process.platform === "win32" }).status === 0
}

/** Undefined when it is there, otherwise why it is not. */
function reasonMissing(): string | undefined {
  if (codeServer() !== undefined) return undefined
  if (process.platform === "win32") return "it does not run on Windows"
  if (process.versions.node.split(".")[0] !== "24") return `it runs on Node 24 only; this is ${process.versions.node}`
  const target = home()
  mkdirSync(resolve(target, ".."), { recursive: true })
  // Made beside and moved: half an installation is never found.
  const made = mkdtempSync(`${target}-`)
  try {
    writeFileSync(join(made, "package.json"), '{ "private": true }\n')
    const code = join(made, "node_modules/code-server/lib/vscode")
    if (!install(made, "--save-exact", `code-server@${version}`) || !install(code)) return "`npm install code-server` failed"
    for (const entry of readdirSync(join(code, "extensions"), { withFileTypes: true })) {
      if (entry.isDirectory() && !kept.includes(entry.name)) rmSync(join(code, "extensions", entry.name), { recursive: true })
    }
    // Another process may have been faster.
    if (codeServer() === undefined) renameSync(made, target)
    return undefined
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const reason = reasonMissing()
  if (reason === undefined) {
    process.stderr.write("code-server: ready\n")
  } else {
    process.stderr.write(`code-server: can't be had: ${reason}. The extension is tested with the real client library and a stand-in for the window.\n`)
    process.exitCode = cannotBeHad
  }
}
