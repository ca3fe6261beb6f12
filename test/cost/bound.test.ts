// The bound of each construct, with the numbers worked out by hand.

import { describe, expect, it } from "vitest"
import { analysisOf, boundOf } from "../../compiler/cost/bound.ts"
import { requestOf } from "../../compiler/cost/request.ts"
import { parametersOf } from "../../compiler/cost/run.ts"
import { never } from "../../compiler/cost/shape.ts"
import { costOf, planOf, shown, stepOf } from "./compile.ts"

/** A token costs 1,000 nano-dollars to read and 2,000 to write. */
const model = `model m = openai("x") { price $1 in, $2 out per 1M tokens   context 8k   output 100 }\n`
/** One retry: two attempts of 2 s with 1 s between them, 5 s in all. */
const post = `tool post(text: string): string from "./tools.ts" { writes  idempotent  retry 1 times  timeout 2s  compensate drop(result) }\n`
/** As an undo: the default of five retries, six attempts of 1 s and 1 + 2 + 4 + 8 + 16 s between them, 37 s in all. */
const drop = `tool drop(id: string) from "./tools.ts" { writes  idempotent  timeout 1s }\n`
const look = `tool look(text: string): string from "./tools.ts" { reads  retry never  timeout 4s }\n`

function main(body: string, more = ""): string {
  return `${model}${post}${drop}${look}${more}workflow Main(topic: string @maxLength(10), many: Many): string {\n${body}\n  return "done"\n}
type Many = string[] @maxItems(7)\nenum Verdict { yes, no }\nerror Broken\n`
}

function total(body: string, more = "") {
  return shown(costOf(main(body, more)).total)
}

/** The first workflow is the one that is looked at. */
function called(body: string, children: string) {
  return shown(costOf(main(body) + children).total)
}

describe("the bound of a workflow that is called", () => {
  const child = `workflow Part(text: string @maxLength(10)): string {\n  post(text)\n  return look(text)\n}\n`

  it("is the bound of its run and one step, and nothing of it is left to undo", () => {
    // post: 2 calls, its undo 6, look 1; a step each, and the step of the call.
    expect(called("Part(topic)", child)).toMatchObject({ calls: 9, steps: 4, timeMs: 5_000 + 37_000 + 4_000 })
  })

  it("is there once for every attempt", () => {
    // 1 s between the two runs.
    expect(called("Part(topic) retry 1 times", child)).toMatchObject({ calls: 18, steps: 7, timeMs: 2 * 46_000 + 1_000 })
  })

  it("is held by its own budget", () => {
    const capped = child.replace("{\n", "{\n  budget 2 calls\n")
    // What is undone is sent whatever the budget of calls says.
    expect(called("Part(topic)", capped)).toMatchObject({ calls: 8 })
  })

  it("has no end where it can call itself", () => {
    const endless = `workflow Part(text: string @maxLength(10)): string {\n  return Part(text)\n}\n`
    const { calls } = costOf(main("Part(topic)") + endless).total
    expect(calls).toMatchObject({ kind: "unbounded", why: "Part can call itself again and again" })
  })
})

describe("a deep program", () => {
  const deep = 1_500
  const links = (of: (number: number) => string): string => Array.from({ length: deep }, (_, index) => of(index)).join("")

  it("costs no call stack, however the declarations are ordered", () => {
    const part = (number: number, next: string): string => `workflow Part${number}(text: string): string {\n  look(text)\n  return ${next}\n}\n`
    const down = links((number) => part(number, number === 0 ? "text" : `Part${number - 1}(text)`))
    const up = links((number) => part(number, number === deep - 1 ? "text" : `Part${number + 1}(text)`))
    for (const [text, first] of [[down, `Part${deep - 1}`], [up, "Part0"]] as const) {
      expect(called(`${first}(topic)`, text)).toMatchObject({ calls: deep, steps: 2 * deep })
    }
  })

  it("has types as deep as they are, and no bound for what lies deeper than a request", () => {
    const types = links((number) => `type Link${number} {\n  id: string @maxLength(2)\n${number === 0 ? "" : `  before: Link${number - 1}\n`}}\n`)
    const asked = `agent Ask(link: Link${deep - 1}): string {\n  model m\n  prompt "{link}"\n}\n`
    const cost = costOf(`${model}${types}${asked}workflow Main(link: Link${deep - 1}): string {\n  return Ask(link)\n}\n`)
    expect(cost.total.tokens).toMatchObject({ kind: "unbounded", why: expect.stringMatching(/lies more than 32 types deep/) })
  })
})

describe("the bound of tools", () => {
  it("counts retries and undo apart, and adds them up", () => {
    const cost = costOf(main("post(topic)"))
    expect(shown(stepOf(cost, "post").amounts)).toEqual({ tokens: 0, nanoDollars: 0, turns: 0, calls: 2, steps: 1, timeMs: 5_000, waitMs: 0 })
    expect(shown(stepOf(cost, "post/undo/drop").amounts)).toMatchObject({ calls: 6, steps: 1, timeMs: 37_000 })
    expect(shown(cost.total)).toMatchObject({ calls: 8, steps: 2, timeMs: 42_000 })
  })

  it("says that time is unbounded without a timeout, and where", () => {
    const text = main("slow(topic)", `tool slow(text: string): string from "./tools.ts" { reads  retry never }\n`)
    const { timeMs } = costOf(text).total
    if (timeMs.kind === "bounded") throw new Error("there is no timeout")
    expect(timeMs.why).toBe("slow has no timeout")
    expect(text.slice(timeMs.origin.span.start)).toMatch(/^tool slow/)
  })

  it("waits no longer than the deadline, but for what is in flight before it is undone", () => {
    // The work ends after 3 s; an attempt of 2 s may be under way and decides what there is to undo: 3 + 2 + 37.
    expect(total("post(topic) deadline 3s")).toMatchObject({ calls: 8, timeMs: 42_000 })
  })

  it("adds the fallback", () => {
    // 2 attempts of post and 1 of look, 5 s and 4 s; and the undo of post.
    expect(total("post(topic) fallback look(topic) on unavailable")).toMatchObject({ calls: 9, steps: 3, timeMs: 46_000 })
  })

  it("counts people apart, and says what each of their orders adds", () => {
    const step = stepOf(costOf(main(`post(topic) manual by "ops" within 1h`)), "post")
    // Parking is a step; writing it down may be retried five times: 1 + 2 + 4 + 8 + 16 s.
    expect(shown(step.amounts)).toMatchObject({ calls: 2, steps: 2, timeMs: 36_000, waitMs: 3_600_000 })
    expect(shown(step.eachOrder!)).toMatchObject({ calls: 2, steps: 2 })
  })

  it("lets backoff grow to its maximum", () => {
    // Four attempts of 4 s; waits of 1 s, 3 s and again 3 s, where 9 s would be more than the maximum.
    expect(total("look(topic) retry 3 times backoff 1s to 3s factor 3")).toMatchObject({ calls: 4, timeMs: 23_000 })
  })
})

describe("the bound of paths", () => {
  it("takes the worst branch of each amount", () => {
    // Work and undo each take their worst branch: 2 calls and 8 s of looking twice, 6 calls and 37 s of undoing.
    expect(total("if topic.length > 3 { post(topic) } else { look(topic)  look(topic) }")).toMatchObject({ calls: 8, steps: 3, timeMs: 45_000 })
  })

  it("takes the worst arm", () => {
    const ask = `human ask(text: string): Verdict { ask "?"  timeout 1h }\n`
    // The question: a step, 31 s of retries at most, an hour of waiting; then post with its undo.
    expect(total("match ask(topic) { Verdict.yes => post(topic)   Verdict.no => look(topic) }", ask))
      .toMatchObject({ calls: 8, steps: 3, timeMs: 73_000, waitMs: 3_600_000 })
  })

  it("adds what a failed try did to its worst catch", () => {
    expect(total("try { look(topic) } catch timeout as e { look(topic)  look(topic) } catch e { look(topic) }")).toMatchObject({ calls: 3, timeMs: 12_000 })
  })

  it("does not count what comes after the end", () => {
    // Either the first look alone, or the other three.
    expect(total("if topic.length > 3 { look(topic)  fail Broken(\"x\") }\n look(topic)\n look(topic)\n look(topic)")).toMatchObject({ calls: 3 })
  })
})

describe("the bound of loops", () => {
  it("multiplies by the list, and divides time by how many run at once", () => {
    // Seven items, three at a time: three rounds of 4 s.
    expect(total("for x in many, 3 at a time { look(x) }")).toMatchObject({ calls: 7, steps: 7, timeMs: 12_000 })
  })

  it("never undoes in parallel", () => {
    // Three rounds of 5 s; seven undos of 37 s one after the other.
    expect(total("for x in many, 3 at a time { post(x) }")).toMatchObject({ calls: 56, timeMs: 274_000 })
  })

  it.each([
    ["many.take(3)", 3], ["many.filter(x => x != topic)", 7], ["many.distinct()", 7], ["many.map(x => topic)", 7],
    [`["a", "b"]`, 2], [`["a", ...many]`, 8], ["many.chunks(3).flat()", 9], [`"a,b".split(",")`, 7],
  ])("knows how many items %s has", (list, items) => {
    expect(total(`for x in ${list} { look(topic) }`)).toMatchObject({ calls: items })
  })

  it("counts chunks", () => {
    // Seven items in pieces of three: three pieces of three items at most.
    expect(total("for piece in many.chunks(3) { look(topic)  for x in piece { look(x) } }")).toMatchObject({ calls: 12 })
  })

  it("says why a list has no end", () => {
    const text = main("for x in all { look(x) }").replace("topic: string", "all: string[], topic: string")
    expect(shown(costOf(text).total)).toMatchObject({ calls: "`all` has no @maxItems", steps: "`all` has no @maxItems", tokens: 0 })
  })

  it("takes what an agent's answer must meet as a bound", () => {
    const lister = `agent List(topic: string): string[] { model m  prompt "x"  require result.length <= 4 and topic.length > 0 else "no" }\n`
    expect(total("for x in List(topic) { look(x) }", lister)).toMatchObject({ calls: 4 })
    expect(total("let xs = List(topic) fallback many\n for x in xs { look(x) }", lister)).toMatchObject({ calls: 7 })
  })
})

describe("the bound of agents", () => {
  const say = (clauses: string): string => `agent Say(topic: string): Verdict { model m  prompt "Say {topic}"  ${clauses} }\n`

  it("measures the first request in bytes", () => {
    const plan = planOf(main("Say(topic)", say("")))
    const { opening, openingLeast } = requestOf(analysisOf(plan), plan.agents[0]!, parametersOf(analysisOf(plan), plan.workflows[0]!), never)
    // [[],{"type":"string","enum":["yes","no"]}] has 42 bytes, and 64 for what frames a request. The message
    // {"role":"user","content":"Say …"} has 32 without the topic, and 8 for its frame; each of the topic's ten
    // characters may be a control character, which JSON writes with six bytes.
    expect(openingLeast).toBe(42 + 64 + 32 + 8)
    expect(opening).toMatchObject({ kind: "bounded", value: 146 + 60 })
  })

  it("counts the turns of repairs and the attempts of each", () => {
    // Four turns (three repairs), three attempts each (two retries by default).
    expect(total("Say(topic)", say(""))).toMatchObject({ turns: 12, steps: 4 })
    expect(total("Say(topic)", say("retry never"))).toMatchObject({ turns: 4, steps: 4 })
    // Each turn: 3 attempts of 10 s, and 1 + 2 s between them.
    expect(total("Say(topic)", say("timeout 10s"))).toMatchObject({ timeMs: 132_000 })
  })

  it("counts every model of an escalation, and the dearer of two to choose from", () => {
    const dear = `model dear = openai("y") { price $10 in, $20 out per 1M tokens   context 8k   output 50 }\n`
    expect(total("Say(topic)", dear + say("retry never").replace("model m", "model m then dear on refused"))).toMatchObject({ turns: 8, steps: 8 })
    // One turn: 205 tokens of input; m writes 100 more, dear only 50, but at ten times the price.
    const chosen = say("retry never  budget 1 turns").replace("model m", "model m when topic.length > 3 else dear")
    const { tokens, nanoDollars } = stepOf(costOf(main("Say(topic)", dear + chosen)), "Say").amounts
    // The turn that a budget of one allows is the dearest: the last repair, far above the opening.
    expect(tokens.kind === "bounded" && tokens.value).toBeGreaterThan(305)
    expect(nanoDollars.kind === "bounded" && nanoDollars.value).toBeGreaterThan(205 * 10_000 + 50 * 20_000)
  })

  it("is held by its budget, and turns tokens into dollars by the price", () => {
    const { amounts, computed } = stepOf(costOf(main("Say(topic)", say("budget 2k tokens, 3 turns"))), "Say")
    // Three turns write 300 tokens at most, at 2,000 each; the other 1,700 are read at 1,000: 2.3 million nano-dollars.
    expect(shown(amounts)).toMatchObject({ tokens: 2_000, nanoDollars: 2_300_000, turns: 3, steps: 4 })
    expect(amounts.tokens).toMatchObject({ by: ["budget of Say"] })
    expect(shown(computed)).toMatchObject({ turns: 12 })
  })

  it("turns dollars into tokens", () => {
    // $0.001 is a million nano-dollars, and the cheapest token costs a thousand.
    expect(total("Say(topic)", say("budget $0.001"))).toMatchObject({ tokens: 1_000, nanoDollars: 1_000_000 })
  })

  it("says why a prompt has no end", () => {
    const text = main("Say(topic)", say("")).replace("topic: string @maxLength(10)", "topic: string")
    expect(shown(costOf(text).total)).toMatchObject({ tokens: "`topic` has no @maxLength", nanoDollars: "`topic` has no @maxLength", turns: 12 })
  })

  it("has no bound with tools but by a budget", () => {
    const why = "Say may call any number of tools in a turn, and no `calls` of a budget holds it"
    expect(total("Say(topic)", say("tools look"))).toMatchObject({ turns: 300, calls: why })
    // Five calls are five steps beside the 100 turns.
    expect(total("Say(topic)", say("tools look  budget 1k tokens, 5 calls"))).toMatchObject({ tokens: 1_000, calls: 5, steps: 105, turns: 300 })
    // Each of the five may have to be undone with six attempts.
    expect(total("Say(topic)", say("tools post  budget 1k tokens, 5 calls"))).toMatchObject({ calls: 35 })
  })

  it("does not end where agents call each other", () => {
    const pair = say("tools Other  budget 1k tokens") + `agent Other(topic: string): Verdict { model m  prompt "x"  tools Say }\n`
    expect(total("Say(topic)", pair)).toMatchObject({ tokens: 1_000, calls: "Say can call itself again and again" })
  })
})

describe("the bound of a workflow", () => {
  const lister = `agent Say(topic: string): Verdict { model m  prompt "x"  budget 2k tokens }\n`

  it("is held by its own budget where that is less than the sum", () => {
    const text = main("for x in many { Say(x) }", lister).replace("many: Many): string {", "many: Many): string {\n budget 5k tokens, 10 calls")
    const cost = costOf(text)
    expect(shown(stepOf(cost, "for[]/Say").amounts)).toMatchObject({ tokens: 14_000 })
    expect(cost.total.tokens).toEqual({ kind: "bounded", value: 5_000, by: ["budget of Main"] })
    expect(shown(cost.computed)).toMatchObject({ tokens: 14_000 })
  })

  it("never holds back an undo", () => {
    const text = main("post(topic)\n post(topic)").replace("many: Many): string {", "many: Many): string {\n budget 1 calls")
    // One call of work, and two undos of six attempts.
    expect(shown(costOf(text).total)).toMatchObject({ calls: 13 })
  })

  it("ends with its deadline, what is in flight, and the undos", () => {
    const text = main("for x in many { post(x) }").replace("many: Many): string {", "many: Many): string {\n deadline 10s")
    // 35 s of work are cut at 10 s, an attempt of 2 s is awaited, seven undos take 37 s each.
    expect(shown(costOf(text).total)).toMatchObject({ timeMs: 271_000 })
  })

  it("is the same for the same plan, and survives JSON", () => {
    const plan = planOf(main("post(topic)"))
    expect(JSON.parse(JSON.stringify(boundOf(plan)))).toEqual(boundOf(JSON.parse(JSON.stringify(plan))))
  })
})
