// Ranges for editors: whole statements and declarations, and nothing beside them.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { applyEdits } from "../../base/text/edit.ts"
import { format, formatRange } from "../../grammar/format/format.ts"
import { sameProgram } from "../../grammar/format/same.ts"
import { parse } from "../../grammar/parse.ts"
import { source, valid } from "./programs.ts"

/** `«` and `»` mark the range. */
function formatsRange(marked: string, expected: string): void {
  const start = marked.indexOf("«")
  const end = marked.indexOf("»") - 1
  const text = marked.replace(/[«»]/g, "")
  expect(applyEdits(text, formatRange(source(text), { start, end }))).toBe(expected)
}

describe("a range", () => {
  it("takes the declaration that it touches", () => {
    formatsRange("type  A{ a:int }\ntype  «»B{ b:int }\ntype  C{ c:int }\n", "type  A{ a:int }\ntype B { b: int }\ntype  C{ c:int }\n")
  })

  it("takes all declarations that it touches", () => {
    formatsRange("type  A{ a:«int }\ntype  B»{ b:int }\ntype  C{ c:int }\n", "type A { a: int }\ntype B { b: int }\ntype  C{ c:int }\n")
  })

  it("takes one statement of a body", () => {
    formatsRange("workflow W() {\n  let  a=1\n    let  «b»=2\n  let  c=3\n}\n", "workflow W() {\n  let  a=1\n  let b = 2\n  let  c=3\n}\n")
  })

  it("takes one statement of a block within a block", () => {
    formatsRange(
      "workflow W() {\n  if  x {\n    for y in  ys {\n      f( «1» )\n      g( 2 )\n    }\n  }\n}\n",
      "workflow W() {\n  if  x {\n    for y in  ys {\n      f(1)\n      g( 2 )\n    }\n  }\n}\n",
    )
  })

  it("keeps carriage returns", () => {
    formatsRange("type  A{ a:int }\r\n«type  B{\r\n b:int }»\r\n", "type  A{ a:int }\r\ntype B {\r\n  b: int\r\n}\r\n")
  })

  it("has no edits where all is well", () => {
    expect(formatRange(source("type A { a: int }\n"), { start: 0, end: 4 })).toEqual([])
  })

  it("over all of a file formats it", () => {
    for (const { text } of valid) {
      const { edits } = format(source(text))
      expect(formatRange(source(text), { start: 0, end: text.length }).length).toBeLessThanOrEqual(edits.length)
    }
  })

  it("anywhere leaves the same program", () => {
    fc.assert(fc.property(fc.constantFrom(...valid), fc.nat(), fc.nat({ max: 60 }), ({ text }, at, length) => {
      const start = at % (text.length + 1)
      const after = applyEdits(text, formatRange(source(text), { start, end: Math.min(start + length, text.length) }))
      const [a, b] = [parse(source(text.replaceAll("\r\n", "\n"))), parse(source(after.replaceAll("\r\n", "\n")))]
      if (!sameProgram(a.value, b.value)) throw new Error(after)
    }), { seed: 20260803, numRuns: 300 })
  })
})
