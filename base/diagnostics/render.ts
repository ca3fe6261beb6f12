// Diagnostics as people read them in a terminal: message, frame of the source, related positions, the way out.

import { lineTable, positionAt } from "../text/line-table.ts"
import type { Span } from "../text/span.ts"
import type { Diagnostic, Severity } from "./diagnostic.ts"

/** How each role of text is coloured; plain text is `(role, text) => text`. */
export type Paint = (role: Severity | "code" | "path" | "gutter" | "hint", text: string) => string

export const plain: Paint = (_role, text) => text

export interface RenderOptions {
  readonly paint: Paint
  /** Text of a file by path; a diagnostic in an unknown file is shown without a frame. */
  readonly textOf: (path: string) => string | undefined
  /** Draw with Unicode lines. */
  readonly unicode: boolean
}

/** One diagnostic as a block of lines, without a newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const { paint } = options
  const lines = [`${paint(diagnostic.severity, diagnostic.severity)} ${paint("code", diagnostic.code)} ${options.unicode ? diagnostic.message : diagnostic.message.replaceAll("×", "x")}`]
  lines.push(...frame(diagnostic.path, diagnostic.span, diagnostic.severity, options))
  for (const related of diagnostic.related) {
    lines.push(`  ${paint("hint", "see")} ${related.message}`)
    lines.push(...frame(related.path, related.span, "info", options))
  }
  for (const fix of diagnostic.fixes) lines.push(`  ${paint("hint", "fix")} ${fix.title}`)
  return lines.join("\n")
}

/** "2 errors, 1 warning", or "" when there is none. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): string => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
    return n === 0 ? "" : `${n} ${severity}${n === 1 ? "" : "s"}`
  }
  return [count("error"), count("warning")].filter((part) => part !== "").join(", ")
}

/** The place in its file, with the line marked below. */
export function frame(path: string, span: Span, role: Severity, { paint, textOf, unicode }: RenderOptions): readonly string[] {
  const text = textOf(path)
  if (text === undefined) return [`  ${paint("path", path)}`]
  const table = lineTable(text)
  const from = positionAt(table, span.start)
  const to = positionAt(table, Math.max(span.start, span.end))
  const bar = paint("gutter", unicode ? "│" : "|")
  const width = String(from.line + 1).length
  const source = lineText(text, table.starts, from.line)
  const end = to.line === from.line ? to.column : source.length
  const marks = Math.max(1, columnsOf(source.slice(from.column, end)))
  const before = source.slice(0, from.column)
  const lead = before.split("\t").map((part) => " ".repeat(columnsOf(part))).join("\t")
  return [
    `  ${paint("path", `${path}:${from.line + 1}:${from.column + 1}`)}`,
    `  ${paint("gutter", String(from.line + 1).padStart(width))} ${bar} ${source}`,
    `  ${" ".repeat(width)} ${bar} ${lead}${paint(role, (unicode ? "━" : "^").repeat(marks))}`,
  ]
}

/** What terminals draw two columns wide: East Asian scripts, full-width forms and most emoji. A function: to make the pattern takes long. */
const wide = (): RegExp => /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{1FA70}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
/** What is drawn onto the character before it. */
const widthless = (): RegExp => /[\p{Mn}\p{Me}\u200B-\u200D\uFE0F]/u

/** How many columns of a terminal the text takes. */
function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  const [none, two] = [widthless(), wide()]
  let columns = 0
  for (const character of text) columns += none.test(character) ? 0 : two.test(character) ? 2 : 1
  return columns
}

function lineText(text: string, starts: readonly number[], line: number): string {
  const end = starts[line + 1] ?? text.length
  return text.slice(starts[line], end).replace(/\r?\n$/, "")
}
