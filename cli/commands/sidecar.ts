// agentflow sidecar: the embedded engine as a process of its own.

import { mkdirSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { readSettings } from "../../sidecar/settings.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import { stateFolderOf } from "../state-folder.ts"
import { announceSidecar, readBeacon } from "../processes.ts"
import { serverStoppedBy, untilStopped } from "../stop.ts"
import { portOf, type Invocation } from "../table.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const text = (name: string) => flags[name] as string | undefined
  const list = (name: string) => text(name)?.split(",")
  const stateFolder = stateFolderOf(process.cwd())
  const db = resolve(text("db") ?? `${stateFolder}/runs.db`)
  const settings = readSettings({
    keep: text("keep"), "max-message-size": text("max-message-size"), secrets: list("secrets"),
    binding: list("binding"), app: list("app"), pubsub: list("pubsub"), "state-store": list("state-store"),
  }, process.env)
  if (typeof settings === "string") throw new Failure(2, settings)
  mkdirSync(dirname(db), { recursive: true })
  let reportFault: (fault: unknown) => void = () => {}
  const faulted = new Promise<Failure>((report) => {
    reportFault = (fault) => report(new Failure(2, messageOf(fault)))
  })
  const sidecar = await startSidecar({
    ...settings, file: db, host: text("host") ?? "127.0.0.1", grpcPort: portOf(flags["grpc-port"], 50_001),
    httpPort: portOf(flags["http-port"], 3_500), onFault: reportFault,
  }).catch((thrown: unknown) => {
    throw new Failure(2, messageOf(thrown))
  })
  const { host, grpcPort, httpPort } = sidecar
  // Heard from now on: who reads the line below may stop it at once.
  const stopping = untilStopped()
  if (flags["json"]) terminal.out(JSON.stringify({ host, grpcPort, httpPort, db }))
  else {
    terminal.out(`The sidecar is at gRPC ${terminal.style.cyan(`${host}:${grpcPort}`)}, HTTP ${terminal.style.cyan(`${host}:${httpPort}`)}   (Ctrl-C stops it; runs are kept in ${relative(process.cwd(), db)})`)
    terminal.out(`Workers find it by DAPR_GRPC_PORT=${grpcPort} DAPR_HTTP_PORT=${httpPort}`)
  }
  // Other commands in this folder find it; that of a run that goes on here stays found instead.
  const forget = readBeacon(stateFolder) === undefined ? announceSidecar(stateFolder, { host, grpcPort, httpPort, pid: process.pid, db, isPlain: false }) : undefined
  const end = await Promise.race([stopping, faulted])
  forget?.()
  await sidecar.close()
  if (end instanceof Failure) throw end
  return serverStoppedBy(end)
}
