// What checking gives besides diagnostics, and what holds for any program at all.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { render } from "../../compiler/2-check/types/render.ts"
import type { EffectiveClause, Type } from "../../compiler/2-check/types.ts"
import { checkProgram, type CheckedProgram } from "./programs.ts"

const dailyBrief = readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8")
const errors = join(import.meta.dirname, "../corpus/errors")
const programs = [
  dailyBrief,
  ...readdirSync(errors).filter((file) => file.endsWith(".agentflow")).map((file) => readFileSync(
    join(errors, file), "utf8",
  )),
]

function factsOf({ checked }: CheckedProgram) {
  return checked.files.get("main.agentflow")!
}

/** The type of each local by name. */
function localsOf({ checked }: CheckedProgram): Readonly<Record<string, string>> {
  const named = [...checked.symbolTypes].map(([id, type]: readonly [number, Type]) => [
    checked.bound.symbols.symbols[id]!, render(type),
  ] as const)
  return Object.fromEntries(named.filter(([{ kind }]) => kind !== "parameter").map(([{ name }, type]) => [name, type]))
}

describe("the daily brief", () => {
  const program = checkProgram(dailyBrief)

  it("gives no error and no warning", () => expect(program.diagnostics).toEqual([]))

  it("has the types a reader expects", () => {
    expect(localsOf(program)).toEqual({
      brief: "Brief", chunk: "Source[]", e: "a caught error", notes: "Note[][]", result: "Brief",
      sources: "Source[]", url: "string", urls: "string[]",
    })
  })

  it("names its steps after callables and lets", () => {
    expect([...factsOf(program).stepNames.values()]).toEqual([
      "Researcher", "sources", "fetchSource", "notes", "Reader", "Editor", "approve", "postToSlack", "saveToNotion",
    ])
  })

  it("knows what holds around each call", () => {
    const { calls, callPolicies } = factsOf(program)
    const around = [...callPolicies].map(([id, clauses]) => {
      const callee = program.checked.bound.symbols.symbols[calls.get(id)!]!.name
      return `${callee}: ${clauses.map(({ clause, from }) => `${clause.kind} (${from})`).join(", ")}`
    })
    expect(around).toEqual([
      "Researcher: budget (callable)",
      "fetchSource: retry (policy), timeout (policy), circuit (policy)",
      "Reader: budget (callable)",
      "Editor: budget (callable)",
      "approve: timeout (callable), fallback (callable)",
      "postToSlack: manual (call), compensate (callable), retry (policy), timeout (policy), circuit (policy)",
      "saveToNotion: retry (policy), timeout (policy), circuit (policy)",
    ])
  })
})

const tool = (
  name: string, clauses: string,
): string => `tool ${name}(text: string): string from "./tools.ts" {\n  reads\n${clauses}\n}\n`
const workflow = (body: string): string => `workflow Main(topic: string) {\n  dead letter "failed"\n${body}\n}\n`

describe("facts", () => {
  it("number repeats of a step in one scope, in the order of the source", () => {
    const body = [
      "echo(topic) fallback spare(topic)", "for t in [topic] { echo(t)  echo(t) }", "for t in [topic] { echo(t) }",
      "if topic == \"a\" { echo(topic) } else { echo(topic) }",
    ].join("\n")
    const program = checkProgram(tool("echo", "retry never") + tool("spare", "retry never") + workflow(body))
    expect(program.diagnostics).toEqual([])
    expect([...factsOf(program).stepNames.values()]).toEqual([
      "echo", "spare", "for", "echo", "echo#2", "for#2", "echo", "echo#2", "echo#3",
    ])
  })

  it("let the nearest clause win, kind by kind, and keep every budget", () => {
    const policies = "policy near { timeout 1s  budget 10 calls }\npolicy far { timeout 2s  retry 4 times }\n"
    const agent = `model fast = openai("m") { price $1.00 in, $1.00 out per 1M tokens  context 8k  output 1k }
agent Writer(topic: string): string { model fast  prompt "Write."  budget 1k tokens  use near  use far }\n`
    const body = "log Writer(topic)\nWriter(topic) timeout 3s budget 500 tokens"
    const program = checkProgram(policies + agent + workflow(body))
    expect(program.diagnostics).toEqual([])
    const print = ({ clause, from }: EffectiveClause): string => {
      const time = clause.kind === "timeout" && clause.duration.kind === "duration" ? ` ${clause.duration.ms}` : ""
      return `${clause.kind} ${from}${time}`
    }
    const texts = [...factsOf(program).callPolicies.values()].map((clauses) => clauses.map(print))
    expect(texts).toEqual([
      ["budget policy", "budget callable", "timeout policy 1000", "retry policy"],
      ["budget policy", "budget callable", "budget call", "timeout call 3000", "retry policy"],
    ])
  })

  it("know which built-in a call is", () => {
    const program = checkProgram(workflow("log \"{topic.split(\" \").chunks(2).length} {uuid()}\""))
    expect([...factsOf(program).builtins.values()].sort()).toEqual(["list.chunks", "string.split", "uuid"])
  })
})

describe("rule levels", () => {
  const text = "workflow Main(topic: string) {\n  log topic\n}\n"

  it("are those of the documents when nothing is said", () => {
    const found = checkProgram(text).diagnostics.map(({ code, severity }) => `${code} ${severity}`)
    expect(found).toEqual(["AF4008 warning"])
  })
  it("can be raised", () => {
    expect(checkProgram(text, { AF4008: "error" }).diagnostics.map(({ severity }) => severity)).toEqual(["error"])
  })
  it("can be switched off", () => {
    expect(checkProgram(text, { AF4008: "off" }).diagnostics).toEqual([])
  })
  it("do not reach what is no rule", () => {
    expect(checkProgram(
      "type A { a: strng }\n", { AF2009: "off" },
    ).diagnostics.map(({ code }) => code)).toEqual(["AF2009"])
  })
})

describe("any program", () => {
  it("is checked the same twice", () => {
    for (const text of programs) {
      const print = (program: CheckedProgram): string => JSON.stringify(program.diagnostics)
      expect(print(checkProgram(text))).toBe(print(checkProgram(text)))
    }
  })

  it("with edits anywhere is checked without a throw, and has a plan when it has no error", () => {
    const words = [
      "{",
      "}",
      "(",
      ")",
      "\"",
      ":",
      "let",
      "match",
      "Mood.calm",
      "=>",
      "nothing",
      "?",
      "[]",
      "retry",
      "for",
      "Loop",
      "compensate",
      "result",
      "x",
      ".",
      ",",
    ]
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat({ max: 12 }),
      insert: fc.constantFrom("", ...words),
    })
    const mutated = fc.record({
      program: fc.constantFrom(...programs), edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(mutated, ({ program, edits }) => {
        let text = program
        for (const { at, remove, insert } of edits) {
          const offset = Math.floor(at * text.length)
          text = text.slice(0, offset) + insert + text.slice(offset + remove)
        }
        for (const { span } of checkProgram(text).diagnostics) {
          expect(span.start).toBeGreaterThanOrEqual(0)
          expect(span.end).toBeGreaterThanOrEqual(span.start)
          expect(span.end).toBeLessThanOrEqual(text.length)
        }
      }),
      { seed: 20_261_123, numRuns: 400 },
    )
  })
})
