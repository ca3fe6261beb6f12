// The inbox in the explorer: what the runs of the folders ask of a person, answered there through the command line.

import * as vscode from "vscode"
import { fillForm } from "./form.ts"
import { guarded, type CommandRunner } from "./host.ts"

/** As `agentflow inbox --json` says it. */
export interface Question {
  readonly kind: "question" | "manual"
  readonly run: string
  readonly workflow: string
  readonly step: string
  readonly ask: string
  readonly choices?: readonly string[]
  /** Of its answer, as a JSON schema. */
  readonly schema: unknown
  /** One of its answers means no. */
  readonly canReject: boolean
  readonly askedAt: string
  /** Epoch ms. */
  readonly deadline?: number
}

export interface InboxItem {
  readonly folder: vscode.Uri
  readonly question: Question
}

export function registerInbox(command: CommandRunner): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>()
  let looking = 0
  const provider: vscode.TreeDataProvider<InboxItem> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: treeItem,
    async getChildren(item) {
      if (item !== undefined) return []
      looking++
      try {
        return (await Promise.all((vscode.workspace.workspaceFolders ?? []).map(({ uri }) => questionsIn(command, uri)))).flat()
      } finally {
        looking--
      }
    },
  }
  const view = vscode.window.createTreeView("agentflow.inbox", { treeDataProvider: provider })
  const seconds = vscode.workspace.getConfiguration("agentflow").get("inbox.interval", 10)
  // A look that takes longer than the interval is waited for: the view drops the answer to a question that was asked again.
  const timer = setInterval(() => void (view.visible && looking === 0 && changed.fire(undefined)), Math.max(2, seconds) * 1000)
  const look = (): void => changed.fire(undefined)
  const send = async (item: InboxItem, args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await command.run(item.folder, args)
    if (code === 0) void vscode.window.setStatusBarMessage(`AgentFlow: ${item.question.run} is answered`, 4000)
    else void vscode.window.showErrorMessage((stderr || stdout).trim())
    look()
  }
  return vscode.Disposable.from(
    view, changed, { dispose: () => clearInterval(timer) },
    vscode.commands.registerCommand("agentflow.inbox.refresh", look),
    vscode.commands.registerCommand("agentflow.inbox.answer", guarded("answer", async (item: InboxItem) => {
      const { run, step, ask, schema } = item.question
      const filled = await fillForm(schema, { title: run, ask })
      if (filled !== undefined) await send(item, ["answer", run, step, JSON.stringify(filled.value)])
    })),
    vscode.commands.registerCommand("agentflow.inbox.approve", guarded("approve", (item: InboxItem) => send(item, ["approve", item.question.run, "--step", item.question.step]))),
    vscode.commands.registerCommand("agentflow.inbox.reject", guarded("reject", (item: InboxItem) => send(item, ["reject", item.question.run, "--step", item.question.step]))),
  )
}

/** Nothing to show where nothing runs: the command then fails, and says so in a terminal to who wants to know. */
async function questionsIn(command: CommandRunner, folder: vscode.Uri): Promise<readonly InboxItem[]> {
  try {
    const { code, stdout } = await command.run(folder, ["inbox", "--json"])
    return code === 0 ? (JSON.parse(stdout) as readonly Question[]).map((question) => ({ folder, question })) : []
  } catch {
    return []
  }
}

function treeItem(asked: InboxItem): vscode.TreeItem {
  const { kind, run, workflow, step, ask, choices, canReject, askedAt, deadline } = asked.question
  const item = new vscode.TreeItem(ask.split("\n")[0]!, vscode.TreeItemCollapsibleState.None)
  item.id = `${run} ${step}`
  item.description = `${run} · ${workflow}`
  item.contextValue = canReject ? "question with a no" : "question"
  item.iconPath = new vscode.ThemeIcon(kind === "manual" ? "warning" : "question")
  item.tooltip = [ask, "", `${step} of ${run}`, `asked ${new Date(askedAt).toLocaleString()}`, ...(deadline === undefined ? [] : [`until ${new Date(deadline).toLocaleString()}`]), ...(choices === undefined ? [] : [choices.join(", ")])].join("\n")
  item.command = { command: "agentflow.inbox.answer", title: "Answer", arguments: [asked] }
  return item
}
