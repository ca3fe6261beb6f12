// The layout of documents by itself: groups, fills, comments, and depth.

import { describe, expect, it } from "vitest"
import * as doc from "../../grammar/format/doc.ts"
import { layout } from "../../grammar/format/layout.ts"

const words = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `w${index}`)
const comment = (text: string): doc.Doc => doc.trailingComment(doc.lines(text, []), { gap: 2, toLineEnd: true })

describe("layout", () => {
  it("keeps a group on one line where it fits, and breaks all of its lines where it does not", () => {
    const list = doc.group("[", doc.indent(doc.softline, ...doc.join(doc.concat([",", doc.line]), words(3))), doc.softline, "]")
    expect(layout(list, 20)).toBe("[w0, w1, w2]")
    expect(layout(list, 11)).toBe("[\n  w0,\n  w1,\n  w2\n]")
  })

  it("breaks an outer group before an inner one", () => {
    const inner = doc.group("(", doc.indent(doc.softline, "aaaa"), doc.softline, ")")
    expect(layout(doc.group("ff", doc.indent(doc.line, inner)), 8)).toBe("ff\n  (aaaa)")
  })

  it("fills lines, each break one step in", () => {
    expect(layout(doc.fill(doc.join(doc.line, words(6)), { steps: true }), 9)).toBe("w0 w1 w2\n  w3 w4\n  w5")
  })

  it("measures what follows a group up to the next line", () => {
    const group = doc.group("f(", doc.indent(doc.softline, "x"), doc.softline, ")")
    expect(layout(doc.concat([group, " {{{{", doc.hardline, "y"]), 8)).toBe("f(\n  x\n) {{{{\ny")
  })

  it("breaks around a hard line, and leaves no spaces at the end of a line", () => {
    expect(layout(doc.group("a", " ", doc.line, "b", doc.blankline, "c", " "), 80)).toBe("a\nb\n\nc")
  })

  it("breaks a line behind a comment, puts commas before it, and never joins two", () => {
    expect(layout(doc.group("a", comment("// 1"), doc.comma, doc.line, "b", comment("// 2")), 80)).toBe("a,  // 1\nb  // 2")
    expect(layout(doc.concat(["a", comment("// 1"), "b"]), 80)).toBe("a  // 1\nb")
    expect(layout(doc.concat(["a", comment("// 1"), comment("// 2")]), 80)).toBe("a  // 1\n// 2")
  })

  it("gives a comment of its own a line of its own", () => {
    const own = doc.ownComment(doc.lines("// own", []))
    expect(layout(doc.concat(["a", doc.indent(" ", own, "b")]), 80)).toBe("a\n  // own\n  b")
  })

  it("moves relative lines and leaves others", () => {
    const text = doc.lines("x", [{ text: "a", relative: true }, { text: "b", relative: false }, { text: "", relative: true }])
    expect(layout(doc.indent(doc.hardline, text), 80)).toBe("  x\n  a\nb\n")
  })

  it("does not overflow at any depth", () => {
    let deep: doc.Doc = "x"
    for (let depth = 0; depth < 20_000; depth++) deep = doc.group("(", doc.indent(doc.softline, deep), doc.softline, ")")
    expect(layout(doc.group(deep, doc.line, "y"), 100_000).length).toBe(40_003)
  })
})
