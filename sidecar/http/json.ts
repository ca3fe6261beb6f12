// Reads JSON bodies: what is not of the expected shape is the caller's mistake.

import { malformed } from "../fault.ts"

export type JsonObject = Readonly<Record<string, unknown>>

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw malformed("failed deserializing HTTP body: it is not JSON")
  }
}

export function jsonObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("an object was expected")
  return value as JsonObject
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  return Object.fromEntries(Object.entries(jsonObject(value)).map(([name, member]) => [name, String(member)]))
}
