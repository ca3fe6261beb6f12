// Documents to text: one loop over an explicit stack, so that no depth of nesting overflows ours.

import { unreachable } from "../../base/assert.ts"
import { concat, type Doc, type Fill, type Lines, type TrailingComment } from "./doc.ts"

const indentWidth = 2

interface Command {
  readonly indent: number
  readonly flat: boolean
  readonly doc: Doc
  /** How far a fill has been printed. */
  readonly at?: number
  /** Whether a separator of the fill has broken: what follows it stands one step in. */
  readonly stepped?: boolean
}

interface Output {
  readonly chunks: string[]
  column: number
  /** Nothing but the indentation, which is not written yet, stands on the line. */
  lineIsEmpty: boolean
  /** The indentation of the line, set by the break that began it. */
  lineIndent: number
  /** An own-line comment has just been written: whatever follows starts a new line. */
  mustBreak: boolean
  /** Comments that wait for the end of the line, each with the indentation of its place. */
  pending: { readonly comment: TrailingComment; readonly indent: number }[]
}

export function layout(doc: Doc, width: number): string {
  const output: Output = { chunks: [], column: 0, lineIsEmpty: true, lineIndent: 0, mustBreak: false, pending: [] }
  const stack: Command[] = [{ indent: 0, flat: false, doc }]
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) step(command, stack, output, width)
  flushComments(output)
  trimEnd(output)
  return output.chunks.join("")
}

function step(command: Command, stack: Command[], output: Output, width: number): void {
  const { indent, flat, doc } = command
  if (typeof doc === "string") return write(output, doc, indent)
  switch (doc.kind) {
    case "concat":
      for (let i = doc.parts.length - 1; i >= 0; i--) stack.push({ indent, flat, doc: doc.parts[i]! })
      return
    case "indent":
      return void stack.push({ indent: indent + indentWidth, flat, doc: doc.contents })
    case "group": {
      const inside: Command = { indent, flat: true, doc: doc.contents }
      const available = width - columnOf(output, indent)
      const stays = flat || (!doc.forces && fits(inside, stack, available, output.pending.length > 0))
      return void stack.push({ indent, flat: stays, doc: doc.contents })
    }
    case "ifBreak":
      return void stack.push({ indent, flat, doc: flat ? doc.flat : doc.broken })
    case "line":
      if (flat && !doc.forces) return write(output, doc.flat, indent)
      flushComments(output)
      return newline(output, indent, doc.blank ? 2 : 1)
    case "fill":
      return stepFill({ ...command, doc }, stack, output, width)
    case "lines":
      return writeLines(output, doc, indent)
    case "comma":
      return writeComma(output, indent)
    case "trailingComment":
      return void output.pending.push({ comment: doc, indent })
    case "ownComment":
      flushComments(output)
      if (output.mustBreak || !output.lineIsEmpty) newline(output, indent)
      writeLines(output, doc.text, indent)
      output.mustBreak = true
      return
    default:
      return unreachable(doc)
  }
}

function columnOf(output: Output, indent: number): number {
  if (output.mustBreak || output.pending.length > 0) return indent
  return output.lineIsEmpty ? output.lineIndent : output.column
}

/** At an even index a content, at an odd one the separator before the next content. */
function stepFill(command: Command & { readonly doc: Fill }, stack: Command[], output: Output, width: number): void {
  const { indent, flat, doc, at = 0, stepped = false } = command
  const part = doc.parts[at]
  if (part === undefined) return
  const isSeparator = at % 2 === 1
  const ahead: Command = { indent, flat: true, doc: concat([part, doc.parts[at + 1] ?? ""]) }
  const rest = at + 2 >= doc.parts.length ? stack : []
  const stays = flat || !isSeparator || fits(ahead, rest, width - columnOf(output, indent), output.pending.length > 0)
  const next = stays || stepped || !doc.steps ? indent : indent + indentWidth
  stack.push({ indent: next, flat, doc, at: at + 1, stepped: stepped || !stays })
  stack.push({ indent: next, flat: isSeparator ? stays : flat, doc: part })
}

/** Whether the document fits flat up to the next line that can break behind it; text behind a comment starts a new line. */
function fits(first: Command, rest: readonly Command[], available: number, behindComment: boolean): boolean {
  const stack: Command[] = [first]
  let restIndex = rest.length
  let left = available
  let commentWaits = behindComment
  let isStart = behindComment
  for (;;) {
    const command = stack.pop() ?? rest[--restIndex]
    if (command === undefined) return true
    const { indent, flat, doc } = command
    if (typeof doc === "string") {
      if (doc.trim() !== "") {
        if (commentWaits && !isStart) return false
        commentWaits = isStart = false
      }
      left -= doc.length
      if (left < 0) return false
      continue
    }
    switch (doc.kind) {
      case "concat":
      case "fill":
        for (let i = doc.parts.length - 1; i >= (command.at ?? 0); i--) stack.push({ indent, flat, doc: doc.parts[i]! })
        break
      case "indent":
        stack.push({ indent, flat, doc: doc.contents })
        break
      case "group":
        stack.push({ indent, flat: flat && !doc.forces, doc: doc.contents })
        break
      case "ifBreak":
        stack.push({ indent, flat, doc: flat ? doc.flat : doc.broken })
        break
      case "line":
        if (!flat || doc.forces) return true
        if (commentWaits) return false
        left -= doc.flat.length
        break
      case "lines":
        if (commentWaits && !isStart) return false
        commentWaits = isStart = false
        left -= doc.first.length
        if (doc.rest.length > 0) return left >= 0
        break
      case "comma":
        left -= 1
        break
      case "trailingComment":
        if (!doc.toLineEnd) left -= doc.gap + doc.text.first.length
        commentWaits = true
        isStart = false
        break
      case "ownComment":
        return true
      default:
        return unreachable(doc)
    }
    if (left < 0) return false
  }
}

function write(output: Output, text: string, indent: number): void {
  if (text === "") return
  const isSpace = text.trim() === ""
  if (isSpace && (output.lineIsEmpty || output.mustBreak || output.pending.length > 0)) return
  startText(output, indent)
  output.chunks.push(text)
  output.column += text.length
}

/** Makes room for text: comments that wait end their line first. */
function startText(output: Output, indent: number): void {
  if (output.pending.length > 0) {
    flushComments(output)
    newline(output, indent)
  }
  if (output.mustBreak) newline(output, indent)
  if (!output.lineIsEmpty) return
  output.chunks.push(" ".repeat(output.lineIndent))
  output.column = output.lineIndent
  output.lineIsEmpty = false
}

function writeComma(output: Output, indent: number): void {
  const { pending } = output
  output.pending = []
  startText(output, indent)
  output.pending = pending
  output.chunks.push(",")
  output.column += 1
}

function writeLines(output: Output, { first, rest }: Lines, indent: number): void {
  startText(output, indent)
  output.chunks.push(first)
  output.column += first.length
  for (const { text, relative } of rest) {
    const line = relative && text !== "" ? " ".repeat(indent) + text : text
    output.chunks.push(`\n${line}`)
    output.column = line.length
  }
}

function flushComments(output: Output): void {
  const { pending } = output
  output.pending = []
  pending.forEach(({ comment, indent }, index) => {
    if (index > 0 && pending[index - 1]!.comment.toLineEnd) newline(output, indent)
    else if (!output.lineIsEmpty) output.chunks.push(" ".repeat(index > 0 ? 1 : comment.gap))
    writeLines(output, comment.text, indent)
  })
}

function newline(output: Output, indent: number, count = 1): void {
  trimEnd(output)
  output.chunks.push("\n".repeat(output.lineIsEmpty ? count - 1 : count))
  output.lineIndent = indent
  output.column = 0
  output.lineIsEmpty = true
  output.mustBreak = false
}

function trimEnd({ chunks }: Output): void {
  while (chunks.length > 0 && /^ +$/.test(chunks.at(-1)!)) chunks.pop()
}
