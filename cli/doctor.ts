// Looks at this machine for all that agentflow can use. Keys and other secret values are neither read out nor printed.

import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { createConnection } from "node:net"
import { homedir } from "node:os"
import { delimiter, dirname, join, relative, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { readConfig, type Config } from "./config.ts"
import { Failure, messageOf } from "./failure.ts"
import { readBeacon } from "./processes.ts"
import { stateFolderName, stateFolderOf } from "./state-folder.ts"
import { version } from "./version.ts"

/** absent: something that not everybody needs. broken: nothing works, or not what was asked for. */
export type State = "ok" | "absent" | "broken"

export interface Finding {
  readonly area: string
  readonly name: string
  readonly state: State
  readonly found: string
  /** How to get it, where there is something to get. */
  readonly how?: string
}

export interface Surroundings {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly config: string | undefined
  readonly nodeVersion?: string
}

export async function examine(surroundings: Surroundings): Promise<readonly Finding[]> {
  const read = configOf(surroundings)
  return [
    ...programs(surroundings), ...project(surroundings, read), ...models(surroundings, read.config), ...(await ports(surroundings)), ...dapr(surroundings), ...others(surroundings),
  ]
}

const nodeNeeded = [22, 18] as const

function programs({ nodeVersion = process.versions.node }: Surroundings): readonly Finding[] {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number)
  const isNew = major > nodeNeeded[0] || (major === nodeNeeded[0] && minor >= nodeNeeded[1])
  const area = "Programs"
  return [
    { area, name: "agentflow", state: "ok", found: version },
    isNew
      ? { area, name: "node", state: "ok", found: nodeVersion }
      : { area, name: "node", state: "broken", found: nodeVersion, how: `Node ${nodeNeeded.join(".")} or newer runs TypeScript as it is: https://nodejs.org, or \`npx node@24\`` },
    ...packages(area),
  ]
}

function packages(area: string): readonly Finding[] {
  return ["@agentflow/runtime", "@dapr/dapr", "@grpc/grpc-js"].map((name) => {
    // The runtime brings the packages that it works with.
    const from = name === "@dapr/dapr" ? resolvedFrom("@agentflow/runtime", import.meta.url) : undefined
    const at = resolvedFrom(name, from === undefined ? import.meta.url : pathToFileURL(from).href)
    return at === undefined
      ? { area, name, state: "broken" as const, found: "not installed", how: "npm install, in the folder that agentflow is installed in" }
      : { area, name, state: "ok" as const, found: packageVersion(at) }
  })
}

function resolvedFrom(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return undefined
  }
}

function packageVersion(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, "package.json")
    if (!existsSync(found)) continue
    const { version: told } = createRequire(import.meta.url)(found) as { readonly version?: string }
    if (told !== undefined) return told
  }
  return "installed"
}

interface ReadConfig {
  readonly config?: Config
  readonly problem?: string
}

function configOf({ cwd, env, config }: Surroundings): ReadConfig {
  try {
    return { config: readConfig(cwd, config, env) }
  } catch (thrown) {
    return { problem: thrown instanceof Failure && thrown.advice !== undefined ? `${thrown.message} ${thrown.advice}` : messageOf(thrown) }
  }
}

function project({ cwd }: Surroundings, { config, problem }: ReadConfig): readonly Finding[] {
  const area = "This folder"
  const found: Finding[] = []
  const all = readdirSync(cwd).filter((name) => name.endsWith(".agentflow") && name !== stateFolderName)
  found.push(all.length === 0
    ? { area, name: "programs", state: "absent", found: "none here", how: "agentflow init" }
    : { area, name: "programs", state: "ok", found: all.join(", ") })
  if (problem !== undefined) found.push({ area, name: "config", state: "broken", found: problem })
  else found.push(config?.file === undefined
    ? { area, name: "config", state: "absent", found: "no agentflow.config.yaml", how: "only needed for what differs between environments" }
    : { area, name: "config", state: "ok", found: relative(cwd, config.file) })
  for (const [store, { file }] of Object.entries(config?.secrets ?? {})) found.push(secretFile(area, store, resolve(config!.folder, file), cwd))
  const folder = stateFolderOf(cwd)
  const db = join(folder, "runs.db")
  const beacon = readBeacon(folder)
  found.push(
    isWritable(existsSync(folder) ? folder : dirname(folder))
      ? { area, name: "runs", state: "ok", found: existsSync(db) ? `${relative(cwd, db)}, ${megabytes(db)}` : "none yet" }
      : { area, name: "runs", state: "broken", found: `${relative(cwd, folder) || "."} can't be written to`, how: "choose another folder, or pass --db" },
    beacon === undefined
      ? { area, name: "sidecar", state: "absent", found: "none is running", how: "`agentflow run` and `agentflow dev` start one" }
      : { area, name: "sidecar", state: "ok", found: `gRPC ${beacon.grpcPort}, HTTP ${beacon.httpPort}, process ${beacon.pid}` },
  )
  return found
}

function secretFile(area: string, store: string, path: string, cwd: string): Finding {
  const name = `secret store ${store}`
  const shown = relative(cwd, path)
  if (!existsSync(path)) return { area, name, state: "broken", found: `${shown} is missing`, how: "write it as JSON with key and value pairs, readable by you alone" }
  const isOpen = process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0
  return isOpen ? { area, name, state: "broken", found: `${shown} can be read by others`, how: `chmod 600 ${shown}` } : { area, name, state: "ok", found: shown }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function megabytes(file: string): string {
  return `${(statSync(file).size / 1e6).toFixed(1)} MB`
}

function models({ env }: Surroundings, config: Config | undefined): readonly Finding[] {
  const area = "Models"
  const found: Finding[] = [
    { area, name: "offline model", state: "ok", found: config?.models.script === undefined ? "built in" : `built in, with ${config.models.script}` },
    env["OPENAI_API_KEY"] || env["OPENAI_BASE_URL"]
      ? { area, name: "openai", state: "ok", found: [env["OPENAI_API_KEY"] ? "OPENAI_API_KEY is set" : "no key", ...(env["OPENAI_BASE_URL"] ? [`at ${originOf(env["OPENAI_BASE_URL"])}`] : [])].join(", ") }
      : { area, name: "openai", state: "absent", found: "no key: the offline model answers", how: "export OPENAI_API_KEY=…, or OPENAI_BASE_URL=… of a compatible service" },
  ]
  for (const [name, settings] of Object.entries(config?.models.providers ?? {})) {
    const { baseUrl, apiKey, secret, type, component } = settings as { readonly baseUrl?: string; readonly apiKey?: string; readonly secret?: object; readonly type?: string; readonly component?: string }
    const parts = [...(type === "dapr" ? [`component ${component ?? name}`] : []), ...(baseUrl ? [`at ${originOf(baseUrl)}`] : []), ...(apiKey ? ["its key is set"] : secret === undefined ? [] : ["its key is in a secret store"])]
    found.push(parts.length === 0
      ? { area, name, state: "absent", found: "neither address nor key: the offline model answers", how: "set the variables that the config names" }
      : { area, name, state: "ok", found: parts.join(", ") })
  }
  return found
}

/** Without what may be secret in an address. */
function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : "an address that is none"
}

const usual = [
  { port: 50_001, name: "port 50001", what: "gRPC of `agentflow sidecar` and daprd" },
  { port: 3_500, name: "port 3500", what: "HTTP of `agentflow sidecar` and daprd" },
  { port: 8_123, name: "port 8123", what: "the Studio of `agentflow dev`" },
] as const

async function ports(_surroundings: Surroundings): Promise<readonly Finding[]> {
  return Promise.all(usual.map(async ({ port, name, what }): Promise<Finding> => (await isTaken(port)
    ? { area: "Ports", name, state: "absent", found: `taken (${what})`, how: "the commands take another one when told to, with --port or --grpc-port" }
    : { area: "Ports", name, state: "ok", found: `free (${what})` })))
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: 500 })
    const settle = (taken: boolean): void => {
      socket.destroy()
      resolve(taken)
    }
    socket.once("connect", () => settle(true))
    socket.once("timeout", () => settle(false))
    socket.once("error", () => settle(false))
  })
}

function dapr({ env }: Surroundings): readonly Finding[] {
  const area = "Real Dapr"
  const own = [join(homedir(), ".dapr", "bin")]
  const daprd = findProgram("daprd", env, own)
  const redis = findProgram("redis-server", env)
  return [
    daprd === undefined
      ? { area, name: "daprd", state: "absent", found: "not on the PATH", how: "`dapr init` of the Dapr CLI (https://docs.dapr.io), or in this project's sources: npm run dapr:build" }
      : { area, name: "daprd", state: "ok", found: daprd },
    redis === undefined
      ? { area, name: "redis", state: "absent", found: "no redis-server on the PATH", how: "a state store for Dapr: apt install redis-server, or brew install redis" }
      : { area, name: "redis", state: "ok", found: redis },
  ]
}

function others({ env }: Surroundings): readonly Finding[] {
  const chromium = ["chromium", "chromium-browser", "google-chrome"].map((name) => findProgram(name, env)).find((path) => path !== undefined)
  return [chromium === undefined
    ? { area: "Browser", name: "chromium", state: "absent", found: "not on the PATH", how: "any current browser shows the playground and the Studio; the project's own tests need it: apt install chromium" }
    : { area: "Browser", name: "chromium", state: "ok", found: chromium }]
}

function findProgram(name: string, env: NodeJS.ProcessEnv, more: readonly string[] = []): string | undefined {
  const folders = [...(env["PATH"] ?? "").split(delimiter), ...more].filter((folder) => folder !== "")
  return folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.exe`)]).find((path) => existsSync(path))
}
