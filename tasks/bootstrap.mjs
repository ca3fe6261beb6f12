// First file of every npm command: plain JavaScript that any Node >= 18 runs. Installs what is missing, then hands
// over to the current Node that comes with the packages.

import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const [task, ...rest] = process.argv.slice(2)

function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options })
  if (error) {
    console.error(`${command} could not be started: ${error.message}`)
    process.exit(2)
  }
  if (status !== 0) process.exit(signal ? 1 : status)
}

/** Installs from the lockfile unless exactly this lockfile is installed. */
function install() {
  const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex")
  const stamp = join(root, "node_modules", ".agentflow-lock")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return
  console.log("Installing packages (npm ci) …")
  const started = Date.now()
  run("npm", ["ci", "--loglevel=error"], { shell: process.platform === "win32" })
  writeFileSync(stamp, lock)
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** A Node of at least 22.18: the one that runs this, or the one among the packages. */
function modernNode() {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  const packages = join(root, "node_modules")
  const own = readdirSync(packages).filter((name) => /^node-(bin-)?(linux|darwin|win)-/.test(name))
  for (const name of own) {
    for (const file of ["bin/node", "bin/node.exe"]) if (existsSync(join(packages, name, file))) return join(packages, name, file)
  }
  console.error(`AgentFlow needs Node 22.18 or newer; this is ${process.versions.node}, and no packaged one fits ${process.platform}-${process.arch}.`)
  console.error("Install a current Node from https://nodejs.org and run the command again.")
  process.exit(2)
}

/** Newest change of the sources: a build older than it is made again. */
function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) continue
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

function build(node) {
  const stamp = join(root, "dist", ".built")
  const sources = ["base", "grammar", "compiler", "runtime", "engine", "simulator", "sidecar", "services", "server", "cli", "playground", "editors/vscode", "examples", "tasks/playground"]
  const latest = Math.max(...sources.map((folder) => newest(join(root, folder))), statSync(join(root, "package-lock.json")).mtimeMs)
  if (existsSync(stamp) && statSync(stamp).mtimeMs > latest) return
  console.log("Building …")
  run(node, [join(root, "tasks/build.ts")])
  writeFileSync(stamp, "")
}

install()
const node = modernNode()
const env = { ...process.env, PATH: [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter) }
switch (task) {
  case "build":
    build(node)
    break
  case "build:vscode":
    build(node)
    run(node, [join(root, "tasks/vscode/build.ts")], { env })
    break
  case "start":
    build(node)
    run(node, [join(root, "tasks/start.ts"), ...rest], { env })
    break
  case "test":
    build(node)
    run(node, [join(root, "tasks/test.ts"), ...rest], { env })
    break
  case "playground":
    build(node)
    run(node, [join(root, "tasks/playground.ts"), ...rest], { env })
    break
  case "dapr:build":
    run(node, [join(root, "tasks/dapr/build.ts"), ...rest], { env })
    break
  case "test:dapr":
    build(node)
    run(node, [join(root, "tasks/test.ts"), "test/dapr", ...rest], { env })
    break
  case "test:mutants":
    build(node)
    run(node, ["--disable-warning=ExperimentalWarning", join(root, "tasks/mutants.ts"), ...rest], { env })
    break
  case "test:long":
    build(node)
    run(node, ["--disable-warning=ExperimentalWarning", join(root, "tasks/long.ts"), ...rest], { env })
    break
  case "bench":
    build(node)
    run(node, ["--disable-warning=ExperimentalWarning", join(root, "tasks/bench.ts"), ...rest], { env })
    break
  default:
    console.error(`There is no task '${task}'.`)
    process.exit(2)
}
