// Small questions about text: the word at a position, a line's indentation, a path from one file to another.

import type { Span } from "../base/text/span.ts"

const wordCharacter = /[A-Za-z0-9_]/

export function wordAt(text: string, offset: number): Span {
  let start = offset
  let end = offset
  while (start > 0 && wordCharacter.test(text[start - 1]!)) start--
  while (end < text.length && wordCharacter.test(text[end]!)) end++
  return { start, end }
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1
}

/** The blanks that the line of `offset` begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), text.length))![0]
}

/** The line of `span` and its line break, where nothing else stands on these lines; else the span. */
export function wholeLines(text: string, span: Span): Span {
  const start = lineStart(text, span.start)
  const newline = text.indexOf("\n", span.end)
  const end = newline === -1 ? text.length : newline + 1
  const isAlone = text.slice(start, span.start).trim() === "" && text.slice(span.end, end).trim() === ""
  return isAlone ? { start, end } : span
}

/** As written in `from`: "./tools.ts". */
export function relativeImport(from: string, to: string): string {
  const base = from.split("/").slice(0, -1)
  const target = to.split("/")
  let shared = 0
  while (shared < base.length && shared < target.length - 1 && base[shared] === target[shared]) shared++
  const up = base.slice(shared).map(() => "..")
  return [...(up.length === 0 ? ["."] : up), ...target.slice(shared)].join("/")
}

/** `text` with each line after the first indented by `indent`. */
export function indented(text: string, indent: string): string {
  return text.split("\n").map((line, index) => (index === 0 || line.trim() === "" ? line : indent + line)).join("\n")
}

/** Removes the indentation that all lines but the first have in common. */
export function dedented(text: string): string {
  const [first = "", ...rest] = text.split("\n")
  const depths = rest.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)![0].length)
  const depth = depths.length === 0 ? 0 : Math.min(...depths)
  return [first, ...rest.map((line) => line.slice(Math.min(depth, line.length)))].join("\n")
}

export function plural(count: number, one: string): string {
  return `${count.toLocaleString("en-US")} ${one}${count === 1 ? "" : "s"}`
}
