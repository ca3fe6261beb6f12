// Dapr as the host of a pilot: its binaries where they are installed or were built, and daprd ended and started again.

import { existsSync, readdirSync, statSync } from "node:fs"
import { delimiter, join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { cacheFolder } from "../cache-folder.ts"
import { Failure } from "../failure.ts"
import type { Address } from "../processes.ts"
import { binaryPath, startDapr } from "./dapr.ts"

export interface DaprHost {
  readonly address: Address
  restart(): Promise<void>
  stop(): Promise<void>
}

const awayMs = 1_000

export async function openDaprHost(folder: string): Promise<DaprHost> {
  const binaries = findBinaries()
  if (binaries === undefined) {
    throw new Failure(2, "daprd, placement and scheduler are not on this machine.", "Name their folder in DAPR_BIN_DIR, put them on PATH, or build them in a checkout with `npm run dapr:build`.")
  }
  const dapr = await startDapr({ binaries, runDir: join(folder, "dapr"), stateStore: "sqlite" })
  return {
    address: { host: "127.0.0.1", grpcPort: dapr.grpcPort, httpPort: dapr.httpPort },
    async restart() {
      await dapr.killDaprd("SIGKILL")
      await sleep(awayMs)
      await dapr.restartDaprd()
    },
    stop: () => dapr.stop(),
  }
}

function findBinaries(): string | undefined {
  const { DAPR_BIN_DIR: given, PATH: path = "" } = process.env
  const cache = join(cacheFolder(), "dapr")
  const built = existsSync(cache) ? readdirSync(cache).map((name) => join(cache, name)).filter((each) => !each.includes(".unfinished")) : []
  const newestFirst = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  return [...(given === undefined ? [] : [resolve(given)]), ...path.split(delimiter), ...newestFirst].find(holdsAll)
}

function holdsAll(folder: string): boolean {
  return folder !== "" && (["daprd", "placement", "scheduler"] as const).every((name) => existsSync(binaryPath(folder, name)))
}
