// Code as the emitter writes it: types flow from the schemas to the calls, and the whole pipeline runs.

import { describe, expect, it } from "vitest"
import {
  agent, catches, caught, defineSchema, FlowError, httpTool, human, list, model, secret, text, tool, workflow,
} from "../../runtime/index.ts"
import type { Callable, Envelope, Policy, Schema, Workflow } from "../../runtime/index.ts"
import { play } from "../harness/fake-context.ts"

interface Source { url: string; text: string }
interface Brief { headline: string; points: string[] }
const Verdict = { publish: "publish", revise: "revise", reject: "reject" } as const
type Verdict = (typeof Verdict)[keyof typeof Verdict]

const schema = <T>(): Schema<T> => defineSchema<T>(true, () => true)
const web: Policy = { retry: { times: 5, on: ["rate_limited", "unavailable", "timeout"], backoff: { first: "1s", max: "30s" }, jitter: true }, timeout: "20s" }
const fast = model({ name: "fast", provider: "openai", id: "gpt-4o-mini", price: { input: 0.15, output: 0.6, per: 1_000_000 }, context: 128_000, output: 16_000 })
const slackToken = secret({ name: "slackToken", store: "vault", key: "slackToken" })

const fetchSource = tool({
  name: "fetchSource", parameters: schema<{ url: string }>(), result: schema<Source>(), effect: "reads", policy: web,
  run: async ({ url }, context) => ({ url, text: await (await context.fetch(url)).text() }),
})
const deleteFromSlack = httpTool({
  name: "deleteFromSlack", parameters: schema<{ channel: string; ts: string }>(), result: schema<null>(), effect: "writes", idempotent: true, secrets: [slackToken],
  request: ({ channel, ts }, secrets) => ({ method: "POST", url: "https://slack.test/delete", headers: { Authorization: `Bearer ${secrets(slackToken)}` }, body: { channel, ts } }),
})
const postToSlack = httpTool({
  name: "postToSlack", parameters: schema<{ channel: string; text: string }>(), result: schema<{ ts: string }>(), effect: "writes", idempotent: true, policy: web,
  request: (body) => ({ method: "POST", url: "https://slack.test/post", body }),
  compensate(run, { channel }, result) { return run.call(deleteFromSlack, { channel, ts: result.ts }) },
})
const saveToNotion = tool({
  name: "saveToNotion", parameters: schema<{ brief: Brief }>(), result: schema<{ id: string }>(), effect: "writes", irreversible: "kept", idempotent: true, policy: web,
  run: () => ({ id: "p" }),
})
const Researcher = agent({
  name: "Researcher", parameters: schema<{ topic: string }>(), result: schema<string[]>(), models: [{ model: fast }], tools: [fetchSource, postToSlack],
  instructions: () => "Careful.", prompt: ({ topic }) => `List sources on ${text(topic)}.`,
  require: [{ holds: (result) => result.length <= 15, otherwise: () => "at most 15 sources" }], budget: { tokens: 20_000, dollars: 0.05, turns: 6 },
})
const Editor = agent({
  name: "Editor", parameters: schema<{ sources: Source[] }>(), result: schema<Brief>(), models: [{ model: fast }], prompt: ({ sources }) => text(sources),
})
const approve = human({
  name: "approve", parameters: schema<{ brief: Brief }>(), result: schema<Verdict>(), ask: ({ brief }) => `Publish “${brief.headline}”?`, choices: ["publish"],
  policy: { timeout: "24h", fallback: { *value() { return Verdict.reject } } },
})
const callables: readonly Callable[] = [fetchSource, postToSlack, deleteFromSlack, saveToNotion, Researcher, Editor, approve]

const DailyBrief = workflow({
  name: "DailyBrief", parameters: schema<{ topic: string }>(), result: schema<Brief>(), budget: { dollars: 0.5, tokens: 200_000 }, deadline: "2d",
}, function* (run, { topic }) {
  const urls = yield* run.call(Researcher, { topic })
  const sources = yield* run.each("sources", urls, { atATime: 5, failures: "skip" }, function* (run, url) {
    return yield* run.call(fetchSource, { url })
  })
  const briefs = yield* run.each("briefs", list.chunks(sources, 5), { atATime: 3 }, function* (run, chunk) {
    return yield* run.call(Editor, { sources: chunk })
  })
  const brief: Brief = briefs[0] ?? { headline: "none", points: [] }
  switch (yield* run.call(approve, { brief })) {
    case Verdict.publish: {
      yield* run.call(postToSlack, { channel: "#market", text: brief.headline }, { manual: { by: "ops", within: "4h" } })
      try {
        yield* run.call(saveToNotion, { brief })
      } catch (thrown) {
        const e = caught(thrown)
        if (!catches(e)) throw e
        run.log(`Notion failed: ${e.message}; the Slack post stays`)
      }
      break
    }
    case Verdict.revise:
      throw new FlowError("Revision", "the editor asked for another round")
    case Verdict.reject:
      run.log("rejected")
      break
  }
  return brief
})
/** Never run: what the types must refuse. */
export const refused = workflow({ name: "Refused", parameters: schema<{ topic: string }>(), result: schema<Brief>() }, function* (run) {
  // @ts-expect-error: no such parameter
  yield* run.call(fetchSource, { uri: "x" })
  // @ts-expect-error: the fallback is not of the result's type
  const brief = yield* run.call(Editor, { sources: [] }, { fallback: { *value() { return 7 } } })
  // @ts-expect-error: a Brief has no title
  run.log(brief.title)
  return brief
})
const registered: readonly Workflow[] = [DailyBrief]

describe("emitted code", () => {
  const reply = (value: unknown): Envelope => ({ ok: true, value: { finishReason: "stop", answer: { value } }, usage: { inputTokens: 900, outputTokens: 300 } })
  const script = (name: string, input: { parameters: unknown; attempt: number }): Envelope => {
    if (name === "Researcher") return reply(["a", "b", "c", "d", "e", "f", "g"])
    if (name === "Editor") return reply({ headline: "Tea", points: [] })
    if (name === "saveToNotion") return { ok: false, kind: "denied", message: "closed" }
    if (name !== "fetchSource") return { ok: true, value: name === "postToSlack" ? { ts: "1" } : null }
    const { url } = input.parameters as { url: string }
    return url === "c" && input.attempt < 3 ? { ok: false, kind: "rate_limited", message: "slow down", retryAfterMs: 2_000 } : url === "e" ? { ok: false, kind: "not_found", message: "" } : { ok: true, value: { url, text: url } }
  }

  it("runs the article's pipeline", async () => {
    const played = await play(DailyBrief, { topic: "tea" }, script, { raise: [{ name: "answer:dailybrief/approve", payload: { v: "publish" }, at: 3_600_000 }] })
    expect(played.output).toEqual({ headline: "Tea", points: [] })
    expect(played.logs.map(({ message }) => message)).toEqual(["Notion failed: closed; the Slack post stays"])
    expect(played.activities.filter(({ name }) => name === "postToSlack")).toHaveLength(1)
    expect(played.activities.filter(({ name }) => name === "Editor")).toHaveLength(2)
    expect(played.statuses.at(-1)).toMatchObject({ phase: "done", spent: { tokens: 3_600, turns: 3 }, reserved: { tokens: 0 }, waiting: [] })
    expect(callables).toHaveLength(7)
  })

  it("fails with its declared error and undoes nothing that was not done", async () => {
    const played = await play(DailyBrief, { topic: "tea" }, script, { raise: [{ name: "answer:DailyBrief/approve", payload: { v: "revise" }, at: 3_600_000 }] })
    expect(played.failure).toMatchObject({ kind: "Revision", undone: [] })
    expect(DailyBrief.workflowName).toBe("DailyBrief")
    expect((DailyBrief as unknown as { name: string }).name).toBe("DailyBrief")
    expect(registered).toHaveLength(1)
  })
})
