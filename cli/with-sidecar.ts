// For commands that read or change what a sidecar keeps: with the one that runs, else with one of their own while they last.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { Failure } from "./failure.ts"
import { findSidecar } from "./hub-access.ts"
import { openOrFind, outliving } from "./shared-sidecar.ts"
import { stateFolderOf } from "./state-folder.ts"
import type { Address } from "./processes.ts"

export interface Reached extends Address {
  /** No sidecar was running: what is started or answered now goes on when a worker is there. */
  readonly isBrief: boolean
}

type Flags = Readonly<Record<string, string | boolean | undefined>>

/** `work` may be done twice where the sidecar that was found ends meanwhile; one that is named is asked once. */
export function withSidecar<T>(flags: Flags, cwd: string, work: (sidecar: Reached) => Promise<T>): Promise<T> {
  const ask = (): Promise<T> => withFound(flags, cwd, work)
  return flags["sidecar"] === undefined ? outliving(ask) : ask()
}

async function withFound<T>(flags: Flags, cwd: string, work: (sidecar: Reached) => Promise<T>): Promise<T> {
  const running = findSidecar(flags, cwd)
  if (running !== undefined) return work({ ...running, isBrief: false })
  const stateFolder = stateFolderOf(cwd)
  const db = join(stateFolder, "runs.db")
  if (!existsSync(db)) {
    throw new Failure(2, "No sidecar is running for this folder, and no run has left anything in it.", "Start a run with `agentflow run FILE`, or name a sidecar or daprd with --sidecar HOST:PORT.")
  }
  // Loaded only when it is needed: a command that finds a sidecar starts faster without.
  const { startSidecarHere } = await import("./in-process.ts")
  const reached = await openOrFind({ stateFolder, db }, () => startSidecarHere({ db }))
  if ("found" in reached) return work({ ...reached.found, isBrief: false })
  const { own } = reached
  try {
    const { host, grpcPort, httpPort } = own
    return await work({ host, grpcPort, httpPort, isBrief: true })
  } finally {
    await own.stop()
  }
}
