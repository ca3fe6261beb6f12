// Values of a type that are made to be read: lists of three, texts that say what they are, all within the type's limits.

import type { JsonSchema } from "@agentflow/runtime/contract"
import { sampleOf, validatorOf } from "../../../simulator/index.ts"
import { referred } from "../../../simulator/sample.ts"

/** Falls back to the plainest value that fits. */
export function readableSample(schema: JsonSchema, name: string): unknown {
  const made = valueOf(schema, { root: schema, name, number: 1, depth: 0 })
  return validatorOf(schema)(made) ? made : (sampleOf(schema)?.value ?? null)
}

interface Context {
  readonly root: JsonSchema
  readonly name: string
  readonly number: number
  readonly depth: number
}

type SchemaObject = Readonly<Record<string, unknown>>

function valueOf(schema: JsonSchema, cx: Context): unknown {
  if (typeof schema === "boolean") return null
  if ("const" in schema) return schema["const"]
  const choices = schema["enum"]
  if (Array.isArray(choices)) return choices[(cx.number - 1) % choices.length] ?? null
  if (typeof schema["$ref"] === "string") return valueOf(referred(cx.root, schema["$ref"]), { ...cx, depth: cx.depth + 1 })
  const branches = schema["anyOf"] ?? schema["oneOf"]
  if (Array.isArray(branches)) return valueOf((branches as readonly JsonSchema[]).find((branch) => !(typeof branch === "object" && branch["type"] === "null")) ?? true, cx)
  const type = Array.isArray(schema["type"]) ? schema["type"].find((each) => each !== "null") : schema["type"]
  switch (type) {
    case "string": return textOf(schema, cx)
    case "integer":
    case "number": return numberOf(schema, cx)
    case "boolean": return true
    case "array": return listOf(schema, cx)
    case "object": return recordOf(schema, cx)
    default: return null
  }
}

const formats: Readonly<Record<string, (cx: Context) => string>> = {
  uri: ({ number }) => `https://example.com/${number}`, email: ({ number }) => `person${number}@example.com`, date: () => "2026-01-05", "date-time": () => "2026-01-05T08:00:00Z",
}

function textOf(schema: SchemaObject, cx: Context): string {
  const format = formats[String(schema["format"])]
  if (format !== undefined) return format(cx)
  const words = cx.name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
  const isId = /(^|\s)(id|ts|sku|key|token)$/.test(words)
  const isAddress = /\b(url|link)s?$/.test(words)
  const made = isAddress ? formats["uri"]!(cx) : isId ? `${words.replaceAll(" ", "-")}-${cx.number}` : cx.number === 1 ? `a ${words}` : `${words} ${cx.number}`
  const [least, most] = [Number(schema["minLength"] ?? 0), Number(schema["maxLength"] ?? Infinity)]
  return made.padEnd(least, ".").slice(0, most)
}

function numberOf(schema: SchemaObject, { number }: Context): number {
  const least = Number(schema["minimum"] ?? (schema["exclusiveMinimum"] === undefined ? -Infinity : Number(schema["exclusiveMinimum"]) + 1))
  const most = Number(schema["maximum"] ?? Infinity)
  if (Number.isFinite(least) && Number.isFinite(most) && schema["type"] !== "integer") return Math.round((least + (most - least) * 0.8) * 100) / 100
  return Math.min(most, Math.max(Number.isFinite(least) ? least : 0, number))
}

function listOf(schema: SchemaObject, cx: Context): readonly unknown[] {
  if (cx.depth > 6) return []
  const [least, most] = [Number(schema["minItems"] ?? 0), Number(schema["maxItems"] ?? Infinity)]
  const length = Math.max(least, Math.min(most, 3))
  const singular = cx.name.replace(/ies$/, "y").replace(/s$/, "")
  return Array.from({ length }, (_, index) => valueOf((schema["items"] ?? true) as JsonSchema, { ...cx, name: singular, number: index + 1, depth: cx.depth + 1 }))
}

function recordOf(schema: SchemaObject, cx: Context): Readonly<Record<string, unknown>> {
  const required = new Set((schema["required"] as readonly string[] | undefined) ?? [])
  const properties = Object.entries((schema["properties"] as Readonly<Record<string, JsonSchema>> | undefined) ?? {})
  return Object.fromEntries(properties.filter(([name]) => required.has(name) || cx.depth < 3).map(([name, inner]) => [name, valueOf(inner, { ...cx, name, depth: cx.depth + 1 })]))
}
