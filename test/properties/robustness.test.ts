// Any text goes through check and plan: no throw, no hang; and the order of files changes nothing.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { compile, plan } from "../../compiler/index.ts"
import { tokenTable } from "../../grammar/tokens.ts"
import { programNames, sourcesOf } from "../compiler/emit-programs.ts"

const seed = 20_261_123
const corpus = join(import.meta.dirname, "../corpus")
const texts: readonly string[] = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".agentflow")).sort().map((path) => readFileSync(join(corpus, path), "utf8"))
  .filter((text) => text.length < 6_000)
const words: readonly string[] = tokenTable.map(({ pattern }) => pattern).filter((pattern) => typeof pattern === "string")

/** Diagnostics stay in the text, and a plan exists only without errors. */
function goesThrough(text: string): void {
  const { value, diagnostics } = plan([{ path: "main.agentflow", text, version: 0 }])
  expect(value === null).toBe(hasErrors(diagnostics))
  for (const { span } of diagnostics) {
    expect(span.start).toBeGreaterThanOrEqual(0)
    expect(span.end).toBeLessThanOrEqual(text.length)
    expect(span.start).toBeLessThanOrEqual(span.end)
  }
}

describe("any text goes through check and plan", () => {
  it("random text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), goesThrough), { seed, numRuns: 300 })
  })

  it("words of the language in any order", () => {
    const word = fc.oneof(fc.constantFrom(...words), fc.constantFrom("a", "B", "1", "$1", "5m", "\"t\"", "\n"))
    fc.assert(fc.property(fc.array(word, { maxLength: 120 }), (list) => goesThrough(list.join(" "))), { seed, numRuns: 400 })
  })

  it("programs with a part cut out, doubled or replaced", () => {
    const edit = fc.record({
      text: fc.constantFrom(...texts), at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(40),
      by: fc.oneof(fc.constant(""), fc.constantFrom(...words), fc.constantFrom(...texts).map((text) => text.slice(0, 80))),
    })
    fc.assert(fc.property(edit, ({ text, at, length, by }) => {
      const start = Math.floor(at * text.length)
      goesThrough(text.slice(0, start) + by + text.slice(start + length))
    }), { seed, numRuns: 500 })
  })
})

describe("the order of files changes no byte", () => {
  for (const name of programNames.filter((each) => sourcesOf(each).length > 1)) {
    it(name, async () => {
      const sources = sourcesOf(name)
      const entry = sources[0]!.path
      const first = await compile(sources, { entry })
      expect(first.value).not.toBeNull()
      await fc.assert(fc.asyncProperty(fc.shuffledSubarray([...sources], { minLength: sources.length }), async (shuffled) => {
        const again = await compile(shuffled, { entry })
        expect(again.diagnostics).toEqual(first.diagnostics)
        expect(again.value!.files).toEqual(first.value!.files)
      }), { seed, numRuns: 8 })
    })
  }

  it("nor do the diagnostics of a broken program depend on it", () => {
    const file = (path: string, text: string) => ({ path, text, version: 0 })
    const sources = [
      file("a.agentflow", "import { B, x } from \"./b.agentflow\"\ntype A { b: B   c: Nope }\n"),
      file("b.agentflow", "import { A } from \"./a.agentflow\"\ntype B { a: A? }\ntype b { }\n"),
      file("c.agentflow", "import { A } from \"./a.agentflow\"\nworkflow C(a: A) { log a.d }\n"),
    ]
    const found = (list: typeof sources): readonly string[] =>
      plan(list, { entry: "c.agentflow" }).diagnostics.map(({ code, path, span, message }) => `${path}:${span.start} ${code} ${message}`)
    fc.assert(fc.property(fc.shuffledSubarray(sources, { minLength: 3 }), (shuffled) => {
      expect(found(shuffled)).toEqual(found(sources))
    }), { seed, numRuns: 12 })
  })
})
