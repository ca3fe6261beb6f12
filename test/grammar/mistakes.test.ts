// A mistake makes at most one error more than it is: over every place of every program, and for several mistakes at once.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { lex, type Token } from "../../grammar/lexer.ts"
import { parse } from "../../grammar/parse.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { rightPrograms } from "../harness/right-programs.ts"

type Edit = (text: string, token: Token, next: Token, wrong: string) => string

const wrongWords = ["x", "{", "}", "(", ")", "[", "]", ",", ":", "=", "=>", "if", "let", "return", "retry", "tool", '"', "1", "for", "else", "@"]

const edits: Readonly<Record<string, Edit>> = {
  "left out": (text, { start, end }) => text.slice(0, start) + text.slice(end),
  "put in": (text, { start }, _, wrong) => `${text.slice(0, start)}${wrong} ${text.slice(start)}`,
  "replaced": (text, { start, end }, _, wrong) => text.slice(0, start) + wrong + text.slice(end),
  "swapped": (text, { start, end }, next) =>
    text.slice(0, start) + text.slice(next.start, next.end) + text.slice(end, next.start) + text.slice(start, end) + text.slice(next.end),
}

const parsed = (text: string) => parse({ path: "a.agentflow", text, version: 0 })
const solid = (text: string): readonly Token[] => lex({ path: "a.agentflow", text, version: 0 }).tokens.filter(({ start, end }) => start < end)

/** What is said too much of the text, or too little: a tree that was repaired has an error that says so. */
function complaint(text: string, most: number): string | undefined {
  const { value, diagnostics } = parsed(text)
  if (diagnostics.length > most) return diagnostics.map(({ message }) => message).join(" | ")
  if (diagnostics.length > 0) return undefined
  let isRepaired = false
  walk(value.file, (node) => { isRepaired ||= node.recovered === true })
  return isRepaired ? "repaired without a word" : undefined
}

describe("one token", () => {
  it.each(Object.entries(edits))("that is %s makes at most two errors, wherever it is", { timeout: 240_000 }, (_, edit) => {
    const worse: string[] = []
    let places = 0
    for (const { path, text } of rightPrograms) {
      const tokens = solid(text)
      for (const [index, token] of tokens.slice(0, -1).entries()) {
        const wrong = wrongWords[(index * 7 + token.start) % wrongWords.length]!
        const found = complaint(edit(text, token, tokens[index + 1]!, wrong), 2)
        places++
        if (found !== undefined) worse.push(`${path} at ${token.start}, with ${wrong}: ${found}`)
      }
    }
    expect(places).toBeGreaterThan(30_000)
    expect(worse.join("\n")).toBe("")
  })
})

describe("several mistakes", () => {
  const several = fc.tuple(
    fc.constantFrom(...rightPrograms),
    fc.array(fc.tuple(fc.constantFrom(...Object.values(edits)), fc.nat(), fc.constantFrom(...wrongWords)), { minLength: 2, maxLength: 8 }),
  )

  it("make at most one error more than they are", { timeout: 240_000 }, () => {
    fc.assert(fc.property(several, ([{ text }, mistakes]) => {
      const broken = mistakes.reduce((now, [edit, place, wrong]) => {
        const tokens = solid(now)
        const index = place % Math.max(1, tokens.length - 1)
        return tokens.length < 2 ? now : edit(now, tokens[index]!, tokens[index + 1]!, wrong)
      }, text)
      expect(complaint(broken, mistakes.length + 1)).toBeUndefined()
    }), { seed: 20261127, numRuns: 5000 })
  })

  it("in several declarations are all told", () => {
    const untold: string[] = []
    let pairs = 0
    for (const { path, text } of rightPrograms) {
      const { items } = parsed(text).value.file
      const lines = items.filter(({ span }) => text[span.start - 1] === "\n" || span.start === 0)
      for (const [index, first] of lines.slice(0, -1).entries()) {
        const second = lines[index + 1]!
        // The name of each is replaced by a bracket: its head is broken.
        const broken = [second, first].reduce((now, { span }) => {
          const head = solid(now).findIndex(({ start }) => start === span.start)
          const name = solid(now)[head + 1]!
          return `${now.slice(0, name.start)}]${now.slice(name.end)}`
        }, text)
        const ends = [first.span.end, broken.length]
        const { diagnostics } = parsed(broken)
        const told = ends.map((end, at) => diagnostics.some(({ span }) => span.start < end && (at === 0 || span.start >= ends[0]! - 40)))
        pairs++
        if (told.includes(false)) untold.push(`${path}: ${text.slice(first.span.start, first.span.start + 30)} … ${told.join()}`)
      }
    }
    expect(pairs).toBeGreaterThan(700)
    expect(untold.join("\n")).toBe("")
  })

  it.each([
    ["a value", "let a = )"],
    ["a word", "const a = 1"],
    ["a bracket", "f(1, 2"],
    ["a quote", 'log "open'],
    ["a number", "let a = 3x"],
    ["a brace", "if a { f()"],
    ["a brace that closes nothing", "f() }"],
  ])("in one body are both told: %s and a name", (_, mistake) => {
    const text = `workflow W() {\n  f()\n  ${mistake}\n  g()\n  let b = 1\n  h(b)\n  let = 2\n  i()\n}\n`
    const lines = parsed(text).diagnostics.map(({ span }) => text.slice(0, span.start).split("\n").length)
    expect(lines).toContain(7)
    expect(lines.some((line) => line < 7)).toBe(true)
  })
})
