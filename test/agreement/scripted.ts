// Scripted callables: what tools, models and people answer is drawn from a seed, the step and the attempt, for every host alike.

import { createHash } from "node:crypto"
import type { Json, JsonSchema, Plan } from "../../compiler/3-plan/types.ts"
import type { Envelope, Input, Reply, Situation } from "./reference-attempts.ts"

type Draw = (what: string) => number

export function drawOf(seed: number): Draw {
  return (what) => createHash("md5").update(`${seed}:${what}`).digest().readUInt32BE() / 2 ** 32
}

const kinds = ["unavailable", "rate_limited", "network", "timeout", "denied", "conflict", "circuit_open", "outcome_unknown"] as const

/** A new one for each run: it keeps what is cached and remembered. */
export function scripted(plan: Plan, seed: number): Situation["script"] {
  const draw = drawOf(seed)
  // From a world where all goes well to one where most things fail.
  const hostility = 0.7 * draw("hostility") ** 2
  const kept = new Map<string, unknown>()
  const agents = new Map(plan.agents.map((agent) => [agent.name, agent]))
  const people = new Map(plan.humans.map((human) => [human.name, human]))
  const tools = new Map(plan.tools.map((tool) => [tool.name, tool]))
  return (name, input, _now, run) => {
    const own: Draw = (what) => draw(`${run}:${input.step}:${input.attempt}:${what}`)
    const afterMs = Math.floor(own("time") ** 3 * 40_000)
    if (name.startsWith("agentflow.")) return service(plan, name, input, { kept, own, hostility })
    const human = people.get(name)
    if (human !== undefined) return question(input, own, () => valueOf(plan, human.resultSchema, own, "answer"))
    const agent = agents.get(name)
    if (own("fails") < hostility) return { envelope: failure(plan, own), afterMs }
    if (agent === undefined) return { envelope: { ok: true, value: valueOf(plan, tools.get(name)!.resultSchema, own, "result") }, afterMs }
    return { envelope: turn(plan, input, { own, hostility, agent }), afterMs }
  }
}

function failure(plan: Plan, own: Draw): Envelope {
  const declared = plan.types.flatMap((type) => (type.kind === "error" ? [type] : []))
  const error = own("declared") < 0.2 ? declared[Math.floor(own("which") * declared.length)] : undefined
  const kind = error?.name ?? kinds[Math.floor(own("kind") * kinds.length)]!
  return {
    ok: false, kind, message: `${kind} it is`,
    ...(error === undefined ? {} : { data: valueOf(plan, error.schema, own, "data") }),
    ...(own("done") < 0.4 ? { maybeDone: true } : {}),
    ...(own("later") < 0.2 ? { retryAfterMs: Math.floor(own("after") * 90_000) } : {}),
  }
}

interface Service {
  readonly kept: Map<string, unknown>
  readonly own: Draw
  readonly hostility: number
}

function service(plan: Plan, name: string, input: Input, { kept, own, hostility }: Service): Reply {
  const given = input.parameters as { readonly action?: string; readonly key?: string; readonly value?: unknown; readonly by?: string; readonly agent?: string; readonly messages?: readonly unknown[]; readonly keep?: number; readonly settings?: readonly { readonly name: string; readonly default?: unknown }[] }
  if (name === "agentflow.park") return question(input, own, () => decision(own), 0.9)
  if (own("fails") < hostility / 3) return { envelope: { ok: false, kind: "unavailable", message: "no store" } }
  switch (name) {
    case "agentflow.settings": return done(Object.fromEntries((given.settings ?? []).map((setting) => {
      const { schema } = plan.settings.find((each) => each.name === setting.name)!
      return [setting.name, setting.default ?? valueOf(plan, schema, own, setting.name)]
    })))
    case "agentflow.cache": {
      if (given.action === "get") return done(kept.has(given.key!) ? { value: kept.get(given.key!) } : null)
      kept.set(given.key!, structuredClone(given.value))
      return done(null)
    }
    case "agentflow.memory": {
      const key = `${given.agent}:${given.by}`
      const before = (kept.get(key) ?? []) as readonly unknown[]
      if (given.action === "append") kept.set(key, [...before, ...given.messages!].slice(-given.keep!))
      return done(given.action === "get" ? before : null)
    }
    default: return done(null)
  }
}

function done(value: unknown): Reply {
  return { envelope: { ok: true, value } }
}

/** The skipped value is a text: taken only where one fits. */
function decision(own: Draw): unknown {
  const choice = own("decision")
  return choice < 0.3 ? { action: "retry" } : choice < 0.6 ? { action: "skip", value: "instead" } : { action: "fail" }
}

function question(input: Input, own: Draw, answer: () => unknown, answered = 0.8): Reply {
  const when = Math.floor(own("when") ** 2 * 5_000_000)
  const raised = (payload: unknown, afterMs: number) => ({ name: `answer:${input.step}`, payload, afterMs })
  const wrong = own("wrong") < 0.2 ? [raised({ v: { odd: [1] }, by: "bo" }, 50), raised(null, 60)] : []
  return { envelope: { ok: true, value: {} }, afterMs: 5, raise: [...wrong, ...(own("answers") < answered ? [raised({ v: answer(), by: "ann" }, 100 + when)] : [])] }
}

interface TurnOf {
  readonly own: Draw
  readonly hostility: number
  readonly agent: Plan["agents"][number]
}

function turn(plan: Plan, input: Input, { own, hostility, agent }: TurnOf): Envelope {
  const { maxOutputTokens, allowance } = input.parameters as { readonly maxOutputTokens: number; readonly allowance: { readonly tokens: number } }
  const outputTokens = Math.floor(own("output") ** 3 * Math.min(maxOutputTokens, 4_000))
  const inputTokens = Math.max(0, Math.floor(own("input") * Math.min(5_000, allowance.tokens - maxOutputTokens)))
  const said = (value: object): Envelope => ({ ok: true, value: { finishReason: "stop", ...value }, ...(own("usage") < 0.9 ? { usage: { inputTokens, outputTokens } } : {}) })
  const choice = own("choice")
  if (choice < hostility / 5) return said({ refusal: "I would rather not" })
  if (choice < 0.15) return said({ text: "hm", problems: ["the answer is not JSON", "and “more”"] })
  if (choice < 0.18) return said({ finishReason: "length", text: "so lo", problems: ["cut off"] })
  if (choice < 0.2) return { ok: false, kind: "interrupted", message: "cut off", maybeDone: true }
  const [callables, handoffs] = [agent.tools, agent.handoffs]
  if (choice < 0.5 && callables.length + handoffs.length > 0) {
    const count = 1 + Math.floor(own("calls") * 3)
    const toolCalls = Array.from({ length: count }, (_, index) => {
      const which = Math.floor(own(`call${index}`) * (callables.length + handoffs.length))
      const name = callables[which] ?? handoffs[which - callables.length]!
      const { parametersSchema } = [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows].find((each) => each.name === name)!
      const isOdd = own(`odd${index}`) < 0.1 && which < callables.length
      return { id: `c${index}`, name: isOdd ? "nobody" : which < callables.length ? name : `hand_over_to_${name}`, arguments: valueOf(plan, parametersSchema, own, `arguments${index}`) }
    })
    return said({ finishReason: "tool_calls", toolCalls })
  }
  const value = valueOf(plan, agent.resultSchema, own, "answer")
  return said({ text: JSON.stringify(value), answer: { value } })
}

// ---------------------------------------------------------------- values

const texts = ["", "a", "Paris", "one two", "é€😀", "\"quoted\"", "constructor", "x".repeat(30)]

export function valueOf(plan: Plan, schema: JsonSchema, draw: Draw, path: string): Json {
  const { $ref, ...siblings } = schema as { readonly $ref?: string; readonly [key: string]: Json | undefined }
  if ($ref !== undefined) {
    const declared = plan.types.find(({ name }) => name === $ref.replace("#/$defs/", ""))!
    // A type that contains itself comes to an end.
    return valueOf(plan, { ...declared.schema, ...siblings } as JsonSchema, path.length > 60 ? () => 0 : draw, path)
  }
  if (schema["const"] !== undefined) return schema["const"]!
  const among = <T>(options: readonly T[]): T => options[Math.min(options.length - 1, Math.floor(draw(path) * options.length))]!
  const choices = schema["enum"] ?? undefined
  if (Array.isArray(choices)) return among(choices as readonly Json[])
  const branches = schema["anyOf"] ?? schema["oneOf"]
  if (Array.isArray(branches)) {
    const sorted = path.length > 60 ? [...branches].sort((a, b) => Number((b as JsonSchema)["type"] === "null") - Number((a as JsonSchema)["type"] === "null")) : branches
    return valueOf(plan, among(sorted as readonly JsonSchema[]), draw, `${path}|`)
  }
  const type = Array.isArray(schema["type"]) ? among(schema["type"] as readonly string[]) : schema["type"]
  const limit = (low: string, high: string, most: number): number => {
    const [from, to] = [Number(schema[low] ?? 0), Number(schema[high] ?? Infinity)]
    return Math.min(to, Math.max(from, Math.floor(draw(`${path}#`) * most)))
  }
  switch (type) {
    case "string": return textOf(schema, among(texts), limit)
    case "integer": case "number": return limit("minimum", "maximum", 8)
    case "boolean": return draw(path) < 0.5
    case "array": return Array.from({ length: limit("minItems", "maxItems", path.length > 60 ? 0 : 4) }, (_, index) => valueOf(plan, (schema["items"] ?? {}) as JsonSchema, draw, `${path}.${index}`))
    case "object": {
      const properties = Object.entries((schema["properties"] ?? {}) as Record<string, JsonSchema>)
      const required = (schema["required"] ?? []) as readonly string[]
      const others = schema["additionalProperties"]
      const open = typeof others === "object" && !Array.isArray(others) && others !== null ? [["k", others as JsonSchema], ["constructor", others as JsonSchema]] as const : []
      return Object.fromEntries([...properties, ...open].filter(([name]) => required.includes(name) || draw(`${path}?${name}`) < 0.6).map(([name, each]) => [name, valueOf(plan, each, draw, `${path}.${name}`)]))
    }
    default: return null
  }
}

function textOf(schema: JsonSchema, wanted: string, limit: (low: string, high: string, most: number) => number): string {
  const format = schema["format"]
  if (format === "date-time") return "2030-01-02T03:04:05.000Z"
  if (format === "date") return "2030-01-02"
  if (format === "uri") return "https://a.test/x"
  if (format === "email") return "ann@a.test"
  if (format === "uuid") return "00000000-0000-4000-8000-000000000000"
  const length = limit("minLength", "maxLength", 1_000)
  return schema["minLength"] === undefined && schema["maxLength"] === undefined ? wanted : wanted.padEnd(Number(schema["minLength"] ?? 0), "y").slice(0, Math.max(length, Number(schema["minLength"] ?? 0)))
}
