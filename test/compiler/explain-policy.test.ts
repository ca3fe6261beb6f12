// Which clause holds around a call and who said so: the nearest wins, budgets nest.

import { expect, it } from "vitest"
import { explainPolicies } from "../../compiler/explain/policies.ts"
import { checkProgram } from "./programs.ts"

const text = `
model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
policy web { retry 5 times  timeout 20s }
policy steady { timeout 1m  deadline 1h }
tool fetch(url: string): string from "./tools.ts" { reads  use web  timeout 5s }
agent Writer(text: string @maxLength(50)): string { model fast  prompt "{text}"  budget 30k tokens }
workflow Main(urls: string[] @maxItems(3)): string {
  dead letter "failed"
  budget 1M tokens
  steps use steady
  let pages = for url in urls { fetch(url) }
  fetch(pages[0] ?? "")
    retry never
  return Writer("a") budget 9k tokens
}
`

it("says for every call what holds and why, from outside in", () => {
  const shown = explainPolicies(checkProgram(text).checked).flatMap(({ step, clauses }) => [step, ...clauses.map(({ text: written, because }) => `  ${written}: ${because}`)])
  expect(shown).toEqual([
    "Main/pages[]/fetch",
    "  deadline 1h: policy steady, for all steps of Main",
    "  retry 5 times: policy web, used by tool fetch",
    "  timeout 5s: tool fetch",
    "Main/fetch",
    "  deadline 1h: policy steady, for all steps of Main",
    "  retry never: at the call",
    "  timeout 5s: tool fetch",
    "Main/Writer",
    "  deadline 1h: policy steady, for all steps of Main",
    "  retry 2 times on rate_limited, unavailable, timeout, network: built in for agents",
    "  budget 30k tokens: agent Writer",
    "  budget 9k tokens: at the call",
    "  timeout 1m: policy steady, for all steps of Main",
  ])
})
