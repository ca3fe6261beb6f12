// The head of an exported TypeScript function, read without TypeScript: enough to change it, and undefined where it is not certain.

import type { Span } from "../../base/text/span.ts"
import { exportAt } from "../definition.ts"

export interface FunctionHead {
  readonly isAsync: boolean
  /** Where `function` starts. */
  readonly keyword: number
  /** Between the parentheses. */
  readonly list: Span
  readonly parameters: readonly { readonly name: string; readonly text: string }[]
  /** The result type as it is written. */
  readonly result: Span | undefined
}

/** Undefined for what is no `export function name(a: A, b: B): R {`, such as a constant, a generic one or one that takes its parameters apart. */
export function headOf(text: string, name: string): FunctionHead | undefined {
  const at = exportAt(text, name)
  if (at === undefined || text[at.end] !== "(") return undefined
  const before = /(async\s+)?function\s+$/.exec(text.slice(0, at.start))
  const close = matching(text, at.end)
  if (before === null || close === undefined) return undefined
  const parameters = split(text.slice(at.end + 1, close)).map((each) => ({ text: each, name: /^(\w+)\??\s*(?::|=|$)/.exec(each)?.[1] ?? "" }))
  const result = resultAfter(text, close + 1)
  if (result === "unclear" || parameters.some((each) => each.name === "")) return undefined
  return { isAsync: before[1] !== undefined, keyword: before.index + (before[1]?.length ?? 0), list: { start: at.end + 1, end: close }, parameters, result }
}

const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" }

/** Where the bracket at `from` is closed. */
function matching(text: string, from: number): number | undefined {
  const open: string[] = []
  for (let at = from; at < text.length; at++) {
    const letter = text[at]!
    if (letter === '"' || letter === "'" || letter === "`") {
      const end = text.indexOf(letter, at + 1)
      if (end < 0) return undefined
      at = end
    } else if (pairs[letter] !== undefined) {
      open.push(pairs[letter])
    } else if (letter === open.at(-1) && !(letter === ">" && text[at - 1] === "=")) {
      open.pop()
      if (open.length === 0) return at
    }
  }
  return undefined
}

/** At the commas that are in no bracket. */
function split(list: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < list.length; at++) {
    if (pairs[list[at]!] !== undefined) at = matching(list, at) ?? list.length
    else if (list[at] === ",") {
      parts.push(list.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, list.slice(start)].map((part) => part.trim()).filter((part) => part !== "")
}

function resultAfter(text: string, from: number): Span | undefined | "unclear" {
  const colon = /^\s*:\s*/.exec(text.slice(from))
  if (colon === null) return /^\s*\{/.test(text.slice(from)) ? undefined : "unclear"
  const start = from + colon[0].length
  for (let at = start; at < text.length; at++) {
    const letter = text[at]!
    if (letter === "{") return at === start ? "unclear" : { start, end: start + text.slice(start, at).trimEnd().length }
    if (letter === "=" || letter === ";" || letter === "|" || letter === "&") return "unclear"
    if (pairs[letter] !== undefined) at = matching(text, at) ?? text.length
  }
  return "unclear"
}
