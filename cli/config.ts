// Reads agentflow.config.yaml: found beside the program or above it, environment filled in, validated with positions.

import { readFileSync, existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { configOfText, emptyConfig, type Config } from "./config-text.ts"
import { Failure } from "./failure.ts"

export type { Config, DaprNames } from "./config-text.ts"

const name = "agentflow.config.yaml"

/** Reads the config for a program, or the empty one; a bad file is a Failure with line and column. */
export function readConfig(programFolder: string, explicit: string | undefined, env: NodeJS.ProcessEnv): Config {
  const file = explicit === undefined ? findUpwards(programFolder) : resolve(explicit)
  if (file === undefined) return emptyConfig(programFolder)
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch {
    throw new Failure(2, `The config file ${explicit} can't be read.`, "Check the path after --config.")
  }
  const load = createRequire(import.meta.url)
  // Loaded only when there is a file: it takes as long as the check of a small program.
  const { value, problem } = configOfText(text, env, load("yaml") as typeof import("yaml"))
  if (problem !== undefined) throw new Failure(1, `${relative(process.cwd(), file)}:${problem.line}:${problem.column}: ${problem.message}`, problem.advice)
  return { ...emptyConfig(dirname(file)), file, ...value }
}

/** The config file that holds for a folder. */
export function findUpwards(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, name)
    if (existsSync(candidate)) return candidate
    // A repository's root ends the search: a config outside it is somebody else's.
    if (dirname(folder) === folder || existsSync(join(folder, ".git"))) return undefined
  }
}

/** Refuses `endpoints:` that leave this machine, unless the user allowed it. */
export function checkEndpoints({ endpoints, file }: Config, options: { readonly allowRemote: boolean }): void {
  for (const [from, to] of Object.entries(endpoints)) {
    const target = URL.canParse(to) ? new URL(to) : undefined
    if (target === undefined || !URL.canParse(from)) throw new Failure(1, `${file}: endpoints: '${from}: ${to}' are not two origins such as https://api.example.com.`)
    const loopback = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(target.hostname)
    if (!loopback && !options.allowRemote) {
      throw new Failure(1, `${file}: endpoints: ${from} is mapped to ${target.host}, which is not this machine.`, "Pass --allow-remote if that is what you want.")
    }
  }
}
