// Reads runs for the commands that only look: from a running sidecar or daprd, or from the database of a stopped sidecar.

import { existsSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { openReader } from "../sidecar/reader.ts"
import type { HistoryEvent } from "../engine/types.ts"
import type { Invocation } from "./command.ts"
import { Failure } from "./failure.ts"
import { connectTo, findSidecar } from "./hub-access.ts"
import { openOrFind } from "./shared-sidecar.ts"
import { stateFolderOf } from "./state-folder.ts"
import type { RunSummary } from "./view/fold.ts"

export interface RunReader {
  list(): Promise<readonly RunSummary[]>
  get(id: string): Promise<RunSummary | undefined>
  history(id: string): Promise<readonly HistoryEvent[]>
  close(): void
}

export async function openRuns(flags: Invocation["flags"]): Promise<RunReader> {
  const address = flags["db"] === undefined ? findSidecar(flags, process.cwd()) : undefined
  if (address !== undefined) return connectTo(address)
  const db = resolve((flags["db"] as string | undefined) ?? join(stateFolderOf(process.cwd()), "runs.db"))
  if (!existsSync(db)) throw new Failure(2, `There are no runs here: ${relative(process.cwd(), db)} does not exist.`, "Start one with `agentflow run FILE`, or name a database with --db.")
  const reached = await openOrFind({ stateFolder: stateFolderOf(process.cwd()), db }, () => openReader(db))
  if ("found" in reached) return connectTo(reached.found)
  const { own: reader } = reached
  return {
    list: async () => reader.listInstances({ limit: 1000 }),
    get: async (id) => reader.readInstance(id),
    history: async (id) => reader.readHistory(id),
    close: () => reader.close(),
  }
}
