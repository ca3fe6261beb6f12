// The sidecar as a process of its own: flags, signals, one line when it is ready.

import { parseArgs } from "node:util"
import { setFlagsFromString } from "node:v8"
import { readSettings, settingFlags } from "./settings.ts"
import { PortError, SettingsError, startSidecar } from "./start.ts"
import type { SidecarOptions } from "./start.ts"
import { StoreError } from "./store/store.ts"

const usage = `usage: sidecar --db FILE [--grpc-port N] [--http-port N] [--host ADDRESS] [--keep TIME]
  [--max-message-size SIZE] [--state-store NAME]... [--secrets STORE=FILE]... [--pubsub NAME]...
  [--binding NAME=file:FOLDER|http://ADDRESS]... [--app ID=http://ADDRESS]...
Ended runs are kept for 30 days, or as --keep says: 7d, completed=1d,failed=forever, forever.
An API token is taken from the environment variable DAPR_API_TOKEN.`
const exitUnusable = 2
/** Another sidecar has the file: it may be gone in a moment. */
const exitTaken = 3
const portMax = 65_535

// Work items are garbage a moment later: V8 would let hundreds of megabytes of it pile up before it cleans. So little of it at a
// time is gone before other threads have begun to help.
for (const flag of ["--semi-space-growth-factor=1", "--heap-growing-percent=20", "--no-parallel-scavenge"]) {
  setFlagsFromString(flag)
}

await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  const options = optionsOf(argv)
  if (typeof options === "string") return leave(`${options}\n${usage}`)
  try {
    const sidecar = await startSidecar({ ...options, onFault: (error) => leave(messageOf(error)) })
    const stop = () => void sidecar.close().then(() => process.exit(0))
    process.once("SIGTERM", stop)
    process.once("SIGINT", stop)
    const { grpcPort, httpPort } = sidecar
    process.stdout.write(`${JSON.stringify({ grpcPort, httpPort, pid: process.pid })}\n`)
  } catch (error) {
    const isExpected = [StoreError, PortError, SettingsError].some((kind) => error instanceof kind)
    if (isExpected) return leave(messageOf(error), isTaken(error) ? exitTaken : exitUnusable)
    throw error
  }
}

/** The options, or what is wrong with them. */
function optionsOf(argv: readonly string[]): SidecarOptions | string {
  const flags = parseFlags(argv)
  if (typeof flags === "string") return flags
  const { db: file, host = "127.0.0.1" } = flags
  if (!file) return "--db names the database file and is required"
  const grpcPort = port(flags["grpc-port"])
  const httpPort = port(flags["http-port"])
  if (grpcPort === undefined || httpPort === undefined) return `a port is a number from 0 to ${portMax}`
  const settings = readSettings(flags, process.env)
  return typeof settings === "string" ? settings : { file, host, grpcPort, httpPort, ...settings }
}

function parseFlags(argv: readonly string[]) {
  try {
    const flag = { type: "string" } as const
    const options = { db: flag, host: flag, "grpc-port": flag, "http-port": flag, ...settingFlags }
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    return messageOf(error)
  }
}

function port(text = "0"): number | undefined {
  const number = Number(text)
  return /^\d+$/.test(text) && number <= portMax ? number : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isTaken(error: unknown): boolean {
  return error instanceof StoreError && error.code === "locked"
}

function leave(message: string, code = exitUnusable): void {
  process.stderr.write(`${message}\n`, () => process.exit(code))
}
