// Diagnostics as other programs read them: JSON, SARIF held to its schema, GitHub's annotations.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { render, type Found } from "../../cli/diagnostic-formats.ts"
import { checkProgram } from "./programs.ts"

const text = `type Page { url: string }
tool fetch(url: string): Page from "./tools.ts" { reads }
workflow Main(url: string): string {
  let page = fetch(url)
  return page.ulr
}
`
const path = "a folder/main.agentflow"

function found(): Found {
  const { diagnostics } = checkProgram(text)
  const here = diagnostics.map((each) => ({ ...each, path, message: `${each.message} 100%,\nreally`, fixes: each.fixes.map((fix) => ({ ...fix, path })), related: [{ path, span: each.span, message: "here" }] }))
  return { program: { folder: "/", root: "/", entry: path, sources: [{ path, text, version: 1 }], parsed: [] }, diagnostics: here }
}

describe("SARIF", () => {
  const sarif = JSON.parse(render("sarif", [found()]))
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, "sarif-2.1.0.json"), "utf8"))

  it("fits the schema", () => {
    const validate = new Ajv({ allErrors: true, strict: false, formats: { uri: true, "uri-reference": true } }).compile(schema)
    expect(validate(sarif), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...sarif, runs: [{ results: [] }] })).toBe(false)
  })

  it("names each code once and points into the list", () => {
    const [run] = sarif.runs
    const ids = run.tool.driver.rules.map((rule: { id: string }) => rule.id)
    expect(ids).toEqual([...new Set(ids)].sort())
    for (const result of run.results) expect(ids[result.ruleIndex]).toBe(result.ruleId)
    expect(run.tool.driver.rules.every((rule: { help: { markdown: string } }) => rule.help.markdown.includes("## Why"))).toBe(true)
  })

  it("says where, and what a fix changes", () => {
    const wrong = sarif.runs[0].results.find((each: { ruleId: string }) => each.ruleId === "AF3004")
    expect(wrong.level).toBe("error")
    expect(wrong.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "a%20folder/main.agentflow" }, region: { startLine: 5, startColumn: 15, endLine: 5, endColumn: 18 },
    })
    expect(wrong.fixes[0].artifactChanges[0].replacements[0]).toEqual({
      deletedRegion: { startLine: 5, startColumn: 15, endLine: 5, endColumn: 18 }, insertedContent: { text: "url" },
    })
  })
})

describe("GitHub", () => {
  it("has one command a line, with what it must escape", () => {
    const lines = render("github", [found()]).split("\n")
    expect(lines.length).toBe(found().diagnostics.length)
    const line = lines.find((each) => each.includes("AF3004"))
    expect(line).toMatch(/^::error file=a folder\/main\.agentflow,line=5,endLine=5,col=15,endColumn=18,title=AF3004 [^:,]+::.*100%25,%0Areally$/)
  })
  it("says nothing where nothing is wrong", () => expect(render("github", [{ ...found(), diagnostics: [] }])).toBe(""))
})

describe("JSON", () => {
  it("counts lines and columns from 1", () => {
    const { diagnostics } = JSON.parse(render("json", [found()]))
    expect(diagnostics.find((each: { code: string }) => each.code === "AF3004")).toMatchObject({ path, start: { line: 5, column: 15 }, end: { line: 5, column: 18 } })
  })
})
