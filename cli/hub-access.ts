// Finds the sidecar that a command talks to, and speaks to it: flags first, then the one this folder's `run` started.

import { connect, type TaskHubClient } from "../sidecar/client.ts"
import { Failure } from "./failure.ts"
import { readBeacon, type Address } from "./processes.ts"
import { stateFolderOf } from "./state-folder.ts"

/** `HOST:PORT` or `PORT`; anything else is wrong usage. */
export function parseAddress(text: string, flag: string): { readonly host: string; readonly port: number } {
  const [, host = "127.0.0.1", port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) throw new Failure(2, `--${flag} takes HOST:PORT, not '${text}'.`)
  return { host, port: Number(port) }
}

/** The address that the flags or this folder's sidecar give; undefined when none is running. */
export function findSidecar(flags: Readonly<Record<string, string | boolean | undefined>>, cwd: string): Address | undefined {
  const given = flags["sidecar"]
  if (typeof given === "string") {
    const { host, port } = parseAddress(given, "sidecar")
    const http = flags["http"]
    return { host, grpcPort: port, httpPort: typeof http === "string" ? parseAddress(http, "http").port : Number(process.env["DAPR_HTTP_PORT"] ?? 3500) }
  }
  return readBeacon(stateFolderOf(cwd))
}

export function requireSidecar(flags: Readonly<Record<string, string | boolean | undefined>>, cwd: string): Address {
  const address = findSidecar(flags, cwd)
  if (address === undefined) {
    throw new Failure(2, "No sidecar is running for this folder.", "Start a run with `agentflow run FILE`, or name a sidecar or daprd with --sidecar HOST:PORT.")
  }
  return address
}

/** Connects lazily: what can't be reached shows at the first call, as a ClientError with a deadline. */
export function connectTo({ host, grpcPort }: Address): TaskHubClient {
  const apiToken = process.env["DAPR_API_TOKEN"]
  return connect({ host, grpcPort, ...(apiToken === undefined ? {} : { apiToken }) })
}
