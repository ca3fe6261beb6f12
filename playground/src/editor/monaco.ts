// Monaco as an editor of the page; loaded after the first paint, with the features that a small language needs.

import "monaco-editor/editor/contrib/gotoSymbol/browser/goToCommands"
import "monaco-editor/editor/contrib/semanticTokens/browser/documentSemanticTokens"
import "monaco-editor/editor/contrib/suggest/browser/suggestController"
import "monaco-editor/features/bracketMatching/register"
import "monaco-editor/features/caretOperations/register"
import "monaco-editor/features/clipboard/register"
import "monaco-editor/features/codeAction/register"
import "monaco-editor/features/codelens/register"
import "monaco-editor/features/codicon/register"
import "monaco-editor/features/comment/register"
import "monaco-editor/features/contextmenu/register"
import "monaco-editor/features/cursorUndo/register"
import "monaco-editor/features/documentSymbols/register"
import "monaco-editor/features/find/register"
import "monaco-editor/features/folding/register"
import "monaco-editor/features/format/register"
import "monaco-editor/features/gotoError/register"
import "monaco-editor/features/gotoSymbol/register"
import "monaco-editor/features/hover/register"
import "monaco-editor/features/indentation/register"
import "monaco-editor/features/inlayHints/register"
import "monaco-editor/features/linesOperations/register"
import "monaco-editor/features/linkedEditing/register"
import "monaco-editor/features/multicursor/register"
import "monaco-editor/features/parameterHints/register"
import "monaco-editor/features/quickCommand/register"
import "monaco-editor/features/quickOutline/register"
import "monaco-editor/features/referenceSearch/register"
import "monaco-editor/features/rename/register"
import "monaco-editor/features/smartSelect/register"
import "monaco-editor/features/snippet/register"
import "monaco-editor/features/toggleTabFocusMode/register"
import "monaco-editor/features/wordHighlighter/register"
import "monaco-editor/features/wordOperations/register"
import { editor as monaco, languages, MarkerSeverity, MarkerTag, Range, Uri } from "monaco-editor/editor"
import type { Diagnostic } from "vscode-languageserver"
import { build } from "virtual:build"
import { monarch } from "../../generated/monarch.ts"
import { files, generation } from "../state/project.ts"
import { uriOf } from "../language/session.ts"
import { textOf } from "../language/text.ts"
import type { Theme } from "../state/view.ts"
import { defineThemes, themeName } from "./monaco-themes.ts"
import { registerProviders } from "./monaco-providers.ts"
import type { Editor, EditorStart } from "./port.ts"

let isSetUp = false

function setUp(): void {
  if (isSetUp) return
  isSetUp = true
  const sheet = document.createElement("link")
  sheet.rel = "stylesheet"
  sheet.href = document.querySelector<HTMLMetaElement>('meta[name="monaco-css"]')!.content
  document.head.append(sheet)
  Object.assign(self, { MonacoEnvironment: { getWorker: () => new Worker(new URL(build.editorWorker, import.meta.url), { type: "module", name: "editor" }) } })
  languages.register({ id: "agentflow", extensions: [".agentflow"] })
  languages.setMonarchTokensProvider("agentflow", monarch as unknown as languages.IMonarchLanguage)
  languages.setLanguageConfiguration("agentflow", {
    comments: { lineComment: "//", blockComment: ["/*", "*/"] }, brackets: [["{", "}"], ["[", "]"], ["(", ")"]],
    autoClosingPairs: [{ open: "{", close: "}" }, { open: "[", close: "]" }, { open: "(", close: ")" }, { open: '"', close: '"', notIn: ["string", "comment"] }],
    onEnterRules: [{ beforeText: /^\s*\/\/\/.*$/, action: { indentAction: languages.IndentAction.None, appendText: "/// " } }],
  })
  defineThemes()
  registerProviders()
  // Monaco leaves promises of its own behind when a text is exchanged while it works on it: a cancelled one is no error.
  addEventListener("unhandledrejection", (event) => {
    if ((event.reason as { readonly name?: unknown } | undefined)?.name === "Canceled") event.preventDefault()
  })
}

function languageOf(path: string): string {
  return path.endsWith(".agentflow") ? "agentflow" : "plaintext"
}

/** Models of files that are gone go; each file has one. */
function modelOf(path: string, text: string): monaco.ITextModel {
  const uri = Uri.parse(uriOf(path))
  const known = monaco.getModel(uri)
  if (known !== null) {
    if (known.getValue() !== text) known.setValue(text)
    return known
  }
  const made = monaco.createModel(text, languageOf(path), uri)
  made.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } })
  made.setEOL(monaco.EndOfLineSequence.LF)
  return made
}

export function monacoEditor({ host, events, theme }: EditorStart): Editor {
  setUp()
  monaco.setTheme(themeName(theme))
  const style = getComputedStyle(document.documentElement)
  const view = monaco.create(host, {
    model: null, automaticLayout: true, fontFamily: style.getPropertyValue("--font-mono"), fontSize: 13, lineHeight: 20, minimap: { enabled: false },
    scrollBeyondLastLine: false, padding: { top: 12, bottom: 24 }, lineNumbersMinChars: 3, glyphMargin: false, folding: true, renderLineHighlight: "line",
    smoothScrolling: true, "semanticHighlighting.enabled": true, wordBasedSuggestions: "off", fixedOverflowWidgets: true, tabSize: 2, insertSpaces: true, codeLens: true,
    stickyScroll: { enabled: false }, overviewRulerBorder: false, scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 }, guides: { indentation: true },
    accessibilitySupport: "auto", ariaLabel: "Program text. Control M changes what Tab does.", linkedEditing: true, suggest: { showWords: false }, inlayHints: { fontSize: 11, padding: true },
    bracketPairColorization: { enabled: false }, unicodeHighlight: { ambiguousCharacters: false },
  })
  let path = ""
  let quiet = false
  const marks = view.createDecorationsCollection()
  const showAll = (): void => {
    for (const [each, text] of files.peek()) if (each.endsWith(".agentflow")) modelOf(each, text)
    const known = new Set([...files.peek().keys()].map((each) => Uri.parse(uriOf(each)).toString()))
    for (const model of monaco.getModels()) if (model.uri.scheme === "file" && !known.has(model.uri.toString())) model.dispose()
  }
  const saved = new Map<string, monaco.ICodeEditorViewState | null>()
  let project = generation.peek()
  view.onDidChangeModelContent(() => {
    if (!quiet) events.changed(path, view.getModel()!.getValue())
  })
  view.onDidChangeCursorPosition(({ position }) => events.moved(path, { line: position.lineNumber - 1, character: position.column - 1 }))
  view.onMouseMove(({ target: { position } }) => events.pointed?.(path, position === null ? undefined : position.lineNumber - 1))
  view.onMouseLeave(() => events.pointed?.(path, undefined))
  const quietly = (act: () => void): void => {
    quiet = true
    try {
      act()
    } finally {
      quiet = false
    }
  }
  return {
    show(next, text) {
      if (project !== generation.peek()) saved.clear()
      else if (path !== "") saved.set(path, view.saveViewState())
      project = generation.peek()
      quietly(() => {
        path = next
        view.setModel(next === "" ? null : modelOf(next, text))
        showAll()
      })
      const before = saved.get(next)
      if (before != null) view.restoreViewState(before)
      else view.setScrollTop(0)
    },
    setText(changed, text) {
      const model = monaco.getModel(Uri.parse(uriOf(changed)))
      if (model === null || model.getValue() === text) return
      // An edit that can be undone, and as small as the difference.
      const [from, to] = difference(model.getValue(), text)
      const range = Range.fromPositions(model.getPositionAt(from), model.getPositionAt(model.getValueLength() - to))
      quietly(() => {
        model.pushStackElement()
        model.pushEditOperations(null, [{ range, text: text.slice(from, text.length - to) }], () => null)
        model.pushStackElement()
      })
    },
    reveal({ start, end }, { focus }) {
      const range = new Range(start.line + 1, start.character + 1, end.line + 1, end.character + 1)
      view.setSelection(range)
      view.revealRangeInCenterIfOutsideViewport(range)
      if (focus) view.focus()
    },
    setDiagnostics(of, found) {
      const model = monaco.getModel(Uri.parse(uriOf(of)))
      if (model !== null) monaco.setModelMarkers(model, "agentflow", found.map(marker))
    },
    mark(range) {
      marks.set(range === undefined ? [] : [{ range: new Range(range.start.line + 1, 1, range.end.line + 1, 1), options: { isWholeLine: true, className: "linked-line" } }])
    },
    setTheme: (next: Theme) => monaco.setTheme(themeName(next)),
    focus: () => view.focus(),
    dispose: () => view.dispose(),
  }
}

function difference(before: string, after: string): readonly [number, number] {
  let from = 0
  while (from < before.length && from < after.length && before[from] === after[from]) from++
  let to = 0
  while (to < before.length - from && to < after.length - from && before[before.length - 1 - to] === after[after.length - 1 - to]) to++
  return [from, to]
}

const severities = { 1: MarkerSeverity.Error, 2: MarkerSeverity.Warning, 3: MarkerSeverity.Info, 4: MarkerSeverity.Hint } as const

function marker({ range, message, severity, code, codeDescription, tags, relatedInformation }: Diagnostic): monaco.IMarkerData {
  return {
    startLineNumber: range.start.line + 1, startColumn: range.start.character + 1, endLineNumber: range.end.line + 1, endColumn: range.end.character + 1,
    message: textOf(message), severity: severities[severity ?? 1], source: "agentflow",
    ...(code === undefined ? {} : { code: codeDescription === undefined ? String(code) : { value: String(code), target: Uri.parse(codeDescription.href) } }),
    ...(tags?.includes(1) ? { tags: [MarkerTag.Unnecessary] } : {}),
    ...(relatedInformation === undefined ? {} : {
      relatedInformation: relatedInformation.map(({ location, message: text }) => ({
        resource: Uri.parse(location.uri), message: text, startLineNumber: location.range.start.line + 1, startColumn: location.range.start.character + 1,
        endLineNumber: location.range.end.line + 1, endColumn: location.range.end.character + 1,
      })),
    }),
  }
}
