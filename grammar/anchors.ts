// Where declarations begin: a repair never looks past such a place, whatever was left open before it.

import { keywords, keywordsOf } from "./tokens.ts"

const words = keywordsOf("declaration").join("|")
/** The same in text that is no tokens yet. */
const declarationLine = new RegExp(`^(?:${words})[ \\t]+(?:\\w+[ \\t]*[({=:]|\\w+[ \\t]+from\\b|\\w+[ \\t]*$|\\{|")`, "gm")

export function nextDeclarationLine(text: string, from: number): number {
  declarationLine.lastIndex = from
  return declarationLine.exec(text)?.index ?? -1
}

interface Anchor {
  readonly kind: string
  readonly start: number
  readonly isName: boolean
  readonly startsLine: boolean
}

/** Whether the token starts a line that reads like the head of a declaration, indented no deeper than the file is. */
export function beginsDeclaration(text: string, tokens: readonly Anchor[], index: number): boolean {
  const token = tokens[index]
  if (token === undefined || !token.startsLine) return false
  const { kind } = token
  if (keywords.get(kind)?.roles[0] !== "declaration") return false
  const next = tokens[index + 1]
  if (next === undefined || indentationAt(text, token.start) > indentationAt(text, tokens[0]!.start)) return false
  if (kind === "import") return next.kind === "{"
  if (kind === "test") return next.kind === "StringStart"
  if (!next.isName || next.startsLine) return false
  return kind !== "model" || tokens[index + 2]?.kind === "="
}

/** How far the line of the offset is indented. */
export function indentationAt(text: string, offset: number): number {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1
  let at = lineStart
  while (text[at] === " " || text[at] === "\t") at++
  return at - lineStart
}
