// Texts stay as they are; a block moves with its place by the indentation that its value does not have.

import type { TemplateExpression } from "../../syntax/nodes.ts"
import { behind, gapBefore, indexAt, take, takeUpTo, type Cursor } from "../cursor.ts"
import { concat, lines, type Doc, type TextLine } from "../doc.ts"
import { inlineDoc, ownDoc } from "../comments.ts"

export function template(node: TemplateExpression, cursor: Cursor): Doc {
  const end = indexAt(cursor, node.span.end)
  if (end <= cursor.index) return take(cursor)
  const text = cursor.text.slice(node.span.start, node.span.end)
  if (node.quote !== "block" || !/^"""[ \t]*\n/.test(text)) return takeUpTo(cursor, end)
  const moved = movedLines(node, cursor, end)
  if (moved === undefined) return takeUpTo(cursor, end)
  const { own, inlineLeading } = gapBefore(cursor)
  const before = cursor.announced === cursor.index ? [] : own.map(ownDoc)
  cursor.index = end
  const inline = inlineLeading.flatMap((comment) => [inlineDoc(comment), " "])
  return concat([...before, ...inline, lines(text.slice(0, text.indexOf("\n")), moved), ...behind(cursor, "BlockEnd")])
}

/** The lines behind the first, those of the text itself one step deeper than the quotes. */
function movedLines({ span }: TemplateExpression, cursor: Cursor, end: number): readonly TextLine[] | undefined {
  const inText = textRanges(cursor, end)
  const all = cursor.text.slice(span.start, span.end).split("\n")
  let at = span.start
  const found = all.map((line, index) => {
    const newline = at - 1
    at += line.length + 1
    const movable = index > 0 && inText.some(({ start, end: to }) => start <= newline && newline < to)
    const spaces = /^[ \t]*/.exec(line)![0].length
    const isLast = index === all.length - 1
    return { line, movable, spaces, isBlank: spaces === line.length || (isLast && line.slice(spaces) === '"""') }
  })
  const counted = found.filter(({ movable, isBlank }) => movable && !isBlank)
  if (counted.length === 0) return undefined
  const common = Math.min(...counted.map(({ spaces }) => spaces))
  return found.slice(1).map(({ line, movable, spaces, isBlank }, index) => {
    if (!movable) return { text: line, relative: false }
    if (isBlank && index === found.length - 2) return { text: line.slice(spaces), relative: true }
    const rest = line.slice(common)
    return { text: rest === "" ? "" : `  ${rest}`, relative: true }
  })
}

/** The stretches of the text's own characters, without those of texts in its interpolations. */
function textRanges(cursor: Cursor, end: number): readonly { readonly start: number; readonly end: number }[] {
  let depth = 0
  return cursor.pieces.slice(cursor.index, end).filter(({ kind }) => {
    if (kind === "HoleStart") depth++
    else if (kind === "HoleEnd") depth--
    return kind === "Text" && depth === 0
  })
}
