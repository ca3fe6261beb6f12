// Diagnostics as people read them in a terminal: message, frame of the source, related positions, the way out.

import { clipped, columnsOf, wrap } from "../text/columns.ts"
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
  /** Columns of the terminal: messages are wrapped, and lines of the source are shown around what is marked. Default: no limit. */
  readonly columns?: number
}

/** One diagnostic as a block of lines, without a newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const { paint } = options
  const message = options.unicode ? diagnostic.message : diagnostic.message.replaceAll("×", "x")
  const head = diagnostic.severity.length + diagnostic.code.length + 1
  const lines = hung(`${paint(diagnostic.severity, diagnostic.severity)} ${paint("code", diagnostic.code)}`, head, message, options)
  lines.push(...frame(diagnostic.path, diagnostic.span, diagnostic.severity, options))
  for (const related of diagnostic.related) {
    lines.push(...hung(`  ${paint("hint", "see")}`, 5, related.message, options))
    lines.push(...frame(related.path, related.span, "info", options))
  }
  for (const fix of diagnostic.fixes) lines.push(...hung(`  ${paint("hint", "fix")}`, 5, fix.title, options))
  return lines.join("\n")
}

/** A text behind its label, which is so many columns wide; its other lines are indented. */
function hung(label: string, width: number, text: string, { columns = Infinity }: RenderOptions): string[] {
  const [first = "", ...more] = wrap(text, columns - indent.length, columns - width - 1)
  return [`${label} ${first}`, ...more.map((line) => `${indent}${line}`)]
}

const indent = "      "

/** "2 errors, 1 warning", or "" when there is none. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): string => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
    return n === 0 ? "" : `${n} ${severity}${n === 1 ? "" : "s"}`
  }
  return [count("error"), count("warning")].filter((part) => part !== "").join(", ")
}

/** The place in its file, with the line marked below. */
export function frame(path: string, span: Span, role: Severity, { paint, textOf, unicode, columns = Infinity }: RenderOptions): readonly string[] {
  const text = textOf(path)
  if (text === undefined) return [`  ${paint("path", path)}`]
  const table = lineTable(text)
  const from = positionAt(table, span.start)
  const to = positionAt(table, Math.max(span.start, span.end))
  const bar = paint("gutter", unicode ? "│" : "|")
  const width = String(from.line + 1).length
  const line = lineText(text, table.starts, from.line)
  const end = to.line === from.line ? to.column : line.length
  const { source, lead, marks } = shown(line, from.column, end, columns - width - 5, unicode ? "…" : "...")
  return [
    `  ${paint("path", `${path}:${from.line + 1}:${from.column + 1}`)}`,
    `  ${paint("gutter", String(from.line + 1).padStart(width))} ${bar} ${source}`,
    `  ${" ".repeat(width)} ${bar} ${lead}${paint(role, (unicode ? "━" : "^").repeat(marks))}`,
  ]
}

interface Shown {
  readonly source: string
  /** What stands below it before the marks. */
  readonly lead: string
  readonly marks: number
}

/** The line, or what of it has room around what is marked. */
function shown(line: string, from: number, to: number, room: number, cut: string): Shown {
  const marks = Math.max(1, columnsOf(line.slice(from, to)))
  if (!line.includes("\t") ? columnsOf(line) <= room : columnsOf(line) + 7 * line.split("\t").length <= room) {
    return { source: line, lead: line.slice(0, from).split("\t").map((part) => " ".repeat(columnsOf(part))).join("\t"), marks }
  }
  const flat = line.replaceAll("\t", " ")
  let start = 0
  if (columnsOf(flat.slice(0, to)) > room - cut.length) {
    // A third of the room shows what stands before it, or more where the end of the line has room too.
    const before = Math.max(room / 3, room - cut.length - columnsOf(flat.slice(from)))
    let columns = columnsOf(flat.slice(0, from))
    for (const character of flat) {
      if (start >= from || columns <= before - cut.length) break
      columns -= columnsOf(character)
      start += character.length
    }
  }
  const head = start === 0 ? "" : cut
  const rest = flat.slice(start)
  const isWhole = columnsOf(rest) <= room - head.length
  const body = isWhole ? rest : clipped(rest, room - head.length - cut.length)
  const visible = columnsOf(body.slice(from - start, Math.max(from, to) - start))
  return { source: `${head}${body}${isWhole ? "" : cut}`, lead: " ".repeat(head.length + columnsOf(flat.slice(start, from))), marks: Math.max(1, visible) }
}

function lineText(text: string, starts: readonly number[], line: number): string {
  const end = starts[line + 1] ?? text.length
  return text.slice(starts[line], end).replace(/\r?\n$/, "")
}
