// The plainest value that fits a JSON Schema: first member of an enum, shortest text, one element, all that is required.

import type { JsonSchema } from "@agentflow/runtime/contract"
import { validatorOf } from "./schema.ts"

type SchemaObject = Readonly<Record<string, unknown>>

/** Undefined when none was found, which only a pattern that is hard to meet, or a type that holds nothing, can cause. */
export function sampleOf(schema: JsonSchema): { readonly value: unknown } | undefined {
  const value = valueOf(schema, { root: schema, depth: 0 })
  return validatorOf(schema)(value) ? { value } : undefined
}

interface Context {
  readonly root: JsonSchema
  readonly depth: number
}

/** A type that contains itself ends here. */
const depthMax = 8

function valueOf(schema: JsonSchema, cx: Context): unknown {
  if (typeof schema === "boolean") return null
  if ("const" in schema) return schema["const"]
  const choices = schema["enum"]
  if (Array.isArray(choices)) return choices[0] ?? null
  const { $ref } = schema
  if (typeof $ref === "string") return valueOf(referred(cx.root, $ref), { ...cx, depth: cx.depth + 1 })
  const branches = schema["anyOf"] ?? schema["oneOf"]
  if (Array.isArray(branches)) return valueOf(branchOf(branches as readonly JsonSchema[], cx), cx)
  switch (typeOf(schema, cx)) {
    case "string": return textOf(schema)
    case "integer": return numberOf(schema, 1)
    case "number": return numberOf(schema, undefined)
    case "boolean": return true
    case "array": return listOf(schema, cx)
    case "object": return recordOf(schema, cx)
    default: return null
  }
}

/** What a `$ref` stands for. */
export function referred(root: JsonSchema, reference: string): JsonSchema {
  const definitions = typeof root === "object" ? (root["$defs"] as Readonly<Record<string, JsonSchema>> | undefined) : undefined
  return definitions?.[reference.replace("#/$defs/", "")] ?? true
}

/** The first, but deep in a type that contains itself the one that ends it. */
function branchOf(branches: readonly JsonSchema[], cx: Context): JsonSchema {
  const isNull = (branch: JsonSchema): boolean => typeof branch === "object" && branch["type"] === "null"
  if (cx.depth >= depthMax) return branches.find((branch) => !JSON.stringify(branch).includes('"$ref"')) ?? branches[0]!
  return branches.find((branch) => !isNull(branch)) ?? branches[0] ?? true
}

function typeOf(schema: SchemaObject, { depth }: Context): string | undefined {
  const { type } = schema
  if (!Array.isArray(type)) return typeof type === "string" ? type : undefined
  return depth >= depthMax && type.includes("null") ? "null" : String(type.find((each) => each !== "null") ?? "null")
}

const formatSamples: Readonly<Record<string, string>> = {
  "uri": "https://a.test", "uri-reference": "/a", "url": "https://a.test", "email": "a@a.test", "date-time": "2026-01-01T00:00:00Z",
  "date": "2026-01-01", "time": "00:00:00Z", "uuid": "00000000-0000-4000-8000-000000000000", "hostname": "a.test",
  "ipv4": "127.0.0.1", "ipv6": "::1", "duration": "PT1S", "iso-date-time": "2026-01-01T00:00:00Z", "json-pointer": "/a",
  "regex": "a", "byte": "AAAA",
}

function textOf(schema: SchemaObject): string {
  const { format, pattern, minLength } = schema
  if (typeof format === "string" && formatSamples[format] !== undefined) return formatSamples[format]
  const length = typeof minLength === "number" ? minLength : 0
  if (typeof pattern === "string") return matching(pattern, length) ?? ""
  return "a".repeat(length)
}

const atoms: readonly (readonly [RegExp, string])[] = [
  [/^\\d/, "0"], [/^\\w/, "a"], [/^\\s/, " "], [/^\\D|^\\S/, "a"], [/^\\W/, "-"], [/^\\(.)/, "$1"], [/^\./, "a"],
  [/^\[\^[^\]]*\]/, "~"], [/^\[\\d[^\]]*\]/, "0"], [/^\[\\w[^\]]*\]/, "a"], [/^\[\\?(.)[^\]]*\]/, "$1"], [/^([^()[\]{}*+?|^$\\])/, "$1"],
]

/** The first alternative of a pattern with each part as often as it must be: enough for what people write as types. */
function matching(pattern: string, length: number): string | undefined {
  const isOpen = !pattern.includes("$")
  const least = partOf(pattern.replace(/^\^/, "").replace(/\$$/, ""), (count) => count)
  const candidates = [least, ...[1, 2, 3, 4, 8, 16].map((more) => partOf(pattern.replace(/^\^/, "").replace(/\$$/, ""), (count) => Math.max(count, more)))]
  const fits = (text: string): boolean => text.length >= length && new RegExp(pattern, "u").test(text)
  return [...candidates, ...(isOpen ? candidates.map((text) => text.padEnd(length, "a")) : [])].find(fits)
}

function partOf(pattern: string, times: (least: number) => number): string {
  let rest = pattern
  let text = ""
  while (rest !== "" && rest[0] !== "|") {
    let part = ""
    if (rest[0] === "(") {
      const end = closing(rest)
      part = partOf(rest.slice(1, end).replace(/^\?(?::|<\w+>)/, ""), times)
      rest = rest.slice(end + 1)
    } else {
      const atom = atoms.find(([start]) => start.test(rest))
      if (atom === undefined) return text
      const [found] = atom[0].exec(rest)!
      part = found.replace(atom[0], atom[1])
      rest = rest.slice(found.length)
    }
    const quantifier = /^(?:\{(\d+)(?:,(\d*))?\}|[*+?])\??/.exec(rest)
    if (quantifier === null) text += part
    else {
      const least = quantifier[1] === undefined ? (quantifier[0].startsWith("+") ? 1 : 0) : Number(quantifier[1])
      const most = quantifier[0].startsWith("?") ? 1 : quantifier[1] !== undefined && quantifier[2] !== "" ? Number(quantifier[2] ?? quantifier[1]) : Infinity
      text += part.repeat(Math.min(most, times(least)))
      rest = rest.slice(quantifier[0].length)
    }
  }
  return text
}

function closing(text: string): number {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "\\") index++
    else if (text[index] === "(") depth++
    else if (text[index] === ")" && --depth === 0) return index
  }
  return text.length
}

/** The least that is allowed and not below zero, else what lies nearest to it. */
function numberOf(schema: SchemaObject, whole: 1 | undefined): number {
  const limit = (name: string): number | undefined => (typeof schema[name] === "number" ? (schema[name] as number) : undefined)
  const step = limit("multipleOf") ?? whole
  const above = limit("exclusiveMinimum")
  const below = limit("exclusiveMaximum")
  const least = Math.max(limit("minimum") ?? -Infinity, above === undefined ? -Infinity : above + (step ?? 0.5))
  const most = Math.min(limit("maximum") ?? Infinity, below === undefined ? Infinity : below - (step ?? 0.5))
  const wished = Math.min(Math.max(0, least), most)
  if (step === undefined) return wished
  const up = Math.ceil(wished / step) * step
  return up <= most ? up : Math.floor(wished / step) * step
}

function listOf(schema: SchemaObject, cx: Context): unknown[] {
  const least = typeof schema["minItems"] === "number" ? schema["minItems"] : undefined
  const most = typeof schema["maxItems"] === "number" ? schema["maxItems"] : Infinity
  const items = (schema["items"] ?? true) as JsonSchema
  const usual = cx.depth >= depthMax ? 0 : 1
  const count = Math.min(least ?? usual, most)
  const inner = { ...cx, depth: cx.depth + 1 }
  const made = Array.from({ length: count }, () => valueOf(items, inner))
  return schema["uniqueItems"] === true ? made.map((item, index) => distinct(item, index)) : made
}

function distinct(item: unknown, index: number): unknown {
  if (index === 0) return item
  return typeof item === "number" ? item + index : typeof item === "string" ? `${item}${index}` : item
}

function recordOf(schema: SchemaObject, cx: Context): Record<string, unknown> {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>
  const required = Array.isArray(schema["required"]) ? (schema["required"] as readonly string[]) : []
  const inner = { ...cx, depth: cx.depth + 1 }
  return Object.fromEntries(required.map((name) => [name, valueOf(properties[name] ?? true, inner)]))
}
