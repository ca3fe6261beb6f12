// What holds for any program: formatting twice is formatting once, and neither the tree nor a comment changes.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { applyEdits } from "../../base/text/edit.ts"
import { printFile } from "../../grammar/format/file.ts"
import { format } from "../../grammar/format/format.ts"
import { sameProgram } from "../../grammar/format/same.ts"
import { lex } from "../../grammar/lexer.ts"
import { parse } from "../../grammar/parse.ts"
import { tokenTable } from "../../grammar/tokens.ts"
import { changed, commenting, programs, respacing, source, valid } from "./programs.ts"

const settings = { seed: 20260802, numRuns: Number(process.env["RUNS"] ?? 150) }

const formatted = (text: string): string => format(source(text)).text

function commentsOf(text: string): readonly string[] {
  const { trivia } = lex(source(text))
  return trivia.filter(({ kind }) => kind.endsWith("Comment")).map(({ start, end }) => text.slice(start, end).replace(/\s+/g, " ").trim())
}

/** The layout is right by itself: the formatter's own check finds nothing to hold back. */
function holds(text: string): void {
  const before = parse(source(text.replaceAll("\r\n", "\n")))
  const once = printFile(before)
  const after = parse(source(once))
  if (!sameProgram(before.value, after.value)) throw new Error(`another program:\n${once}`)
  expect(commentsOf(once)).toEqual(commentsOf(text))
  expect(printFile(after)).toBe(once)
}

const anyOf = <T,>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const words = tokenTable.filter(({ pattern }) => typeof pattern === "string").map(({ pattern }) => pattern as string)
const soup = fc.array(anyOf([...words, "x", "1", '"a{b}"', "'r'", '"""\n  t\n"""', "\n", "\r\n", "// c\n", "/* b */", "#", ";"]), { maxLength: 60 })

describe("every program of the corpora", () => {
  it.each(valid.map(({ name, text }) => [name, text]))("%s keeps its tree and its comments, and settles at once", (_, text) => {
    holds(text!)
  })

  it.each(programs.map(({ name, text }) => [name, text]))("%s settles at once", (_, text) => {
    const once = formatted(text!)
    expect(formatted(once)).toBe(once)
    expect(commentsOf(once)).toEqual(commentsOf(text!.replaceAll("\r\n", "\n")))
  })

  it.each(programs.map(({ name, text }) => [name, text]))("%s keeps its line ends", (_, text) => {
    const plain = text!.replaceAll("\r\n", "\n")
    if (!plain.includes("\n")) return
    expect(formatted(plain.replaceAll("\n", "\r\n"))).toBe(formatted(plain).replaceAll("\n", "\r\n"))
  })

  it.each(programs.map(({ name, text }) => [name, text]))("the edits for %s make its layout", (_, text) => {
    const { text: after, edits } = format(source(text!))
    expect(applyEdits(text!, edits)).toBe(after)
  })
})

describe("any layout", () => {
  it("with other spaces and line breaks keeps its tree and settles at once", () => {
    fc.assert(fc.property(anyOf(valid), respacing, ({ text }, changes) => holds(changed(text, changes))), settings)
  })

  it("with comments anywhere keeps them all and settles at once", () => {
    fc.assert(fc.property(anyOf(valid), commenting, ({ text }, changes) => holds(changed(text, changes))), settings)
  })

  it("with both settles at once", () => {
    fc.assert(
      fc.property(anyOf(valid), commenting, respacing, ({ text }, comments, spaces) => holds(changed(changed(text, comments), spaces))),
      settings,
    )
  })

  it("that does not parse keeps its comments, and never throws", () => {
    const cut = fc.tuple(anyOf(programs), fc.nat(), fc.nat({ max: 20 })).map(([{ text }, at, length]) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + text.slice(start + length)
    })
    fc.assert(fc.property(fc.oneof(cut, soup.map((parts) => parts.join(" ")), fc.string({ unit: "binary" })), (text) => {
      const { text: once, edits } = format(source(text))
      expect(applyEdits(text, edits)).toBe(once)
      const plain = (value: string): string => value.replace(/[\s,|]|\b(?:and|or|not)\b|&&|!(?!=)/g, "")
      expect(plain(once)).toBe(plain(text))
    }), { ...settings, numRuns: settings.numRuns * 4 })
  })
})
