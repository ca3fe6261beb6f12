// Runs `agentflow` as a process that stays: its lines as they come, and an end by a signal.

import { spawn } from "node:child_process"
import { join } from "node:path"

const main = join(import.meta.dirname, "../../dist/cli/main.js")

export interface LongLived {
  readonly pid: number
  /** All that it has written so far, both streams. */
  output(): string
  stdout(): string
  /** Resolves with the output once it holds the text; rejects when the process ends before. */
  until(text: string | RegExp, times?: number): Promise<string>
  /** Resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

export function startAgentflow(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): LongLived {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...env } })
  let output = ""
  let stdout = ""
  const waiting = new Set<() => void>()
  const heard = (): void => waiting.forEach((look) => look())
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString()
    output += chunk.toString()
    heard()
  })
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString()
    heard()
  })
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  return {
    pid: child.pid!, output: () => output, stdout: () => stdout,
    until: (text, times = 1) => new Promise((resolve, reject) => {
      const pattern = new RegExp(typeof text === "string" ? text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : text.source, "g")
      const look = (): void => {
        if ((output.match(pattern) ?? []).length < times) return
        waiting.delete(look)
        resolve(output)
      }
      waiting.add(look)
      void ended.then(() => reject(new Error(`it ended before it said ${String(text)}: ${output}`)))
      look()
    }),
    async end(signal = "SIGINT") {
      child.kill(signal)
      return ended
    },
  }
}
