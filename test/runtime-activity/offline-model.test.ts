// The offline model: schema-valid for any schema, the same every time, taken from the prompt, and scripted.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { JsonSchema } from "../../runtime/contract.ts"
import type { ModelScript } from "../../runtime/providers/model-script.ts"
import { emptyScript, modelScriptSchema, parseModelScript } from "../../runtime/providers/model-script.ts"
import type { OfflineAnswer, OfflineRequest } from "../../runtime/providers/offline-model.ts"
import { replyOffline } from "../../runtime/providers/offline-model.ts"
import { createOfflineProvider } from "../../runtime/providers/offline.ts"
import { materialOf } from "../../runtime/providers/prompt-material.ts"
import { jsonSchemas } from "./json-schemas.ts"
import { lookUp, providerRequest, record, schemaOf, seed } from "./helpers.ts"

const prompt = `Look at these:
[{"title":"Chips are scarce","text":"Nobody has chips. Prices rise by 12.5 percent.","url":"https://a.test/one","score":0.4},
 {"title":"Power runs out","text":"The grid is full. Waiting takes 7 years.","url":"https://b.test/two","score":0.9}]
Mail ann@example.org before 2026-03-04.`

function request(changes: Partial<OfflineRequest> = {}): OfflineRequest {
  return {
    agent: "Writer",
    step: "Flow/Writer",
    attempt: 1,
    model: "gpt-4o-mini",
    tools: [],
    messages: [{ role: "user", content: prompt }],
    ...changes,
  }
}

function answered(script: ModelScript, changes: Partial<OfflineRequest> = {}): OfflineAnswer {
  const reply = replyOffline(script, request(changes))
  if (reply.fault) throw new Error(`fault ${JSON.stringify(reply.fault)}`)
  return reply
}

function valueFor(responseSchema: JsonSchema, changes: Partial<OfflineRequest> = {}): unknown {
  return JSON.parse(answered(emptyScript, { responseSchema, ...changes }).text)
}

describe("an answer without a script", () => {
  it("fits any schema, for any prompt", () => {
    fc.assert(
      fc.property(jsonSchemas, fc.string(), (schema, content) => {
        const value = valueFor(schema, { messages: [{ role: "user", content }] })
        const { validate } = schemaOf(schema)
        expect(
          validate(value),
          `${JSON.stringify(schema)} got ${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`,
        ).toBe(true)
      }),
      { seed, numRuns: 150 },
    )
  })

  it("is the same for the same step and prompt, and another one elsewhere", () => {
    const schema = { type: "array", items: { type: "string" }, minItems: 5 }
    expect(valueFor(schema)).toEqual(valueFor(schema))
    expect(valueFor({ type: "number" }, { step: "a", messages: [] })).not.toEqual(
      valueFor({ type: "number" }, { step: "b", messages: [] }),
    )
  })

  it("takes addresses, fields, numbers, mails and dates from the prompt", () => {
    expect(valueFor({ type: "array", items: { type: "string", format: "uri" } })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^https:\/\/[ab]\.test\/(one|two)$/)]),
    )
    const source = record({
      title: { type: "string" },
      url: { type: "string" },
      score: { type: "number", minimum: 0, maximum: 1 },
    })
    expect(valueFor({ type: "array", items: source })).toEqual([
      { title: "Chips are scarce", url: "https://a.test/one", score: 0.4 },
      { title: "Power runs out", url: "https://b.test/two", score: 0.9 },
    ])
    expect(valueFor({ type: "string", format: "email" })).toBe("ann@example.org")
    expect(valueFor({ type: "string", format: "date" })).toBe("2026-03-04")
    expect(valueFor({ type: "integer", minimum: 5, maximum: 9 })).toBe(7)
    expect(prompt).toContain(valueFor({ type: "string" }))
  })

  it("ends a recursive type", () => {
    const tree = {
      $defs: {
        Node: record({ name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/Node" } } }),
      },
      $ref: "#/$defs/Node",
    }
    expect(schemaOf(tree).validate(valueFor(tree))).toBe(true)
  })

  it("reads limits out of a description, where a strict schema has to put them", () => {
    const told = { type: "string", description: "The headline. (at most 12 characters)" }
    expect(String(valueFor(told)).length).toBeLessThanOrEqual(12)
    expect(
      valueFor({
        type: "array",
        items: { enum: ["a", "b", "c", "d"] },
        description: "(at least 3 items; all different)",
      }),
    ).toSatisfy((list: string[]) => list.length >= 3 && new Set(list).size === list.length)
  })

  it("calls each tool once, then answers", () => {
    const first = answered(emptyScript, { tools: [lookUp], responseSchema: { type: "string" } })
    expect(first.finishReason).toBe("tool_calls")
    expect(first.toolCalls).toHaveLength(1)
    expect(schemaOf(lookUp.parameters).validate(first.toolCalls[0]?.arguments)).toBe(true)
    const [call] = first.toolCalls
    const second = answered(emptyScript, {
      tools: [lookUp],
      responseSchema: { type: "string" },
      messages: [
        { role: "user", content: prompt },
        { role: "assistant", toolCalls: first.toolCalls },
        { role: "tool", toolCallId: call?.id ?? "", name: "lookUp", content: "The page." },
      ],
    })
    expect(second).toMatchObject({ finishReason: "stop", toolCalls: [] })
  })

  it("counts a token for four bytes and stops at its limit", () => {
    const plain = answered(emptyScript, { messages: [{ role: "user", content: "x".repeat(400) }] })
    expect(plain.usage.inputTokens).toBe(104)
    const long = answered({ rules: [{ text: "word ".repeat(200) }] }, { maxOutputTokens: 50 })
    expect(long).toMatchObject({ finishReason: "length", usage: { outputTokens: 50 } })
    expect(long.text.length).toBe(200)
  })
})

describe("a script", () => {
  it("chooses the first rule that fits agent, step, model, turn and prompt", () => {
    const script: ModelScript = {
      rules: [
        { agent: "Reader", text: "reader" },
        { step: "Flow/*#2", text: "second" },
        { model: "gpt-4o", text: "strong" },
        { turn: 2, text: "turn two" },
        { prompt: "no such words", text: "never" },
        { text: "else" },
      ],
    }
    const said = (changes: Partial<OfflineRequest>): string => answered(script, changes).text
    expect(said({ agent: "Reader" })).toBe("reader")
    expect(said({ step: "Flow/Writer#2" })).toBe("second")
    expect(said({ model: "gpt-4o" })).toBe("strong")
    expect(
      said({
        messages: [
          { role: "user", content: "a" },
          { role: "assistant", content: "b" },
          { role: "user", content: "c" },
        ],
      }),
    ).toBe("turn two")
    expect(said({})).toBe("else")
  })

  it("fails the first attempts and answers then", () => {
    const script: ModelScript = { rules: [{ error: { status: 429, retryAfter: 2, times: 2 }, answer: "done" }] }
    expect(replyOffline(script, request({ attempt: 2 }))).toMatchObject({ fault: { status: 429 } })
    expect(answered(script, { attempt: 3 }).text).toBe('"done"')
  })

  it("fills templates from the prompt", () => {
    const script: ModelScript = {
      rules: [
        {
          answer: {
            urls: "{{urls}}",
            first: "{{json[0][0].title}}!",
            notes: { $each: "json[0]", $take: 1, $value: { claim: "{{item.text | sentence 2}}", at: "{{index}}" } },
            short: "{{item.missing}}",
            words: "{{words | take 2}}",
            step: "{{step}} {{turn}}",
          },
        },
      ],
    }
    expect(JSON.parse(answered(script).text)).toEqual({
      urls: ["https://a.test/one", "https://b.test/two"],
      first: "Chips are scarce!",
      notes: [{ claim: "Prices rise by 12.5 percent.", at: 0 }],
      short: null,
      words: ["Look", "at"],
      step: "Flow/Writer 1",
    })
  })

  it("is refused with the place of the mistake", () => {
    expect(parseModelScript("{")).toMatchObject({ ok: false, problems: [expect.stringMatching(/^not JSON/)] })
    expect(parseModelScript('{"rules":[{"agnet":"A"}]}')).toEqual({
      ok: false,
      problems: ["rules[0].agnet is not a field of this type"],
    })
    expect(parseModelScript('{"rules":[{"error":{"status":200}}]}')).toEqual({
      ok: false,
      problems: ["rules[0].error.status must be >= 400"],
    })
  })

  it("has every field of its format in the documentation", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/offline-model.md"), "utf8")
    const { properties } = modelScriptSchema.properties.rules.items
    for (const name of [...Object.keys(properties), ...Object.keys(properties.error.properties)])
      expect(page).toContain(`\`${name}\``)
    for (const [, json] of page.matchAll(/```json\n([\s\S]*?)```/g))
      expect(parseModelScript(json ?? "")).toMatchObject({ ok: true })
  })
})

describe("the provider in process", () => {
  it("maps faults to kinds", async () => {
    const failing = (error: object): Promise<unknown> =>
      createOfflineProvider({ rules: [{ error }] }).complete(providerRequest())
    expect(await failing({ status: 429, retryAfter: 7 })).toMatchObject({
      ok: false,
      kind: "rate_limited",
      retryAfterMs: 7_000,
    })
    expect(await failing({ status: 503 })).toMatchObject({ ok: false, kind: "unavailable" })
    expect(await failing({ cut: true })).toMatchObject({ ok: false, kind: "network", maybeDone: true })
  })

  it("hangs until it is stopped", async () => {
    const controller = new AbortController()
    const hanging = createOfflineProvider({ rules: [{ error: { hang: true } }] }).complete(
      providerRequest({ signal: controller.signal }),
    )
    controller.abort()
    expect(await hanging).toMatchObject({ ok: false, kind: "timeout", maybeDone: true })
  })
})

describe("material", () => {
  it("stays fast on text full of brackets", () => {
    const text = "[".repeat(50_000)
    expect(materialOf(text).json).toEqual([])
  })
})
