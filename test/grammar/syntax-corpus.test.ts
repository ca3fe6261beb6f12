// The syntax corpora: what every construct parses to, and what every mistake is told as.

import { describe, expect, it } from "vitest"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { applyEdits } from "../../base/text/edit.ts"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { parse } from "../../grammar/parse.ts"
import { printTree } from "../../grammar/syntax/print-tree.ts"
import { corpusFiles, testCorpus } from "../harness/corpus.ts"

function parsed(text: string, name: string) {
  return parse({ path: `${name}.agentflow`, text, version: 0 })
}

function printDiagnostics(diagnostics: readonly Diagnostic[], text: string): string {
  const table = lineTable(text)
  const place = (offset: number): string => {
    const { line, column } = positionAt(table, offset)
    return `${line + 1}:${column + 1}`
  }
  return diagnostics
    .flatMap(({ code, span, message, related, fixes }) => [
      `${place(span.start)}-${place(span.end)} ${code} ${message}`,
      ...related.map((other) => `  ${place(other.span.start)} ${other.message}`),
      ...fixes.map((fix) => `  fix (${fix.applicability}): ${fix.title}`),
    ])
    .map((line) => `${line}\n`)
    .join("")
}

describe("what parses", () => {
  testCorpus({ folder: "syntax/ok", print: (text, name) => ({ tree: printTree(parsed(text, name).value.file, text) }) })

  it.each(corpusFiles("syntax/ok").map(({ name, text }) => [name, text]))("%s has no diagnostic", (name, text) => {
    expect(printDiagnostics(parsed(text!, name!).diagnostics, text!)).toBe("")
  })
})

describe("what does not", () => {
  testCorpus({
    folder: "syntax/err",
    print: (text, name) => {
      const { value, diagnostics } = parsed(text, name)
      return { tree: printTree(value.file, text), diagnostics: printDiagnostics(diagnostics, text) }
    },
  })

  it.each(corpusFiles("syntax/err").map(({ name, text }) => [name, text]))("%s is reported", (name, text) => {
    expect(parsed(text!, name!).diagnostics).not.toEqual([])
  })

  it.each(corpusFiles("syntax/err").map(({ name, text }) => [name, text]))("the machine fixes of %s mend what they are for", (name, text) => {
    const { diagnostics } = parsed(text!, name!)
    for (const { code, span, fixes } of diagnostics) {
      for (const fix of fixes.filter(({ applicability }) => applicability === "machine")) {
        const after = parsed(applyEdits(text!, fix.edits), name!).diagnostics
        expect(after.length).toBeLessThanOrEqual(diagnostics.length)
        expect(after.filter((other) => other.code === code && other.span.start === span.start)).toEqual([])
      }
    }
  })
})
