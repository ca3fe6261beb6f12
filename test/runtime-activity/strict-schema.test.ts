// The strict subset of JSON Schema: what is sent obeys the providers' rules, what comes back fits the declared type.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromStrict, strictSchema } from "../../runtime/providers/strict-schema.ts"
import { materialOf } from "../../runtime/providers/prompt-material.ts"
import { randomFrom } from "../../runtime/providers/random.ts"
import { sample } from "../../runtime/providers/sample.ts"
import { isRecord } from "../../runtime/schema/json-schema.ts"
import { jsonSchemas } from "./json-schemas.ts"
import { record, schemaOf, seed } from "./helpers.ts"

const allowedKeywords = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "$ref",
  "$defs",
  "description",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
])

function violations(schema: unknown): readonly string[] {
  if (!isRecord(schema)) return []
  const own = Object.keys(schema).filter((keyword) => !allowedKeywords.has(keyword))
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {}
  if (schema["type"] === "object") {
    if (schema["additionalProperties"] !== false) own.push("object is open")
    if (JSON.stringify(schema["required"]) !== JSON.stringify(Object.keys(properties))) own.push("not all required")
  }
  const inner = [
    ...Object.values(properties),
    schema["items"],
    ...(Array.isArray(schema["anyOf"]) ? schema["anyOf"] : []),
    ...Object.values(isRecord(schema["$defs"]) ? schema["$defs"] : {}),
  ]
  return [...own, ...inner.flatMap(violations)]
}

describe("strictSchema", () => {
  it("obeys the rules for any schema", () => {
    fc.assert(
      fc.property(jsonSchemas, (json) => {
        const { schema } = strictSchema(json)
        expect(schema["type"]).toBe("object")
        expect(violations(schema)).toEqual([])
      }),
      { seed, numRuns: 300 },
    )
  })

  it("gives back a value of the declared type", () => {
    fc.assert(
      fc.property(jsonSchemas, (json) => {
        const { schema } = strictSchema(json)
        const answered = sample(
          schema,
          materialOf("Nothing to see. 12 of 40 https://a.test/x"),
          randomFrom(JSON.stringify(json)),
        )
        const value = fromStrict(json, answered)
        const { validate } = schemaOf(json)
        expect(
          validate(value),
          `${JSON.stringify(json)} sent as ${JSON.stringify(schema)} came back as ${JSON.stringify(value)}`,
        ).toBe(true)
      }),
      { seed, numRuns: 150 },
    )
  })

  it("makes optional fields nullable and drops their null again", () => {
    const json = record({ a: { type: "string" }, b: { type: "integer" }, c: { $ref: "#/$defs/C" } }, ["a"])
    const { schema } = strictSchema({ ...json, $defs: { C: record({ x: { type: "string", maxLength: 5 } }) } })
    expect(schema).toEqual({
      type: "object",
      required: ["a", "b", "c"],
      additionalProperties: false,
      properties: {
        a: { type: "string" },
        b: { type: ["integer", "null"] },
        c: { anyOf: [{ $ref: "#/$defs/C" }, { type: "null" }] },
      },
      $defs: {
        C: {
          type: "object",
          required: ["x"],
          additionalProperties: false,
          properties: { x: { type: "string", description: "(at most 5 characters)" } },
        },
      },
    })
    expect(fromStrict(json, { a: "x", b: null, c: null })).toEqual({ a: "x" })
  })

  it("keeps a null that the type allows", () => {
    const json = record({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }, [])
    expect(fromStrict(json, { a: null })).toEqual({ a: null })
  })

  it("wraps what is no record, and takes the bare value too", () => {
    const json = { type: "array", items: { type: "string" }, minItems: 2 }
    expect(strictSchema(json)).toEqual({
      isWrapped: true,
      schema: { type: "object", properties: { value: json }, required: ["value"], additionalProperties: false },
    })
    expect(fromStrict(json, { value: ["a", "b"] })).toEqual(["a", "b"])
    expect(fromStrict(json, ["a", "b"])).toEqual(["a", "b"])
  })

  it("sends a map as entries and free JSON as text", () => {
    const json = record({ counts: { type: "object", additionalProperties: { type: "integer" } }, extra: {} })
    expect(fromStrict(json, { counts: [{ key: "a", value: 1 }], extra: '{"x":[1]}' })).toEqual({
      counts: { a: 1 },
      extra: { x: [1] },
    })
    expect(violations(strictSchema(json).schema)).toEqual([])
  })
})
