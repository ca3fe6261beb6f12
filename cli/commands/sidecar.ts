// agentflow sidecar: the embedded engine as a process of its own.

import { mkdirSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { startSidecar } from "../../sidecar/start.ts"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import { stateFolderOf } from "../hub-access.ts"
import { untilStopped } from "../processes.ts"
import { portOf, type Invocation } from "../table.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const db = resolve((flags["db"] as string | undefined) ?? `${stateFolderOf(process.cwd())}/runs.db`)
  mkdirSync(dirname(db), { recursive: true })
  const sidecar = await startSidecar({ file: db, grpcPort: portOf(flags["grpc-port"], 50_001), httpPort: portOf(flags["http-port"], 3_500) }).catch((thrown: unknown) => {
    throw new Failure(2, messageOf(thrown))
  })
  terminal.out(`The sidecar listens: gRPC 127.0.0.1:${sidecar.grpcPort}, HTTP 127.0.0.1:${sidecar.httpPort}; runs are kept in ${db}`)
  terminal.out(`Workers find it by DAPR_GRPC_PORT=${sidecar.grpcPort} DAPR_HTTP_PORT=${sidecar.httpPort}; stop it with Ctrl-C.`)
  await untilStopped()
  await sidecar.close()
  return 0
}
