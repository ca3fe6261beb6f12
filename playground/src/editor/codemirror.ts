// CodeMirror as the editor of narrow screens, where Monaco can't be used by touch: diagnostics and completion.

import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands"
import { bracketMatching, foldGutter, StreamLanguage, HighlightStyle, syntaxHighlighting } from "@codemirror/language"
import { lintGutter, setDiagnostics } from "@codemirror/lint"
import { EditorState, StateEffect, StateField, type Text } from "@codemirror/state"
import { Decoration, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, type DecorationSet } from "@codemirror/view"
import { tags } from "@lezer/highlight"
import type * as lsp from "vscode-languageserver"
import { language, uriOf } from "../language/session.ts"
import { diagnostics as found } from "../language/session.ts"
import { textOf } from "../language/text.ts"
import type { Point, TextRange } from "../state/project.ts"
import { scanLine, startScan } from "./scan.ts"
import type { Editor, EditorStart } from "./port.ts"

const highlight = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" }, { tag: tags.string, color: "var(--code-string)" }, { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" }, { tag: tags.typeName, color: "var(--code-type)" },
])

const tagNames: Readonly<Record<string, string>> = { keyword: "keyword", string: "string", number: "number", comment: "comment", type: "typeName" }

const agentflow = StreamLanguage.define({
  startState: startScan,
  token(stream, state) {
    const kind = scanLine(stream, state)
    return kind === undefined ? null : (tagNames[kind] ?? null)
  },
  languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
})

const linked = StateEffect.define<DecorationSet>()
const linkedField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, { effects, changes }) => effects.find((effect) => effect.is(linked))?.value ?? before.map(changes),
  provide: (field) => EditorView.decorations.from(field),
})

function offset(doc: Text, { line, character }: Point): number {
  if (line >= doc.lines) return doc.length
  const at = doc.line(line + 1)
  return Math.min(at.from + character, at.to)
}

function point(doc: Text, at: number): Point {
  const line = doc.lineAt(at)
  return { line: line.number - 1, character: at - line.from }
}

export function codemirrorEditor({ host, events }: EditorStart): Editor {
  let path = ""
  let quiet = false
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { state, pos, explicit } = context
    if (!explicit && context.matchBefore(/[\w.@"]/) === null) return null
    const client = await language()
    const list = await client.request<lsp.CompletionList | null>("textDocument/completion", { textDocument: { uri: uriOf(path) }, position: point(state.doc, pos) }).catch(() => null)
    if (list === null || list.items.length === 0) return null
    const from = Math.min(...list.items.map((item) => offset(state.doc, (item.textEdit as lsp.TextEdit).range.start)))
    return {
      from, validFor: /^\w*$/,
      options: list.items.map((item) => ({
        label: item.label, ...(item.detail === undefined ? {} : { detail: item.detail }), apply: plain((item.textEdit as lsp.TextEdit).newText), boost: -Number(item.sortText ?? 0) / 100000,
      })),
    }
  }
  const extensions = [
    lineNumbers(), foldGutter(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), lintGutter(), agentflow, syntaxHighlighting(highlight),
    autocompletion({ override: [complete] }), keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]), linkedField,
    EditorView.contentAttributes.of({ "aria-label": "Program text", autocapitalize: "off", spellcheck: "false" }),
    EditorView.updateListener.of(({ docChanged, selectionSet, state }) => {
      if (docChanged && !quiet) events.changed(path, state.doc.toString())
      if (docChanged || selectionSet) events.moved(path, point(state.doc, state.selection.main.head))
    }),
  ]
  const view = new EditorView({ parent: host, state: EditorState.create({ extensions }) })
  const lint = (items: readonly lsp.Diagnostic[]): void => {
    const { doc } = view.state
    const severity = { 1: "error", 2: "warning", 3: "info", 4: "hint" } as const
    view.dispatch(setDiagnostics(view.state, items.map(({ range, message, severity: level }) => ({
      from: offset(doc, range.start), to: offset(doc, range.end), message: textOf(message), severity: severity[level ?? 1],
    }))))
  }
  return {
    show(next, text) {
      path = next
      quiet = true
      view.setState(EditorState.create({ doc: text, extensions: next.endsWith(".agentflow") ? extensions : extensions.filter((each) => each !== agentflow) }))
      quiet = false
      lint(found.peek().get(next) ?? [])
    },
    setText(changed, text) {
      if (changed !== path || view.state.doc.toString() === text) return
      quiet = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: Math.min(view.state.selection.main.head, text.length) } })
      quiet = false
    },
    reveal(range, { focus }) {
      const { doc } = view.state
      view.dispatch({ selection: { anchor: offset(doc, range.start), head: offset(doc, range.end) }, effects: EditorView.scrollIntoView(offset(doc, range.start), { y: "center" }) })
      if (focus) view.focus()
    },
    setDiagnostics(of, items) {
      if (of === path) lint(items)
    },
    mark(range) {
      view.dispatch({ effects: linked.of(range === undefined ? Decoration.none : Decoration.set(linesOf(view.state.doc, range).map((line) => Decoration.line({ class: "linked-line" }).range(line)))) })
    },
    setTheme() {},
    focus: () => view.focus(),
    dispose: () => view.destroy(),
  }
}

function linesOf(doc: Text, { start, end }: TextRange): readonly number[] {
  const starts: number[] = []
  for (let line = start.line; line <= end.line && line < doc.lines; line++) starts.push(doc.line(line + 1).from)
  return starts
}

/** A snippet's places as their own text. */
function plain(snippet: string): string {
  return snippet.replace(/\$\{\d+\|([^,|}]*)[^}]*\}/g, "$1").replace(/\$\{\d+:((?:[^{}$\\]|\\.)*)\}/g, "$1").replace(/\$\{?\d+\}?/g, "").replace(/\\([$}\\])/g, "$1")
}
