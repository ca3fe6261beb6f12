// Types: from the checker's to the plan's, and to JSON Schema 2020-12.

import { assert, unreachable } from "../../../base/assert.ts"
import type { Constraints, FieldType, Type } from "../../2-check/types.ts"
import { planName } from "../context.ts"
import type { Context } from "../context.ts"
import type { FieldPlan, Json, JsonSchema, PrimitiveKind, ValueType } from "../types.ts"

export function lowerType(context: Context, type: Type): ValueType {
  switch (type.kind) {
    case "array": return { kind: "list", element: lowerType(context, type.element) }
    case "map": return { kind: "map", value: lowerType(context, type.value) }
    case "optional": return { kind: "optional", type: lowerType(context, type.type) }
    case "record": return { kind: "record", fields: lowerFields(context, type.fields) }
    case "declared": return { kind: "named", name: planName(context, type.symbol) }
    case "union": return { kind: "union", members: type.members.map((member) => lowerType(context, member)) }
    case "result": return { kind: "result", value: lowerType(context, type.value) }
    case "caughtError": return { kind: "caughtError", errors: type.errors }
    case "literal": return { kind: "literal", value: type.value }
    case "function": case "namespace": return { kind: "unknown" }
    default: return primitive(type.kind)
  }
}

const primitives = new Map<PrimitiveKind, ValueType>()

/** Nearly every expression has one: each is there once. */
function primitive(kind: PrimitiveKind): ValueType {
  let type = primitives.get(kind)
  if (type === undefined) primitives.set(kind, type = { kind })
  return type
}

export function lowerFields(context: Context, fields: readonly FieldType[]): readonly FieldPlan[] {
  return fields.map(({ name, type, doc }) => ({ name, type: lowerType(context, type), ...(doc === undefined ? {} : { doc }) }))
}

// ---------------------------------------------------------------- JSON Schema

/** Declared types stay references, to `#/$defs/<name>`. */
export function schemaOf(context: Context, type: Type): JsonSchema {
  switch (type.kind) {
    case "string": case "int": case "number":
      return { type: type.kind === "int" ? "integer" : type.kind, ...keywords(type.constraints) }
    case "bool": return { type: "boolean" }
    case "time": return { type: "string", format: "date-time" }
    case "duration": return { type: "number", minimum: 0, description: "Milliseconds." }
    case "money": return { type: "number", description: "US dollars." }
    case "json": return {}
    case "message": return messageSchema
    case "nothing": return { type: "null" }
    case "literal": return { const: type.value }
    case "array": return { type: "array", items: schemaOf(context, type.element), ...keywords(type.constraints) }
    case "map": return { type: "object", additionalProperties: schemaOf(context, type.value), ...keywords(type.constraints) }
    case "optional": return optional(schemaOf(context, type.type))
    case "record": return recordSchema(context, type.fields)
    case "declared": return { $ref: `#/$defs/${planName(context, type.symbol)}` }
    case "union": return unionSchema(type.members.map((member) => schemaOf(context, member)))
    case "result": case "caughtError": case "secret": case "function": case "namespace": case "unknown": case "never":
      return {}
    default: return unreachable(type)
  }
}

export interface SchemaField extends FieldType {
  /** Set on a parameter with a default value: it may be left out. */
  readonly mayBeAbsent?: boolean
}

export function recordSchema(context: Context, fields: readonly SchemaField[], tag?: string): JsonSchema {
  const properties: [string, Json][] = tag === undefined ? [] : [["kind", { const: tag }]]
  for (const field of fields) properties.push([field.name, describe(schemaOf(context, field.type), field.doc)])
  const required = fields.filter(({ type, mayBeAbsent }) => mayBeAbsent !== true && !isOptional(type)).map(({ name }) => name)
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: tag === undefined ? required : ["kind", ...required],
    additionalProperties: false,
  }
}

export function describe(schema: JsonSchema, doc: string | undefined): JsonSchema {
  return doc === undefined || doc.trim() === "" ? schema : { ...schema, description: doc.trim() }
}

function isOptional(type: Type): boolean {
  return type.kind === "optional" || type.kind === "nothing"
}

/** `nothing` joins a plain schema's types, so that the common case reads as one line. */
function optional(schema: JsonSchema): JsonSchema {
  if (typeof schema["type"] === "string" && schema["type"] !== "null") return { ...schema, type: [schema["type"], "null"] }
  return { anyOf: [schema, { type: "null" }] }
}

function unionSchema(members: readonly JsonSchema[]): JsonSchema {
  const constants = members.map((member) => member["const"])
  return constants.every((value) => value !== undefined) ? { enum: constants as Json[] } : { anyOf: members }
}

/** Names of the language on the left where they differ from JSON Schema's. */
const constraintKeywords: Readonly<Record<string, string>> = { min: "minimum", max: "maximum", unique: "uniqueItems" }

function keywords(constraints: Constraints | undefined): JsonSchema {
  const entries = Object.entries(constraints ?? {}).map(([name, value]) => [constraintKeywords[name] ?? name, value] as const)
  assert(entries.every(([name]) => name !== "type"), "a constraint named type")
  return Object.fromEntries(entries)
}

const messageSchema: JsonSchema = {
  type: "object",
  properties: { role: { enum: ["system", "user", "assistant"] }, content: { type: "string" } },
  required: ["role", "content"],
  additionalProperties: false,
}
