// Which mistakes are told at once. What looks wrong close behind a mistake, or while braces or quotes do not pair, is mostly
// its consequence: beside a lone mistake one such doubt is told, all others once the mistake before them is mended.

import type { Diagnostic, Facts, Fix } from "../base/diagnostics/diagnostic.ts"
import { beginsDeclaration } from "./anchors.ts"
import { bracesPair, surplusBrace, type Braces } from "./braces.ts"
import type { Token, Tokens } from "./lexer.ts"

/** So many tokens without a mistake, and the parser is taken to know again where it is. */
const trustedAfter = 2

const readCodes: ReadonlySet<string> = new Set(["AF1014", "AF1015", "AF1016", "AF1017"])

/** A mistake that was read as what was meant: the tree is whole. */
export function isRead({ code, fixes }: Pick<Diagnostic, "code" | "fixes">): boolean {
  return readCodes.has(code) && fixes.some(({ applicability }) => applicability === "machine")
}

/** One declaration with what stands around it. */
interface Part {
  readonly end: number
  /** A text or comment that may have many lines does not end. */
  readonly isOpen: boolean
  /** Nor do its braces, unless a repair says where. */
  readonly isKnown: boolean
  last: Diagnostic | undefined
  isLastOwn: boolean
}

/** Of syntax errors in order: each declaration's first one is always told. */
export function withoutConsequences(lexed: Tokens, braces: Braces, all: readonly Diagnostic[]): readonly Diagnostic[] {
  if (all.length < 2 || lexed.tokens.length === 0) return all
  const borrowed = all.filter(({ code }) => code === "AF1017")
  const diagnostics = all.filter(({ span }) => !borrowed.some((other) => other.span.start < span.start && span.end <= other.span.end))
  if (diagnostics.length < 2) return diagnostics
  const parts = partsOf(lexed, braces, diagnostics)
  const own = new Set(diagnostics.filter((diagnostic) => {
    const part = parts.find(({ end }) => diagnostic.span.start < end) ?? parts.at(-1)!
    const isPlaced = part.isKnown || (diagnostic.code === "AF1002" && !part.isOpen)
    const told = part.last === undefined || (isPlaced && isOwn(lexed, part.last, part.isLastOwn, diagnostic))
    // What is read as it was meant has no consequences.
    if (told && isRead(diagnostic)) return true
    part.last = diagnostic
    part.isLastOwn = told
    return told
  }))
  const doubt = own.size === 1 ? diagnostics.find((diagnostic) => !own.has(diagnostic)) : undefined
  return diagnostics.filter((diagnostic) => own.has(diagnostic) || diagnostic === doubt)
}

/** Whether the mistake is one of its own, and not what the one before it makes of the text. */
function isOwn({ tokens, source: { text } }: Tokens, last: Diagnostic, isLastOwn: boolean, diagnostic: Diagnostic): boolean {
  const { code, facts, fixes, span: { start } } = diagnostic
  const { end } = last.span
  const isBelow = text.slice(end, start).includes("\n")
  const isSame = code === last.code && isLastOwn
  if (isLost(code, facts, fixes)) return code === "AF1008" && isSame && isBelow
  // Behind a quote that is missing, what was code is text.
  if (code === "AF1004" && last.code === "AF1002") return false
  const isPlain = fixes.length > 0 || code === "AF1004" || code === "AF1006"
  if (isPlain && last.code !== "AF1002") return isBelow || (isSame && code !== "AF1005")
  return isBelow && (code === "AF1002" ? !isFirstOnLine(text, start) : isFar(tokens, end, start))
}

const lostExpectations: ReadonlySet<string> = new Set(["a declaration", "`catch`", "`=>` and what happens"])

/** Whether it says that a part of a body stands where none can: the body is another than the parser takes it for. */
function isLost(code: string, facts: Facts, fixes: readonly Fix[]): boolean {
  if (code === "AF1007") return facts["closing"] === "}"
  if (code === "AF1009" || (code === "AF1017" && /^(?:let|var)$/.test(String(facts["text"])))) return fixes.length === 0
  const expected = String(facts["expected"] ?? "")
  return code === "AF1008" || code === "AF1013" || lostExpectations.has(expected) || expected.endsWith(" or `}`") || facts["found"] === surplusBrace
}

/** A quote there is one that was lost at the end of the line above. */
function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === ""
}

function partsOf({ tokens, source: { text } }: Tokens, { repaired }: Braces, diagnostics: readonly Diagnostic[]): readonly Part[] {
  const parts: Part[] = []
  for (let from = 0, to = 1; from < tokens.length; from = to++) {
    while (to < tokens.length && !beginsDeclaration(text, tokens, to)) to++
    const [start, end] = [parts.at(-1)?.end ?? 0, tokens[to]?.start ?? text.length + 1]
    const isOpen = diagnostics.some(({ code, facts, span }) =>
      (code === "AF1003" || facts["where"] === "file") && span.start >= start && span.start < end)
    const isKnown = !isOpen && (repaired.has(from) || bracesPair(tokens, from, to))
    parts.push({ end, isOpen, isKnown, last: undefined, isLastOwn: false })
  }
  return parts
}

function isFar(tokens: readonly Token[], end: number, start: number): boolean {
  const token = tokens[firstAt(tokens, end + 1) + trustedAfter - 1]
  return token !== undefined && token.start < start
}

/** The index of the first token from the offset on. */
function firstAt(tokens: readonly Token[], offset: number): number {
  let [low, high] = [0, tokens.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (tokens[middle]!.start < offset) low = middle + 1
    else high = middle
  }
  return low
}
