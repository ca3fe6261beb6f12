// What is offered after a typed brace: nothing where it opens a block, names where it opens a place in a text.

import { expect, it } from "vitest"
import { completionsAt } from "../../services/completion/complete.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace } from "../../services/workspace.ts"

function offered(written: string, typed?: string): readonly string[] {
  const offset = written.indexOf("┆")
  const workspace = createWorkspace(emptyHost)
  workspace.open("/w/a.agentflow", written.replace("┆", ""), 1)
  return completionsAt(workspace, "/w/a.agentflow", offset, typed).map(({ label }) => label)
}

const agent = (prompt: string): string => `model fast = openai("m") { price $1 in, $1 out per 1M tokens   context 1k   output 1k }
agent Say(topic: string): string {
  model fast
  prompt ${prompt}
  budget 1k tokens
}
`

it.each([
  "workflow W(url: string): string {┆",
  "workflow W(url: string): string {\n  if true {┆\n}\n",
  "tool t(url: string) from \"./t.ts\" {┆",
  "test \"t\" {┆",
])("opens no list after the brace of a block: %j", (text) => {
  expect(offered(text, "{")).toEqual([])
  // Asked for, it is there.
  expect(offered(text)).not.toEqual([])
})

it("offers names after a brace in a text", () => {
  expect(offered(agent('"On {┆}"'), "{")).toContain("topic")
})
