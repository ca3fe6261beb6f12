// agentflow dev: builds and runs a program on every change, and serves the Studio for its runs.

import { randomBytes } from "node:crypto"
import { mkdirSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { readConfig, type Config } from "../config.ts"
import { developProgram, type DevProgram } from "../dev-program.ts"
import type { ExitCode } from "../failure.ts"
import { readEntry } from "../fs.ts"
import { findSidecar } from "../hub-access.ts"
import { stateFolderOf } from "../state-folder.ts"
import { retentionOf, startSidecarHere } from "../in-process.ts"
import type { Address } from "../processes.ts"
import { serverStoppedBy, untilStopped, type StopSignal } from "../stop.ts"
import { createLive } from "../studio/live.ts"
import { createMask, type Mask } from "../studio/mask.ts"
import { route, type Studio } from "../studio/routes.ts"
import { serveStudio } from "../studio/server.ts"
import { openSource } from "../studio/source.ts"
import { playgroundFiles } from "../studio/static-files.ts"
import { portOf, type Invocation } from "../table.ts"
import { version } from "../version.ts"

export async function main({ terminal, positionals: [file], flags }: Invocation): Promise<ExitCode> {
  const explicitConfig = flags["config"] as string | undefined
  const folder = dirname(resolve(file ?? "."))
  if (file !== undefined) readEntry(resolve(file), file)
  // A config that can't be read is told at once, not at the first change.
  const config = readConfig(file === undefined ? process.cwd() : folder, explicitConfig, process.env)
  const stateFolder = stateFolderOf(process.cwd())
  mkdirSync(join(stateFolder, "logs"), { recursive: true })
  const isForeign = flags["sidecar"] !== undefined
  // With --json standard output is one line, for programs; what happens is told on standard error.
  const told = flags["json"] === true ? { ...terminal, out: terminal.error } : terminal
  const host = await openHost(flags, stateFolder)
  const program = file === undefined ? undefined : developProgram({ file, explicitConfig, terminal: told, stateFolder, address: host.address, isForeign, allowRemote: flags["allow-remote"] === true })
  const source = openSource(host.address, Date.now)
  const studio: Studio = {
    source, mask: maskFor(program, config), workflows: () => program?.workflows() ?? [], graph: (name) => program?.graph(name),
    session: () => ({
      version, host: { kind: isForeign ? "dapr" : "sidecar", address: `${host.address.host}:${host.address.grpcPort}` }, ...(program === undefined ? {} : { program: program.state() }),
    }),
  }
  const live = createLive(studio, () => program?.state())
  const token = randomBytes(18).toString("base64url")
  const stopping = untilStopped()
  let signal: StopSignal = "SIGINT"
  try {
    const server = await serveStudio({
      files: playgroundFiles(), port: portOf(flags["port"], 8123), mayChoosePort: flags["port"] === undefined,
      api: { token, handle: (request) => route(studio, request), stream: (request, response) => live.stream(request, response) },
    })
    if (flags["json"]) terminal.out(JSON.stringify({ url: server.url, port: server.port, sidecar: host.address }))
    else terminal.out(`${terminal.style.bold("Studio")}   ${terminal.style.cyan(server.url)}\n${terminal.style.bold("Sidecar")}  gRPC ${host.address.grpcPort}, HTTP ${host.address.httpPort}   ${terminal.style.dim("(Ctrl-C stops all; runs are kept)")}`)
    signal = await stopping
    live.close()
    await server.close()
  } finally {
    source.close()
    await program?.stop()
    await host.close()
  }
  return serverStoppedBy(signal)
}

interface Host {
  readonly address: Address
  close(): Promise<void>
}

/** The one that is named, the one that runs for this folder, or one of our own in this process. */
async function openHost(flags: Invocation["flags"], stateFolder: string): Promise<Host> {
  const db = flags["db"] as string | undefined
  const running = db === undefined ? findSidecar(flags, process.cwd()) : undefined
  if (running !== undefined) return { address: running, close: async () => {} }
  const own = await startSidecarHere({ stateFolder, db: resolve(db ?? join(stateFolder, "runs.db")), retention: retentionOf(flags["keep"] as string | undefined) })
  const { host, grpcPort, httpPort } = own
  return { address: { host, grpcPort, httpPort }, close: () => own.stop() }
}

/** Made anew when the config has changed. */
function maskFor(program: DevProgram | undefined, config: Config): () => Mask {
  let last: { readonly config: Config; readonly mask: Mask } | undefined
  return () => {
    const now = program?.config() ?? config
    if (last?.config !== now) last = { config: now, mask: createMask(now, process.env) }
    return last.mask
  }
}
