// Railroad diagrams say what the EBNF says, and every rule that one names has its own.

import { describe, expect, it } from "vitest"
import { productions } from "../../grammar/ebnf.ts"
import { railOf, railroadFiles, type Rail } from "../../tasks/generate/railroad.ts"

/** As EBNF, with parentheses wherever there may be some. */
function printed(rail: Rail): string {
  switch (rail.kind) {
    case "terminal":
    case "rule":
      return rail.text
    case "sequence":
      return rail.parts.map(printed).join(" ")
    case "choice":
      return `(${rail.parts.map(printed).join("|")})`
    case "optional":
      return `(${printed(rail.part)})?`
    case "repeat":
      return `(${printed(rail.part)})*`
    case "list":
      return `${printed(rail.part)} (${printed(rail.separator)} ${printed(rail.part)})*`
  }
}

const bare = (text: string): string => text.replace(/"([^"]+)"/g, "$1").replace(/[\s()]/g, "")

describe("railroad diagrams", () => {
  it("keep every part of a production in its order", () => {
    for (const { name, definition } of productions()) expect(`${name}: ${bare(printed(railOf(definition.replace(/\s+/g, " "))))}`).toBe(`${name}: ${bare(definition)}`)
  })

  it("link only to diagrams that there are", () => {
    const files = railroadFiles()
    const missing = [...files].flatMap(([path, svg]) => [...svg.matchAll(/href="([^"]+\.svg)"/g)].map((match) => `docs/grammar/${match[1]!}`).filter((target) => !files.has(target)).map((target) => `${path} -> ${target}`))
    expect(missing).toEqual([])
    expect(files.size).toBeGreaterThan(100)
  })
})
