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
    const seen = { kept: 0, all: 0 }
    fc.assert(fc.property(start, fc.array(randomEdit, { minLength: 1, maxLength: 12 }), (first, edits) => {
      let text = first
      let phase = parse(source(text))
      for (const edit of edits) {
        text = edited(text, edit)
        const before = new Set(phase.value.file.items)
        phase = parse(source(text), phase.value)
        seen.all += phase.value.file.items.length
        seen.kept += phase.value.file.items.filter((item) => before.has(item)).length
        expectSame(phase, text)
      }
    }), { seed: 20260901, numRuns: 150 })
    expect(seen.kept / seen.all).toBeGreaterThan(0.4)
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
})
