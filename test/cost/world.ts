// A hostile world for one run: activities that fail, time out, bill up to their allowance and answer with awkward texts.

import type { JsonSchema, Plan } from "../../compiler/3-plan/types.ts"
import type { ActivityScript, Reply } from "../harness/fake-context.ts"
import type { ActivityInput, Envelope, ModelTurnInput, ToolInput } from "../../runtime/wire.ts"
import { answerEvent } from "../../runtime/wire.ts"
import { unitInterval } from "../../runtime/policy/hash.ts"

export interface World {
  readonly script: ActivityScript
  /** Orders of people to do a parked step again. */
  readonly orders: string[]
}

type Draw = (what: string) => number

const kinds = ["unavailable", "rate_limited", "network", "denied", "invalid_input", "timeout"] as const
const awkward = ["a", "\"", "\\", "\u0001", "é", "€", "😀", "\ud800"]

/** Deterministic: the same seed answers the same attempt of the same step alike, on every replay. */
export function hostileWorld(plan: Plan, seed: number): World {
  const orders: string[] = []
  // From a world where all goes well to one where nearly nothing does.
  const hostility = 0.02 + unitInterval(`${seed}:hostility`) ** 2
  return {
    orders,
    script(name, input) {
      const draw: Draw = (what) => unitInterval(`${seed}:${input.step}:${input.attempt}:${what}`)
      if (input.step.endsWith("/manual") || /\/manual#\d+$/.test(input.step)) return decision(input, draw, orders)
      const agent = plan.agents.find((each) => each.name === name)
      if (agent !== undefined) return modelTurn(plan, input as ModelTurnInput, { schema: agent.resultSchema, tools: agent.tools }, draw, hostility)
      const human = plan.humans.find((each) => each.name === name)
      if (human !== undefined) return answer(input, valueOf(plan, human.resultSchema, draw, "answer"), draw)
      return toolCall(plan, name, input as ToolInput, draw, hostility)
    },
  }
}

function toolCall(plan: Plan, name: string, { timeoutMs = 1_000 }: ToolInput, draw: Draw, hostility: number): Reply {
  const afterMs = Math.floor(draw("time") * timeoutMs)
  // At its worst everything fails in a way that is tried again, and may have been done all the same.
  if (hostility > 0.8 && draw("worst") < 0.8) {
    return { envelope: { ok: false, kind: "unavailable", message: "no", maybeDone: true }, afterMs: timeoutMs }
  }
  if (draw("fails") < 0.6 * hostility) return { envelope: failure(draw), afterMs }
  const tool = plan.tools.find((each) => each.name === name)!
  return { envelope: { ok: true, value: valueOf(plan, tool.resultSchema, draw, "result") }, afterMs }
}

function failure(draw: Draw): Envelope {
  const kind = kinds[Math.floor(draw("kind") * kinds.length)]!
  return { ok: false, kind, message: kind, ...(draw("done") < 0.4 ? { maybeDone: true } : {}) }
}

function modelTurn(plan: Plan, { parameters }: ModelTurnInput, agent: {
  readonly schema: JsonSchema
  readonly tools: readonly string[]
}, draw: Draw, hostility: number): Reply {
  const afterMs = Math.floor(draw("time") ** 4 * 60_000)
  if (hostility <= 0.8 && draw("fails") < 0.4 * hostility) return { envelope: failure(draw), afterMs }
  const { allowance, maxOutputTokens } = parameters
  const outputTokens = Math.floor(draw("output") * maxOutputTokens)
  const inputTokens = Math.floor((draw("input") < 0.5 ? 1 : draw("less")) * (allowance.tokens - Math.max(maxOutputTokens, 256)))
  const usage = { inputTokens: Math.max(0, inputTokens), outputTokens }
  const said = (value: object): Reply => ({ envelope: { ok: true, value: { finishReason: "stop", ...value }, usage }, afterMs })
  const choice = hostility > 0.8 && draw("worst") < 0.8 ? 0.2 : draw("choice") / hostility
  const wrong = textOf(Math.floor(draw("length") * 400), draw, "wrong")
  if (choice < 0.1) return said({ refusal: "no" })
  if (choice < 0.35) return said({ text: wrong, problems: [`${wrong} is no answer`, "and more"] })
  if (choice < 0.4) return said({ finishReason: "length", text: wrong, problems: ["cut off"] })
  if (choice < 0.6) return said({ finishReason: "tool_calls", toolCalls: toolCalls(plan, agent.tools, draw) })
  const value = valueOf(plan, agent.schema, draw, "answer")
  return said({ text: JSON.stringify(value), answer: { value } })
}

function toolCalls(plan: Plan, tools: readonly string[], draw: Draw): readonly object[] {
  const count = 1 + Math.floor(draw("calls") * 3)
  return Array.from({ length: count }, (_, index) => {
    const name = tools[Math.floor(draw(`tool${index}`) * tools.length)] ?? "unknown"
    const schema = plan.tools.find((each) => each.name === name)?.parametersSchema ?? {}
    return { id: `c${index}`, name, arguments: valueOf(plan, schema, draw, `arguments${index}`) }
  })
}

function answer(input: ActivityInput, value: unknown, draw: Draw): Reply {
  const raise = draw("answers") < 0.7
    ? [{ name: answerEvent(input.step), payload: { v: value, by: "ann" }, afterMs: Math.floor(draw("when") * 8_000) }]
    : []
  return { envelope: { ok: true, value: {} }, afterMs: 5, raise }
}

function decision(input: ActivityInput, draw: Draw, orders: string[]): Reply {
  const choice = draw("decision")
  const action = choice < 0.4 && orders.length < 3 ? "retry" : choice < 0.7 ? "skip" : "fail"
  const replied = answer(input, { action, ...(action === "skip" ? { value: "" } : {}) }, draw)
  if (action === "retry" && (replied.raise ?? []).length > 0) orders.push(input.step)
  return replied
}

// ---------------------------------------------------------------- values

/** A value that fits, at its limits more often than not. */
function valueOf(plan: Plan, schema: JsonSchema, draw: Draw, path: string): unknown {
  const { $ref, ...siblings } = schema
  if (typeof $ref === "string") {
    const declared = plan.types.find(({ name }) => name === $ref.replace("#/$defs/", ""))!
    return valueOf(plan, { ...declared.schema, ...siblings }, draw, path)
  }
  if (Array.isArray(schema["anyOf"])) return valueOf(plan, schema["anyOf"][0] as JsonSchema, draw, path)
  const choices = schema["enum"]
  if (Array.isArray(choices)) return choices[Math.floor(draw(path) * choices.length)]
  const limit = (keyword: string): number => Math.floor(Math.min(1, draw(path) * 1.5) * Number(schema[keyword] ?? 3))
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "string": return textOf(limit("maxLength"), draw, path)
    case "number": return draw(path) < 0.5 ? -1.2345678901234567e-300 : 0.1
    case "integer": return Math.floor(draw(path) * 1e15)
    case "boolean": return draw(path) < 0.5
    case "array": return Array.from({ length: limit("maxItems") }, (_, index) =>
      valueOf(plan, schema["items"] as JsonSchema, draw, `${path}.${index}`))
    case "object": return Object.fromEntries(Object.entries(schema["properties"] as object).map(([name, field]) =>
      [name, valueOf(plan, field as JsonSchema, draw, `${path}.${name}`)]))
    default: return null
  }
}

export function valueOfSchema(plan: Plan, schema: JsonSchema, seed: number): unknown {
  return valueOf(plan, schema, (what) => unitInterval(`${seed}:${what}`), "")
}

export function textOf(length: number, draw: Draw, path: string): string {
  return Array.from({ length }, (_, index) => awkward[Math.floor(draw(`${path}@${index}`) * awkward.length)]!).join("")
}
