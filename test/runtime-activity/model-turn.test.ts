// The activity of a model turn: the marker comes before the request, the answer is checked before it is given.

import { describe, expect, it, vi } from "vitest"
import type { Envelope, JsonSchema, ModelRequest } from "../../runtime/contract.ts"
import type { Provider, ProviderReply } from "../../runtime/providers/provider.ts"
import { agentOf, execute, memoryState, modelRequest, record, servicesWith } from "./helpers.ts"
import type { MemoryState } from "./helpers.ts"

const usage = { inputTokens: 40, outputTokens: 10 }
const reply = (changes: Partial<ProviderReply>): ProviderReply => ({
  ok: true,
  finishReason: "stop",
  text: "",
  toolCalls: [],
  usage,
  ...changes,
})

interface Setting {
  readonly complete: Provider["complete"]
  readonly result?: JsonSchema
  readonly state?: MemoryState
  readonly attempt?: number
  readonly timeoutMs?: number
  readonly request?: Partial<ModelRequest>
}

function turn({
  complete,
  result = { type: "string" },
  state = memoryState(),
  attempt = 1,
  timeoutMs,
  request,
}: Setting): Promise<Envelope> {
  const services = servicesWith({ state, provider: (name) => (name === "openai" ? { name, complete } : undefined) })
  return execute(agentOf(result), services, {
    attempt,
    parameters: modelRequest(request),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}

describe("the marker", () => {
  it("is written before the request leaves, with the allowance", async () => {
    const state = memoryState()
    let seen: unknown
    await turn({
      state,
      complete: () => {
        seen = [...state.values]
        return Promise.resolve(reply({ answer: { value: "a" } }))
      },
    })
    expect(seen).toEqual([
      [
        "call:run-1:1000:Flow/Writer:1",
        {
          v: 1,
          allowance: { tokens: 1_500, nanoDollars: 1_000_000, turns: 1, calls: 0 },
          at: "2026-01-02T03:04:05.000Z",
        },
      ],
    ])
  })

  it("that is there already sends nothing", async () => {
    const state = memoryState()
    const complete = vi.fn(() => Promise.resolve(reply({ answer: { value: "a" } })))
    await turn({ state, complete })
    expect(await turn({ state, complete })).toEqual({
      ok: false,
      kind: "interrupted",
      maybeDone: true,
      message: expect.stringContaining("cut off"),
    })
    expect(complete).toHaveBeenCalledTimes(1)
    expect(await turn({ state, complete, attempt: 2 })).toMatchObject({ ok: true })
  })

  it("can't be written: nothing is sent", async () => {
    const complete = vi.fn()
    const state = { ...memoryState(), saveFirst: () => Promise.reject(new Error("down")) }
    expect(await turn({ state, complete })).toMatchObject({ ok: false })
    expect(complete).not.toHaveBeenCalled()
  })

  it("lets exactly one of two executions at once send", async () => {
    const state = memoryState()
    const complete = vi.fn(() => Promise.resolve(reply({ answer: { value: "a" } })))
    const both = await Promise.all([turn({ state, complete }), turn({ state, complete })])
    expect(both.map((envelope) => envelope.ok).toSorted()).toEqual([false, true])
    expect(complete).toHaveBeenCalledTimes(1)
  })
})

describe("the answer", () => {
  const brief = record({ headline: { type: "string", maxLength: 5 } })
  const judged = (changes: Partial<ProviderReply>, result: JsonSchema = brief): Promise<Envelope> =>
    turn({ result, complete: () => Promise.resolve(reply(changes)) })

  it("is projected and given with the usage", async () => {
    expect(await judged({ text: "{}", answer: { value: { headline: "ok", extra: 1 } } })).toEqual({
      ok: true,
      value: { finishReason: "stop", text: "{}", answer: { value: { headline: "ok" } } },
      usage,
    })
  })

  it("that does not fit comes with its problems, and is paid for", async () => {
    expect(await judged({ text: "x", answer: { value: { headline: "too long" } } })).toEqual({
      ok: true,
      value: { finishReason: "stop", text: "x", problems: ["headline must have at most 5 characters"] },
      usage,
    })
    expect(await judged({ text: "no json" })).toMatchObject({ value: { problems: ["the answer is not JSON"] } })
    expect(await judged({})).toMatchObject({ value: { problems: ["the answer is empty"] } })
    expect(await judged({ text: "{", finishReason: "length" })).toMatchObject({
      value: { finishReason: "length", problems: [expect.stringContaining("limit of 1000 tokens")] },
    })
  })

  it("may be null, and may be plain text where text is wanted", async () => {
    expect(await judged({ text: "null", answer: { value: null } }, { type: ["string", "null"] })).toMatchObject({
      value: { answer: { value: null } },
    })
    expect(await judged({ text: "just words" }, { type: "string" })).toMatchObject({
      value: { answer: { value: "just words" } },
    })
  })

  it("may be tool calls or a refusal instead", async () => {
    const toolCalls = [{ id: "1", name: "lookUp", arguments: {} }]
    expect(await judged({ finishReason: "tool_calls", toolCalls })).toEqual({
      ok: true,
      value: { finishReason: "tool_calls", toolCalls },
      usage,
    })
    expect(await judged({ refusal: "no" })).toMatchObject({ ok: true, value: { refusal: "no" }, usage })
    expect(await judged({ finishReason: "content_filter" })).toMatchObject({
      ok: true,
      value: { refusal: expect.stringContaining("content filter") },
    })
  })
})

describe("a failing provider", () => {
  it("gives its kind, its wait and its usage", async () => {
    const failure = { ok: false, kind: "rate_limited", message: "slow", retryAfterMs: 7_000, usage } as const
    expect(await turn({ complete: () => Promise.resolve(failure) })).toEqual(failure)
  })

  it("that hangs is a timeout in doubt, with the signal raised", async () => {
    let signal: AbortSignal | undefined
    const envelope = await turn({
      timeoutMs: 20,
      complete: (request) => {
        signal = request.signal
        return new Promise(() => undefined)
      },
    })
    expect(envelope).toMatchObject({ ok: false, kind: "timeout", maybeDone: true })
    expect(signal?.aborted).toBe(true)
  })

  it("that throws is caught, in doubt", async () => {
    expect(await turn({ complete: () => Promise.reject(new Error("bug")) })).toEqual({
      ok: false,
      kind: "internal",
      message: "Error: bug",
      maybeDone: true,
    })
  })

  it("that nobody knows is named", async () => {
    const request = modelRequest()
    expect(await turn({ complete: vi.fn(), request: { model: { ...request.model, provider: "acme" } } })).toMatchObject(
      { ok: false, kind: "invalid_input", message: 'no provider is called "acme"' },
    )
  })
})
