// The oracle's expressions: values of the plan as the language describes them, with nothing of the emitted code.

import type { BinaryPlan, BuiltInPlan, ExpressionPlan, LambdaPlan } from "../../compiler/3-plan/code.ts"
import type { Json, JsonSchema, TypePlan, ValueType } from "../../compiler/3-plan/types.ts"

/** Waits until the condition holds. */
export type Work<T> = Generator<() => boolean, T, void>

export type Fields = Readonly<Record<string, unknown>>

/** Names and their values; an inner scope sees the outer ones, and a `var` is assigned where it stands. */
export interface Names {
  readonly values: Map<string, unknown>
  readonly outer: Names | undefined
}

/** What an expression may read, and who does what is durable in it. */
export interface Reader {
  readonly names: Names
  readonly result?: unknown
  readonly setting: (name: string) => unknown
  readonly now: () => string
  readonly uuid: () => string
  readonly durable: (plan: ExpressionPlan) => Work<unknown>
}

export function scopeOf(values: Fields = {}, outer?: Names): Names {
  return { values: new Map(Object.entries(values)), outer }
}

export function lookUp(names: Names | undefined, name: string): Names {
  if (names === undefined) throw new Error(`no name ${name}`)
  return names.values.has(name) ? names : lookUp(names.outer, name)
}

export function* evaluate(reader: Reader, plan: ExpressionPlan): Work<unknown> {
  switch (plan.kind) {
    case "literal": return plan.value
    case "enumMember": return plan.member
    case "result": return reader.result
    case "settingReference": return reader.setting(plan.name)
    case "local": return lookUp(reader.names, plan.name).values.get(plan.name)
    case "template": {
      let text = ""
      for (const part of plan.parts) text += typeof part === "string" ? part : written(yield* evaluate(reader, part), part.type)
      return text
    }
    case "list": {
      const items: unknown[] = []
      for (const { spread, value } of plan.items) items.push(...(spread ? (yield* evaluate(reader, value)) as unknown[] : [(yield* evaluate(reader, value)) ?? null]))
      return items
    }
    case "record": {
      let record: Fields = {}
      for (const { key, value } of plan.entries) {
        const given = yield* evaluate(reader, value)
        record = key === undefined ? { ...record, ...(given as Fields) } : { ...record, [key]: given }
      }
      return record
    }
    case "member": {
      const object = (yield* evaluate(reader, plan.object)) as Fields | null | undefined
      if (object == null && !plan.optional) throw new TypeError(`nothing has no field ${plan.name}`)
      const value = object?.[plan.name]
      return plan.object.type.kind === "caughtError" && plan.name === "step" ? value ?? "" : value
    }
    case "index": {
      const object = (yield* evaluate(reader, plan.object)) as Fields | readonly unknown[] | null | undefined
      const index = (yield* evaluate(reader, plan.index)) as string
      const holds = plan.object.type.kind === "list" || (typeof object === "object" && !Array.isArray(object))
      return object != null && holds && Object.hasOwn(object, index) ? (object as Fields)[index] : null
    }
    case "unary": {
      const value = yield* evaluate(reader, plan.operand)
      return plan.operator === "not" ? !value : -(value as number)
    }
    case "conditional": return yield* evaluate(reader, (yield* evaluate(reader, plan.condition)) ? plan.then : plan.otherwise)
    case "binary": return yield* binary(reader, plan)
    case "builtIn": return yield* builtIn(reader, plan)
    case "lambda": case "secretReference": throw new Error(`a ${plan.kind} is no value of a workflow`)
    default: return yield* reader.durable(plan)
  }
}

/** An expression without a step. */
export function pure(reader: Omit<Reader, "durable">, plan: ExpressionPlan): unknown {
  const durable = (step: ExpressionPlan): never => { throw new Error(`a ${step.kind} where there can be none`) }
  const { done, value } = evaluate({ ...reader, durable }, plan).next()
  if (done !== true) throw new Error("an expression waits")
  return value
}

function* binary(reader: Reader, plan: BinaryPlan): Work<unknown> {
  const { operator } = plan
  const left = yield* evaluate(reader, plan.left)
  if (operator === "and" && !left || operator === "or" && left || operator === "??" && left != null) return left
  const right = yield* evaluate(reader, plan.right)
  if (operator === "and" || operator === "or" || operator === "??") return right
  if (operator === "==") return (left ?? null) === (right ?? null)
  if (operator === "!=") return (left ?? null) !== (right ?? null)
  if (plan.left.type.kind === "time" && (operator === "+" || operator === "-")) {
    const from = Date.parse(left as string)
    if (plan.right.type.kind === "time") return from - Date.parse(right as string)
    return new Date(operator === "+" ? from + (right as number) : from - (right as number)).toISOString()
  }
  const [a, b] = [left as number, right as number]
  switch (operator) {
    case "<": return a < b
    case "<=": return a <= b
    case ">": return a > b
    case ">=": return a >= b
    case "+": return a + b
    case "-": return a - b
    case "*": return a * b
    case "/": return a / b
    case "%": return a % b
  }
}

function* builtIn(reader: Reader, plan: BuiltInPlan): Work<unknown> {
  const given: unknown[] = []
  for (const argument of plan.arguments) {
    given.push(argument.kind === "lambda" ? functionOf(reader, argument) : (yield* evaluate(reader, argument)) ?? null)
    if (plan.optional === true && given[0] === null) return null
  }
  const lambda = given.at(-1) as (...items: readonly unknown[]) => unknown
  const xs = given[0] as readonly unknown[]
  const text = given[0] as string
  const [second, third] = [given[1] as string, given[2] as string]
  switch (plan.name) {
    case "now": return reader.now()
    case "uuid": return reader.uuid()
    case "list.map": return xs.map((item, index) => lambda(item, index))
    case "list.filter": return xs.filter((item, index) => lambda(item, index))
    case "list.find": return xs.find((item) => lambda(item)) ?? null
    case "list.some": return xs.some((item) => lambda(item))
    case "list.every": return xs.every((item) => lambda(item))
    case "list.flat": return xs.flat()
    case "list.sortBy": return [...xs].sort((a, b) => order(lambda(a) as string, lambda(b) as string))
    case "list.groupBy": return grouped(xs, (item) => String(lambda(item)))
    case "list.chunks": return pieces(xs, Math.max(1, Number(given[1])))
    case "list.take": return xs.filter((_, index) => index < Number(given[1]))
    case "list.distinct": return xs.filter((item, index) => xs.findIndex((other) => canonical(other) === canonical(item)) === index)
    case "list.join": return xs.map((item) => written(item)).join(given[1] === undefined ? "" : second)
    case "list.sum": return xs.map((item) => Number(given.length > 1 ? lambda(item) : item)).reduce((sum, item) => sum + item, 0)
    case "string.trim": return text.trim()
    case "string.lower": return text.toLowerCase()
    case "string.upper": return text.toUpperCase()
    case "string.includes": return text.includes(second)
    case "string.startsWith": return text.startsWith(second)
    case "string.endsWith": return text.endsWith(second)
    case "string.split": return text.split(second)
    case "string.replace": return text.split(second).join(third)
    case "string.slice": return text.slice(Number(given[1]), given[2] === undefined ? undefined : Number(given[2]))
    default: throw new Error(`no built-in ${plan.name}`)
  }
}

function functionOf(reader: Reader, { parameters, body }: LambdaPlan) {
  return (...given: readonly unknown[]): unknown => {
    const own = scopeOf(Object.fromEntries(parameters.map((name, index) => [name, given[index]])), reader.names)
    return pure({ ...reader, names: own }, body)
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function grouped(items: readonly unknown[], keyOf: (item: unknown) => string): Fields {
  const keys = [...new Set(items.map(keyOf))]
  return Object.fromEntries(keys.map((key) => [key, items.filter((item) => keyOf(item) === key)]))
}

function pieces(items: readonly unknown[], size: number): readonly (readonly unknown[])[] {
  return items.length === 0 ? [] : [items.slice(0, size), ...pieces(items.slice(size), size)]
}

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null)
  return `{${Object.keys(value).filter((key) => (value as Fields)[key] != null).sort().map((key) => `${JSON.stringify(key)}:${canonical((value as Fields)[key])}`).join()}}`
}

/** A value inside a text; a number of a union is money where all its numbers are. */
export function written(value: unknown, type?: ValueType): string {
  if (typeof value === "string") return value
  const kinds = type?.kind === "union" ? type.members.map(({ kind }) => kind) : [type?.kind]
  const numbers = new Set(kinds.filter((kind) => kind === "money" || kind === "duration" || kind === "int" || kind === "number"))
  if (typeof value === "number" && numbers.size === 1 && numbers.has("money")) return money(value)
  if (typeof value === "number" && numbers.size === 1 && numbers.has("duration")) return value < 0 ? `-${duration(-value)}` : duration(value)
  return JSON.stringify(value ?? null)
}

function money(dollars: number): string {
  const [whole, parts] = Math.abs(dollars).toFixed(9).split(".") as [string, string]
  return `${dollars < 0 ? "-" : ""}$${whole}.${parts.slice(0, 2)}${parts.slice(2).replace(/0+$/, "")}`
}

export function duration(ms: number): string {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]] as const
  let rest = Math.round(ms)
  let text = ""
  for (const [unit, size] of units) {
    if (rest >= size) text += `${Math.floor(rest / size)}${unit}`
    rest %= size
  }
  return text === "" ? "0s" : text
}

/** A schema as models and validators see it: declared types in place, or as definitions where one contains itself. */
export function wholeSchema(types: readonly TypePlan[], schema: JsonSchema): JsonSchema {
  const declared = (name: string): JsonSchema => types.find((type) => type.name === name)!.schema
  const mentions = (json: Json, seen: Set<string> = new Set()): ReadonlySet<string> => {
    for (const [, name] of JSON.stringify(json).matchAll(/"#\/\$defs\/([^"]+)"/g)) if (!seen.has(name!) && seen.add(name!)) mentions(declared(name!), seen)
    return seen
  }
  const inPlace = (json: Json): Json => {
    if (Array.isArray(json)) return json.map(inPlace)
    if (typeof json !== "object" || json === null) return json
    const { $ref, ...rest } = json as { readonly [key: string]: Json }
    const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inPlace(value)]))
    return typeof $ref === "string" ? { ...(inPlace(declared($ref.replace("#/$defs/", ""))) as object), ...own } : own
  }
  const reach = [...mentions(schema)]
  if (!reach.some((name) => mentions(declared(name)).has(name))) return inPlace(schema) as JsonSchema
  return { ...schema, $defs: Object.fromEntries(reach.map((name) => [name, declared(name)])) }
}
