// Source maps: a place in an emitted workflow leads to the statement it was made of.

import { SourceMap } from "node:module"
import fc from "fast-check"
import { expect, it } from "vitest"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { variableLength } from "../../compiler/4-emit/source-map.ts"
import { emitOf, planOf, sourcesOf } from "./emit-programs.ts"

const sources = sourcesOf("daily-brief")
const { files } = await emitOf(planOf(sources), sources)
const workflow = files.find(({ path }) => path === "workflows/daily-brief.ts")!
const written = JSON.parse(files.find(({ path }) => path === "workflows/daily-brief.ts.map")!.text) as ConstructorParameters<typeof SourceMap>[0]

/** The source text that follows what `needle` in the emitted code was made of. */
function originOf(needle: string): string {
  const offset = workflow.text.indexOf(needle)
  expect(offset, needle).toBeGreaterThan(0)
  const { line, column } = positionAt(lineTable(workflow.text), offset)
  const entry = new SourceMap(written).findEntry(line, column)
  expect(entry).toHaveProperty("originalLine")
  const { originalLine, originalColumn } = entry as { originalLine: number; originalColumn: number }
  return sources[0]!.text.split("\n")[originalLine]!.slice(originalColumn)
}

it.each([
  ["const urls", "let urls = Researcher(topic)"],
  ["return yield* run.call(fetchSource", "fetchSource(url)"],
  ["switch (", "match approve(brief) {"],
  ["yield* run.call(postToSlack", "postToSlack(\"#market\", brief.headline)"],
  ["throw new FlowError", "fail Revision(\"the editor asked for another round\")"],
  ["run.log(\"rejected\")", "log \"rejected\""],
  ["return brief", "return brief"],
])("%s comes from %s", (needle, origin) => {
  expect(originOf(needle)).toBe(origin)
})

it("names the source as seen from the workflow, and carries it", () => {
  expect(written.sources).toEqual(["../../input.agentflow"])
  expect(written.sourcesContent).toEqual([sources[0]!.text])
  expect(workflow.text.trimEnd().split("\n").at(-1)).toBe("//# sourceMappingURL=daily-brief.ts.map")
})

it("writes numbers as base-64 variable-length quantities", () => {
  expect([0, 1, -1, 15, 16, -16, 123].map(variableLength)).toEqual(["A", "C", "D", "e", "gB", "hB", "2H"])
  fc.assert(fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (value) => {
    expect(variableLength(value)).toMatch(/^[A-Za-z0-9+/]+$/)
  }), { seed: 7 })
})
