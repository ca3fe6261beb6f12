// A value that fits a JSON Schema, with content taken from a prompt where it can: the imagination of the offline model.

import type { JsonSchema } from "../contract.ts"
import { isRecord, resolveReference, schemaObject } from "../schema/json-schema.ts"
import type { SchemaObject } from "../schema/json-schema.ts"
import { constraintsIn } from "./constraint-notes.ts"
import type { Material } from "./prompt-material.ts"
import { sampleFormat, sampleText } from "./sample-text.ts"
import type { Random } from "./random.ts"

interface Context {
  readonly root: SchemaObject
  readonly material: Material
  readonly random: Random
  /** How often each field name was taken from the prompt, so that a list gets different items. */
  readonly used: Map<string, number>
}

// A recursive type ends here: beyond it only what the schema demands is made.
const depthMax = 4
const itemsUsual = 3
const triesForUnique = 24

export function sample(schema: JsonSchema, material: Material, random: Random): unknown {
  const root = schemaObject(schema)
  return valueOf(root, { root, material, random, used: new Map() }, "", 0)
}

function valueOf(raw: SchemaObject, context: Context, name: string, depth: number): unknown {
  const schema = withNotes(raw)
  if ("const" in schema) return schema["const"]
  const choices = schema["enum"]
  if (Array.isArray(choices)) return choices[context.random.below(choices.length)]
  const target = schema["$ref"]
  if (typeof target === "string") return valueOf(resolveReference(context.root, target), context, name, depth + 1)
  const branches = schema["anyOf"] ?? schema["oneOf"]
  if (Array.isArray(branches)) return valueOf(branchOf(branches.filter(isRecord), context, depth), context, name, depth)
  const all = schema["allOf"]
  if (Array.isArray(all)) return valueOf(merged(schema, all.filter(isRecord), context), context, name, depth)
  switch (typeOf(schema, depth)) {
    case "string":
      return stringOf(schema, context, name)
    case "integer":
      return numberOf(schema, context, name, { whole: true })
    case "number":
      return numberOf(schema, context, name, { whole: false })
    case "boolean":
      return fromFields(context, name, (value) => typeof value === "boolean") ?? context.random.below(2) === 0
    case "null":
      return null
    case "array":
      return listOf(schema, context, name, depth)
    case "object":
      return recordOf(schema, context, depth)
    default:
      return sampleText({ shortest: 0, longest: 200 }, context.material, context.random)
  }
}

/** A strict provider schema carries some limits in its description only; a model reads them there, so does this one. */
function withNotes(schema: SchemaObject): SchemaObject {
  const description = schema["description"]
  return typeof description === "string" ? { ...constraintsIn(description), ...schema } : schema
}

/** The first branch that isn't null; deep inside a recursive type the one that ends soonest. */
function branchOf(branches: readonly SchemaObject[], context: Context, depth: number): SchemaObject {
  const isNull = (branch: SchemaObject): boolean => branch["type"] === "null" || branch["const"] === null
  if (depth >= depthMax) {
    const flat = branches.find(isNull) ?? branches.find((branch) => !mentionsReference(branch))
    if (flat) return flat
  }
  const real = branches.filter((branch) => !isNull(branch))
  const pool = real.length > 0 ? real : branches
  return pool[context.random.below(pool.length)] ?? {}
}

function mentionsReference(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(mentionsReference)
  return isRecord(schema) && ("$ref" in schema || Object.values(schema).some(mentionsReference))
}

function merged(schema: SchemaObject, parts: readonly SchemaObject[], context: Context): SchemaObject {
  const { allOf: _, ...own } = schema
  let properties: Record<string, unknown> = {}
  let required: unknown[] = []
  let whole: SchemaObject = {}
  for (const part of [...parts, own]) {
    const target = part["$ref"]
    const solid = typeof target === "string" ? resolveReference(context.root, target) : part
    whole = { ...whole, ...solid }
    if (isRecord(solid["properties"])) properties = { ...properties, ...solid["properties"] }
    if (Array.isArray(solid["required"])) required = [...required, ...solid["required"]]
  }
  const { $ref: _reference, ...rest } = whole
  return Object.keys(properties).length > 0 ? { ...rest, properties, required } : rest
}

function typeOf(schema: SchemaObject, depth: number): string | undefined {
  const type = schema["type"]
  if (Array.isArray(type))
    return depth >= depthMax && type.includes("null") ? "null" : String(type.find((one) => one !== "null") ?? "null")
  if (typeof type === "string") return type
  if (isRecord(schema["properties"]) || Array.isArray(schema["required"])) return "object"
  if ("items" in schema || "minItems" in schema) return "array"
  if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return "number"
  return undefined
}

function stringOf(schema: SchemaObject, context: Context, name: string): string {
  const shortest = numeric(schema["minLength"]) ?? 0
  const longest = Math.max(numeric(schema["maxLength"]) ?? 400, shortest)
  const format = schema["format"]
  if (typeof format === "string") {
    const formatted = sampleFormat(format, context.material, context.random, shortest, longest)
    if (formatted !== undefined) return formatted
  }
  const fits = (value: unknown): value is string => {
    return typeof value === "string" && [...value].length >= shortest && [...value].length <= longest
  }
  const known = fromFields(context, name, fits)
  if (known !== undefined) return known
  const address = /^(url|uri|link|href|source|website)s?$/i.test(name) ? nextUrl(context) : undefined
  if (fits(address)) return address
  return sampleText({ shortest, longest }, context.material, context.random)
}

function nextUrl(context: Context): string | undefined {
  const { urls } = context.material
  return urls.length === 0 ? undefined : urls[taken(context, "\0url") % urls.length]
}

function taken(context: Context, name: string): number {
  const count = context.used.get(name) ?? 0
  context.used.set(name, count + 1)
  return count
}

function fromFields<T extends string | number | boolean>(
  context: Context,
  name: string,
  fits: (value: unknown) => value is T,
): T | undefined
function fromFields(context: Context, name: string, fits: (value: unknown) => boolean): boolean | undefined
function fromFields(context: Context, name: string, fits: (value: unknown) => boolean): unknown {
  const values = (context.material.fields.get(name.toLowerCase()) ?? []).filter(fits)
  return values.length === 0 ? undefined : values[taken(context, name) % values.length]
}

function numberOf(schema: SchemaObject, context: Context, name: string, options: { readonly whole: boolean }): number {
  const step = numeric(schema["multipleOf"]) ?? (options.whole ? 1 : undefined)
  const above = numeric(schema["exclusiveMinimum"])
  const below = numeric(schema["exclusiveMaximum"])
  const lowest = Math.max(numeric(schema["minimum"]) ?? -Infinity, above ?? -Infinity)
  const highest = Math.min(numeric(schema["maximum"]) ?? Infinity, below ?? Infinity)
  const fits = (value: unknown): value is number =>
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= lowest &&
    value <= highest &&
    value !== above &&
    value !== below &&
    (step === undefined || isMultiple(value, step)) &&
    (!options.whole || Number.isInteger(value))
  const known = fromFields(context, name, fits) ?? context.material.numbers.find(fits)
  if (known !== undefined) return known
  const low = Number.isFinite(lowest) ? lowest : Math.min(Number.isFinite(highest) ? highest - 100 : 0, 0)
  const high = Number.isFinite(highest) ? highest : low + 100
  if (step !== undefined) return steppedNumber(low, high, step, fits)
  const middle = low + (high - low) * ((context.random.below(999) + 1) / 1000)
  const rounded = Math.round(middle * 100) / 100
  return fits(rounded) ? rounded : fits(middle) ? middle : low + (high - low) / 2
}

function steppedNumber(low: number, high: number, step: number, fits: (value: unknown) => boolean): number {
  const first = Math.ceil(low / step)
  for (let count = first; count * step <= high; count += 1) {
    if (fits(count * step)) return count * step
  }
  return first * step
}

function isMultiple(value: number, step: number): boolean {
  return Number.isInteger(value / step)
}

function listOf(schema: SchemaObject, context: Context, name: string, depth: number): unknown[] {
  const fewest = numeric(schema["minItems"]) ?? 0
  const most = numeric(schema["maxItems"]) ?? Infinity
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"].filter(isRecord) : []
  const items = isRecord(schema["items"]) ? schema["items"] : {}
  const single = name.replace(/s$/, "")
  const usual = depth >= depthMax ? fewest : Math.max(fewest, Math.min(most, usualCount(items, single, context)))
  const unique = schema["uniqueItems"] === true
  const list: unknown[] = []
  const seen = new Set<string>()
  for (let tries = 0; list.length < usual && tries < usual + triesForUnique; tries += 1) {
    const item = valueOf(prefix[list.length] ?? items, context, single, depth + 1)
    const key = JSON.stringify(item)
    if (unique && seen.has(key)) continue
    seen.add(key)
    list.push(item)
  }
  return list.length < fewest && unique ? padded(list, seen, items, fewest) : list
}

/** A list of addresses gets every address of the prompt, a list of records as many as the prompt's own list. */
function usualCount(items: SchemaObject, name: string, context: Context): number {
  const { urls, json } = context.material
  const isAddress = items["format"] === "uri" || (items["type"] === "string" && /^(url|uri|link|source)$/i.test(name))
  if (isAddress && urls.length > 0) return urls.length
  const longest = Math.max(0, ...json.filter(Array.isArray).map((list) => list.length))
  return items["type"] === "string" || longest === 0 ? itemsUsual : longest
}

/** Few distinct values were drawn: count upwards, as far as the item's type allows. */
function padded(list: unknown[], seen: Set<string>, items: SchemaObject, fewest: number): unknown[] {
  const choices = Array.isArray(items["enum"]) ? items["enum"] : undefined
  const candidates = choices ?? Array.from({ length: fewest * 4 }, (_, index) => countedValue(items, index))
  for (const value of candidates) {
    if (list.length >= fewest) break
    if (seen.has(JSON.stringify(value))) continue
    seen.add(JSON.stringify(value))
    list.push(value)
  }
  return list
}

function countedValue(items: SchemaObject, index: number): unknown {
  if (items["type"] === "boolean") return index % 2 === 0
  if (items["type"] === "integer" || items["type"] === "number") {
    const step = numeric(items["multipleOf"]) ?? 1
    const lowest = numeric(items["minimum"]) ?? 0
    return (Math.ceil(lowest / step) + index) * step
  }
  const text = String(index)
  const shortest = numeric(items["minLength"]) ?? 0
  return text.padStart(shortest, "a")
}

function recordOf(schema: SchemaObject, context: Context, depth: number): Record<string, unknown> {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {}
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : [])
  const record: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(properties)) {
    if (!required.has(name) && depth >= depthMax) continue
    record[name] = valueOf(isRecord(property) ? property : {}, context, name, depth + 1)
  }
  for (const name of required) {
    if (!(name in record)) record[name] = valueOf(extra(schema), context, name, depth + 1)
  }
  const fewest = numeric(schema["minProperties"]) ?? 0
  for (let index = 1; Object.keys(record).length < fewest; index += 1) {
    record[`key${index}`] = valueOf(extra(schema), context, `key${index}`, depth + 1)
  }
  return record
}

function extra(schema: SchemaObject): SchemaObject {
  return isRecord(schema["additionalProperties"]) ? schema["additionalProperties"] : {}
}

function numeric(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined
}
