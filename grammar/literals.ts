// What literals mean: numbers, money, durations, escapes, and the indentation of text blocks.

import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../base/diagnostics/report.ts"
import type { Source } from "../base/text/source.ts"
import { span, type Span } from "../base/text/span.ts"

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export function numberValue(text: string): number {
  const value = Number.parseFloat(text)
  if (text.endsWith("k")) return round(value * 1_000)
  if (text.endsWith("M")) return round(value * 1_000_000)
  return value
}

/** Begins anew after it has found nothing. */
const durationPart = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y

export function durationMs(text: string): number {
  let [total, end] = [0, 0]
  for (let part = durationPart.exec(text); part !== null; part = durationPart.exec(text)) {
    total += Number(part[1]) * unitMs[part[2]!]!
    end = durationPart.lastIndex
  }
  if (end > 0 && end === text.length) return round(total)
  const { replacement } = numberProblem(text.replace(/\s+/g, ""))
  return replacement === undefined || replacement === text ? 0 : durationMs(replacement)
}

/** Dollars to nano-dollars without going through a fraction that binary can't hold. */
export function nanoDollars(text: string): number {
  const [whole = "0", fraction = ""] = text.replace("$", "").split(".")
  return Number(whole) * 1_000_000_000 + Number(fraction.slice(0, 9).padEnd(9, "0"))
}

/** 1.15k is 1150, not 1149.9999999999998. */
function round(value: number): number {
  return Number.isInteger(value) && value < 1e15 ? value : Number(value.toPrecision(15))
}

const unitWords: readonly (readonly [RegExp, string])[] = [
  [/^(?:millis|milliseconds?|msecs?)$/i, "ms"],
  [/^(?:secs?|seconds?|S)$/i, "s"],
  [/^(?:mins?|minutes?)$/i, "m"],
  [/^(?:hrs?|hours?|H)$/i, "h"],
  [/^(?:days?|D)$/i, "d"],
  [/^K$/, "k"],
  [/^(?:mio|million|mn)$/i, "M"],
]

/** Why a run of digits and letters is no literal, and what was probably meant. */
export function numberProblem(text: string): { readonly hint: string; readonly replacement?: string } {
  const [, money = "", digits = "", rest = ""] = /^(\$?)(\d+(?:\.\d+)?)(.*)$/.exec(text) ?? []
  if (money !== "") return { hint: "an amount of dollars is written `$0.50`" }
  const unit = unitWords.find(([pattern]) => pattern.test(rest))?.[1]
  if (unit !== undefined) return { hint: `write \`${digits}${unit}\``, replacement: `${digits}${unit}` }
  if (/^w(?:eeks?)?$/i.test(rest)) return { hint: "weeks are written in days", replacement: `${Number(digits) * 7}d` }
  const plain = text.replaceAll("_", "")
  if (/^\d+[kM]?$/.test(plain)) return { hint: `write \`${plain}\``, replacement: plain }
  return { hint: "numbers end in nothing, `k` or `M`, time spans in `ms`, `s`, `m`, `h` or `d`" }
}

export function lineEnd(text: string, from: number): number {
  const newline = text.indexOf("\n", from)
  if (newline === -1) return text.length
  return text[newline - 1] === "\r" ? newline - 1 : newline
}

/** A text in typographic quotes has two of them: what mends one mends both. */
export function quotesOnLine(text: string, from: number): readonly Span[] {
  return [...text.slice(from, lineEnd(text, from)).matchAll(/[“”„«»]/g)].map(({ index }) => span(from + index, from + index + 1))
}

/** A comment of Python or of a shell: a word that begins with the sign is something else. */
export function isHashComment(text: string, at: number, startsLine: boolean): boolean {
  return /^#[#!]*(?:\s|$)/.test(text.slice(at, at + 8)) && (startsLine || text[at - 1] === " ")
}

/** Where the backtick is that ends a text of JavaScript, or -1. */
export function backtickEnd(text: string, from: number): number {
  const pattern = /\\[^]|`/g
  pattern.lastIndex = from
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) if (found[0] === "`") return found.index
  return -1
}

/** What stands between backticks as a text in quotes; undefined where an interpolation holds more than names. */
export function fromBackticks(body: string): string | undefined {
  if (/\$\{[^}]*["{`]/.test(body)) return undefined
  const quote = body.includes("\n") ? '"""' : '"'
  const text = body.replace(/\\`|\$\{|[{"]|\\./g, (part) => {
    if (part === "${") return "{"
    if (part === "\\`") return "`"
    return part.startsWith("\\") ? part : `\\${part}`
  })
  return `${quote}${text}${quote}`
}

const escapePattern = /\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|([nrt0"'`\\{}$])|([^]?))/g
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0" }

function codePoint(hex: string): string | undefined {
  const value = Number.parseInt(hex, 16)
  return value <= 0x10ffff ? String.fromCodePoint(value) : undefined
}

export function badEscapes(source: Source, from: number, to: number): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  for (const match of source.text.slice(from, to).matchAll(escapePattern)) {
    const [text, braced, , plain] = match
    if (plain !== undefined || match[2] !== undefined || (braced !== undefined && codePoint(braced) !== undefined)) continue
    const at = span(from + match.index, from + match.index + text.length)
    const fix = { title: "Write a backslash", path: source.path, edits: [{ span: span(at.start, at.start), text: "\\" }], applicability: "maybe" as const }
    found.push(diagnostic("AF1004", { path: source.path, span: at }, { text: text.trim() }, { fixes: [fix] }))
  }
  return found
}

/** A bad escape stands for its own characters. */
export function unescape(text: string): string {
  if (!text.includes("\\")) return text
  return text.replace(escapePattern, (all: string, braced?: string, four?: string, plain?: string) => {
    if (braced !== undefined || four !== undefined) return codePoint((braced ?? four)!) ?? all
    return plain === undefined ? all : (escapes[plain] ?? plain)
  })
}

/** A part of a block as the lexer saw it: `text` is undefined for an interpolation. */
export type RawPart = { readonly text: string | undefined }

/**
 * The texts of a block without the line break after the opening quotes, the last line before the closing ones, and the
 * indentation that all its lines share. Lines that start inside an interpolation do not count.
 */
export function dedent(parts: readonly RawPart[]): readonly (string | undefined)[] {
  const texts = parts.map(({ text }) => text?.replaceAll("\r\n", "\n"))
  const first = texts[0]
  const multiline = first !== undefined && /^[ \t]*\n/.test(first)
  if (multiline) texts[0] = first.replace(/^[ \t]*/, "")
  let common = Number.POSITIVE_INFINITY
  texts.forEach((text, index) => {
    if (text === undefined) return
    for (const { 1: indent, index: at, 0: all } of text.matchAll(/\n([ \t]*)/g)) {
      const isEnd = at + all.length === text.length
      const isBlank = text[at + all.length] === "\n" || (isEnd && index === texts.length - 1)
      if (!isBlank) common = Math.min(common, indent!.length)
    }
  })
  const width = common === Number.POSITIVE_INFINITY ? 0 : common
  const cut = texts.map((text) => text?.replace(/\n([ \t]*)/g, (_, indent: string) => `\n${indent.slice(width)}`))
  if (multiline) cut[0] = cut[0]!.slice(1)
  const last = cut.length - 1
  if (cut[last] !== undefined) cut[last] = cut[last]!.replace(/(?:^|\n)[ \t]*$/, (end) => (last === 0 || end.startsWith("\n") ? "" : end))
  return cut
}
