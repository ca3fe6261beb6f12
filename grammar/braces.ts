// Which brace is missing or too many: where those of a declaration do not pair, its indentation tells.

import { beginsDeclaration, indentationAt } from "./anchors.ts"
import type { Token, Tokens } from "./lexer.ts"

export interface Braces {
  /** By the start of an opening brace: the start of the token that ends its body, a brace or what stands where one is missing. */
  readonly ends: ReadonlyMap<number, number>
  /** The starts of closing braces that no brace opens. */
  readonly surplus: ReadonlySet<number>
  /** The indices of the tokens that begin declarations of which this is known. */
  readonly repaired: ReadonlySet<number>
}

/** What a report calls one that is too many. */
export const surplusBrace = "a `}` that closes nothing"

export const noBraces: Braces = { ends: new Map(), surplus: new Set(), repaired: new Set() }

/** Whether a token opens a group, closes one, or does neither. */
export function nesting(kind: string): 1 | 0 | -1 {
  switch (kind) {
    case "{":
    case "(":
    case "[":
    case "HoleStart":
      return 1
    case "}":
    case ")":
    case "]":
    case "HoleEnd":
      return -1
    default:
      return 0
  }
}

interface Open {
  readonly kind: string
  readonly start: number
  /** Where its line starts. */
  readonly line: number
  readonly indentation: number
}

interface Repair {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly ends: Map<number, number>
  readonly surplus: Set<number>
  readonly open: Open[]
}

/** Says nothing of a declaration whose braces pair, nor of one whose indentation asks for more repairs than there are braces missing. */
export function braceRepairs({ source: { text }, tokens }: Tokens): Braces {
  const ends = new Map<number, number>()
  const surplus = new Set<number>()
  const repaired = new Set<number>()
  for (let from = 0; from < tokens.length;) {
    let to = from + 1
    while (to < tokens.length && !(tokens[to]!.startsLine && beginsDeclaration(text, tokens, to))) to++
    const missing = imbalance(tokens, from, to)
    if (missing !== 0) {
      const found: Repair = { text, tokens, ends: new Map(), surplus: new Set(), open: [] }
      const repairs = repair(found, from, to)
      if (repairs === Math.abs(missing)) {
        repaired.add(from)
        for (const [start, end] of found.ends) ends.set(start, end)
        for (const start of found.surplus) surplus.add(start)
      }
    }
    from = to
  }
  return { ends, surplus, repaired }
}

export function bracesPair(tokens: readonly Token[], from = 0, to = tokens.length): boolean {
  return imbalance(tokens, from, to) === 0
}

function imbalance(tokens: readonly Token[], from: number, to: number): number {
  let open = 0
  for (let i = from; i < to; i++) {
    const kind = tokens[i]!.kind
    if (kind === "{") open++
    else if (kind === "}") open--
  }
  return open
}

/** The number of braces that it adds or leaves out. */
function repair(found: Repair, from: number, to: number): number {
  const { text, tokens, open, ends, surplus } = found
  let added = 0
  let holes = 0
  const end = (before: number): void => {
    const top = open.pop()!
    if (top.kind !== "{") return
    ends.set(top.start, before)
    added++
  }
  for (let i = from; i < to; i++) {
    const { kind, start, startsLine } = tokens[i]!
    if (kind === "HoleStart") holes++
    else if (kind === "HoleEnd") holes--
    if (holes > 0) continue
    const line = text.lastIndexOf("\n", start - 1) + 1
    const indentation = startsLine ? start - line : indentationAt(text, start)
    if (startsLine) {
      const isBrace = kind === "}"
      while (open.length > 0 && open.at(-1)!.line !== line && isLeft(open.at(-1)!, indentation, isBrace || kind === ")" || kind === "]")) end(start)
    }
    if (kind === "{" || kind === "(" || kind === "[") open.push({ kind, start, line, indentation })
    else if (kind === "}") closeBrace(found, i, line, indentation, end)
    else if (kind === ")" || kind === "]") closeParenthesis(found, kind === ")" ? "(" : "[", start, line, end)
  }
  const last = to < tokens.length ? tokens[to]!.start : text.length
  while (open.length > 0) end(last)
  return added + surplus.size
}

/** Whether a line that is indented so far stands outside the body; its own closer may stand below its opener. */
function isLeft({ indentation, kind }: Open, other: number, isCloser: boolean): boolean {
  if (kind !== "{") return other < indentation
  return isCloser ? other < indentation : other <= indentation
}

function closeBrace(found: Repair, index: number, line: number, indentation: number, end: (before: number) => void): void {
  const { tokens, open, ends, surplus } = found
  const { start, startsLine } = tokens[index]!
  while (open.length > 0 && open.at(-1)!.kind !== "{") {
    if (open.at(-1)!.line === line && closesLater(tokens, index)) return void surplus.add(start)
    end(start)
  }
  const top = open.at(-1)
  const isOwn = top !== undefined && (top.line === line || (startsLine ? top.indentation === indentation : !goesOn(found, index, top)))
  if (!isOwn) return void surplus.add(start)
  open.pop()
  ends.set(top.start, start)
}

/** Whether a parenthesis that is open here closes on this line, the brace at the index aside. */
function closesLater(tokens: readonly Token[], index: number): boolean {
  let depth = 0
  for (let i = index + 1; i < tokens.length && !tokens[i]!.startsLine; i++) {
    const { kind } = tokens[i]!
    if (kind === "(" || kind === "[") depth++
    else if ((kind === ")" || kind === "]") && depth-- === 0) return true
    else if (kind === "}" || kind === "{") return false
  }
  return false
}

/** Whether the lines below a brace at the end of its line still belong to the body that it would close. */
function goesOn({ text, tokens }: Repair, index: number, opener: Open): boolean {
  let next = index + 1
  while (next < tokens.length && !tokens[next]!.startsLine) next++
  const token = tokens[next]
  if (token === undefined) return false
  const indentation = indentationAt(text, token.start)
  return indentation > opener.indentation || (token.kind === "}" && indentation === opener.indentation)
}

function closeParenthesis(found: Repair, opener: string, start: number, line: number, end: (before: number) => void): void {
  const { open } = found
  const own = open.findLastIndex(({ kind }) => kind === opener)
  if (own === -1 || open.slice(own + 1).some((between) => between.line !== line)) return
  while (open.length > own + 1) end(start)
  open.pop()
}
