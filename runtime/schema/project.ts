// Projection: what a value from outside keeps. Fields that the type does not know are dropped, nothing is added.

import { branchesOf, branchFor, dereferenced, isRecord, schemaObject } from "./json-schema.ts"
import type { SchemaObject } from "./json-schema.ts"
import type { JsonSchema } from "../contract.ts"

export function project(schema: JsonSchema, value: unknown): unknown {
  const root = schemaObject(schema)
  return projected(root, root, value)
}

function projected(root: SchemaObject, raw: SchemaObject, value: unknown): unknown {
  const schema = dereferenced(root, raw)
  const branches = branchesOf(schema)
  if (branches) {
    const branch = branchFor(root, branches, value)
    return branch === undefined ? value : projected(root, branch, value)
  }
  if (Array.isArray(value)) return projectedList(root, schema, value)
  return isRecord(value) ? projectedRecord(root, schema, value) : value
}

function projectedList(root: SchemaObject, schema: SchemaObject, list: readonly unknown[]): unknown[] {
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : []
  return list.map((item, index) => projected(root, schemaObject(prefix[index] ?? schema["items"]), item))
}

/** A record without declared fields is `json` or a map: it keeps everything. */
function projectedRecord(
  root: SchemaObject,
  schema: SchemaObject,
  record: Record<string, unknown>,
): Record<string, unknown> {
  const parts = Array.isArray(schema["allOf"])
    ? schema["allOf"].map((part) => dereferenced(root, schemaObject(part)))
    : []
  const properties: Record<string, unknown> = Object.assign(
    {},
    ...[...parts, schema].map((part) => part["properties"] ?? {}),
  )
  const others = schema["additionalProperties"]
  const isOpen = isRecord(others) || others === true || (Object.keys(properties).length === 0 && others !== false)
  const kept = Object.entries(record).flatMap(([name, field]): [string, unknown][] => {
    if (Object.hasOwn(properties, name)) return [[name, projected(root, schemaObject(properties[name]), field)]]
    return isOpen ? [[name, projected(root, schemaObject(others), field)]] : []
  })
  // fromEntries defines own properties, so a field named `__proto__` stays data.
  return Object.fromEntries(kept)
}
