// Runs one command to its end and gives back what it said, without throwing for a failed or missing command.
import { spawn } from "node:child_process"
import type { Readable } from "node:stream"

export interface CommandOptions {
  readonly folder?: string
  readonly environment?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  readonly onErrorLine?: (line: string) => void
}

export interface CommandResult {
  /** Null when the command was not found or was ended by a signal. */
  readonly exitCode: number | null
  readonly found: boolean
  readonly output: string
  readonly errorOutput: string
}

export function runCommand(
  command: string, commandArguments: readonly string[], options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      cwd: options.folder,
      env: options.environment ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      ...(options.signal ? { signal: options.signal } : {}),
    })
    const output = collectLines(child.stdout, () => {})
    const errorOutput = collectLines(child.stderr, options.onErrorLine ?? (() => {}))
    let failure = ""
    let found = true
    child.on("error", (error: NodeJS.ErrnoException) => {
      // Node says ENOENT for a missing working folder too; the callers' folders are part of this project.
      if (error.code === "ENOENT" || error.code === "EACCES") found = false
      failure = error.message
    })
    child.on("close", (exitCode) => {
      resolve({ exitCode: found ? exitCode : null, found, output: output(), errorOutput: errorOutput() || failure })
    })
  })
}

function collectLines(stream: Readable, onLine: (line: string) => void): () => string {
  let text = ""
  let lineStart = 0
  stream.setEncoding("utf8")
  stream.on("data", (chunk: string) => {
    text += chunk
    for (let end = text.indexOf("\n", lineStart); end >= 0; end = text.indexOf("\n", lineStart)) {
      onLine(text.slice(lineStart, end))
      lineStart = end + 1
    }
  })
  return () => text.trim()
}

/** The end of a long error output, which names the cause, often once for each thing that failed by it. */
export function lastLines(text: string, count: number): string {
  return [...new Set(text.split("\n"))].slice(-count).join("\n")
}
