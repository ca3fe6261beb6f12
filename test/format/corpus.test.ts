// The format corpus: each program and its layout, within the width; and all that is shown as an example has that layout.

import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { format } from "../../grammar/format/format.ts"
import { lineWidth } from "../../grammar/format/file.ts"
import { parse } from "../../grammar/parse.ts"
import { corpusFiles, testCorpus } from "../harness/corpus.ts"
import { source } from "./programs.ts"

const formatted = (text: string): string => format(source(text)).text

describe("the layout", () => {
  testCorpus({ folder: "format", print: (text) => ({ formatted: formatted(text) }) })

  it.each(corpusFiles("format").map(({ name, text }) => [name, text]))("of %s keeps to the width", (_, text) => {
    if (parse(source(text!)).diagnostics.length > 0) return
    const long = formatted(text!)
      .split(/\r?\n/)
      // What can't be broken: a text, a comment, brackets without anything to part.
      .filter((line) => line.length > lineWidth && !/["']|\/\/|\/\*|[[\](]{20}/.test(line))
    expect(long).toEqual([])
  })

  it.each(corpusFiles("format").map(({ name, text }) => [name, text]))("of %s has no loose spaces or lines", (_, text) => {
    const after = formatted(text!).replaceAll("\r\n", "\n")
    if (after === "") return
    expect(after).not.toMatch(/^\n/)
    expect(after).not.toMatch(/[^\n]\n\n$/)
    if (parse(source(text!)).diagnostics.length === 0) expect(after.endsWith("\n")).toBe(true)
  })
})

const root = join(import.meta.dirname, "../..")
const shown = globSync(["examples/**/*.agentflow", "cli/templates/**/*.agentflow"], { cwd: root }).sort()

describe("what users read first", () => {
  it("is all of the examples and templates", () => {
    expect(shown.filter((path) => path.startsWith("examples")).length).toBeGreaterThan(10)
    expect(shown.filter((path) => path.startsWith("cli")).length).toBeGreaterThan(3)
  })

  it.each(shown)("%s is formatted", (path) => {
    const text = readFileSync(join(root, path), "utf8")
    expect(formatted(text)).toBe(text)
  })
})
