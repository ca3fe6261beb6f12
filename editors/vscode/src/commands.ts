// What the lenses above workflows and tests start: run, test, simulate, cost.

import * as vscode from "vscode"
import { fillForm } from "./form.ts"
import { folderOf, guarded, programUri, type CommandRunner, type Startable } from "./host.ts"

/** Told to the server, so that its lenses call them. */
export const lensCommands = ["agentflow.run", "agentflow.test", "agentflow.simulate", "agentflow.cost"] as const

export interface Starter {
  /** The plan of a program; null while it has errors. */
  readonly plan: (uri: string) => Promise<Startable | null>
  /** Runs tests of a program in the explorer: all of them when no name is given. */
  readonly runTests: (program: vscode.Uri, name: string | undefined) => Promise<void>
}

export function registerCommands(command: CommandRunner, { plan, runTests }: Starter): vscode.Disposable {
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
    vscode.commands.registerCommand("agentflow.run", started("run", async (program, name) => {
      const chosen = await startOf(await plan(program.toString()), name)
      if (chosen !== undefined) await shown("run", (file) => ["run", file, ...chosen.args])(program, chosen.name)
    })),
    vscode.commands.registerCommand("agentflow.cost", started("cost", shown("cost", (file) => ["cost", file]))),
    vscode.commands.registerCommand("agentflow.test", started("test", runTests)),
    vscode.commands.registerCommand("agentflow.simulate", started("simulate", async (program, name) => {
      if (name === undefined) await runTests(program, undefined)
      else await shown("simulate", (file) => ["test", file, "--simulate", name])(program, name)
    })),
  )
}

interface Start {
  readonly name: string | undefined
  /** What follows the file's name. */
  readonly args: readonly string[]
}

/** Which workflow, and its input; undefined when the person changed their mind. A program with errors is left to the command, which shows them. */
async function startOf(plan: Startable | null, given: string | undefined): Promise<Start | undefined> {
  const names = plan?.workflows.map(({ name }) => name) ?? []
  const name = given ?? (names.length > 1 ? await vscode.window.showQuickPick(names, { title: "Run", placeHolder: "Which workflow?" }) : names[0])
  if (name === undefined && names.length > 1) return undefined
  const workflow = plan?.workflows.find((each) => each.name === name)
  if (plan === null || workflow === undefined) return { name, args: name === undefined ? [] : [name] }
  const definitions = Object.fromEntries(plan.types.map((type) => [type.name, type.schema]))
  const filled = await fillForm(workflow.parametersSchema, { title: `Run ${workflow.name}`, ask: "Input", definitions })
  return filled && { name: workflow.name, args: [workflow.name, "--input", JSON.stringify(filled.value)] }
}
