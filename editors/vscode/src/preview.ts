// The generated TypeScript beside its source: follows the cursor there, and the text as it changes.

import * as vscode from "vscode"
import { debounced, guarded, language, programUri, rangeOf, requests, type Host } from "./host.ts"

const scheme = "agentflow-generated"

/** The generated project is not on disk: its files are read from the server. */
function shownUri(file: string, program: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(file).with({ scheme, query: program.toString() })
}

/** The file as the server names it, and its program. */
function serverUri(shown: vscode.Uri): { readonly file: string; readonly program: string } {
  const program = vscode.Uri.parse(shown.query)
  return { file: shown.with({ scheme: program.scheme, query: "" }).toString(), program: shown.query }
}

export function registerPreview(host: Host): vscode.Disposable {
  const ask = requests(host)
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const mark = vscode.window.createTextEditorDecorationType({ isWholeLine: true, backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground") })
  /** Last good text by URI: what has an error for a moment is not replaced by nothing. */
  const texts = new Map<string, string>()

  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const { file, program } = serverUri(uri)
      const found = (await ask.emit(program))?.files.find((each) => each.uri === file)
      if (found !== undefined) texts.set(uri.toString(), found.text)
      return found?.text ?? texts.get(uri.toString()) ?? "// The program has errors: there is no generated code yet.\n"
    },
  }

  const editorsOf = (program: vscode.Uri): readonly vscode.TextEditor[] =>
    vscode.window.visibleTextEditors.filter(({ document }) => document.uri.scheme === scheme && document.uri.query === program.toString())

  const follow = async ({ document, selection }: vscode.TextEditor, options: { readonly open: boolean }): Promise<void> => {
    const shown = editorsOf(document.uri)
    if (shown.length === 0 && !options.open) return
    const place = await ask.toGenerated(document.uri.toString(), selection.active)
    const fallback = place === null ? (await ask.emit(document.uri.toString()))?.files[0]?.uri : undefined
    const file = place?.uri ?? fallback
    if (file === undefined) {
      if (options.open) void vscode.window.showInformationMessage("The program has errors: there is no generated code yet.")
      return
    }
    const uri = shownUri(file, document.uri)
    const already = shown.find((each) => each.document.uri.toString() === uri.toString())
    const editor = already ?? (await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { viewColumn: shown[0]?.viewColumn ?? vscode.ViewColumn.Beside, preserveFocus: true, preview: true }))
    if (place === null) return
    const line = rangeOf(place.range)
    editor.setDecorations(mark, [line])
    editor.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport)
  }
  const followLater = debounced(80, () => {
    const editor = vscode.window.activeTextEditor
    if (editor?.document.languageId === language) void follow(editor, { open: false }).catch((problem: unknown) => host.client.error("generated code", problem, false))
  })
  const refreshLater = debounced(300, () => {
    for (const { document } of vscode.window.visibleTextEditors) if (document.uri.scheme === scheme) changed.fire(document.uri)
    followLater.call()
  })
  return vscode.Disposable.from(
    changed, mark, followLater, refreshLater,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    vscode.commands.registerCommand("agentflow.showGenerated", guarded("generated code", async (given?: unknown) => {
      const program = programUri(given)
      const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === program?.toString())
      if (editor === undefined) return void vscode.window.showInformationMessage("Open an AgentFlow program first.")
      await follow(editor, { open: true })
    })),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void (textEditor.document.languageId === language && followLater.call())),
    vscode.workspace.onDidChangeTextDocument(({ document }) => void (document.languageId === language && refreshLater.call())),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void texts.delete(uri.toString())),
  )
}
