// The reference is true: its examples compile or fail as they say, its links lead somewhere, and it leaves nothing out.

import { existsSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { BUILT_IN_ERRORS, BUILT_IN_FUNCTIONS, BUILT_IN_TYPES } from "../../compiler/1-bind/built-ins.ts"
import { LIST_METHODS, STRING_METHODS } from "../../compiler/2-check/methods.ts"
import { compile } from "../../compiler/index.ts"
import { keywords } from "../../grammar/tokens.ts"
import { commands } from "../../cli/table.ts"
import schema from "../../cli/config.schema.json" with { type: "json" }
import { checkProgram, filesOf } from "../compiler/programs.ts"
import { remade } from "./made.ts"
import { documentsIn, examplesIn, prelude, readme, reference, root, wholeOf, type Document, type Example } from "./reference.ts"

const chapters = reference()
const examples = chapters.flatMap(examplesIn)
const everything = chapters.map(({ text }) => text).join("\n")

function titleOf({ path, line, mark }: Example): string {
  return `${path}:${line}${mark === "" ? "" : ` (${mark})`}`
}

function errorsOf(example: Example): readonly string[] {
  const { diagnostics } = checkProgram(wholeOf(example))
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)
}

describe("examples", () => {
  for (const example of examples.filter(({ language }) => language === "agentflow")) {
    const [, code] = /(?:^| )error (AF\d{4})$/.exec(example.mark) ?? []
    it(titleOf(example), () => {
      expect(example.mark).toMatch(/^(?:fragment)? ?(?:error AF\d{4})?$/)
      if (code === undefined) return expect(errorsOf(example)).toEqual([])
      const codes = checkProgram(wholeOf(example)).diagnostics.map((each) => each.code)
      expect(codes).toContain(code)
      expect(errorsOf(example).filter((each) => !each.startsWith(code))).toEqual([])
    })
  }

  it("have a prelude that is right, and that the reference shows", () => {
    expect(errorsOf({ path: "prelude", line: 1, mark: "", language: "agentflow", text: prelude })).toEqual([])
    expect(everything).toContain(prelude)
  })
})

describe("emitted code", () => {
  const linesOf = (text: string): readonly string[] => text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "…")
  for (const [index, example] of examples.entries()) {
    if (example.mark !== "emitted") continue
    it(titleOf(example), async () => {
      const source = examples.slice(0, index).findLast(({ language }) => language === "agentflow")!
      const sources = filesOf(wholeOf(source)).map((file) => ({ ...file, version: 0 }))
      const { value } = await compile(sources)
      const emitted = new Set((value?.files ?? []).flatMap(({ text }) => linesOf(text)))
      expect(linesOf(example.text).filter((line) => !emitted.has(line))).toEqual([])
    })
  }
})

describe("links", () => {
  const documents: readonly Document[] = [...documentsIn("docs", { deep: true }), readme(), ...documentsIn("examples", { deep: true })]
  for (const { path, text } of documents) {
    it(path, () => {
      const prose = text.replace(/^```[\s\S]*?^```$/gm, "")
      const targets = [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!)
      const local = targets.filter((target) => !/^[a-z]+:/.test(target))
      expect(local.filter((target) => !existsSync(join(root, dirname(path), decodeURIComponent(target))))).toEqual([])
    })
  }
})

describe("parts that are made from the program", () => {
  for (const { path, text } of chapters) {
    it(path, () => {
      const wanted = remade(text)
      if (process.env["UPDATE"] === "1" && wanted !== text) writeFileSync(join(root, path), wanted)
      else expect(text, "UPDATE=1 makes them again").toBe(wanted)
    })
  }
})

describe("completeness", () => {
  const missing = (words: Iterable<string>): readonly string[] =>
    [...words].filter((word) => !new RegExp(`(?<![\\w])${word.replaceAll("-", "\\-")}(?![\\w])`).test(everything))

  it("every diagnostic is linked", () => {
    expect(Object.keys(catalogue).filter((code) => !everything.includes(`/${code}.md)`))).toEqual([])
  })
  it("every keyword is explained", () => expect(missing(keywords.keys())).toEqual([]))
  it("every built-in type, error, function and method is named", () => {
    const names = [...BUILT_IN_TYPES, ...BUILT_IN_ERRORS, ...BUILT_IN_FUNCTIONS, ...Object.keys(LIST_METHODS), ...Object.keys(STRING_METHODS)]
    expect(missing(names)).toEqual([])
  })
  it("every command and flag is named", () => {
    expect(missing(commands.map(({ name }) => `agentflow ${name}`))).toEqual([])
    expect(missing(commands.flatMap(({ flags }) => flags.map(({ name }) => `--${name}`)).map((flag) => flag.slice(2)))).toEqual([])
  })
  it("every setting of the configuration file is named", () => {
    const names = Object.entries(schema.properties).flatMap(([name, value]) => [name, ...Object.keys("properties" in value ? value.properties : {})])
    expect(missing(names)).toEqual([])
  })
  it("every chapter is in the table of contents", () => {
    const contents = chapters[0]!.text
    expect(chapters.slice(1).filter(({ path }) => !contents.includes(`(${path.slice("docs/".length)})`)).map(({ path }) => path)).toEqual([])
  })
})
