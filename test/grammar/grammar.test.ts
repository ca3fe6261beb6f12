// The grammar as a whole: Chevrotain finds nothing wrong with it, the tokens cover it, and its documents are true.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { grammarDocument, productions } from "../../grammar/ebnf.ts"
import { lex } from "../../grammar/lexer.ts"
import { parse } from "../../grammar/parse.ts"
import { analyse } from "../../grammar/analysis.ts"
import { keywords, tokenTable } from "../../grammar/tokens.ts"

const root = join(import.meta.dirname, "../..")
const source = (text: string) => ({ path: "a.agentflow", text, version: 0 })

describe("the grammar", () => {
  it("has no ambiguity, no left recursion and no unknown rule", () => {
    expect(() => analyse()).not.toThrow()
  })

  it("is what GRAMMAR.md says", () => {
    expect(readFileSync(join(root, "grammar/GRAMMAR.md"), "utf8")).toBe(grammarDocument())
  })

  it("uses every keyword, operator and punctuation of the token table", () => {
    const used = productions().map(({ definition }) => definition).join(" ")
    const symbols = tokenTable.filter(({ pattern, category }) => typeof pattern === "string" && category !== "literal")
    expect(symbols.map(({ kind }) => kind).filter((kind) => !used.includes(`"${kind}"`))).toEqual([])
  })
})

describe("the token table", () => {
  it("names every kind once", () => {
    const kinds = tokenTable.map(({ kind }) => kind)
    expect(new Set(kinds).size).toBe(kinds.length)
  })

  it("explains every word that starts something", () => {
    expect([...keywords.values()].filter(({ roles, doc }) => roles.some((role) => role !== "link") && doc === "")).toEqual([])
  })

  it("is what the lexer reads", () => {
    const exact = tokenTable.filter(({ pattern, category }) => typeof pattern === "string" && category !== "literal")
    for (const { kind } of exact) expect(lex(source(kind)).tokens.map((token) => token.kind)).toEqual([kind])
    const samples = { Identifier: "name_1", Money: "$0.50", Duration: "1h30m", Number: "1.5M", RawString: "'a'" }
    for (const [kind, text] of Object.entries(samples)) expect(lex(source(text)).tokens).toMatchObject([{ kind, start: 0, end: text.length }])
  })
})

describe("the documents of the syntax codes", () => {
  const folder = join(root, "base/diagnostics/codes")
  const files = readdirSync(folder).filter((file) => file.startsWith("AF1"))

  it.each(files)("%s has an example that raises exactly it", (file) => {
    const example = /## Example\n\n```agentflow\n([^]*?)\n```/.exec(readFileSync(join(folder, file), "utf8"))![1]!
    expect(parse(source(example)).diagnostics.map(({ code }) => code)).toEqual([file.slice(0, 6)])
  })
})
