// Diagnostics in terminals of any width: nothing is cut, no line is too long, and the marks stand below what they mark.

import { stripVTControlCharacters } from "node:util"
import picocolors from "picocolors"
import { afterAll, describe, expect, it, vi } from "vitest"
import { plain, renderDiagnostic } from "../../base/diagnostics/render.ts"
import { columnsOf, wrap } from "../../base/text/columns.ts"
import { paintWith } from "../../cli/style.ts"
import { check } from "../../compiler/index.ts"
import { corpusFiles } from "../harness/corpus.ts"
import { openWorkspace } from "../harness/cli.ts"

const path = "a.agentflow"
const programs = [...corpusFiles("errors"), ...corpusFiles("newcomers")].map(({ text }) => text)
const found = programs.flatMap((text) => check([{ path, text, version: 0 }]).diagnostics.filter((each) => each.path === path).map((each) => ({ text, each })))

const coloured = paintWith(picocolors.createColors(true))
const isFrame = (line: string): boolean => /^ +(?:\d+)? *[│|] /.test(line) || line.startsWith(`  ${path}:`)
const words = (text: string): string => text.replaceAll("×", "x").replaceAll(/\s+/g, "")

describe.each([40, 60, 80, 100])("a terminal of %i columns", (columns) => {
  it.each([true, false])("shows every diagnostic whole (Unicode: %s)", (unicode) => {
    expect(found.length).toBeGreaterThan(500)
    for (const { text, each } of found) {
      const options = { unicode, columns, textOf: () => text }
      const lines = renderDiagnostic(each, { ...options, paint: plain }).split("\n")
      for (const line of lines) if (!line.startsWith(`  ${path}:`)) expect(columnsOf(line), line).toBeLessThanOrEqual(columns)
      const prose = lines.filter((line) => !isFrame(line)).join(" ")
      const all = [`${each.severity} ${each.code} ${each.message}`, ...each.related.map(({ message }) => `see ${message}`), ...each.fixes.map(({ title }) => `fix ${title}`)]
      expect(words(prose)).toBe(words(all.join(" ")))
      expect(stripVTControlCharacters(renderDiagnostic(each, { ...options, paint: coloured }))).toBe(lines.join("\n"))
    }
  })

  it("marks what is wrong", () => {
    let cut = 0
    for (const { text, each } of found) {
      const [source = "", marks = ""] = renderDiagnostic(each, { paint: plain, unicode: true, columns, textOf: () => text }).split("\n").filter((line) => /^ +(?:\d+)? *│ /.test(line))
      // Where nothing is wider than one column, what stands above the marks is what they mark.
      const marked = text.slice(each.span.start, each.span.end).split(/\r?\n/)[0]!
      if (!/^[ -~…│]*$/.test(source) || marked === "") continue
      const [from, to] = [marks.indexOf("━"), marks.lastIndexOf("━") + 1]
      const above = source.slice(from, to)
      if (above.length < marked.length) cut++
      expect(marked.startsWith(above.replace(/…$/, "")), `${source}\n${marks}`).toBe(true)
    }
    if (columns === 40) expect(cut).toBeGreaterThan(10)
  })
})

describe("lines", () => {
  it.each([
    ["a bb ccc dddd", 6, ["a bb", "ccc", "dddd"]],
    ["abcdefghij kl", 4, ["abcd", "efgh", "ij", "kl"]],
    ["日本語の文 text", 6, ["日本語", "の文", "text"]],
    ["", 4, [""]],
  ])("of %j in %i columns", (text, columns, lines) => expect(wrap(text, columns)).toEqual(lines))

  it("have less room in the first", () => expect(wrap("aa bb cc", 8, 3)).toEqual(["aa", "bb cc"]))
})

describe("agentflow check", () => {
  const workspace = openWorkspace({
    "long.agentflow": `workflow Main(topic: string): string {\n  dead letter "main.failed"\n  log "a long line of text before the mistake: {topic} {tpoic} and a lot behind it, too"\n  return topic\n}\n`,
  })
  afterAll(() => workspace.close())

  it("wraps what it says at the width that it is told", async () => {
    vi.stubEnv("COLUMNS", "44")
    const { stderr, code } = await workspace.agentflow("check", "long.agentflow")
    expect(code).toBe(1)
    expect(stderr).toMatchInlineSnapshot(`
      "error AF2001 tpoic is not declared here; did
            you mean topic?
        long.agentflow:3:57
        3 | ...{topic} {tpoic} and a lot behind...
          |             ^^^^^
        fix Write topic

      1 error. \`agentflow explain CODE\` tells
      more.
      "
    `)
  })
})
