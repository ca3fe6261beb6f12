// What the Studio shows of a run: rows, timeline, attempts, history; and no secret in any of it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { createMask } from "../../cli/studio/mask.ts"
import { detailOf, historyPage, rowOf, stepOf } from "../../cli/studio/runs.ts"
import type { HistoryEvent } from "../../engine/types.ts"
import type { InstanceView } from "../../sidecar/client.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-mask-"))
writeFileSync(join(folder, "secrets.json"), JSON.stringify({ slack: "xoxb-very-secret", nested: { key: "deep\"secret" }, short: "abc" }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mask = createMask({ folder, secrets: { vault: { file: "secrets.json" } } }, { OPENAI_API_KEY: "sk-from-the-environment", HOME: "/somewhere" })

const task = (eventId: number, atMs: number, step: string, more: object = {}): HistoryEvent => ({ kind: "taskScheduled", eventId, timestampMs: atMs, name: step.split("/").at(-1)!, input: JSON.stringify({ step, attempt: 1, parameters: { url: "https://a.test" }, ...more }) })
const done = (taskId: number, atMs: number, result: object): HistoryEvent => ({ kind: "taskCompleted", eventId: -1, timestampMs: atMs, taskId, result: JSON.stringify(result) })

const model = { name: "gpt-4o-mini", price: { input: 1, output: 2, per: 1_000_000 } }
const history: readonly HistoryEvent[] = [
  { kind: "orchestratorStarted", eventId: -1, timestampMs: 1_000 },
  { kind: "executionStarted", eventId: -1, timestampMs: 1_000, name: "Brief@2", instanceId: "one", input: '{"topic":"xoxb-very-secret"}' },
  task(1, 1_000, "Brief@2/fetch"),
  done(1, 1_100, { ok: false, kind: "rate_limited", message: "wait, xoxb-very-secret", retryAfterMs: 500 }),
  task(2, 1_600, "Brief@2/fetch", { attempt: 2, parameters: { url: "https://a.test", authorization: "Bearer abc", note: "sk-from-the-environment" } }),
  done(2, 1_700, { ok: true, value: { text: "fine" } }),
  task(3, 1_700, "Brief@2/Editor/turn[1]", { parameters: { model } }),
  done(3, 1_900, { ok: true, value: "x", usage: { inputTokens: 100, outputTokens: 50 } }),
  task(4, 1_900, "Brief@2/approve/ask"),
]
const run: InstanceView = {
  id: "one", name: "Brief@2", status: "running", createdAtMs: 1_000, updatedAtMs: 1_900, input: '{"topic":"xoxb-very-secret"}',
  customStatus: JSON.stringify({ v: 1, workflow: "Brief", phase: "running", budget: { nanoDollars: 5e8 }, spent: { tokens: 150, nanoDollars: 200_000, turns: 1, calls: 2 }, reserved: { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }, waiting: [{ step: "Brief@2/approve", for: "answer", until: 90_000 }] }),
}

describe("runs in the Studio", () => {
  it("have a row", () => {
    expect(rowOf(run, mask)).toEqual({
      id: "one", workflow: "Brief", version: 2, status: "running", isUndoing: false, questions: 1, createdAtMs: 1_000, updatedAtMs: 1_900, spent: { tokens: 150, nanoDollars: 200_000, turns: 1, calls: 2 },
    })
    const failed: InstanceView = { ...run, status: "failed", failure: { errorType: "Error", errorMessage: "it is xoxb-very-secret\nsecond line" } }
    expect(rowOf(failed, mask)).toMatchObject({ questions: 0, failure: { kind: "Error", message: "it is [secret slack]" } })
  })

  it("have a timeline with attempts and waits", () => {
    const detail = detailOf(run, history, mask)
    expect(detail).toMatchObject({ input: { topic: "[secret slack]" }, budget: { nanoDollars: 5e8 }, events: 9 })
    expect(detail.output).toBeUndefined()
    expect(detail.steps.map(({ path, depth, state }) => `${"  ".repeat(depth)}${path} ${state}`)).toEqual([
      "Brief@2/fetch done", "Brief@2/Editor done", "  Brief@2/Editor/turn[1] done", "Brief@2/approve waiting", "  Brief@2/approve/ask running",
    ])
    expect(detail.steps[0]?.bars).toEqual([
      { kind: "attempt", fromMs: 1_000, toMs: 1_100, attempt: 1, outcome: "failed", error: { kind: "rate_limited", message: "wait, [secret slack]" } },
      { kind: "wait", fromMs: 1_100, toMs: 1_600 },
      { kind: "attempt", fromMs: 1_600, toMs: 1_700, attempt: 2, outcome: "ok" },
    ])
    expect(detail.steps[2]).toMatchObject({ model: "gpt-4o-mini", spent: { tokens: 150, turns: 1, calls: 0 } })
    expect(detail.steps[3]).toMatchObject({ waiting: { for: "answer", untilMs: 90_000 } })
  })

  it("show what each attempt got and gave, masked", () => {
    expect(stepOf(run, history, "Brief@2/nothing", mask)).toBeUndefined()
    const step = stepOf(run, history, "Brief@2/fetch", mask)
    expect(step?.attempts.map(({ eventId, input, output, error }) => ({ eventId, input, output, error }))).toEqual([
      { eventId: 1, input: { url: "https://a.test" }, output: undefined, error: { kind: "rate_limited", message: "wait, [secret slack]" } },
      { eventId: 2, input: { url: "https://a.test", authorization: "[masked]", note: "[secret OPENAI_API_KEY]" }, output: { text: "fine" }, error: undefined },
    ])
  })

  it("have a history in pages", () => {
    expect(historyPage(history, { from: 3, limit: 2 }, mask)).toEqual({
      from: 3, total: 9,
      events: [
        { index: 3, atMs: 1_100, kind: "taskCompleted", eventId: -1, facts: { taskId: 1, result: { ok: false, kind: "rate_limited", message: "wait, [secret slack]", retryAfterMs: 500 } } },
        { index: 4, atMs: 1_600, kind: "taskScheduled", eventId: 2, facts: { name: "fetch", input: { step: "Brief@2/fetch", attempt: 2, parameters: { url: "https://a.test", authorization: "[masked]", note: "[secret OPENAI_API_KEY]" } } } },
      ],
    })
    expect(JSON.stringify(historyPage(history, { from: 0, limit: 99 }, mask))).not.toMatch(/xoxb|sk-from/)
  })

  it("mask every form of a secret, and nothing else", () => {
    expect(mask.text("xoxb-very-secret and eG94Yi12ZXJ5LXNlY3JldA== and abc and /somewhere")).toBe("[secret slack] and [secret slack] and abc and /somewhere")
    expect(mask.value({ "deep\"secret": 1, list: ["deep\"secret", 2, null, true], token: 5, tokens: 7, apiKey: "short", client_secret: "x", password: "" })).toEqual({
      "[secret key]": 1, list: ["[secret key]", 2, null, true], token: 5, tokens: 7, apiKey: "[masked]", client_secret: "[masked]", password: "",
    })
    expect(mask.text(JSON.stringify("deep\"secret"))).toBe('"[secret key]"')
  })
})
