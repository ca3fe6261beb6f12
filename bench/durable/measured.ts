// One contender, or one part, as a process of its own, with a limit of time: whoever hangs is ended with all that it started.

import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Figures } from "./contender.ts"

export interface Missing { readonly unavailable: string }
export type Result = Figures | Missing
export interface Ratios { readonly ratios: Readonly<Record<string, number>> }

export interface MeasuredOptions {
  /** Its last line that looks like a result is the result. */
  readonly program: string
  readonly args: readonly string[]
  readonly limitMs: number
  /** Given each line that is not the result, as it comes. */
  readonly onLine?: (line: string) => void
}

export function measured<T = Figures>({ program, args, limitMs, onLine = () => undefined }: MeasuredOptions): Promise<T | Missing> {
  // The leader of a group, so that the servers that it starts can be ended with it.
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
    stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, RESTATE_LOGGING: "ERROR" }, detached: true,
  })
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    } catch {
      // All of it is gone already.
    }
  }
  const interrupted = (): never => {
    endGroup()
    process.exit(130)
  }
  process.once("SIGINT", interrupted)
  let result: string | undefined
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    endGroup()
  }, limitMs)
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (/^\{"(latencyMs|unavailable|ratios)"/.test(line)) result = line
    else onLine(line)
  })
  return new Promise((resolve) => {
    child.once("exit", () => {
      clearTimeout(limit)
      process.off("SIGINT", interrupted)
      endGroup()
    })
    child.once("close", () => {
      if (result !== undefined) resolve(JSON.parse(result) as T | Missing)
      else resolve({ unavailable: isLate ? `no figures within ${limitMs / 1_000} s` : "it ended without a figure" })
    })
  })
}
