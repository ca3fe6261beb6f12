// What every provider must do, whatever it speaks: run against each of them with the offline model behind it.

import { describe, expect, it } from "vitest"
import type { ModelRule } from "../../runtime/providers/model-script.ts"
import type { Provider, ProviderRequest, ProviderResponse } from "../../runtime/providers/provider.ts"
import { lookUp, providerRequest, record, schemaOf } from "./helpers.ts"

export interface OpenedProvider {
  readonly provider: Provider
  close(): Promise<void>
}

const brief = record({
  headline: { type: "string", maxLength: 40 }, points: { type: "array", items: { type: "string" }, minItems: 3 }, note: { type: "string" },
}, ["headline", "points"])

export interface Abilities {
  /** Whether the protocol can say that the model refused, or carry a limit of the answer's length. */
  readonly refuses: boolean
  readonly bounds: boolean
}

export function providerContract(
  name: string, { refuses, bounds }: Abilities, open: (rules: readonly ModelRule[]) => Promise<OpenedProvider>,
): void {
  const ask = async (rules: readonly ModelRule[], changes: Partial<ProviderRequest> = {}): Promise<ProviderResponse> => {
    const { provider, close } = await open(rules)
    try {
      return await provider.complete(providerRequest(changes))
    } finally {
      await close()
    }
  }

  describe(`provider: ${name}`, () => {
    it("answers with a value of the type, out of any wrapping, and says what it cost", async () => {
      const response = await ask([], { responseSchema: brief })
      if (!response.ok) throw new Error(response.message)
      expect(response).toMatchObject({ finishReason: "stop", toolCalls: [], usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) } })
      expect(schemaOf(brief).validate(response.answer?.value)).toBe(true)
      const list = { type: "array", items: { type: "string" } }
      expect(await ask([{ answer: ["https://a.test"] }], { responseSchema: list })).toMatchObject({ ok: true, answer: { value: ["https://a.test"] } })
    })

    it("calls tools, several at once, and goes on with their results", async () => {
      const calls = [{ name: "lookUp", arguments: { url: "a" } }, { name: "lookUp", arguments: { url: "b", depth: 2 } }]
      const first = await ask([{ toolCalls: calls }], { tools: [lookUp] })
      if (!first.ok) throw new Error(first.message)
      expect(first).toMatchObject({ finishReason: "tool_calls", toolCalls: calls })
      expect(new Set(first.toolCalls.map(({ id }) => id)).size).toBe(2)
      const messages = [
        ...providerRequest().messages,
        { role: "assistant" as const, toolCalls: first.toolCalls },
        ...first.toolCalls.map(({ id }) => ({ role: "tool" as const, toolCallId: id, name: "lookUp", content: "The page says no." })),
      ]
      const rules: ModelRule[] = [{ turn: 2, answer: "done" }]
      expect(await ask(rules, { messages, tools: [lookUp] })).toMatchObject({ ok: true, finishReason: "stop", answer: { value: "done" } })
    })

    it("gives the text as it comes, and counts it all the same", async () => {
      const parts: string[] = []
      const response = await ask([{ answer: "a longer sentence" }], { onText: (delta) => void parts.push(delta) })
      expect(response).toMatchObject({ ok: true, usage: { outputTokens: expect.any(Number) } })
      expect(response.ok && parts.join("") === response.text).toBe(true)
    })

    it("tells a failure as its kind", async () => {
      expect(await ask([{ error: { status: 503, message: "status code: 503" } }])).toMatchObject({ ok: false, kind: "unavailable" })
      expect(await ask([{ error: { status: 429, message: "status code: 429" } }])).toMatchObject({ ok: false, kind: "rate_limited" })
      expect(await ask([{ error: { cut: true } }])).toMatchObject({ ok: false, kind: "network", maybeDone: true })
      expect(await ask([{ error: { hang: true } }], { signal: AbortSignal.timeout(50) })).toMatchObject({ ok: false, kind: "timeout", maybeDone: true })
    })

    if (refuses) it("tells a refusal", async () => {
      expect(await ask([{ refusal: "I won't." }])).toMatchObject({ ok: true, refusal: "I won't." })
    })

    if (bounds) it("keeps to the limit of the answer's length", async () => {
      const long = await ask([{ answer: "word ".repeat(100) }], { maxOutputTokens: 10 })
      expect(long).toMatchObject({ ok: true, finishReason: "length", usage: { outputTokens: 10 } })
      expect(long).not.toHaveProperty("answer")
    })
  })
}
