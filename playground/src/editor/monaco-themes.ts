// Monaco's themes, read from the design tokens: one place names the colours.

import { editor as monaco } from "monaco-editor/editor"
import type { Theme } from "../state/view.ts"

export const themeName = (theme: Theme): string => `agentflow-${theme}`

const bases: Readonly<Record<Theme, monaco.BuiltinTheme>> = { dark: "vs-dark", light: "vs", contrast: "hc-black" }

/** Tokens of a theme that need not be the one that is shown. */
function tokensOf(theme: Theme): (name: string) => string {
  const root = document.documentElement
  const before = root.dataset["theme"]
  root.dataset["theme"] = theme
  const style = getComputedStyle(root)
  const names = ["panel", "text", "muted", "faint", "accent", "line", "line-strong", "selection", "hover", "raised", "error", "warning", "info", "focus", "linked",
    "code-keyword", "code-string", "code-number", "code-comment", "code-type", "code-function", "code-text", "human", "agent", "tool", "undo"]
  const values = new Map(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
  root.dataset["theme"] = before
  return (name) => values.get(name)!
}

export function defineThemes(): void {
  for (const theme of ["dark", "light", "contrast"] as const) {
    const token = tokensOf(theme)
    const bare = (name: string): string => token(name).slice(1)
    const rule = (scope: string, name: string, fontStyle?: string): monaco.ITokenThemeRule => ({ token: scope, foreground: bare(name), ...(fontStyle === undefined ? {} : { fontStyle }) })
    monaco.defineTheme(themeName(theme), {
      base: bases[theme], inherit: true,
      rules: [
        rule("", "code-text"), rule("identifier", "code-text"), rule("keyword", "code-keyword"), rule("constant", "code-number"), rule("number", "code-number"), rule("string", "code-string"),
        rule("string.escape", "code-number"), rule("comment", "code-comment", "italic"), rule("comment.doc", "code-comment", "italic"), rule("type", "code-type"), rule("type.identifier", "code-type"),
        rule("delimiter", "muted"), rule("operator", "muted"), rule("function", "code-function"), rule("class", "code-type"), rule("struct", "code-type"), rule("enum", "code-type"),
        rule("enumMember", "code-number"), rule("variable", "code-text"), rule("parameter", "code-text"), rule("property", "code-text"), rule("namespace", "code-type"), rule("event", "code-type"),
      ],
      colors: {
        "editor.background": token("panel"), "editor.foreground": token("code-text"), "editorLineNumber.foreground": token("faint"), "editorLineNumber.activeForeground": token("text"),
        "editor.lineHighlightBackground": token("raised"), "editor.lineHighlightBorder": "#00000000", "editor.selectionBackground": token("selection"), "editorCursor.foreground": token("accent"),
        "editorIndentGuide.background1": token("line"), "editorIndentGuide.activeBackground1": token("line-strong"), "editorWidget.background": token("raised"), "editorWidget.border": token("line-strong"),
        "editorHoverWidget.background": token("raised"), "editorHoverWidget.border": token("line-strong"), "editorSuggestWidget.background": token("raised"),
        "editorSuggestWidget.border": token("line-strong"), "editorSuggestWidget.selectedBackground": token("selection"), "editorSuggestWidget.selectedForeground": token("text"),
        "editorSuggestWidget.highlightForeground": token("accent"), "editorInlayHint.background": "#00000000", "editorInlayHint.foreground": token("faint"), "editorCodeLens.foreground": token("faint"),
        "editorError.foreground": token("error"), "editorWarning.foreground": token("warning"), "editorInfo.foreground": token("info"), focusBorder: token("focus"),
        "scrollbarSlider.background": `${token("line-strong")}80`, "scrollbarSlider.hoverBackground": token("line-strong"), "editorGutter.background": token("panel"),
        "input.background": token("panel"), "list.focusBackground": token("selection"), "list.hoverBackground": token("hover"), "quickInput.background": token("raised"),
        "menu.background": token("raised"), "menu.foreground": token("text"), "menu.border": token("line-strong"), "menu.selectionBackground": token("selection"), "menu.selectionForeground": token("text"),
      },
    })
  }
}
