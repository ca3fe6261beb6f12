// The table as a person sees it: the daily brief's is kept as a file, `UPDATE=1` writes it anew.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { changeLines, costLines, type CostView } from "../../cli/view/cost.ts"
import { boundOf } from "../../compiler/cost/bound.ts"
import { changesBetween } from "../../compiler/cost/compare.ts"
import { planOf } from "./compile.ts"

const text = readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8")
const plainly = (shown: string): string => shown
const view: CostView = {
  unicode: true, columns: 1_000, style: { bold: plainly, dim: plainly },
  placeOf(origin) {
    const { line, column } = positionAt(lineTable(text), origin.span.start)
    return `daily-brief.agentflow:${line + 1}:${column + 1}`
  },
}

function matchesFile(name: string, lines: readonly string[]): void {
  const file = join(import.meta.dirname, name)
  const printed = `${lines.join("\n")}\n`
  if (process.env["UPDATE"] === "1") writeFileSync(file, printed)
  expect(printed).toBe(readFileSync(file, "utf8"))
}

describe("the table", () => {
  it("of the daily brief is as kept", () => {
    matchesFile("daily-brief.txt", boundOf(planOf(text)).workflows.flatMap((workflow) => costLines(workflow, view)))
  })

  it("of a change is as kept", () => {
    const changed = text.replace("require result.length <= 15 else \"at most 15 sources\"", "").replace("budget 30k tokens", "budget 10k tokens")
      .replace("saveToNotion(brief)", "saveToNotion(brief)\n        fetchSource(\"https://done.example\")")
    const changes = changesBetween(boundOf(planOf(text)), boundOf(planOf(changed)))
    matchesFile("daily-brief-change.txt", changes.flatMap((change) => changeLines(change, view)))
    expect(changeLines(changesBetween(boundOf(planOf(text)), boundOf(planOf(text)))[0]!, view)).toEqual(["DailyBrief", "  no change"])
  })
})
