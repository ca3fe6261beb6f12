// What the Studio's pages are told as it happens: a stream of server-sent events for each page, fed by looking often.

import type { ServerResponse } from "node:http"
import type { InstanceView } from "../../sidecar/client.ts"
import { messageOf } from "../failure.ts"
import type { ProgramState, RunRow, StudioEvent } from "./api.ts"
import { inboxOf, runDetail, type Studio } from "./routes.ts"
import { rowOf } from "./runs.ts"
import { Refusal, type ApiRequest } from "./server.ts"

const lookMs = 400
/** A proxy or a sleeping page must not take silence for the end. */
const breathMs = 15_000
const rowsMax = 200

export interface Live {
  stream(request: ApiRequest, response: ServerResponse): void
  close(): void
}

/** `program` is asked at every look; undefined when there is none. */
export function createLive(studio: Studio, program: () => ProgramState | undefined): Live {
  const open = new Set<() => void>()
  return {
    stream({ query }, response) {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" })
      const watcher = watch(studio, program, query.get("run") ?? undefined, (event) => response.write(`event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`))
      const breath = setInterval(() => response.write(": still here\n\n"), breathMs)
      const stop = (): void => {
        clearInterval(breath)
        watcher.stop()
        open.delete(stop)
        response.end()
      }
      open.add(stop)
      response.on("close", stop)
    },
    close: () => open.forEach((stop) => stop()),
  }
}

function watch(studio: Studio, program: () => ProgramState | undefined, run: string | undefined, send: (event: StudioEvent) => void): { stop(): void } {
  const told = new Map<string, string>()
  const rows = new Map<string, string>()
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  /** Says each thing when it is another than the last time. */
  const tell = (event: StudioEvent): void => {
    const text = JSON.stringify(event.data)
    if (told.get(event.name) === text) return
    told.set(event.name, text)
    send(event)
  }
  const look = async (): Promise<void> => {
    const beganMs = performance.now()
    const state = program()
    if (state !== undefined) tell({ name: "program", data: state })
    try {
      const changed = await changedRows(studio, rows)
      if (changed.length > 0 || !told.has("runs")) {
        told.set("runs", "")
        send({ name: "runs", data: { runs: changed } })
      }
      tell({ name: "inbox", data: await inboxOf(studio) })
      tell({ name: "dead", data: { count: (await studio.source.dead()).length } })
      if (run !== undefined && (await hasChanged(studio, run, rows))) tell(await runEvent(studio, run))
      tell({ name: "host", data: { isReachable: true } })
    } catch (thrown) {
      tell({ name: "host", data: { isReachable: false, message: messageOf(thrown) } })
    }
    // With many runs a look takes longer: looking never takes more than a fifth of the time.
    if (!isStopped) timer = setTimeout(() => void look(), Math.max(lookMs, 4 * (performance.now() - beganMs)))
  }
  void look()
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

async function changedRows({ source, mask }: Studio, known: Map<string, string>): Promise<readonly RunRow[]> {
  return (await source.runs()).runs.slice(0, rowsMax).flatMap((run) => {
    const stamp = stampOf(run)
    if (known.get(run.id) === stamp) return []
    known.set(run.id, stamp)
    return [rowOf(run, mask())]
  })
}

/** A history is only read when there is something new in it. */
async function hasChanged({ source }: Studio, id: string, known: Map<string, string>): Promise<boolean> {
  const run = await source.client.get(id)
  const [key, stamp] = [`detail ${id}`, run === undefined ? "gone" : stampOf(run)]
  if (known.get(key) === stamp) return false
  known.set(key, stamp)
  return true
}

function stampOf({ updatedAtMs, status, customStatus = "" }: InstanceView): string {
  return `${updatedAtMs} ${status} ${customStatus}`
}

async function runEvent(studio: Studio, id: string): Promise<StudioEvent> {
  try {
    return { name: "run", data: await runDetail(studio, id) }
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.status === 404) return { name: "gone", data: { id } }
    throw thrown
  }
}
