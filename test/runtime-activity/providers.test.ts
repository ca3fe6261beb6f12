// Every provider against the one contract; the responses API and Dapr's conversation API spoken by small servers here.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Message } from "../../runtime/contract.ts"
import { startModelServer } from "../../runtime/model-server/server.ts"
import { createDaprProvider } from "../../runtime/providers/dapr.ts"
import type { ModelRule } from "../../runtime/providers/model-script.ts"
import { replyOffline } from "../../runtime/providers/offline-model.ts"
import type { OfflineAnswer, OfflineRequest } from "../../runtime/providers/offline-model.ts"
import { createOfflineProvider } from "../../runtime/providers/offline.ts"
import { createOpenaiProvider } from "../../runtime/providers/openai.ts"
import { recording, replaying } from "../../runtime/providers/recording.ts"
import { createRedactor } from "../../runtime/redact.ts"
import { providerContract } from "./provider.contract.ts"
import { providerRequest, scratchServer } from "./helpers.ts"
import type { Scratch } from "./helpers.ts"

type Fields = Record<string, unknown>

/** A server that has the offline model behind another protocol. */
function speaking(
  rules: readonly ModelRule[], read: (body: Fields) => OfflineRequest, write: (answer: OfflineAnswer, body: Fields, response: ServerResponse) => void,
): Promise<Scratch> {
  return scratchServer((_request, response, text) => {
    const body = JSON.parse(text) as Fields
    const reply = replyOffline({ rules }, read(body))
    if (reply.fault === undefined) return write(reply, body, response)
    if (reply.fault.cut === true) return void response.destroy()
    if (reply.fault.hang === true) return
    const { status = 500, message = "" } = reply.fault
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message, error: { message } }))
  })
}

const common = { agent: "Writer", step: "Flow/Writer", attempt: 1, model: "gpt-4o-mini" }

function readResponses(body: Fields): OfflineRequest {
  const messages = (body["input"] as Fields[]).flatMap((item): Message[] => {
    if (item["type"] === "function_call_output") return [{ role: "tool", toolCallId: String(item["call_id"]), name: "", content: String(item["output"]) }]
    if (item["type"] === "function_call")
      return [{ role: "assistant", toolCalls: [{ id: String(item["call_id"]), name: String(item["name"]), arguments: JSON.parse(String(item["arguments"])) }] }]
    return [{ role: item["role"] as "user", content: String(item["content"]) }]
  })
  // Two calls of one turn are two items here.
  const merged = messages.reduce<Message[]>((all, message) => {
    const last = all.at(-1)
    if (message.role !== "assistant" || last?.role !== "assistant") return [...all, message]
    return [...all.slice(0, -1), { ...last, toolCalls: [...last.toolCalls ?? [], ...message.toolCalls ?? []] }]
  }, [])
  const { format } = body["text"] as { format: { schema: object } }
  return {
    ...common, messages: merged, tools: ((body["tools"] ?? []) as { name: string; parameters: object }[]) as OfflineRequest["tools"],
    responseSchema: format.schema as Fields, maxOutputTokens: Number(body["max_output_tokens"]),
  }
}

function writeResponses(answer: OfflineAnswer, body: Fields, response: ServerResponse): void {
  const { text, refusal, toolCalls, usage, finishReason } = answer
  const content = refusal === undefined ? [{ type: "output_text", text, annotations: [] }] : [{ type: "refusal", refusal }]
  const made = {
    id: "r", object: "response", status: finishReason === "length" ? "incomplete" : "completed",
    incomplete_details: finishReason === "length" ? { reason: "max_output_tokens" } : null,
    output: [
      ...(text === "" && refusal === undefined ? [] : [{ type: "message", role: "assistant", content }]),
      ...toolCalls.map(({ id, name, arguments: given }) => ({ type: "function_call", call_id: id, name, arguments: JSON.stringify(given) })),
    ],
    usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
  }
  if (body["stream"] !== true) return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(made))
  response.writeHead(200, { "content-type": "text/event-stream" })
  const send = (event: Fields): void => void response.write(`event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`)
  for (let at = 0; at < text.length; at += 5) send({ type: "response.output_text.delta", delta: text.slice(at, at + 5) })
  send({ type: finishReason === "length" ? "response.incomplete" : "response.completed", response: made })
  response.end()
}

type Part = { content?: { text: string }[]; toolId?: string; name?: string; toolCalls?: { id: string; function: { name: string; arguments: string } }[] }

function readConverse(body: Fields): OfflineRequest {
  const [{ messages }] = body["inputs"] as [{ messages: Record<string, Part>[] }]
  return {
    ...common,
    messages: messages.map((message): Message => {
      const [kind, { content = [], toolId = "", name = "", toolCalls = [] }] = Object.entries(message)[0]!
      const text = content.map((part) => part.text).join("")
      if (kind === "ofTool") return { role: "tool", toolCallId: toolId, name, content: text }
      if (kind === "ofAssistant")
        return { role: "assistant", toolCalls: toolCalls.map(({ id, function: called }) => ({ id, name: called.name, arguments: JSON.parse(called.arguments) })) }
      return { role: kind === "ofSystem" ? "system" : "user", content: text }
    }),
    tools: ((body["tools"] ?? []) as { function: { name: string; parameters: object } }[]).map((tool) => tool.function) as unknown as OfflineRequest["tools"],
    responseSchema: body["responseFormat"] as Fields,
  }
}

function writeConverse({ text, toolCalls, usage, finishReason }: OfflineAnswer, _body: Fields, response: ServerResponse): void {
  const calls = toolCalls.map(({ id, name, arguments: given }) => ({ id, function: { name, arguments: JSON.stringify(given) } }))
  const choice = { finishReason, index: "0", message: { content: text, ...(calls.length === 0 ? {} : { toolCalls: calls }) } }
  const billed = { promptTokens: String(usage.inputTokens), completionTokens: String(usage.outputTokens) }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ outputs: [{ choices: [choice], usage: billed }] }))
}

const all = { refuses: true, bounds: true }

providerContract("offline", all, (rules) =>
  Promise.resolve({ provider: createOfflineProvider({ rules }), close: () => Promise.resolve() }))

providerContract("openai, chat completions", all, async (rules) => {
  const server = await startModelServer({ script: { rules } })
  return { provider: createOpenaiProvider({ baseUrl: `${server.url}/v1` }), close: () => server.close() }
})

providerContract("openai, responses", all, async (rules) => {
  const server = await speaking(rules, readResponses, writeResponses)
  return { provider: createOpenaiProvider({ baseUrl: `${server.url}/v1`, api: "responses" }), close: server.close }
})

providerContract("dapr", { refuses: false, bounds: false }, async (rules) => {
  const server = await speaking(rules, readConverse, writeConverse)
  return { provider: createDaprProvider({ sidecar: { httpUrl: server.url }, component: "chat" }), close: server.close }
})

describe("recorded traffic", () => {
  it("replays in order, masks secrets, and says what it does not hold", async () => {
    const folder = mkdtempSync(join(tmpdir(), "agentflow-traffic-"))
    const path = join(folder, "traffic.jsonl")
    try {
      const redactor = createRedactor()
      redactor.add("token", "s3cr3t-value")
      const answers = ["one s3cr3t-value", "two"]
      const live = recording(createOfflineProvider({ rules: answers.map((answer, index) => ({ attempt: index + 1, answer })) }), path, redactor)
      for (const attempt of [1, 2]) await live.complete(providerRequest({ attempt }))
      const replay = replaying(path)
      const texts: string[] = []
      const next = () => replay.complete(providerRequest({ step: "Flow/elsewhere", maxOutputTokens: 5, onText: (delta) => void texts.push(delta) }))
      expect([await next(), await next(), await next()]).toMatchObject([
        { ok: true, answer: { value: "one [secret token]" }, usage: { inputTokens: expect.any(Number) } },
        { ok: true, answer: { value: "two" } }, { ok: true, answer: { value: "two" } },
      ])
      expect(texts).toHaveLength(3)
      expect(await replay.complete(providerRequest({ messages: [{ role: "user", content: "Another prompt." }] }))).toMatchObject({
        ok: false, kind: "invalid_input", message: expect.stringContaining("no answer to this request of Writer (Flow/Writer)"),
      })
      expect(readFileSync(path, "utf8")).not.toContain("s3cr3t-value")
      writeFileSync(path, "not a recording")
      expect(await replaying(path).complete(providerRequest())).toMatchObject({ ok: false, message: expect.stringContaining("can't be read") })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
