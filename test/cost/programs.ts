// Random small programs as text: every construct that costs something, in every combination that fits a few lines.

import fc from "fast-check"

const budget = fc.record({
  tokens: fc.option(fc.integer({ min: 2_000, max: 30_000 })),
  dollars: fc.option(fc.constantFrom("$0.01", "$0.20")),
  turns: fc.option(fc.integer({ min: 1, max: 8 })),
  calls: fc.option(fc.integer({ min: 1, max: 12 })),
}).map(({ tokens, dollars, turns, calls }) => [
  ...(tokens === null ? [] : [`${tokens} tokens`]), ...(dollars === null ? [] : [dollars]),
  ...(turns === null ? [] : [`${turns} turns`]), ...(calls === null ? [] : [`${calls} calls`]),
])

function budgetClause(amounts: readonly string[], allowed: RegExp = /./): string {
  const kept = amounts.filter((amount) => allowed.test(amount))
  return kept.length === 0 ? "" : `budget ${kept.join(", ")}`
}

const retry = fc.constantFrom("", "retry never", "retry 1 times", "retry 2 times on unavailable backoff 1s to 3s factor 3 jitter")
const deadline = fc.constantFrom("", "", "deadline 20s")

const agent = fc.record({
  model: fc.constantFrom("cheap", "cheap then dear on invalid_output, refused", "cheap when topic.length > 3 else dear"),
  budget, retry, deadline,
  require: fc.constantFrom("", `require result.length <= 2 else "at most 2, not {result}"`),
  instructions: fc.constantFrom("", `instructions "Be \\"kind\\" – always."`),
}).map((spec) => `
agent Lister(topic: string): Items {
  model ${spec.model}
  ${spec.instructions}
  prompt "List on {topic}."
  ${spec.require}
  ${budgetClause(spec.budget)}
  ${spec.retry}
  ${spec.deadline}
}`)

const worker = fc.record({ budget, retry, tools: fc.boolean() }).map((spec) => `
agent Worker(items: Items): string @maxLength(12) {
  model cheap
  prompt "Read {items}"
  ${spec.tools ? "tools look, post" : ""}
  ${budgetClause(spec.budget)}
  ${spec.retry}
}`)

const tools = fc.record({ retry, look: retry, deadline, fallback: fc.boolean(), undoRetry: fc.constantFrom("", "retry 1 times") }).map((spec) => `
tool look(topic: string @maxLength(12)): Items from "./tools.ts" {
  reads
  ${spec.look}
  timeout 1s
  ${spec.deadline}
  ${spec.fallback ? "fallback again(topic) on unavailable, timeout" : ""}
}
tool again(topic: string): Items from "./tools.ts" { reads  retry 1 times  timeout 1s }
tool post(text: string @maxLength(12)): string @maxLength(6) from "./tools.ts" {
  writes
  idempotent
  ${spec.retry}
  timeout 2s
  compensate drop(result)
}
tool drop(text: string) from "./tools.ts" { writes  idempotent  ${spec.undoRetry}  timeout 1s }
human ask(topic: string): Verdict { ask "{topic}?"  timeout 10s  fallback Verdict.no }`)

const statement = fc.constantFrom(
  "Lister(topic)",
  "post(topic)",
  "post(topic) manual by \"ops\" within 5s",
  "look(topic)",
  "try { post(topic)  Worker(many) } catch unavailable, denied as e { Lister(topic) } catch e { look(topic) }",
  "if topic.length > 2 { Worker(many) } else { look(topic)  fail Broken(\"short\") }",
  "match ask(topic) { Verdict.yes => post(topic)   Verdict.no => fail Broken(\"no\") }",
  "for item in Lister(topic), 3 at a time { Worker(many) }",
  "for item in many, 2 at a time, skip failures { look(item.name) }",
  "for chunk in many.chunks(2), skip failures { for item in chunk { post(item.name) } }",
  "for item in many.take(2) { Lister(item.name) }",
  "Worker(many) fallback \"nothing\" on budget_exceeded, invalid_output",
  `Lister(topic) ${"budget 3 turns"}`,
)

export const program = fc.record({
  agent, worker, tools, budget, deadline: fc.constantFrom("", "", "deadline 2m"),
  body: fc.array(statement, { minLength: 2, maxLength: 5 }),
}).map((spec) => `
model cheap = openai("c") { price $0.15 in, $0.60 out per 1M tokens   context 8k   output 300 }
model dear = openai("d") { price $2.50 in, $10.00 out per 1M tokens   context 8k   output 200 }
type Item { name: string @maxLength(4)   note: string @maxLength(3)   score: number   kind: Verdict }
type Items = Item[] @maxItems(3)
enum Verdict { yes, no }
error Broken
${spec.agent}${spec.worker}${spec.tools}
workflow Main(topic: string @maxLength(5), many: Items): string {
  ${budgetClause(spec.budget, /tokens|\$|calls/)}
  ${spec.deadline}
  ${spec.body.join("\n  ")}
  return "done"
}
`)
