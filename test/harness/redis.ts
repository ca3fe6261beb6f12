// A Redis server for tests, on loopback, with its data in one folder; syncs every write, as our own store does.

import { spawnSync } from "node:child_process"
import { connect, createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { startServerProcess } from "../../cli/pilot/dapr-process.ts"

export interface Redis {
  readonly port: number
  /** The crash. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const readyLimitMs = 10_000

/** Why Redis can't be had, or undefined when it is there. */
export function redisMissing(): string | undefined {
  const { status } = spawnSync("redis-server", ["--version"], { stdio: "ignore" })
  return status === 0 ? undefined : "there is no `redis-server` on PATH; `node tasks/redis.ts` installs it where it can"
}

/** On a port of an earlier one in this folder it goes on with what that had stored. */
export async function startRedis(folder: string, options: { readonly port?: number } = {}): Promise<Redis> {
  const missing = redisMissing()
  if (missing) throw new Error(`Redis can't be had: ${missing}`)
  const port = options.port ?? await freePort()
  const server = await startServerProcess({
    name: "redis-server", command: "redis-server", logFile: join(folder, "redis.log"),
    arguments: [
      "--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", "", "--appendonly", "yes",
      "--appendfsync", "always",
    ],
  })
  for (const deadline = performance.now() + readyLimitMs; performance.now() < deadline; await delay(20)) {
    if (await listens(port)) return { port, stop: server.stop, kill: () => server.kill("SIGKILL") }
    if (!server.running()) break
  }
  await server.stop()
  throw new Error(`redis-server is not ready; its log:\n${await server.log()}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true) })
    socket.once("error", () => resolve(false))
  })
}
