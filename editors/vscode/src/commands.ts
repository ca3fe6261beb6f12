// What the lenses above workflows and tests start: run, test, simulate, cost.

import * as vscode from "vscode"
import { folderOf, guarded, programUri, type CommandRunner } from "./host.ts"

/** Told to the server, so that its lenses call them. */
export const lensCommands = ["agentflow.run", "agentflow.test", "agentflow.simulate", "agentflow.cost"] as const

export interface Starter {
  /** Runs tests of a program in the explorer: all of them when no name is given. */
  readonly runTests: (program: vscode.Uri, name: string | undefined) => Promise<void>
}

export function registerCommands(command: CommandRunner, { runTests }: Starter): vscode.Disposable {
  const started = (what: string, act: (program: vscode.Uri, name: string | undefined) => Promise<void>) =>
    guarded(what, async (given?: unknown, name?: unknown) => {
      const program = programUri(given)
      if (program === undefined) return void vscode.window.showInformationMessage("Open an AgentFlow program first.")
      const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === program.toString())
      // The command reads the disk.
      if (document?.isDirty === true && !(await document.save())) return
      await act(program, typeof name === "string" && name !== "" ? name : undefined)
    })
  const shown = (title: string, args: (file: string, name: string | undefined) => readonly string[]) => (program: vscode.Uri, name: string | undefined): Promise<void> => {
    const folder = folderOf(program)
    return command.show(folder, name === undefined ? title : `${title} ${name}`, args(vscode.workspace.asRelativePath(program, false), name))
  }
  return vscode.Disposable.from(
    vscode.commands.registerCommand("agentflow.run", started("run", shown("run", (file, name) => ["run", file, ...(name === undefined ? [] : [name])]))),
    vscode.commands.registerCommand("agentflow.cost", started("cost", shown("cost", (file) => ["cost", file]))),
    vscode.commands.registerCommand("agentflow.test", started("test", runTests)),
    vscode.commands.registerCommand("agentflow.simulate", started("simulate", async (program, name) => {
      if (name === undefined) await runTests(program, undefined)
      else await shown("simulate", (file) => ["test", file, "--simulate", name])(program, name)
    })),
  )
}
