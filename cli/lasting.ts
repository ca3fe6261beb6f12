// Flags that are set for good: from the config file, then the environment, then the command line; the last one wins.

import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { Command, Flag, Invocation } from "./command.ts"
import { findUpwards, readConfig } from "./config.ts"
import { Failure } from "./failure.ts"

/** "state-store" is AGENTFLOW_STATE_STORE. */
export function variableOf(flag: string): string {
  return `AGENTFLOW_${flag.toUpperCase().replaceAll("-", "_")}`
}

export function withLasting({ flags: known }: Command, { positionals, flags }: Pick<Invocation, "positionals" | "flags">, env: NodeJS.ProcessEnv): Invocation["flags"] {
  const lasting = known.filter((flag) => flag.lasting === true && flags[flag.name] === undefined)
  if (lasting.length === 0) return flags
  const fromFile = fileSettings({ positionals, flags }, env)
  const found = lasting.flatMap((flag) => {
    const { name } = flag
    const variable = env[variableOf(name)]
    if (variable) return [[name, checked(flag, variable)] as const]
    const setting = fromFile[name]?.toString()
    return setting === undefined ? [] : [[name, setting] as const]
  })
  return found.length === 0 ? flags : { ...flags, ...Object.fromEntries(found) }
}

/** What is wrong in the environment is told by its name there; the config file is checked when it is read, the command line by its command. */
function checked({ name, value: kind }: Flag, value: string): string {
  const port = kind === "PORT" ? value : kind === "HOST:PORT" ? value.slice(value.lastIndexOf(":") + 1) : "0"
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return value
  throw new Failure(2, `${variableOf(name)} is '${value}' in the environment, which is no ${kind}.`, kind === "PORT" ? "Ports are 0 to 65535." : "Write it as 127.0.0.1:50001.")
}

/** Reads the config only when it says something of the kind: most commands start without it. Paths in it are relative to it. */
function fileSettings({ positionals, flags }: Pick<Invocation, "positionals" | "flags">, env: NodeJS.ProcessEnv): Readonly<Record<string, string | number>> {
  const program = positionals.find((each) => each.endsWith(".agentflow"))
  const folder = program === undefined ? process.cwd() : dirname(resolve(program))
  const explicit = flags["config"] as string | undefined
  const file = explicit ?? findUpwards(folder)
  if (file === undefined || !mentionsFlags(file)) return {}
  const config = readConfig(folder, explicit, env)
  const { cli } = config
  return Object.fromEntries(Object.entries(cli).map(([name, value]) => [name, name === "db" || name === "out" ? resolve(config.folder, String(value)) : value]))
}

function mentionsFlags(file: string): boolean {
  try {
    return /^\s*['"]?cli['"]?\s*:/m.test(readFileSync(file, "utf8"))
  } catch {
    return false
  }
}
