// A value to begin with, in the shape of a schema: what a person then changes.

import type { Json } from "../../../cli/studio/api.ts"

type Schema = { readonly [keyword: string]: Json }

/**
 * Need not fit: the server checks it. The simulator's samples do fit, but they bring in the runtime, which this small page, that may
 * not evaluate anything, should not load.
 */
export function skeleton(schema: Json, definitions: Json = isObject(schema) ? (schema["$defs"] ?? {}) : {}, depth = 0): Json {
  if (!isObject(schema) || depth > 8) return null
  const reference = schema["$ref"]
  if (typeof reference === "string") return skeleton(isObject(definitions) ? (definitions[reference.split("/").at(-1)!] ?? null) : null, definitions, depth + 1)
  if (schema["const"] !== undefined) return schema["const"]
  if (Array.isArray(schema["enum"])) return (schema["enum"] as readonly Json[])[0] ?? null
  const among = (schema["anyOf"] ?? schema["oneOf"]) as readonly Json[] | undefined
  if (Array.isArray(among)) return skeleton(among[0] ?? null, definitions, depth + 1)
  const type = Array.isArray(schema["type"]) ? (schema["type"] as readonly Json[])[0] : schema["type"]
  switch (type) {
    case "object": {
      const properties = isObject(schema["properties"]) ? schema["properties"] : {}
      const required = new Set((schema["required"] as readonly string[] | undefined) ?? [])
      const kept = Object.entries(properties).filter(([name]) => required.has(name))
      return Object.fromEntries(kept.map(([name, each]) => [name, skeleton(each, definitions, depth + 1)]))
    }
    case "array": return Array.from({ length: Number(schema["minItems"] ?? 0) }, () => skeleton(schema["items"] ?? null, definitions, depth + 1))
    case "string": return ""
    case "integer": case "number": return Number(schema["minimum"] ?? 0)
    case "boolean": return false
    default: return null
  }
}

function isObject(value: Json | undefined): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
