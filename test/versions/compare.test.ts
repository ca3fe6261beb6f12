// Which changes of a program old runs can be replayed over: each case says what the check says.

import { describe, expect, it } from "vitest"
import { plan, type Plan } from "../../compiler/index.ts"
import { changesSince, checkVersions, removedWorkflows } from "../../compiler/versions/check.ts"
import { linesOf, nodesOf, parseLock, printLock, type ProgramLock } from "../../compiler/versions/lock.ts"
import { skeletonsOf } from "../../compiler/versions/skeleton.ts"

const declarations = `
model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
tool fetch(url: string): string from "./tools.ts" { reads  retry 3 times }
tool clean(text: string): string from "./tools.ts" { reads  retry never }
tool store(text: string): string from "./tools.ts" { writes  idempotent  retry never  compensate erase(result) }
tool erase(id: string) from "./tools.ts" { writes  idempotent }
agent Writer(text: string @maxLength(100)): string { model fast  prompt "Improve {text}"  budget 30k tokens  tools fetch }
human approve(text: string): bool { ask "Publish {text}?"  timeout 1d }
`
const body = `
  let page = fetch(url)
  let text = clean(page)
  if text.length > 10 {
    approve(text)
  }
  for each in text.split(","), 2 at a time { clean(each) }
  return Writer(text)
`

interface Change {
  readonly declarations?: (text: string) => string
  readonly body?: (text: string) => string
}

function planOf({ declarations: change = (text) => text, body: changeBody = (text) => text }: Change = {}): Plan {
  const text = `${change(declarations)}\nworkflow Main(url: string @maxLength(100)): string {\n  dead letter "failed"\n  budget 1M tokens\n${changeBody(body)}}\n`
  const found = plan([{ path: "main.agentflow", text, version: 1 }], { rules: { AF2010: "off", AF2011: "off", AF4011: "off" } })
  expect(found.diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)).toEqual([])
  return found.value!
}

function lockOf(program: Plan): ProgramLock {
  return { workflows: Object.fromEntries(skeletonsOf(program).map((each) => [each.workflow, { version: 1, hash: "", steps: linesOf(each) }])) }
}

function changed(change: Change): readonly string[] {
  return changesSince(planOf(change), lockOf(planOf())).flatMap(({ changes }) =>
    changes.map(({ what, onlyRuns }) => (onlyRuns === undefined ? what : `runs ${onlyRuns}: ${what}`)))
}

const inBody = (from: string | RegExp, to: string): Change => ({ body: (text) => text.replace(from, to) })
const inDeclarations = (from: string | RegExp, to: string): Change => ({ declarations: (text) => text.replace(from, to) })

describe("the skeleton", () => {
  it("is the steps in their order, as lines that a person reads", () => {
    expect(linesOf(skeletonsOf(planOf())[0]!)).toEqual([
      "needs url: string",
      "~ budget 1000000 tokens",
      "fetch (tool)",
      "  ~ retry 3 times",
      "clean (tool)",
      "if (clean.length > 10)",
      "  then",
      "    approve (human, timeout)",
      "for each of string.split(clean, \",\") as for, 2 at a time",
      "  clean (tool)",
      "Writer (agent)",
      "  ~ retry 2 times",
      "  ~ budget 30000 tokens",
      "  ~ may call fetch (tool)",
      "    ~ retry 3 times",
      "return",
    ])
  })

  it("comes back from its lines, and the lock from its text", () => {
    const lines = linesOf(skeletonsOf(planOf())[0]!)
    expect(linesOf({ nodes: nodesOf(lines) })).toEqual(lines)
    const lock = { lockVersion: 1 as const, programs: { "main.agentflow": lockOf(planOf()) } }
    expect(parseLock(printLock(lock))).toEqual(lock)
    expect(parseLock("{")).toBeUndefined()
    expect(parseLock('{ "lockVersion": 2, "programs": {} }')).toBeUndefined()
  })
})

describe("what old runs never notice", () => {
  it.each<[string, Change]>([
    ["nothing", {}],
    ["another input of a step", inBody("fetch(url)", "fetch(\"{url}?fresh\")")],
    ["another prompt, price and size of a model", inDeclarations(/price \$0\.15(.*)Improve/s, "price $0.30$1Rewrite")],
    ["another name of a value", { body: (text) => text.replaceAll("text", "words").replaceAll("page", "document") }],
    ["another backoff and timeout", inDeclarations("retry 3 times", "retry 3 times backoff 5s  timeout 9s")],
    ["a circuit", inDeclarations("retry 3 times", "retry 3 times  circuit opens after 5 failures in 1m, retries after 30s  ")],
    ["a log and a pure value", inBody("let text", "log \"got {page}\"\n  let size = page.length\n  log \"{size}\"\n  let text")],
    ["a longer timeout of a question", inDeclarations("timeout 1d", "timeout 2d")],
    ["a step after the last one", inBody("return Writer(text)", "let better = Writer(text)\n  return clean(better)")],
    ["a branch in which nothing durable happens", inBody("let text", "if page.length > 3 { log \"long\" }\n  let text")],
    ["a tool more for a model", inDeclarations("tools fetch", "tools fetch, clean")],
    ["a larger budget", inDeclarations("30k", "40k")],
  ])("%s", (_name, change) => expect(changed(change)).toEqual([]))
})

describe("what stops old runs", () => {
  it.each<[string, Change, readonly string[]]>([
    ["a step added before another", inBody("let text", "clean(page)\n  let text"), ["`clean (tool)` was added before `if (clean#2.length > 10)`"]],
    ["a step removed", inBody("clean(page)", "page"), ["`clean (tool)` was removed"]],
    ["a step replaced", inBody("clean(page)", "store(page)"), ["`clean (tool)` became `store (tool)`"]],
    ["a step moved", inBody(/( {2}if[\s\S]*?\n {2}\}\n)([\s\S]*?\n)( {2}return)/, "$2$1$3"), ["was moved"]],
    ["another condition", inBody("> 10", "> 11"), ["`if (clean.length > 10)` became `if (clean.length > 11)`"]],
    ["a value that a condition is made from", inBody("text.length > 10", "text.trim().length > 10"), ["became"]],
    ["more at a time", inBody("2 at a time", "3 at a time"), ["2 at a time` became"]],
    ["another list", inBody("text.split(\",\")", "text.split(\";\")"), ["became"]],
    ["a step more in a loop", inBody("{ clean(each) }", "{ clean(fetch(each)) }"), ["`fetch (tool)` was added before `clean (tool)`"]],
    ["a step more at the end of a branch that others follow", inBody("approve(text)\n", "approve(text)\n    clean(text)\n"), ["`clean (tool)` was added"]],
    ["a deadline on a step", inBody("clean(page)", "clean(page) deadline 1h"), ["`clean (tool)` became `clean (tool, deadline)`"]],
    ["a question without its time limit", inDeclarations("timeout 1d", ""), ["`approve (human, timeout)` became `approve (human)`"]],
  ])("%s", (_name, change, expected) => {
    const found = changed(change).filter((each) => !each.startsWith("runs "))
    expect(found.length).toBeGreaterThan(0)
    for (const text of expected) expect(found.join("\n")).toContain(text)
  })

  it("a parameter that runs were started without", () => {
    const text = `workflow Main(a: string, b: string): string { dead letter "x"  return a + b }`
    const now = plan([{ path: "main.agentflow", text, version: 1 }]).value!
    const lock = { workflows: { Main: { version: 1, hash: "", steps: ["needs a: string", "return"] } } }
    expect(changesSince(now, lock)[0]!.changes.map(({ what }) => what)).toEqual(["it `needs b: string`, which runs were started without"])
  })

  it("a workflow that is gone", () => {
    const lock = { workflows: { ...lockOf(planOf()).workflows, Old: { version: 1, hash: "", steps: ["return"] } } }
    expect(removedWorkflows(planOf(), lock)).toEqual(["Old"])
    expect(checkVersions(planOf(), lock).map(({ code }) => code)).toEqual(["AF7003"])
    expect(removedWorkflows(planOf(), { workflows: { Old: { version: 0, hash: "", steps: [], kept: [{ version: 1, hash: "" }] } } })).toEqual([])
  })
})

describe("what some runs notice", () => {
  it.each<[string, Change, string]>([
    ["fewer retries", inDeclarations("retry 3 times", "retry 2 times"), "in which `fetch (tool)` has failed: `retry 3 times` became `retry 2 times`"],
    ["a smaller budget", inDeclarations("30k", "25k"), "that are near the budget: `budget 30000 tokens` became `budget 25000 tokens`"],
    ["a tool less for a model", inDeclarations("  tools fetch", ""), "has called it: `may call fetch (tool)` was removed"],
    ["a fallback", inBody("clean(page)", "clean(page) fallback \"none\""), "in which `clean (tool)` has failed: `fallback` was added"],
    ["a try around a step", inBody("let text = clean(page)", "var text = page\n  try { text = clean(page) } catch e { log \"kept: {e.message}\" }"), "`try` was added"],
  ])("%s", (_name, change, expected) => expect(changed(change).map((each) => each.slice(5)).join("\n")).toContain(expected))
})

describe("blocks", () => {
  const blocks = `
event Paid { orderId: string }
tool book(order: string): string from "./tools.ts" { writes  idempotent  retry never  compensate cancel(result) }
tool cancel(id: string) from "./tools.ts" { writes  idempotent }
tool look(id: string): bool from "./tools.ts" { reads  retry never }
setting channel: string = "#market"
workflow Order(order: string): string {
  dead letter "failed"
  within deadline 1h retry 2 times { book(order) }
  parallel { a = look(order)  b = look("x") }
  repeat up to 5 times { let done = look(order) } until done
  sleep 5m
  wait for Paid by orderId == order timeout 2d
  log "{a} {b} {channel}"
  return order
}
`
  const skeleton = (text: string): readonly string[] => {
    const found = plan([{ path: "main.agentflow", text, version: 1 }])
    expect(found.diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)).toEqual([])
    return linesOf(skeletonsOf(found.value!)[0]!)
  }

  it("have lines of their own", () => {
    expect(skeleton(blocks)).toEqual([
      "needs order: string",
      "settings",
      "needs setting channel",
      "within deadline",
      "  book (tool)",
      "    ~ undo cancel",
      "parallel",
      "  branch a",
      "    look (tool)",
      "    give",
      "  branch b",
      "    look (tool)",
      "    give",
      "repeat as repeat until look",
      "  ~ up to 5 times",
      "  look (tool)",
      "sleep",
      "wait for Paid by (orderId == order), timeout",
      "return",
    ])
  })

  it.each([
    ["a longer sleep", "sleep 5m", "sleep 9m", []],
    ["more rounds", "up to 5", "up to 6", []],
    ["fewer rounds", "up to 5", "up to 4", ["runs that have gone through the loop more often: `up to 5 times` became `up to 4 times`"]],
    ["another event", "by orderId == order", "by orderId == \"x\"", ["`wait for Paid by (orderId == order), timeout` became `wait for Paid by (orderId == \"x\"), timeout`"]],
    ["no sleep", "sleep 5m", "", ["`sleep` was removed"]],
    ["a block without its deadline", "within deadline 1h retry 2 times", "within retry 2 times", ["`within deadline` was removed", "`book (tool)` was added before `parallel`"]],
  ])("%s", (_name, from, to, expected) => {
    const lock = { workflows: { Order: { version: 1, hash: "", steps: skeleton(blocks) } } }
    const now = plan([{ path: "main.agentflow", text: blocks.replace(from, to), version: 1 }]).value!
    const found = changesSince(now, lock).flatMap(({ changes }) => changes.map(({ what, onlyRuns }) => (onlyRuns === undefined ? what : `runs ${onlyRuns}: ${what}`)))
    expect(found).toEqual(expected)
  })
})
