// What only repeats a syntax error: names that the broken line may have declared, and the sense of what stands on it.

import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { lineTable, positionAt } from "../base/text/line-table.ts"
import { isRead } from "../grammar/consequences.ts"
import type { ParsedSource } from "./index.ts"

interface Broken {
  readonly lineOf: (offset: number) => number
  readonly lines: ReadonlySet<number>
  readonly words: ReadonlySet<string>
}

/** Codes about a name that is not declared, or not used: a broken line may do either. */
const nameCodes: ReadonlySet<string> = new Set(["AF2001", "AF2009", "AF2010", "AF2011"])

/** Without what is told again, in other words, of a line that holds a syntax error. */
export function withoutEchoes(parsed: readonly ParsedSource[], found: readonly Diagnostic[]): readonly Diagnostic[] {
  const broken = new Map(parsed.flatMap((each) => {
    const lost = each.diagnostics.filter((diagnostic) => !isRead(diagnostic))
    return lost.length === 0 ? [] : [[each.source.path, brokenLines(each.source.text, lost)] as const]
  }))
  if (broken.size === 0) return found
  return found.filter(({ path, span, code, facts }) => {
    const at = broken.get(path)
    if (at === undefined) return true
    return !at.lines.has(at.lineOf(span.start)) && !(nameCodes.has(code) && at.words.has(String(facts["name"])))
  })
}

function brokenLines(text: string, diagnostics: readonly Diagnostic[]): Broken {
  const table = lineTable(text)
  const lineOf = (offset: number): number => positionAt(table, offset).line
  const lines = new Set<number>()
  const words = new Set<string>()
  for (const { span } of diagnostics) {
    const [first, last] = [lineOf(span.start), lineOf(span.end)]
    for (let line = first; line <= last; line++) lines.add(line)
    const whole = text.slice(table.starts[first], table.starts[last + 1] ?? text.length)
    for (const [word] of whole.matchAll(/\w+/g)) words.add(word)
  }
  return { lineOf, lines, words }
}
