// The `agentflow` command of a folder: the one that the setting names, the folder's own, or the one on the PATH.

import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import * as vscode from "vscode"
import type { CommandRunner, Finished } from "./host.ts"

export interface CommandLine {
  readonly file: string
  readonly args: readonly string[]
  /** Windows starts a `.cmd` through its shell only. */
  readonly shell: boolean
}

export function commandLine(folder: string, args: readonly string[]): CommandLine {
  const [file, ...first] = vscode.workspace.getConfiguration("agentflow").get<readonly string[]>("command", [])
  if (file !== undefined) return { file, args: [...first, ...args], shell: false }
  const isWindows = process.platform === "win32"
  for (let at = folder; ; at = dirname(at)) {
    const own = join(at, "node_modules", ".bin", isWindows ? "agentflow.cmd" : "agentflow")
    if (existsSync(own)) return { file: own, args, shell: isWindows }
    if (dirname(at) === at) return { file: isWindows ? "agentflow.cmd" : "agentflow", args, shell: isWindows }
  }
}

/** For a shell of Windows: the only place where arguments are text. */
function quoted(args: readonly string[]): readonly string[] {
  return args.map((each) => `"${each.replaceAll('"', '\\"').replaceAll("%", "%%")}"`)
}

export const commandRunner: CommandRunner = {
  async show(folder, title, args) {
    const { file, args: all } = commandLine(folder.fsPath, args)
    const execution = new vscode.ProcessExecution(file, [...all], { cwd: folder.fsPath })
    const task = new vscode.Task({ type: "agentflow", args }, vscode.TaskScope.Workspace, title, "agentflow", execution)
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, clear: true }
    await vscode.tasks.executeTask(task)
  },
  run(folder, args, token) {
    const { file, args: all, shell } = commandLine(folder.fsPath, args)
    return new Promise<Finished>((resolve, reject) => {
      const child = spawn(file, shell ? [...quoted(all)] : [...all], { cwd: folder.fsPath, shell, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } })
      const texts = { stdout: "", stderr: "" }
      child.stdout.setEncoding("utf8").on("data", (text: string) => void (texts.stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => void (texts.stderr += text))
      const stopping = token?.onCancellationRequested(() => child.kill())
      child.once("error", (problem) => reject(new Error(`\`${file}\` can't be started (${problem.message}). Install it with \`npm install agentflow\`, or name it in the setting agentflow.command.`)))
      child.once("close", (code) => {
        stopping?.dispose()
        resolve({ code, ...texts })
      })
    })
  },
}
