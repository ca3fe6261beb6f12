// One contender as a process of its own, with a limit of time: whoever hangs is ended with all that it started.

import { spawn } from "node:child_process"
import type { Figures } from "./contender.ts"

export type Result = Figures | { readonly unavailable: string }

export interface MeasuredOptions {
  /** Its last line that looks like a result is the result. */
  readonly program: string
  readonly args: readonly string[]
  readonly limitMs: number
}

export function measured({ program, args, limitMs }: MeasuredOptions): Promise<Result> {
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
  let output = ""
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    endGroup()
  }, limitMs)
  child.stdout.setEncoding("utf8").on("data", (text: string) => { output += text })
  return new Promise((resolve) => {
    child.once("exit", () => {
      clearTimeout(limit)
      process.off("SIGINT", interrupted)
      endGroup()
    })
    child.once("close", () => {
      const line = output.trimEnd().split("\n").findLast((text) => text.startsWith("{\"latencyMs\"") || text.startsWith("{\"unavailable\""))
      if (line !== undefined) resolve(JSON.parse(line) as Result)
      else resolve({ unavailable: isLate ? `no figures within ${limitMs / 1_000} s` : "it ended without a figure" })
    })
  })
}
