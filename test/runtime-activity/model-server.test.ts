// The real `openai` package against the model server: answers, streams, tools, structured output and every failure.

import OpenAI from "openai"
import { afterEach, describe, expect, it } from "vitest"
import type { ModelRule } from "../../runtime/providers/model-script.ts"
import { startModelServer } from "../../runtime/model-server/server.ts"
import type { ModelServer } from "../../runtime/model-server/server.ts"
import { createOfflineProvider } from "../../runtime/providers/offline.ts"
import { createOpenaiProvider } from "../../runtime/providers/openai.ts"
import type { ProviderRequest, ProviderResponse } from "../../runtime/providers/provider.ts"
import { lookUp, providerRequest, record, schemaOf, scratchServer } from "./helpers.ts"

const servers: ModelServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serverWith(rules: readonly ModelRule[] = []): Promise<ModelServer> {
  const server = await startModelServer({ script: { rules } })
  servers.push(server)
  return server
}

async function complete(
  rules: readonly ModelRule[],
  changes: Partial<ProviderRequest> = {},
): Promise<ProviderResponse> {
  const { url } = await serverWith(rules)
  return createOpenaiProvider({ baseUrl: `${url}/v1`, apiKey: "sk-offline" }).complete(providerRequest(changes))
}

const brief = record(
  {
    headline: { type: "string", maxLength: 40 },
    points: { type: "array", items: { type: "string" }, minItems: 3 },
    note: { type: "string" },
  },
  ["headline", "points"],
)
const ways = [
  ["whole", () => ({})],
  [
    "streamed",
    (parts: string[]) => ({
      onText: (delta: string) => {
        parts.push(delta)
      },
    }),
  ],
] as const

describe.each(ways)("%s", (_, way) => {
  const ask = (
    rules: readonly ModelRule[],
    changes: Partial<ProviderRequest> = {},
    parts: string[] = [],
  ): Promise<ProviderResponse> => complete(rules, { ...way(parts), ...changes })

  it("an answer of a record type fits it, with usage", async () => {
    const parts: string[] = []
    const response = await ask([], { responseSchema: brief }, parts)
    if (!response.ok) throw new Error(response.message)
    expect(response).toMatchObject({
      finishReason: "stop",
      toolCalls: [],
      usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
    })
    const { validate } = schemaOf(brief)
    expect(validate(response.answer?.value), JSON.stringify(validate.errors)).toBe(true)
    expect(response.usage?.inputTokens).toBeGreaterThan(20)
    if (parts.length > 0) expect(parts.join("")).toBe(response.text)
  })

  it("an answer of a list type comes out of its wrapping", async () => {
    expect(
      await ask([{ answer: ["https://a.test"] }], { responseSchema: { type: "array", items: { type: "string" } } }),
    ).toMatchObject({ ok: true, answer: { value: ["https://a.test"] } })
  })

  it("calls tools with arguments of the declared type, then answers", async () => {
    const first = await ask([], { tools: [lookUp], responseSchema: brief })
    if (!first.ok) throw new Error(first.message)
    expect(first).toMatchObject({
      finishReason: "tool_calls",
      toolCalls: [{ name: "lookUp", arguments: { url: "https://a.test/x" } }],
    })
    const [call] = first.toolCalls
    expect(schemaOf(lookUp.parameters).validate(call?.arguments)).toBe(true)
    const second = await ask([], {
      tools: [lookUp],
      responseSchema: { type: "string" },
      messages: [
        ...providerRequest().messages,
        { role: "assistant", toolCalls: first.toolCalls },
        { role: "tool", toolCallId: call?.id ?? "", name: "lookUp", content: "The page says no." },
      ],
    })
    expect(second).toMatchObject({ ok: true, finishReason: "stop", answer: { value: expect.any(String) } })
  })

  it("several tool calls at once", async () => {
    const rules: ModelRule[] = [
      {
        toolCalls: [
          { name: "lookUp", arguments: { url: "a" } },
          { name: "lookUp", arguments: { url: "b", depth: 2 } },
        ],
      },
    ]
    const response = await ask(rules, { tools: [lookUp] })
    expect(response).toMatchObject({
      ok: true,
      toolCalls: [{ arguments: { url: "a" } }, { arguments: { url: "b", depth: 2 } }],
    })
  })

  it("refusal, content filter and length", async () => {
    expect(await ask([{ refusal: "I won't." }])).toMatchObject({ ok: true, refusal: "I won't.", finishReason: "stop" })
    expect(await ask([{ text: "half", finishReason: "content_filter" }])).toMatchObject({
      ok: true,
      finishReason: "content_filter",
    })
    const long = await ask([{ answer: "word ".repeat(100) }], { maxOutputTokens: 10 })
    expect(long).toMatchObject({ ok: true, finishReason: "length", usage: { outputTokens: 10 } })
    expect(long).not.toHaveProperty("answer")
  })

  it("429 with Retry-After in seconds and as a date, without retries of its own", async () => {
    const server = await serverWith([
      { step: "Flow/date", error: { status: 429, retryAfter: "Fri, 02 Jan 2099 03:04:05 GMT" } },
      { error: { status: 429, retryAfter: 7, message: "slow down" } },
    ])
    const provider = createOpenaiProvider({ baseUrl: `${server.url}/v1` })
    expect(await provider.complete(providerRequest(way([])))).toEqual({
      ok: false,
      kind: "rate_limited",
      message: "429 slow down",
      retryAfterMs: 7_000,
    })
    expect(await provider.complete(providerRequest({ ...way([]), step: "Flow/date" }))).toMatchObject({
      retryAfterMs: expect.any(Number),
    })
    expect(server.requests()).toBe(2)
  })

  it("statuses and codes as kinds", async () => {
    const failing = async (error: NonNullable<ModelRule["error"]>): Promise<unknown> => {
      const response = await ask([{ error }])
      return response.ok ? "ok" : response.kind
    }
    expect(await failing({ status: 500 })).toBe("unavailable")
    expect(await failing({ status: 503 })).toBe("unavailable")
    expect(await failing({ status: 504 })).toBe("timeout")
    expect(await failing({ status: 401 })).toBe("denied")
    expect(await failing({ status: 404 })).toBe("not_found")
    expect(await failing({ status: 400 })).toBe("invalid_input")
    expect(await failing({ status: 400, code: "content_filter" })).toBe("refused")
    expect(await failing({ status: 400, code: "context_length_exceeded" })).toBe("too_large")
    expect(await failing({ status: 429, code: "insufficient_quota" })).toBe("denied")
  })

  it("a cut connection leaves the outcome in doubt", async () => {
    expect(await ask([{ error: { cut: true } }])).toMatchObject({ ok: false, kind: "network", maybeDone: true })
  })

  it("no server is a network failure without doubt", async () => {
    const server = await startModelServer()
    await server.close()
    expect(await createOpenaiProvider({ baseUrl: `${server.url}/v1` }).complete(providerRequest(way([])))).toEqual({
      ok: false,
      kind: "network",
      message: "the model provider could not be reached (ECONNREFUSED)",
    })
  })

  it("a hanging model ends with the attempt", async () => {
    expect(await ask([{ error: { hang: true } }], { signal: AbortSignal.timeout(50) })).toMatchObject({
      ok: false,
      kind: "timeout",
      maybeDone: true,
    })
  })

  it("fails the first attempts by the header that the provider sends", async () => {
    const server = await serverWith([{ error: { status: 503, times: 2 }, answer: "fine" }])
    const provider = createOpenaiProvider({ baseUrl: `${server.url}/v1` })
    const kinds = []
    for (const attempt of [1, 2, 3]) kinds.push((await provider.complete(providerRequest({ ...way([]), attempt }))).ok)
    expect(kinds).toEqual([false, false, true])
  })
})

describe("the two offline ways", () => {
  it("give the same scripted answer and usage", async () => {
    const rules: ModelRule[] = [
      { answer: { $each: "urls", $value: "{{item}}" }, usage: { inputTokens: 11, outputTokens: 5 } },
    ]
    const request = providerRequest({ responseSchema: { type: "array", items: { type: "string" } } })
    const inProcess = await createOfflineProvider({ rules }).complete(request)
    const overHttp = await complete(rules, request)
    expect(inProcess).toMatchObject({
      answer: { value: ["https://a.test/x"] },
      usage: { inputTokens: 11, outputTokens: 5 },
    })
    expect(overHttp).toMatchObject({
      answer: { value: ["https://a.test/x"] },
      usage: { inputTokens: 11, outputTokens: 5 },
    })
  })
})

describe("the server for other clients", () => {
  it("lists models and answers plain chat, without AgentFlow's headers", async () => {
    const { url } = await serverWith([{ step: "mine", error: { status: 503, times: 1 }, text: "hello" }])
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "x", maxRetries: 1 })
    expect((await client.models.list()).data.map((model) => model.id)).toContain("gpt-4o")
    const completion = await client.chat.completions.create({
      model: "gpt-4o",
      user: "mine",
      messages: [{ role: "user", content: "hi" }],
    })
    expect(completion.choices[0]?.message.content).toBe("hello")
    expect(completion.usage?.total_tokens).toBe(
      (completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
    )
  })

  it("streams without usage unless asked", async () => {
    const { url } = await serverWith([{ text: "a longer text that comes in several pieces" }])
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "x" })
    let text = ""
    for await (const chunk of await client.chat.completions.create({
      model: "gpt-4o",
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    })) {
      expect(chunk.usage ?? null).toBeNull()
      text += chunk.choices[0]?.delta.content ?? ""
    }
    expect(text).toBe("a longer text that comes in several pieces")
  })

  it("refuses what is no request", async () => {
    const { url } = await serverWith()
    const post = (body: string): Promise<Response> => fetch(`${url}/v1/chat/completions`, { method: "POST", body })
    expect((await post("{")).status).toBe(400)
    expect(await (await post('{"model":"m"}')).json()).toMatchObject({
      error: { message: expect.stringContaining("messages") },
    })
    expect((await fetch(`${url}/v1/nothing`)).status).toBe(404)
  })

  it("says when its port is taken or its script is wrong", async () => {
    const { port } = await serverWith()
    await expect(startModelServer({ port })).rejects.toThrow(`the model server cannot listen on 127.0.0.1:${port}`)
    await expect(startModelServer({ script: "/no/such/model.json" })).rejects.toThrow("the model script can't be read")
  })
})

describe("a compatible service with less", () => {
  it("that reports no usage gives none, so that the allowance is charged", async () => {
    const service = await scratchServer((_, response) => {
      const choice = { index: 0, finish_reason: "stop" }
      response.setHeader("content-type", "application/json")
      response.end(
        JSON.stringify({
          id: "x",
          object: "chat.completion",
          choices: [{ ...choice, message: { role: "assistant", content: '```json\n{"value":"hi"}\n```' } }],
        }),
      )
    })
    const response = await createOpenaiProvider({ baseUrl: service.url }).complete(providerRequest())
    await service.close()
    expect(response).toEqual({
      ok: true,
      finishReason: "stop",
      text: '```json\n{"value":"hi"}\n```',
      toolCalls: [],
      answer: { value: "hi" },
    })
  })

  it("that answers with something else is invalid_output or unavailable, never a crash", async () => {
    const service = await scratchServer((_, response) => {
      response.setHeader("content-type", "application/json")
      response.end('{"choices":[]}')
    })
    const response = await createOpenaiProvider({ baseUrl: service.url }).complete(providerRequest())
    await service.close()
    expect(response).toMatchObject({ ok: false, kind: "invalid_output", maybeDone: true })
  })
})

describe("headers", () => {
  it("keep AgentFlow's names on this machine, and send a key per attempt", async () => {
    const seen = await scratchServer((_, response) => {
      response.writeHead(500).end()
    })
    await createOpenaiProvider({ baseUrl: seen.url, apiKey: "k" }).complete(
      providerRequest({ step: "Flow/ä", attempt: 2 }),
    )
    await seen.close()
    expect(seen.requests).toHaveLength(1)
    expect(seen.requests[0]?.headers).toMatchObject({
      "x-agentflow-step": "Flow%2F%C3%A4",
      "x-agentflow-attempt": "2",
      "idempotency-key": "key-1-2",
      authorization: "Bearer k",
    })
    expect(JSON.parse(seen.requests[0]?.body ?? "")).toMatchObject({
      max_completion_tokens: 1_000,
      response_format: { type: "json_schema", json_schema: { strict: true } },
    })
  })
})
