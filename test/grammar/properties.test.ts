// What holds for any text: a tree comes out, nothing is lost, spans nest, and a mistake stays where it was made.

import fc from "fast-check"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { lex, type Tokens } from "../../grammar/lexer.ts"
import { parse } from "../../grammar/parse.ts"
import type { Declaration, Node } from "../../grammar/syntax/nodes.ts"
import { children, walk } from "../../grammar/syntax/walk.ts"
import { tokenTable } from "../../grammar/tokens.ts"
import { corpusFiles } from "../harness/corpus.ts"
import { rightPrograms } from "../harness/right-programs.ts"

const settings = { seed: 20260801, numRuns: 1000 }
const root = join(import.meta.dirname, "../..")
const example = readFileSync(join(root, "examples/daily-brief/daily-brief.agentflow"), "utf8")
const programs = [...corpusFiles("syntax/ok"), ...corpusFiles("syntax/err")].map(({ text }) => text).concat(example)

const source = (text: string) => ({ path: "a.agentflow", text, version: 0 })

function rebuild({ tokens, trivia }: Tokens, text: string): string {
  const pieces = [...tokens, ...trivia].sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  for (const { start, end } of pieces) {
    expect(start).toBe(at)
    at = end
  }
  expect(at).toBe(text.length)
  return pieces.map(({ start, end }) => text.slice(start, end)).join("")
}

function holds(text: string): void {
  expect(rebuild(lex(source(text)), text)).toBe(text)
  const { value, diagnostics } = parse(source(text))
  const ids = new Set<number>()
  walk(value.file, (node: Node) => {
    expect(ids.has(node.id)).toBe(false)
    ids.add(node.id)
    let previousEnd = node.span.start
    for (const child of children(node)) {
      if (child.span.start < previousEnd || child.span.end > node.span.end || child.span.end < child.span.start) {
        throw new Error(`${child.kind} ${JSON.stringify(child.span)} leaves ${node.kind} ${JSON.stringify(node.span)} in ${JSON.stringify(text)}`)
      }
      previousEnd = child.span.end
    }
  })
  for (const { span } of diagnostics) {
    expect(span.start).toBeGreaterThanOrEqual(0)
    expect(span.end).toBeLessThanOrEqual(text.length)
  }
}

const words = tokenTable.filter(({ pattern }) => typeof pattern === "string").map(({ pattern }) => pattern as string)
const soup = fc.array(fc.constantFrom(...words, "x", "Foo", "1", "20s", "$1", '"a{b}"', "'r'", "\n", "\n  ", "// c\n", "/// d\n", "#", ";"), { maxLength: 80 })

/** Deletes, doubles or replaces a few pieces of a program that is near to right. */
const mutated = fc
  .tuple(fc.constantFrom(...programs), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.constantFrom("", " ", "\n", ...words)), { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce((now, [at, length, by]) => now.slice(0, at % (now.length + 1)) + by + now.slice((at % (now.length + 1)) + length), text))

describe("any text", () => {
  it("of any characters", () => fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), holds), settings))
  it("of the language's own words", () => fc.assert(fc.property(soup.map((parts) => parts.join(" ")), holds), settings))
  it("near to a program", () => fc.assert(fc.property(mutated, holds), settings))
  it("of the corpora", () => programs.forEach(holds))
})

const nameOf = (item: Declaration): string => (!("name" in item) ? item.kind : item.name.kind === "name" ? item.name.text : JSON.stringify(item.name.parts))

const shown = (diagnostics: readonly { readonly message: string }[]): string => diagnostics.map(({ message }) => message).join(" | ")

describe("a file that is cut off", () => {
  it("keeps every whole declaration and has at most two errors, whatever program it is and wherever it ends", { timeout: 120_000 }, () => {
    expect(rightPrograms.length).toBeGreaterThan(180)
    const worse: string[] = []
    for (const { path, text } of rightPrograms) {
      const items = parse(source(text)).value.file.items
      for (let cut = 0; cut <= text.length; cut++) {
        const { value, diagnostics } = parse(source(text.slice(0, cut)))
        const before = items.filter(({ span }) => span.end <= cut).map(nameOf)
        const kept = value.file.items.slice(0, before.length).map(nameOf)
        if (kept.join() !== before.join()) worse.push(`${path} cut at ${cut}: ${kept.join()} instead of ${before.join()}`)
        if (diagnostics.length > 2) worse.push(`${path} cut at ${cut}: ${shown(diagnostics)}`)
      }
    }
    expect(worse.join("\n")).toBe("")
  })
})

describe("deep nesting", () => {
  const deep = (open: string, inner: string, close: string): string => open.repeat(10_000) + inner + close.repeat(10_000)
  it.each([
    ["parentheses", `setting a: int = ${deep("(", "1", ")")}`],
    ["open parentheses", `setting a: int = ${deep("(", "", "")}`],
    ["lists", `setting a: int = ${deep("[", "", "]")}`],
    ["records", `setting a: int = ${deep("{ a: ", "1", "}")}`],
    ["types", `type A ${deep("{ a: ", "int", "}")}`],
    ["blocks", `workflow W() { ${deep("if a { ", "f()", "}")} }`],
    ["open blocks", `workflow W() { ${deep("if a { ", "", "")}`],
    ["else if", `workflow W() { ${deep("if a { } else ", "{ }", "")} }`],
    ["matches", `workflow W() { ${deep("match a { else => ", "f()", "}")} }`],
    ["prefixes", `setting a: int = ${deep("not ", "b", "")}`],
    ["operators", `setting a: int = ${deep("a + ", "b", "")}`],
    ["members", `setting a: int = a${deep(".b", "", "")}`],
    ["calls", `setting a: int = ${deep("f(", "", ")")}`],
    ["conditionals", `setting a: int = ${deep("a ? b : ", "c", "")}`],
    ["lambdas", `setting a: int = ${deep("a => ", "c", "")}`],
    ["array types", `type A = int${deep("[]", "", "")}`],
    ["interpolations", `setting a: int = ${deep('"{', "1", '}"')}`],
    ["within", `workflow W() { ${deep("let a = do { ", "f()", "}")} }`],
    ["parallel", `workflow W() { ${deep("parallel { a = ", "f()", "}")} }`],
  ])("of %s is reported, and nothing overflows", (_, text) => {
    const { value, diagnostics } = parse(source(text))
    expect(diagnostics.map(({ code }) => code)).toContain("AF1011")
    expect(diagnostics.length).toBeLessThanOrEqual(2)
    expect(value.file.items).toHaveLength(1)
  })
})
