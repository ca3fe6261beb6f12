// The envelope of an activity: whatever a tool does, a workflow gets a value or a failure with a kind.

import { describe, expect, it, vi } from "vitest"
import type { Callable, Envelope } from "../../runtime/contract.ts"
import { tool } from "../../runtime/define.ts"
import { ToolError } from "../../runtime/errors.ts"
import { createRedactor } from "../../runtime/redact.ts"
import { deferred, execute, memoryState, readingTool, record, schemaOf, servicesWith } from "./helpers.ts"

const services = servicesWith()
const outcome = (run: () => unknown, result?: Parameters<typeof readingTool>[1]): Promise<Envelope> =>
  execute(readingTool(run, result), services)
const thrower = (thrown: unknown) => () => {
  throw thrown
}

describe("a tool that throws", () => {
  it("gives its own kind", async () => {
    const error = new ToolError("rate_limited", "slow down", { retryAfterMs: 500, data: { left: 0 } })
    expect(await outcome(thrower(error))).toEqual({
      ok: false,
      kind: "rate_limited",
      message: "slow down",
      retryAfterMs: 500,
      data: { left: 0 },
    })
  })

  it("is internal when it says nothing more", async () => {
    expect(await outcome(thrower(new TypeError("x is not a function")))).toEqual({
      ok: false,
      kind: "internal",
      message: "TypeError: x is not a function",
    })
    expect(await outcome(thrower("plain text"))).toEqual({ ok: false, kind: "internal", message: "plain text" })
    expect(await outcome(thrower(null))).toEqual({
      ok: false,
      kind: "internal",
      message: "the code threw null instead of an Error",
    })
    expect(await outcome(thrower(undefined))).toEqual({
      ok: false,
      kind: "internal",
      message: "the code threw undefined instead of an Error",
    })
    expect(await outcome(() => Promise.reject(new Error("late")))).toMatchObject({
      kind: "internal",
      message: "Error: late",
    })
  })

  it("is a network failure when the system says so", async () => {
    const reset = new Error("fetch failed", { cause: Object.assign(new Error("read"), { code: "ECONNRESET" }) })
    expect(await outcome(thrower(reset))).toEqual({ ok: false, kind: "network", message: "fetch failed (ECONNRESET)" })
  })

  it("carries the data of a declared error, and no other", async () => {
    const fails = { OutOfStock: schemaOf<unknown>({ type: "object", properties: { left: { type: "integer" } }, required: ["left"], additionalProperties: false }) }
    const failed = (data: unknown): Promise<Envelope> => execute(tool<object, unknown>({
      name: "look", parameters: schemaOf({ type: "object" }), result: schemaOf(true), effect: "reads", fails, run: thrower(new ToolError("OutOfStock", "gone", { data })),
    }), services)
    expect(await failed({ left: 2, more: true })).toEqual({ ok: false, kind: "OutOfStock", message: "gone", data: { left: 2 } })
    for (const data of [undefined, "text", { left: "two" }]) {
      expect(await failed(data)).toEqual({ ok: false, kind: "invalid_output", message: expect.stringContaining("OutOfStock (gone), whose data does not fit") })
    }
  })

  it("survives an error that can't be written", async () => {
    const loop: Record<string, unknown> = {}
    loop["self"] = loop
    expect(await outcome(thrower(loop))).toMatchObject({
      kind: "internal",
      message: "the code threw [object Object] instead of an Error",
    })
    expect(await outcome(thrower(new ToolError("conflict", "x", { data: loop })))).toMatchObject({
      ok: false,
      kind: "invalid_output",
    })
  })
})

describe("a result", () => {
  const page = record({
    url: { type: "string", format: "uri" },
    tags: { type: "array", items: record({ name: { type: "string", maxLength: 3 } }) },
  })

  it("is projected to its type", async () => {
    expect(await outcome(() => ({ url: "https://a.test", tags: [{ name: "a", extra: 1 }], more: true }), page)).toEqual(
      { ok: true, value: { url: "https://a.test", tags: [{ name: "a" }] } },
    )
  })

  it("that does not fit is invalid_output, with every problem in words", async () => {
    expect(await outcome(() => ({ url: "no", tags: [{ name: "long" }, {}] }), page)).toEqual({
      ok: false,
      kind: "invalid_output",
      message:
        "look gave a result of the wrong type: url must be a valid uri; tags[0].name must have at most 3 characters; tags[1].name is missing",
    })
  })

  it("is projected through references and tagged unions", async () => {
    const shape = {
      $defs: {
        Circle: record({ kind: { const: "Circle" }, r: { type: "number" } }),
        Square: record({ kind: { const: "Square" }, side: { type: "number" } }),
      },
      type: "array",
      items: { anyOf: [{ $ref: "#/$defs/Circle" }, { $ref: "#/$defs/Square" }] },
    }
    expect(
      await outcome(
        () => [
          { kind: "Square", side: 2, r: 1 },
          { kind: "Circle", r: 1, side: 2 },
        ],
        shape,
      ),
    ).toEqual({
      ok: true,
      value: [
        { kind: "Square", side: 2 },
        { kind: "Circle", r: 1 },
      ],
    })
  })

  it("is seen as its JSON, and is nothing where no type is declared", async () => {
    expect(
      await outcome(
        () => ({ at: new Date(0), left: undefined }),
        record({ at: { type: "string", format: "date-time" } }),
      ),
    ).toEqual({ ok: true, value: { at: "1970-01-01T00:00:00.000Z" } })
    expect(await outcome(() => ({ anything: 1 }), { type: "null" })).toEqual({ ok: true, value: null })
    expect(await outcome(() => undefined, { type: "null" })).toEqual({ ok: true, value: null })
    expect(await outcome(() => 1n)).toMatchObject({ ok: false, kind: "invalid_output" })
  })

  it("over the limit of a history is too_large", async () => {
    expect(await outcome(() => "x".repeat(3_000_000), { type: "string" })).toMatchObject({
      ok: false,
      kind: "too_large",
      message: expect.stringContaining("3000022 bytes"),
    })
  })

  it("that breaks a requirement is invalid_output in the program's words", async () => {
    const picky = tool<object, { ok: boolean; error: string }>({
      name: "post",
      parameters: schemaOf({ type: "object" }),
      result: schemaOf(record({ ok: { type: "boolean" }, error: { type: "string" } })),
      effect: "reads",
      run: () => ({ ok: false, error: "channel_not_found" }),
      require: [{ holds: (result) => result.ok, otherwise: (result) => `not posted: ${result.error}` }],
    })
    expect(await execute(picky, services)).toEqual({
      ok: false,
      kind: "invalid_output",
      message: "post: not posted: channel_not_found",
    })
  })
})

describe("parameters", () => {
  it("that do not fit are invalid_input, and the tool is not called", async () => {
    const run = vi.fn(() => null)
    const strict = tool<{ n: number }, null>({
      name: "add",
      parameters: schemaOf(record({ n: { type: "integer" } })),
      result: schemaOf({ type: "null" }),
      effect: "reads",
      run,
    })
    expect(await execute(strict, services, { parameters: { n: "1" } })).toEqual({
      ok: false,
      kind: "invalid_input",
      message: "add: n must be a whole number",
    })
    expect(run).not.toHaveBeenCalled()
  })
})

describe("a time limit", () => {
  it("ends an attempt whose tool ignores the signal", async () => {
    expect(
      await execute(
        readingTool(() => new Promise(() => undefined)),
        services,
        { timeoutMs: 20 },
      ),
    ).toEqual({ ok: false, kind: "timeout", message: "look did not finish within 20 ms" })
  })

  it("gives the tool a signal, and leaves a write in doubt", async () => {
    let aborted = false
    const send = writing({
      idempotent: true,
      run: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true
            reject(signal.reason)
          })
        }),
    })
    expect(await execute(send, services, { timeoutMs: 20 })).toMatchObject({
      ok: false,
      kind: "timeout",
      maybeDone: true,
    })
    expect(aborted).toBe(true)
  })
})

function writing(spec: { readonly idempotent?: boolean; readonly run: Parameters<typeof tool>[0]["run"] }): Callable {
  return tool({
    name: "send",
    parameters: schemaOf({ type: "object" }),
    result: schemaOf(true),
    effect: "writes",
    ...spec,
  })
}

describe("a write", () => {
  it("that is not idempotent is not sent twice by a re-execution", async () => {
    const run = vi.fn(() => "sent")
    const state = memoryState()
    const own = servicesWith({ state })
    expect(await execute(writing({ run }), own)).toEqual({ ok: true, value: "sent" })
    expect([...state.values]).toEqual([
      [
        "call:run-1:1000:Flow/send:1",
        { v: 1, allowance: { tokens: 0, nanoDollars: 0, turns: 0, calls: 1 }, at: "2026-01-02T03:04:05.000Z" },
      ],
    ])
    expect(await execute(writing({ run }), own)).toMatchObject({ ok: false, kind: "outcome_unknown", maybeDone: true })
    expect(run).toHaveBeenCalledTimes(1)
  })

  it("that a person sends again is another attempt", async () => {
    const own = servicesWith()
    await execute(writing({ run: () => 1 }), own)
    expect(await execute(writing({ run: () => 2 }), own, { attempt: 2 })).toEqual({ ok: true, value: 2 })
    expect(await execute(writing({ run: () => 3 }), own, { start: 2_000 })).toEqual({ ok: true, value: 3 })
  })

  it("is not sent when its marker can't be written", async () => {
    const run = vi.fn()
    const state = { ...memoryState(), saveFirst: () => Promise.reject(new ToolError("unavailable", "no state store")) }
    expect(await execute(writing({ run }), servicesWith({ state }))).toEqual({
      ok: false,
      kind: "unavailable",
      message: "no state store",
    })
    expect(run).not.toHaveBeenCalled()
  })

  it("whose result can't be used has happened all the same", async () => {
    const odd = tool<object, unknown>({
      name: "send",
      parameters: schemaOf({ type: "object" }),
      result: schemaOf({ type: "string" }),
      effect: "writes",
      idempotent: true,
      run: () => 1,
    })
    expect(await execute(odd, servicesWith())).toMatchObject({ kind: "invalid_output", maybeDone: true })
    expect(await execute(writing({ run: () => "x".repeat(3_000_000) }), servicesWith())).toMatchObject({
      kind: "too_large",
      maybeDone: true,
    })
  })

  it("that is idempotent is sent again, with the same key", async () => {
    const keys: string[] = []
    const send = writing({ idempotent: true, run: (_, context) => keys.push(context.idempotencyKey) })
    const own = servicesWith()
    await execute(send, own)
    await execute(send, own, { attempt: 2 })
    expect(keys).toEqual(["key-1", "key-1"])
  })
})

describe("secrets", () => {
  it("are masked in messages, data and results, in every form", async () => {
    const redactor = createRedactor()
    redactor.add("token", 'p"ss word/1')
    const own = servicesWith({ redactor })
    const shown = `p"ss word/1 p%22ss%20word%2F1 ${Buffer.from('p"ss word/1').toString("base64")}`
    const failed = await execute(readingTool(thrower(new ToolError("denied", shown, { data: { header: shown } }))), own)
    expect(failed).toMatchObject({
      message: "[secret token] [secret token] [secret token]",
      data: { header: "[secret token] [secret token] [secret token]" },
    })
    expect(
      await execute(
        readingTool(() => [shown]),
        own,
      ),
    ).toEqual({ ok: true, value: ["[secret token] [secret token] [secret token]"] })
  })

  it("leave short texts alone", () => {
    const redactor = createRedactor()
    redactor.add("pin", "a")
    expect(redactor.text("banana")).toBe("banana")
  })
})

describe("an activity", () => {
  it("that is executed again in the same process gives the outcome of the first", async () => {
    const { activitiesOf } = await import("../../runtime/activity.ts")
    const sent = deferred<string>()
    const run = vi.fn(() => sent.promise)
    const activity = activitiesOf([writing({ run })], servicesWith()).get("send")
    const send = (attempt: number): Promise<Envelope> | undefined => {
      return activity?.(
        { getWorkflowInstanceId: () => "run-1" },
        { step: "Flow/send", attempt, key: "k", start: 1, parameters: {} },
      )
    }
    const early = [send(1), send(1)]
    sent.resolve("sent")
    expect(await Promise.all([...early, send(1)])).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, value: "sent" })),
    )
    expect(run).toHaveBeenCalledTimes(1)
    await send(2)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it("refuses an input that is none", async () => {
    const { activitiesOf } = await import("../../runtime/activity.ts")
    const activity = activitiesOf([readingTool(() => 1)], services).get("look")
    expect(await activity?.({ getWorkflowInstanceId: () => "r" }, undefined)).toMatchObject({
      ok: false,
      kind: "internal",
    })
  })
})
