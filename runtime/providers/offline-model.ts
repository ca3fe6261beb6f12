// The offline model: a pure function from a script and a request to a reply. The same request gets the same reply.

import type { JsonSchema, Message, ToolCall, ToolDescription, Usage } from "../contract.ts"
import { isRecord, schemaObject } from "../schema/json-schema.ts"
import type { ModelFault, ModelRule, ModelScript } from "./model-script.ts"
import { chooseRule } from "./model-script.ts"
import { materialOf } from "./prompt-material.ts"
import type { Material } from "./prompt-material.ts"
import { hash, randomFrom } from "./random.ts"
import { sample } from "./sample.ts"
import { filled, scopeOf } from "./script-template.ts"

export interface OfflineRequest {
  readonly agent: string
  readonly step: string
  readonly attempt: number
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDescription[]
  /** Absent: plain text is wanted. */
  readonly responseSchema?: JsonSchema
  readonly maxOutputTokens?: number
}

export type OfflineReply =
  OfflineAnswer | { readonly fault: ModelFault; readonly delayMs: number; readonly usage: Usage }

export interface OfflineAnswer {
  readonly fault?: undefined
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly refusal?: string
  readonly finishReason: "stop" | "tool_calls" | "length" | "content_filter"
  readonly usage: Usage
  readonly delayMs: number
}

const bytesPerToken = 4
const tokensPerMessage = 4

export function replyOffline(script: ModelScript, request: OfflineRequest): OfflineReply {
  const conversation = request.messages.map(textOf).join("\n")
  const turn = turnOf(request.messages)
  const { fault, rule } = chooseRule(script, { ...request, turn, conversation })
  const inputTokens = rule?.usage?.inputTokens ?? estimateInputTokens(request)
  if (fault) return { fault, delayMs: rule?.delayMs ?? 0, usage: { inputTokens, outputTokens: 0 } }
  const made = content(request, rule, turn)
  const outputTokens =
    rule?.usage?.outputTokens ?? estimateTokens(made.text + calledText(made.toolCalls) + (made.refusal ?? ""))
  const answer = { ...made, delayMs: rule?.delayMs ?? 0, usage: { inputTokens, outputTokens } }
  const limit = request.maxOutputTokens
  return limit !== undefined && answer.usage.outputTokens > limit ? cutOff(answer, limit) : answer
}

/** The turn of the agent's loop that a conversation is at, from 1. */
export function turnOf(messages: readonly Message[]): number {
  return 1 + messages.filter((message) => message.role === "assistant").length
}

/** A documented estimate: one token for four bytes of UTF-8. */
export function estimateTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / bytesPerToken)
}

function estimateInputTokens(request: OfflineRequest): number {
  const spoken = request.messages.reduce((sum, message) => sum + tokensPerMessage + estimateTokens(textOf(message)), 0)
  const tools = request.tools.length === 0 ? 0 : estimateTokens(JSON.stringify(request.tools))
  return (
    spoken + tools + (request.responseSchema === undefined ? 0 : estimateTokens(JSON.stringify(request.responseSchema)))
  )
}

function textOf(message: Message): string {
  return message.role === "assistant"
    ? `${message.content ?? ""}${calledText(message.toolCalls ?? [])}`
    : message.content
}

function calledText(calls: readonly ToolCall[]): string {
  return calls.map((call) => `${call.name}${JSON.stringify(call.arguments)}`).join("")
}

type Content = Pick<OfflineAnswer, "text" | "toolCalls" | "refusal" | "finishReason">

function content(request: OfflineRequest, rule: ModelRule | undefined, turn: number): Content {
  const material = materialOf(
    request.messages
      .filter((message) => message.role !== "assistant")
      .map(textOf)
      .join("\n\n"),
  )
  const scope = scopeOf(material, { step: request.step, agent: request.agent, turn, attempt: request.attempt })
  const seed = `${request.step}\n${material.text}`
  if (rule?.refusal !== undefined) return { text: "", toolCalls: [], refusal: rule.refusal, finishReason: "stop" }
  if (rule?.toolCalls) {
    const calls = rule.toolCalls.map((call, index) =>
      toolCall(seed, turn, index, call.name, filled(call.arguments ?? {}, scope)),
    )
    return { text: rule.text ?? "", toolCalls: calls, finishReason: "tool_calls" }
  }
  const finishReason = rule?.finishReason ?? "stop"
  if (rule?.text !== undefined) return { text: String(filled(rule.text, scope)), toolCalls: [], finishReason }
  if (rule?.answer !== undefined)
    return { text: answerText(request, filled(rule.answer, scope)), toolCalls: [], finishReason }
  const calls = rule?.finishReason === undefined ? callsOf(request, material, seed, turn) : []
  if (calls.length > 0) return { text: "", toolCalls: calls, finishReason: "tool_calls" }
  return { text: imagined(request, material, seed), toolCalls: [], finishReason }
}

function imagined(request: OfflineRequest, material: Material, seed: string): string {
  const random = randomFrom(seed)
  if (request.responseSchema !== undefined)
    return JSON.stringify(sample(request.responseSchema, material, random)) ?? "null"
  return (
    material.sentences[random.below(Math.max(material.sentences.length, 1))] ??
    "This is an answer of the offline model."
  )
}

/** Over HTTP a type that is no record arrives as `{ value: … }`; a script is written for the declared type. */
function answerText(request: OfflineRequest, answer: unknown): string {
  const schema = schemaObject(request.responseSchema)
  const names = Object.keys(schemaObject(schema["properties"]))
  const isWrapper = names.length === 1 && names[0] === "value"
  const isWrapped = isRecord(answer) && Object.keys(answer).length === 1 && "value" in answer
  return JSON.stringify(isWrapper && !isWrapped ? { value: answer } : answer) ?? "null"
}

/** Each tool once, all of them in the first turn; then it answers. */
function callsOf(request: OfflineRequest, material: Material, seed: string, turn: number): readonly ToolCall[] {
  const called = new Set(
    request.messages
      .flatMap((message) => (message.role === "assistant" ? (message.toolCalls ?? []) : []))
      .map((call) => call.name),
  )
  return request.tools
    .filter((tool) => !called.has(tool.name))
    .map((tool, index) =>
      toolCall(seed, turn, index, tool.name, sample(tool.parameters, material, randomFrom(`${seed}\n${tool.name}`))),
    )
}

function toolCall(seed: string, turn: number, index: number, name: string, parameters: unknown): ToolCall {
  return {
    id: `call_${hash(`${seed}\n${turn}\n${index}\n${name}`).toString(16)}_${turn}_${index}`,
    name,
    arguments: parameters,
  }
}

/** The allowance is a limit: like a real model, this one stops in the middle of a word. */
function cutOff(answer: OfflineAnswer, limit: number): OfflineAnswer {
  const text = [...answer.text].slice(0, Math.floor((answer.text.length * limit) / answer.usage.outputTokens)).join("")
  const { inputTokens } = answer.usage
  return {
    text,
    toolCalls: [],
    finishReason: "length",
    delayMs: answer.delayMs,
    usage: { inputTokens, outputTokens: limit },
  }
}
