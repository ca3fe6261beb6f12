// The formatter: one layout for every program, which changes neither its tree nor a comment of it.

import type { Edit } from "../../base/text/edit.ts"
import type { Source } from "../../base/text/source.ts"
import type { Span } from "../../base/text/span.ts"
import { parse, type Syntax } from "../parse.ts"
import type { Node } from "../syntax/nodes.ts"
import { children } from "../syntax/walk.ts"
import { editsBetween } from "./edits.ts"
import { printFile } from "./file.ts"
import { sameProgram } from "./same.ts"

export interface Formatted {
  readonly text: string
  /** What turns the source into `text`, in order and without overlaps. */
  readonly edits: readonly Edit[]
}

/** Formats a whole file; a part with a syntax error stays as it is. */
export function format(source: Source): Formatted {
  const text = formattedText(source)
  return { text, edits: text === source.text ? [] : editsBetween(source, text) }
}

/** The edits for the whole statements and declarations that the range touches. */
export function formatRange(source: Source, range: Span): readonly Edit[] {
  const { edits } = format(source)
  if (edits.length === 0) return []
  const { start, end } = widened(parse(source).value.file, range)
  const lineStart = source.text.slice(0, start).trimEnd().length
  return edits.filter((edit) => edit.span.start >= lineStart && edit.span.end <= end)
}

function formattedText(source: Source): string {
  const { text } = source
  const byteOrderMark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
  const plain: Source = { ...source, text: text.slice(byteOrderMark.length).replaceAll("\r\n", "\n") }
  const result = byteOrderMark + checked(plain)
  return usesCarriageReturns(text) ? result.replaceAll("\n", "\r\n") : result
}

/** The layout, unless it is another program: then the declarations at fault stay as they are. No known program needs that. */
function checked(source: Source): string {
  const parsed = parse(source)
  const isSame = (before: Syntax, text: string): boolean => sameProgram(before, parse({ ...source, text }).value)
  const whole = printFile(parsed)
  if (isSame(parsed.value, whole)) return whole
  const frozen = new Set<number>()
  for (const { span } of parsed.value.file.items) {
    const alone = parse({ ...source, text: source.text.slice(span.start, span.end) })
    if (!isSame(alone.value, printFile(alone))) frozen.add(span.start)
  }
  const rest = printFile(parsed, frozen)
  return isSame(parsed.value, rest) ? rest : source.text
}

function usesCarriageReturns(text: string): boolean {
  const all = text.split("\n").length - 1
  const carriageReturns = text.split("\r\n").length - 1
  return carriageReturns > all - carriageReturns
}

const bodies = new Set<Node["kind"]>(["file", "block", "workflow", "parallel", "race", "match"])

function touchedBy(body: Node, range: Span): readonly Node[] {
  return children(body).filter(({ kind, span }) => kind !== "name" && span.start <= range.end && range.start <= span.end)
}

/** The span of the statements or declarations that the range touches, in the innermost body that holds it. */
function widened(body: Node, range: Span): Span {
  const touched = touchedBy(body, range)
  const [first] = touched
  const last = touched.at(-1)
  if (first === undefined || last === undefined) return range
  const isInside = touched.length === 1 && range.start > first.span.start && range.end < first.span.end
  const inner = isInside ? innerBody(first, range) : undefined
  return inner === undefined ? { start: first.span.start, end: last.span.end } : widened(inner, range)
}

/** The next body in the node that holds the range between its braces. */
function innerBody(node: Node, range: Span): Node | undefined {
  if (bodies.has(node.kind) && touchedBy(node, range).length > 0) return node
  const next = children(node).find(({ span }) => span.start < range.start && range.end < span.end)
  return next === undefined ? undefined : innerBody(next, range)
}
