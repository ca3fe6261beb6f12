// What is parsed from an earlier text is what is parsed afresh: trees, places and reports.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parse, type Syntax } from "../../grammar/parse.ts"
import type { Node } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { corpusFiles } from "../harness/corpus.ts"
import { edited, randomEdit } from "../harness/random-edits.ts"
import { rightPrograms } from "../harness/right-programs.ts"

const source = (text: string) => ({ path: "a.agentflow", text, version: 0 })

/** Ids are names that a fresh parse need not give again. */
function shown({ file }: Syntax): unknown {
  return JSON.parse(JSON.stringify(file, (key, value: unknown) => (key === "id" ? undefined : value)))
}

function expectSame(again: ReturnType<typeof parse>, text: string): void {
  const fresh = parse(source(text))
  expect(shown(again.value)).toEqual(shown(fresh.value))
  expect(again.diagnostics).toEqual(fresh.diagnostics)
  expect(again.value.tokens).toEqual(fresh.value.tokens)
  const ids = new Set<number>()
  let nodes = 0
  walk(again.value.file, (node: Node) => {
    ids.add(node.id)
    nodes++
  })
  expect(ids.size).toBe(nodes)
}

const programs = [...rightPrograms, ...corpusFiles("syntax/ok"), ...corpusFiles("syntax/err")].map(({ text }) => text)
const several = fc.array(fc.constantFrom(...programs), { minLength: 1, maxLength: 3 }).map((texts) => texts.join("\n").slice(0, 12_000))
const start = fc.tuple(several, fc.boolean()).map(([text, crlf]) => (crlf ? text.replace(/\r?\n/g, "\r\n") : text))

describe("a parse that starts from the one before", () => {
  it("is the same as one that does not, after any edits", { timeout: 120_000 }, () => {
    const seen = { kept: 0, all: 0, tokens: 0, allTokens: 0 }
    fc.assert(fc.property(start, fc.array(randomEdit, { minLength: 1, maxLength: 12 }), (first, edits) => {
      let text = first
      let phase = parse(source(text))
      for (const edit of edits) {
        text = edited(text, edit)
        const [before, tokens] = [new Set(phase.value.file.items), new Set(phase.value.tokens.tokens)]
        phase = parse(source(text), phase.value)
        seen.all += phase.value.file.items.length
        seen.kept += phase.value.file.items.filter((item) => before.has(item)).length
        seen.allTokens += phase.value.tokens.tokens.length
        seen.tokens += phase.value.tokens.tokens.filter((token) => tokens.has(token)).length
        expectSame(phase, text)
      }
    }), { seed: 20260901, numRuns: 150 })
    expect(seen.kept / seen.all).toBeGreaterThan(0.4)
    expect(seen.tokens / seen.allTokens).toBeGreaterThan(0.4)
  })

  it("keeps the declarations that were not touched, and only them", () => {
    const [one, two, three] = ["/// First.\ntype A { a: string }\n", "type B { b: A }\n", "workflow W() {\n  log \"x\"\n}\n"] as const
    const before = parse(source(one + two + three))
    const items = before.value.file.items
    const after = parse(source(one + two.replace("b:", "bb:") + three), before.value)
    expect(after.value.file.items.map((item) => items.indexOf(item))).toEqual([0, -1, 2])
    expect(after.value.file.items[2]!.span.start).toBe(one.length + two.length + 1)
    const doc = parse(source(one.replace("First", "Second") + two.replace("b:", "bb:") + three), after.value)
    expect(doc.value.file.items.map((item) => after.value.file.items.indexOf(item))).toEqual([-1, 1, 2])
  })

  const texts: readonly (readonly [what: string, before: string, after: string, keptTokens: number])[] = [
    ["a line in the middle", 'type A { a: string }\nsetting b: int = 1\ntype C { c: int }\n', 'type A { a: string }\nsetting bb: int = 12\ntype C { c: int }\n', 14],
    ["a comment put before all", "type A { a: string }\n", "// New.\ntype A { a: string }\n", 7],
    ["a line that becomes a comment", "type A { a: string }\nsetting b: int = 1\ntype C { c: int }\n", "type A { a: string }\n// setting b: int = 1\ntype C { c: int }\n", 7],
    ["a block text that grows", 'agent A(): string {\n  prompt """\n    one\n  """\n}\ntype C { c: int }\n', 'agent A(): string {\n  prompt """\n    one\n    {two}\n  """\n}\ntype C { c: int }\n', 15],
    ["quotes that take in the lines behind", 'setting a: string = "x"\nsetting b: string = "y"\n', 'setting a: string = """x"\nsetting b: string = "y"\n"""\n', 0],
    ["a block comment that takes in the lines behind", "type A { a: int }\ntype B { b: int }\n// */\ntype C { c: int }\n", "type A { a: int }\n/*\ntype B { b: int }\n// */\ntype C { c: int }\n", 7],
  ]

  it.each(texts)("reads only %s again", (_, before, after, keptTokens) => {
    const known = parse(source(before))
    const tokens = new Set(known.value.tokens.tokens)
    const again = parse(source(after), known.value)
    expect(again.value.tokens.tokens.filter((token) => tokens.has(token))).toHaveLength(keptTokens)
    expectSame(again, after)
    expectSame(parse(source(before), again.value), before)
  })
})
