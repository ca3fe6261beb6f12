// What a command of `agentflow` is, and the flags that several of them have.

import { Failure, type ExitCode } from "./failure.ts"
import type { Terminal } from "./terminal.ts"

export interface Flag {
  readonly name: string
  readonly short?: string
  /** Absent for a switch; else what the value is, such as "FILE". */
  readonly value?: string
  /** All values that it takes. */
  readonly choices?: readonly string[]
  /** May also be set for good: in the environment (`AGENTFLOW_DB`) or in the config file (`cli: { db: … }`); the flag wins, then the environment. */
  readonly lasting?: true
  readonly summary: string
}

export interface Invocation {
  readonly terminal: Terminal
  readonly positionals: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Positional arguments as shown in help, such as "FILE [INPUT]". */
  readonly usage: string
  readonly minimum: number
  readonly maximum: number
  readonly flags: readonly Flag[]
  readonly examples: readonly string[]
  /** Loaded only when it is used: start-up stays short. */
  readonly load: () => Promise<{ readonly main: (invocation: Invocation) => Promise<ExitCode> }>
}

export const json: Flag = { name: "json", summary: "print JSON for programs" }
/** Of a server, which goes on: one line of JSON. */
export const ready: Flag = { name: "json", summary: "print one line of JSON with its addresses once it is ready" }
export const project: Flag = { name: "config", value: "FILE", summary: "config file (default: agentflow.config.yaml beside the program or above it)" }
export const sidecar: Flag = { name: "sidecar", value: "HOST:PORT", summary: "gRPC address of a running sidecar or daprd (default: the one of this folder)", lasting: true }
export const http: Flag = { name: "http", value: "HOST:PORT", summary: "HTTP address of the sidecar's state API", lasting: true }
export const keep: Flag = { name: "keep", value: "TIME", summary: "forget ended runs after, such as 7d or completed=1d,failed=forever (default: 30d); forever keeps all", lasting: true }
export const step: Flag = { name: "step", value: "STEP", summary: "which question, when the run waits on several" }
export const by: Flag = { name: "by", value: "NAME", summary: "who answers (default: the user name)", lasting: true }

/** A port from a flag; anything but 0 to 65535 is wrong usage. */
export function portOf(flag: string | boolean | undefined, otherwise: number): number {
  if (flag === undefined) return otherwise
  const port = Number(flag)
  if (!/^\d+$/.test(String(flag)) || port > 65_535) throw new Failure(2, `'${flag}' is not a port.`, "Ports are 0 to 65535; 0 takes a free one.")
  return port
}
