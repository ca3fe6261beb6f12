// The sidecar behind a run: its own, one that another command of the folder has, or one that is named; and a client of it that outlives restarts.

import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { TaskHubClient } from "../sidecar/client.ts"
import { Failure, isUnreachable } from "./failure.ts"
import { connectTo } from "./hub-access.ts"
import { retentionOf, startSidecarHere, type InProcessSidecar } from "./in-process.ts"
import { readBeacon, startSidecarProcess, type Address, type Beacon, type SidecarProcess } from "./processes.ts"
import { openOrFind } from "./shared-sidecar.ts"

export interface HostOptions {
  readonly stateFolder: string
  readonly db?: string
  /** How long ended runs are kept, as `--keep` takes it. */
  readonly keep?: string
  readonly port?: number
  /** Sidecar and worker inside this process. */
  readonly inProcess?: boolean
  /** A sidecar or daprd that is running already. */
  readonly sidecar?: Address
  /** Told when the sidecar of another command was gone and this run has one of its own since. */
  readonly onTakeOver: () => void
}

export interface RunHost {
  readonly address: Address
  /** The one of our own in this process. */
  readonly here: InProcessSidecar | undefined
  /** What our own sidecar keeps runs in; undefined when the run began with another's. */
  readonly db: string | undefined
  client(): TaskHubClient
  /** Who asks while the sidecar is away asks again. */
  steadily<T>(ask: (client: TaskHubClient) => Promise<T>): Promise<T>
  /** Ends our own with SIGKILL and starts it again, after a while, on the same database and ports; `by` restarts a host that is not ours. */
  restart(awayMs: number, by?: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

const triesMax = 20
const againMs = 250
const watchMs = 250

interface Opened {
  readonly address: Address
  readonly own: SidecarProcess | undefined
  readonly here: InProcessSidecar | undefined
  readonly joined: Beacon | undefined
}

export async function openHost(options: HostOptions): Promise<RunHost> {
  const { stateFolder, keep } = options
  const db = resolve(options.db ?? join(stateFolder, "runs.db"))
  const { address, own, here, joined } = await openIn(options, db)
  // The one that is stopped at the end is the one that was started last.
  let held: SidecarProcess | undefined = own
  /** The last restart, done or under way. */
  let restarting: Promise<void> | undefined
  let isRenewing = false
  let client = connectTo(address)
  const { grpcPort, httpPort } = address
  const startAgain = async (): Promise<void> => {
    held = await startSidecarProcess({ stateFolder, db, grpcPort, httpPort, ...(keep === undefined ? {} : { keep }) })
  }
  const restartOwn = async (awayMs: number): Promise<void> => {
    held!.kill("SIGKILL")
    await held!.stop()
    await sleep(awayMs)
    await startAgain()
  }
  /** Workers look for it where it was. Of several runs that lose the same one, whoever is first starts it. */
  const takeOver = async (): Promise<void> => {
    const opened = await openOrFind({ stateFolder, db }, startAgain)
    if ("own" in opened) options.onTakeOver()
    else if (opened.found.grpcPort !== grpcPort) throw new Failure(2, "The sidecar of this run ended, and another one has taken its place.", "The run is kept: run it again with --id to follow it.")
    else await sleep(againMs)
  }
  const renew = (restart: () => Promise<void>): Promise<void> => {
    isRenewing = true
    restarting = restart().then(() => {
      client.close()
      client = connectTo(address)
    }).finally(() => { isRenewing = false })
    return restarting
  }
  // Nobody may be asking: a worker that starts waits for the sidecar, too.
  const watching = joined?.isPlain !== true ? undefined : setInterval(() => {
    if (held !== undefined) clearInterval(watching)
    else if (!isRenewing && readBeacon(stateFolder)?.grpcPort !== grpcPort) void renew(takeOver).catch(() => {})
  }, watchMs).unref()
  return {
    address, here, db: own === undefined ? undefined : db,
    client: () => client,
    async steadily(ask) {
      for (let tries = 0; ;) {
        const before = restarting
        await before
        try {
          return await ask(client)
        } catch (error) {
          if (restarting !== before) continue
          if (!isUnreachable(error) || tries++ >= triesMax) throw error
          if (joined?.isPlain === true && held === undefined) await renew(takeOver)
          // One call may fail on a connection that was kept for too long; where none was named there is a sidecar, or this run ends with it.
          else if (options.sidecar === undefined) await sleep(againMs)
          else throw error
        }
      }
    },
    async restart(awayMs, by) {
      if (by === undefined && (held === undefined || here !== undefined)) throw new Failure(2, "This run does not own its sidecar.")
      await renew(by ?? (() => restartOwn(awayMs)))
    },
    async close() {
      clearInterval(watching)
      client.close()
      await restarting?.catch(() => {})
      await held?.stop()
    },
  }
}

async function openIn({ stateFolder, keep, port, inProcess, sidecar }: HostOptions, db: string): Promise<Opened> {
  if (sidecar !== undefined) {
    if (inProcess === true) throw new Failure(2, "--in-process and --sidecar exclude each other.")
    return { address: sidecar, own: undefined, here: undefined, joined: undefined }
  }
  const place = { stateFolder, db, ...(port === undefined ? {} : { grpcPort: port }) }
  if (inProcess === true) {
    const opened = await openOrFind({ stateFolder, db }, () => startSidecarHere({ ...place, retention: retentionOf(keep) }))
    if ("own" in opened) return { address: opened.own, own: opened.own, here: opened.own, joined: undefined }
    throw new Failure(2, `${db} is in use by another command of this folder.`, "Without --in-process this run joins it; with --db FILE it has a database of its own.")
  }
  // A run that is going on in this folder has a sidecar already: the worker joins there, as a second one would on daprd.
  const opened = await openOrFind({ stateFolder, db }, () => startSidecarProcess({ ...place, ...(keep === undefined ? {} : { keep }) }))
  if ("own" in opened) return { address: opened.own, own: opened.own, here: undefined, joined: undefined }
  return { address: opened.found, own: undefined, here: undefined, joined: opened.found }
}
