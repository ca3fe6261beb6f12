// Amounts and times as the Studio shows them.

import type { Json } from "../../../cli/studio/api.ts"

export function money(nanoDollars: number): string {
  const dollars = nanoDollars / 1e9
  if (dollars === 0) return "$0"
  return `$${dollars >= 0.01 ? dollars.toFixed(2) : dollars.toFixed(6).replace(/0+$/, "")}`
}

export function count(value: number): string {
  const short = (scaled: number): string => scaled.toFixed(1).replace(/\.0$/, "")
  if (value >= 1e6) return `${short(value / 1e6)}M`
  return value >= 10_000 ? `${short(value / 1000)}k` : value.toLocaleString("en")
}

/** "840 ms", "12.3 s", "4 m 10 s", "2 d 3 h" */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const parts = [[Math.floor(seconds / 86_400), "d"], [Math.floor((seconds % 86_400) / 3600), "h"], [Math.floor((seconds % 3600) / 60), "m"], [seconds % 60, "s"]] as const
  return parts.filter(([value]) => value > 0).slice(0, 2).map(([value, unit]) => `${value} ${unit}`).join(" ")
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" })

export const timeOf = (ms: number): string => clock.format(ms)

/** The time alone for what is less than half a day old. */
export const momentOf = (ms: number, now: number): string => (now - ms < 43_200_000 ? clock : day).format(ms)

export const json = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2))

type Schema = { readonly [keyword: string]: Json }

/** A value to begin with, in the shape of a schema: what a person then changes. */
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
