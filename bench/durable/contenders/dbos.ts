// DBOS on a PostgreSQL of its own, started from the binaries on this machine.

import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { connect } from "node:net"
import { realpathSync } from "node:fs"
import { Unavailable } from "../contender.ts"
import type { Contender, OpenOptions } from "../contender.ts"
import { freePort } from "../ports.ts"

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const { DBOS } = await import("@dbos-inc/dbos-sdk").catch((error: unknown) => {
    throw new Unavailable(error instanceof Error ? error.message.split("\n")[0]! : String(error))
  })
  const postgres = await startPostgres(folder)
  DBOS.setConfig({
    name: "bench", systemDatabaseUrl: `postgresql://bench@127.0.0.1:${postgres.port}/postgres`, logLevel: "error",
    systemDatabasePoolSize: 20, runAdminServer: false,
  })
  const steps = DBOS.registerWorkflow(async () => {
    let number = 0
    for (let index = 0; index < 5; index++) number = await DBOS.runStep(async () => number + 1, { name: `next${index}` })
    return number
  }, { name: "steps" })
  const fanOut = DBOS.registerWorkflow(async (count: number) => {
    const parts = Array.from({ length: count }, (_, number) => DBOS.runStep(async () => number + 1, { name: `part${number}` }))
    return (await Promise.all(parts)).length
  }, { name: "fanOut" })
  await DBOS.launch()
  return {
    steps: async () => void (await steps()),
    fanOut: async (count) => void (await fanOut(count)),
    async close() {
      await DBOS.shutdown()
      await postgres.stop()
    },
  }
}

interface Postgres {
  readonly port: number
  stop(): Promise<void>
}

async function startPostgres(folder: string): Promise<Postgres> {
  const bin = binaries()
  const data = join(folder, "postgres")
  mkdirSync(data)
  const owner = unprivileged()
  if (owner) {
    chmodSync(folder, 0o755)
    chownSync(data, owner.uid, owner.gid)
  }
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "--no-instructions"], { ...owner, stdio: "ignore" })
  const port = await freePort()
  const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${data}`]
  const server = spawn(join(bin, "postgres"), args, { ...owner, stdio: "ignore" })
  const gone = once(server, "exit")
  await untilListening(port)
  return {
    port,
    async stop() {
      server.kill("SIGINT")
      await gone
    },
  }
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  try {
    const number = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
    return { uid: number("-u"), gid: number("-g") }
  } catch {
    throw new Unavailable("PostgreSQL does not run as root, and there is no user 'postgres'")
  }
}

function binaries(): string {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (!existsSync(join(folder, "postgres"))) continue
    const real = dirname(realpathSync(join(folder, "postgres")))
    if (existsSync(join(real, "initdb"))) return real
  }
  const versions = "/usr/lib/postgresql"
  const newest = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0] : undefined
  if (newest !== undefined) return join(versions, newest, "bin")
  throw new Unavailable("there is no PostgreSQL on this machine")
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, "127.0.0.1")
    const isOpen = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Unavailable("PostgreSQL does not start")
}
