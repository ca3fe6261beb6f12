// Retries that multiply, an excuse that excuses nothing, and levels of rules.

import { describe, expect, it } from "vitest"
import { checkProgram } from "./programs.ts"

function program({ retries = 5, turns = "10 turns", calls = "" }: { readonly retries?: number; readonly turns?: string; readonly calls?: string }): string {
  return `
model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
tool search(query: string): string from "./tools.ts" { reads  retry ${retries} times }
agent Researcher(topic: string): string { model fast  prompt "On {topic}"  tools search  budget ${["90k tokens", turns, calls].filter((each) => each !== "").join(", ")} }
workflow Main(topic: string @maxLength(50)): string { dead letter "failed"  return Researcher(topic) }
`
}

const messages = (text: string, rules = {}): readonly string[] => checkProgram(text, rules).diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`)

describe("retries that multiply", () => {
  it("are warned about with the numbers and the chain", () => {
    expect(messages(program({}))).toEqual(["warning AF4011 One failing search may be called 60 times: turns of agent Researcher 10 × tool search 6."])
  })
  it("count an agent without a cap on turns at the runtime's own", () => {
    expect(messages(program({ retries: 1, turns: "" })).join()).toContain("may be called 200 times: turns of agent Researcher 100 × tool search 2")
  })
  it("stop at a budget of calls", () => expect(messages(program({ calls: "20 calls" }))).toEqual([]))
  it("are fine where one level alone tries often", () => expect(messages(program({ turns: "5 turns" }))).toEqual([]))
  it("have a level", () => {
    expect(messages(program({}), { AF4011: "error" })[0]).toMatch(/^error AF4011/)
    expect(messages(program({}), { AF4011: "off" })).toEqual([])
  })
  it("can be excused in the place", () => {
    const text = program({}).replace("tools search", "tools search  accept AF4011 \"the index is ours\"")
    expect(messages(text)).toEqual([])
  })
})

describe("accept", () => {
  it("is a warning where it excuses nothing, with a fix", () => {
    const text = program({ turns: "2 turns" }).replace("tools search", "tools search  accept AF4011 \"once\"")
    const { diagnostics } = checkProgram(text)
    expect(diagnostics.map(({ code }) => code)).toEqual(["AF9003"])
    const [fix] = diagnostics[0]!.fixes
    expect(fix).toMatchObject({ applicability: "machine" })
    expect(text.slice(fix!.edits[0]!.span.start, fix!.edits[0]!.span.end)).toBe("accept AF4011 \"once\"")
  })
})
