// The TextMate and the Monarch grammar colour what the lexer reads: over all corpora, character by character.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import textMateGrammar from "../../editors/vscode/syntaxes/agentflow.tmLanguage.json" with { type: "json" }
import { lex } from "../../grammar/lexer.ts"
import { keywords } from "../../grammar/tokens.ts"
import { monarch } from "../../playground/generated/monarch.ts"
import { monarchTokens, textMateScopes, type MonarchGrammar, type TextMateGrammar } from "../harness/highlighters.ts"

type Colour = "comment" | "text" | "number" | "keyword" | "word" | "other"

const root = join(import.meta.dirname, "../..")

function programs(): readonly { readonly name: string; readonly text: string }[] {
  const folders = ["test/corpus/programs", "test/corpus/syntax/ok", "test/corpus/errors", "test/corpus/format", "examples"]
  return folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".agentflow"))
    .map((entry) => ({ name: join(folder, entry.name), text: readFileSync(join(entry.parentPath, entry.name), "utf8").replaceAll("\r\n", "\n") })))
}

/** What the lexer says of each character; undefined where nothing is said. */
function lexed(text: string): readonly (Colour | undefined)[] | undefined {
  const { tokens, trivia, diagnostics } = lex({ path: "a", text, version: 0 })
  if (diagnostics.length > 0) return undefined
  const colours = new Array<Colour | undefined>(text.length).fill(undefined)
  for (const { kind, start, end } of tokens) colours.fill(colourOf(kind), start, end)
  for (const { kind, start, end } of trivia) if (kind !== "whitespace" && kind !== "unknown") colours.fill("comment", start, end)
  return colours
}

function colourOf(kind: string): Colour | undefined {
  const category = keywords.get(kind)?.category
  if (category === "keyword") return "keyword"
  // A soft keyword is a name by its place, which a lexer can't know.
  if (category === "soft keyword") return undefined
  if (["StringStart", "StringEnd", "BlockStart", "BlockEnd", "Text", "RawString"].includes(kind)) return "text"
  if (["Number", "Money", "Duration"].includes(kind)) return "number"
  return kind === "Identifier" ? "word" : "other"
}

function colourOfScope(scopes: readonly string[]): Colour {
  const scope = scopes.at(-1) ?? ""
  if (scope.startsWith("comment")) return "comment"
  if (scope.startsWith("string") || scope.startsWith("constant.character")) return "text"
  if (scope.startsWith("constant.numeric")) return "number"
  if (/^(?:keyword\.control|keyword\.other|keyword\.operator\.word|constant\.language|storage)/.test(scope)) return "keyword"
  return /^(?:variable|entity|support)/.test(scope) ? "word" : "other"
}

function colourOfToken(token: string): Colour {
  if (token.startsWith("comment")) return "comment"
  if (token.startsWith("string")) return "text"
  if (token === "number") return "number"
  if (token === "keyword" || token === "constant") return "keyword"
  return token.startsWith("identifier") || token.startsWith("type") ? "word" : "other"
}

describe("highlighting", () => {
  const all = programs().flatMap(({ name, text }) => {
    const colours = lexed(text)
    return colours === undefined ? [] : [{ name, text, colours }]
  })

  it("has something to look at", () => expect(all.length).toBeGreaterThan(50))

  const compare = (colour: (text: string) => readonly Colour[]): readonly string[] => all.flatMap(({ name, text, colours }) => {
    const actual = colour(text)
    const wrong = colours.findIndex((expected, at) => expected !== undefined && text[at]!.trim() !== "" && actual[at] !== expected)
    return wrong < 0 ? [] : [`${name}: ${JSON.stringify(text.slice(Math.max(0, wrong - 30), wrong + 20))} is ${actual[wrong]}, not ${colours[wrong]}`]
  })

  it("TextMate agrees with the lexer", () => {
    expect(compare((text) => textMateScopes(textMateGrammar as TextMateGrammar, text).map(colourOfScope))).toEqual([])
  })

  it("Monarch agrees with the lexer", () => {
    expect(compare((text) => monarchTokens(monarch as unknown as MonarchGrammar, text).map(colourOfToken))).toEqual([])
  })

  it("both agree on what the lexer leaves open", () => {
    const differences = all.flatMap(({ name, text }) => {
      const [one, other] = [textMateScopes(textMateGrammar as TextMateGrammar, text).map(colourOfScope), monarchTokens(monarch as unknown as MonarchGrammar, text).map(colourOfToken)]
      const at = one.findIndex((colour, index) => text[index]!.trim() !== "" && colour !== other[index])
      return at < 0 ? [] : [`${name}: ${JSON.stringify(text.slice(Math.max(0, at - 30), at + 20))} ${one[at]} ${other[at]}`]
    })
    expect(differences).toEqual([])
  })

  it("ends an open text with its line", () => {
    const text = 'log "open {a + "inner\nlet x = 1\n'
    const scopes = textMateScopes(textMateGrammar as TextMateGrammar, text).map(colourOfScope)
    const tokens = monarchTokens(monarch as unknown as MonarchGrammar, text).map(colourOfToken)
    const line = text.indexOf("let")
    expect([scopes[line], tokens[line]]).toEqual(["keyword", "keyword"])
    expect([scopes[line - 2], tokens[line - 2]]).toEqual(["text", "text"])
  })
})
