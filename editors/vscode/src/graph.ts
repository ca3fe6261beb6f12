// The graph of a program's workflows beside it: drawn by the server, shown in a page that may load nothing.

import * as vscode from "vscode"
import { debounced, guarded, language, programUri, rangeOf, requests, type Host, type Picture } from "./host.ts"
import { graphPage } from "./graph-page.ts"

interface Panel {
  readonly view: vscode.WebviewPanel
  readonly program: vscode.Uri
  graphs: readonly Picture[]
}

export function registerGraph(host: Host): vscode.Disposable {
  const ask = requests(host)
  const panels = new Map<string, Panel>()

  const draw = async (panel: Panel): Promise<void> => {
    const { css, graphs } = await ask.svg(panel.program.toString())
    panel.graphs = graphs
    await panel.view.webview.postMessage({ kind: "graphs", css, graphs: graphs.map(({ name, svg }) => ({ name, svg })) })
    await mark(panel)
  }
  /** The step at the cursor, the innermost one that holds it. */
  const mark = async ({ view, program, graphs }: Panel): Promise<void> => {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === program.toString())
    if (editor === undefined) return
    const at = editor.selection.active
    const size = (range: vscode.Range): number => editor.document.offsetAt(range.end) - editor.document.offsetAt(range.start)
    const boxes = graphs.flatMap((graph) => graph.boxes.map(({ id, range }) => ({ graph: graph.name, id, range: rangeOf(range) }))).filter(({ range }) => range.contains(at))
    const [inner] = boxes.sort((a, b) => size(a.range) - size(b.range))
    await view.webview.postMessage({ kind: "mark", graph: inner?.graph ?? graphs.find(({ range }) => rangeOf(range).contains(at))?.name, id: inner?.id })
  }
  const failed = (problem: unknown): void => host.client.error("graph", problem, false)
  const open = async (program: vscode.Uri): Promise<void> => {
    const key = program.toString()
    const known = panels.get(key)
    if (known !== undefined) return known.view.reveal(undefined, true)
    const title = `Graph: ${program.path.split("/").at(-1)}`
    const view = vscode.window.createWebviewPanel("agentflow.graph", title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: false })
    const panel: Panel = { view, program, graphs: [] }
    panels.set(key, panel)
    view.onDidDispose(() => panels.delete(key))
    view.webview.onDidReceiveMessage((message: { readonly kind: string; readonly graph?: string; readonly id?: string }) => {
      if (message.kind === "ready") void draw(panel).catch(failed)
      if (message.kind === "go") void go(panel, message.graph, message.id).catch(failed)
    })
    view.webview.html = graphPage()
  }
  const later = debounced(250, () => {
    for (const panel of panels.values()) void draw(panel).catch(failed)
  })
  const markLater = debounced(80, () => {
    for (const panel of panels.values()) void mark(panel).catch(failed)
  })
  return vscode.Disposable.from(
    later, markLater, { dispose: () => [...panels.values()].forEach(({ view }) => view.dispose()) },
    vscode.commands.registerCommand("agentflow.showGraph", guarded("graph", async (given?: unknown) => {
      const program = programUri(given)
      if (program === undefined) return void vscode.window.showInformationMessage("Open an AgentFlow program first.")
      await open(program)
    })),
    vscode.workspace.onDidChangeTextDocument(({ document }) => void (document.languageId === language && later.call())),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void (textEditor.document.languageId === language && markLater.call())),
  )
}

async function go({ program, graphs }: Panel, name: string | undefined, id: string | undefined): Promise<void> {
  const range = graphs.find((graph) => graph.name === name)?.boxes.find((box) => box.id === id)?.range
  if (range === undefined) return
  const place = rangeOf(range)
  const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === program.toString())
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(program), { viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One })
  editor.selection = new vscode.Selection(place.start, place.start)
  editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport)
}
