// JSON Schema in the strict subset that model providers take, and the way back from an answer to the declared type.

import { branchesOf, branchFor, dereferenced, fitsShape, isRecord, schemaObject } from "../schema/json-schema.ts"
import type { SchemaObject } from "../schema/json-schema.ts"
import type { JsonSchema } from "../contract.ts"
import { notesFor } from "./constraint-notes.ts"

export interface StrictSchema {
  readonly schema: SchemaObject
  /** The declared type is no record, so that the provider is asked for `{ value: … }`. */
  readonly isWrapped: boolean
}

const formatsTaken = new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"])
const limitsTaken: Readonly<Record<string, readonly string[]>> = {
  string: ["pattern"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  array: ["minItems", "maxItems"],
}
const limitsTold = ["minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties"]

/** Every property required, optional ones nullable, nothing additional, maps as lists of entries, free JSON as text. */
export function strictSchema(json: JsonSchema): StrictSchema {
  const root = schemaObject(json)
  const outer = dereferenced(root, root)
  const isWrapped = !isPlainRecord(outer) || branchesOf(outer) !== undefined
  const definitions = strictDefinitions(root)
  const { $defs: _, $schema: _dialect, $id: _id, ...body } = root
  const schema = isWrapped
    ? { type: "object", properties: { value: strict(root, body) }, required: ["value"], additionalProperties: false }
    : strict(root, isPlainRecord(body) ? body : withoutDefinitions(outer))
  return { schema: Object.keys(definitions).length > 0 ? { ...schema, $defs: definitions } : schema, isWrapped }
}

function strictDefinitions(root: SchemaObject): SchemaObject {
  return Object.fromEntries(
    Object.entries(schemaObject(root["$defs"])).map(([name, definition]) => [
      name,
      strict(root, schemaObject(definition)),
    ]),
  )
}

function withoutDefinitions(schema: SchemaObject): SchemaObject {
  const { $defs: _, ...rest } = schema
  return rest
}

function isPlainRecord(schema: SchemaObject): boolean {
  return isRecord(schema["properties"]) || (schema["type"] === "object" && schema["additionalProperties"] === false)
}

function strict(root: SchemaObject, raw: SchemaObject): SchemaObject {
  if (typeof raw["$ref"] === "string") return { $ref: raw["$ref"] }
  const schema = flattened(root, raw)
  const description = describe(schema)
  const branches = branchesOf(schema)
  if (branches) return { ...description, anyOf: branches.map((branch) => strict(root, branch)) }
  if ("const" in schema || "enum" in schema) return { ...description, ...pick(schema, ["type", "const", "enum"]) }
  if (isPlainRecord(schema)) return { ...description, ...strictRecord(root, schema) }
  if (isMap(schema)) return { ...description, ...strictMap(root, schema) }
  const type = schema["type"]
  if (type === undefined)
    return { type: "string", description: `${description.description ?? ""} (JSON written as text)`.trim() }
  const base = Array.isArray(type) ? String(type.find((one) => one !== "null")) : String(type)
  const limits = pick(schema, limitsTaken[base] ?? [])
  const format = schema["format"]
  const taken = typeof format === "string" && formatsTaken.has(format) ? { format } : {}
  const items = base === "array" ? { items: strict(root, schemaObject(schema["items"])) } : {}
  return { ...description, type, ...limits, ...taken, ...items }
}

function strictRecord(root: SchemaObject, schema: SchemaObject): SchemaObject {
  const required = requiredOf(schema)
  const properties = Object.entries(schemaObject(schema["properties"])).map(
    ([name, property]): [string, SchemaObject] => {
      const inner = strict(root, schemaObject(property))
      return [name, required.has(name) || takesNull(root, schemaObject(property)) ? inner : nullable(inner)]
    },
  )
  return {
    type: Array.isArray(schema["type"]) ? schema["type"] : "object",
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  }
}

function strictMap(root: SchemaObject, schema: SchemaObject): SchemaObject {
  const value = strict(root, schemaObject(schema["additionalProperties"]))
  const entry = {
    type: "object",
    properties: { key: { type: "string" }, value },
    required: ["key", "value"],
    additionalProperties: false,
  }
  return { type: "array", items: entry }
}

function isMap(schema: SchemaObject): boolean {
  return schema["type"] === "object"
}

function flattened(root: SchemaObject, schema: SchemaObject): SchemaObject {
  const parts = schema["allOf"]
  if (!Array.isArray(parts)) return schema
  const { allOf: _, ...own } = schema
  return [...parts.map((part) => dereferenced(root, schemaObject(part))), own].reduce<SchemaObject>(
    (whole, part) => ({
      ...whole,
      ...part,
      ...(isRecord(whole["properties"]) || isRecord(part["properties"])
        ? { properties: { ...schemaObject(whole["properties"]), ...schemaObject(part["properties"]) } }
        : {}),
      ...(Array.isArray(whole["required"]) || Array.isArray(part["required"])
        ? { required: [...requiredOf(whole), ...requiredOf(part)] }
        : {}),
    }),
    {},
  )
}

function describe(schema: SchemaObject): { readonly description?: string } {
  const format = schema["format"]
  const told = typeof format === "string" && !formatsTaken.has(format) ? [...limitsTold, "format"] : limitsTold
  const text = typeof schema["description"] === "string" ? schema["description"] : ""
  const description = `${text} ${notesFor(schema, told)}`.trim()
  return description === "" ? {} : { description }
}

function nullable(schema: SchemaObject): SchemaObject {
  const type = schema["type"]
  if (typeof type === "string" && !("enum" in schema) && !("const" in schema))
    return { ...schema, type: [type, "null"] }
  return { anyOf: [schema, { type: "null" }] }
}

function takesNull(root: SchemaObject, raw: SchemaObject): boolean {
  const schema = dereferenced(root, raw)
  const type = schema["type"]
  if (type === "null" || (Array.isArray(type) && type.includes("null")) || schema["const"] === null) return true
  return branchesOf(schema)?.some((branch) => takesNull(root, branch)) ?? false
}

function requiredOf(schema: SchemaObject): ReadonlySet<string> {
  return new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : [])
}

function pick(schema: SchemaObject, keywords: readonly string[]): SchemaObject {
  return Object.fromEntries(
    keywords.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]),
  )
}

interface Types {
  readonly root: SchemaObject
  /** The definitions in their strict form. */
  readonly sent: SchemaObject
}

/** From the strict form back to the declared one. Lenient: what is already in the declared form stays as it is. */
export function fromStrict(json: JsonSchema, value: unknown): unknown {
  const root = schemaObject(json)
  const isWrapper =
    strictSchema(json).isWrapped && isRecord(value) && Object.keys(value).length === 1 && "value" in value
  const types: Types = { root, sent: { $defs: strictDefinitions(root) } }
  return restored(types, root, isWrapper ? value["value"] : value)
}

function restored(types: Types, raw: SchemaObject, value: unknown): unknown {
  const { root, sent } = types
  const schema = flattened(root, dereferenced(root, raw))
  const branches = branchesOf(schema)
  if (branches) {
    // A map comes as a list, so the branch is the one whose strict form the value has.
    const branch = branches.find((one) => fitsShape(sent, strict(root, one), value)) ?? branchFor(root, branches, value)
    return branch === undefined ? value : restored(types, branch, value)
  }
  if (isPlainRecord(schema)) return isRecord(value) ? restoredRecord(types, schema, value) : value
  if (isMap(schema)) return restoredMap(types, schema, value)
  if (Array.isArray(value)) return value.map((item) => restored(types, schemaObject(schema["items"]), item))
  const isFree = schema["type"] === undefined && !("const" in schema) && !("enum" in schema)
  return isFree && typeof value === "string" ? parsedOr(value) : value
}

function restoredRecord(types: Types, schema: SchemaObject, record: Record<string, unknown>): Record<string, unknown> {
  const properties = schemaObject(schema["properties"])
  const required = requiredOf(schema)
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, field]): [string, unknown][] => {
      const property = schemaObject(Object.hasOwn(properties, name) ? properties[name] : undefined)
      if (field === null && !required.has(name) && !takesNull(types.root, property)) return []
      return [[name, restored(types, property, field)]]
    }),
  )
}

function restoredMap(types: Types, schema: SchemaObject, value: unknown): unknown {
  if (
    !Array.isArray(value) ||
    !value.every((entry) => isRecord(entry) && typeof entry["key"] === "string" && "value" in entry)
  )
    return value
  const inner = schemaObject(schema["additionalProperties"])
  return Object.fromEntries(value.map((entry) => [entry["key"], restored(types, inner, entry["value"])]))
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
