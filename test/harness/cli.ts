// Runs the built `agentflow` as a user does: a process, its output, its exit code.

import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "../..")

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Workspace {
  readonly folder: string
  write(path: string, text: string | Uint8Array): void
  agentflow(...args: readonly string[]): Promise<Outcome>
  close(): void
}

/** A new folder in which `agentflow` and the runtime are installed, with these files. */
export function openWorkspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-cli-"))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const write = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    folder,
    write,
    agentflow: (...args) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "1" } })
        let stdout = ""
        let stderr = ""
        child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
        child.once("close", (code) => resolve({ code, stdout, stderr }))
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
