// The script of the offline model (`model.json`): which request gets which answer. Documented in docs/offline-model.md.

import { readableProblems } from "../schema/accept.ts"
import { schemaFromJson } from "../schema/compile.ts"

export interface ModelScript {
  readonly rules: readonly ModelRule[]
}

export interface ModelRule {
  /** Name patterns; `*` stands for any characters. */
  readonly agent?: string
  readonly step?: string
  readonly model?: string
  readonly turn?: number
  readonly attempt?: number
  /** Text that the conversation must contain. */
  readonly prompt?: string
  readonly error?: ModelFault
  readonly answer?: unknown
  readonly text?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments?: unknown }[]
  readonly refusal?: string
  readonly finishReason?: "length" | "content_filter"
  readonly usage?: { readonly inputTokens?: number; readonly outputTokens?: number }
  readonly delayMs?: number
}

export interface ModelFault {
  readonly status?: number
  readonly code?: string
  readonly message?: string
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: number | string
  /** Nothing ever comes back. */
  readonly hang?: boolean
  /** The connection breaks: before the answer, or in the middle of a stream. */
  readonly cut?: boolean
  /** Attempts 1 to `times` fail, the next is answered; without it every attempt fails. */
  readonly times?: number
}

export type ReadScript =
  { readonly ok: true; readonly script: ModelScript } | { readonly ok: false; readonly problems: readonly string[] }

const text = { type: "string" }
const count = { type: "integer", minimum: 1 }
const tokens = { type: "integer", minimum: 0 }

/** Also printed in docs/offline-model.md; a test compares the two. */
export const modelScriptSchema = {
  type: "object",
  required: ["rules"],
  additionalProperties: false,
  properties: {
    $schema: text,
    rules: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        properties: {
          agent: text,
          step: text,
          model: text,
          turn: count,
          attempt: count,
          prompt: text,
          error: {
            type: "object",
            additionalProperties: false,
            properties: {
              status: { type: "integer", minimum: 400, maximum: 599 },
              code: text,
              message: text,
              retryAfter: { type: ["number", "string"] },
              hang: { type: "boolean" },
              cut: { type: "boolean" },
              times: count,
            },
          },
          answer: {},
          text,
          toolCalls: {
            type: "array",
            items: {
              type: "object",
              required: ["name"],
              additionalProperties: false,
              properties: { name: text, arguments: {} },
            },
          },
          refusal: text,
          finishReason: { enum: ["length", "content_filter"] },
          usage: {
            type: "object",
            additionalProperties: false,
            properties: { inputTokens: tokens, outputTokens: tokens },
          },
          delayMs: tokens,
        },
      },
    },
  },
} as const

export const emptyScript: ModelScript = { rules: [] }

export function parseModelScript(source: string): ReadScript {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    return { ok: false, problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const { validate } = schemaFromJson(modelScriptSchema)
  if (!validate(value)) return { ok: false, problems: readableProblems(validate.errors ?? []) }
  return { ok: true, script: value as ModelScript }
}

export interface ScriptedRequest {
  readonly agent: string
  readonly step: string
  readonly model: string
  readonly turn: number
  readonly attempt: number
  readonly conversation: string
}

/** The fault that strikes, and the rule that answers; both may be absent, and a rule may carry both. */
export interface Choice {
  readonly fault?: ModelFault
  readonly rule?: ModelRule
}

export function chooseRule(script: ModelScript, request: ScriptedRequest): Choice {
  for (const rule of script.rules) {
    if (!matches(rule, request)) continue
    if (rule.error && (rule.error.times === undefined || request.attempt <= rule.error.times))
      return { fault: rule.error, rule }
    if (answers(rule)) return { rule }
  }
  return {}
}

function answers(rule: ModelRule): boolean {
  return (
    rule.answer !== undefined ||
    rule.text !== undefined ||
    rule.toolCalls !== undefined ||
    rule.refusal !== undefined ||
    rule.finishReason !== undefined ||
    (rule.error === undefined && (rule.usage !== undefined || rule.delayMs !== undefined))
  )
}

function matches(rule: ModelRule, request: ScriptedRequest): boolean {
  return (
    fits(rule.agent, request.agent) &&
    fits(rule.step, request.step) &&
    fits(rule.model, request.model) &&
    (rule.turn === undefined || rule.turn === request.turn) &&
    (rule.attempt === undefined || rule.attempt === request.attempt) &&
    (rule.prompt === undefined || request.conversation.includes(rule.prompt))
  )
}

function fits(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true
  const [first = "", ...rest] = pattern.split("*")
  if (rest.length === 0) return name === pattern
  if (!name.startsWith(first)) return false
  const last = rest.pop() ?? ""
  let position = first.length
  for (const part of rest) {
    const found = name.indexOf(part, position)
    if (found < 0) return false
    position = found + part.length
  }
  return name.length - last.length >= position && name.endsWith(last)
}
