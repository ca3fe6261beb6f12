// The simulator's validator says what Ajv says, word for word, on every schema of the corpus and on drawn ones; samples fit.

import { Ajv2020 } from "ajv/dist/2020.js"
import addFormatsModule from "ajv-formats"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { projectSchemas } from "../../compiler/4-emit/typescript/files/schemas.ts"
import { namesOf } from "../../compiler/4-emit/typescript/names.ts"
import type { JsonSchema } from "../../runtime/contract.ts"
import { readableProblems } from "../../runtime/schema/accept.ts"
import { sampleOf } from "../../simulator/sample.ts"
import { validatorOf } from "../../simulator/schema.ts"
import { planOf, programNames, sourcesOf } from "../compiler/emit-programs.ts"

const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
const addFormats = addFormatsModule as unknown as { default: (instance: Ajv2020) => void } & ((instance: Ajv2020) => void)
;(typeof addFormats === "function" ? addFormats : (addFormats as { default: (instance: Ajv2020) => void }).default)(ajv)

/** What Ajv finds and what the simulator's validator finds, as people read it. */
function bothSay(schema: JsonSchema, validate: ReturnType<typeof ajv.compile>, value: unknown): { readonly ajv: readonly string[]; readonly own: readonly string[] } {
  const own = validatorOf(schema)
  const said = (ok: boolean, problems: Parameters<typeof readableProblems>[0] | null | undefined): readonly string[] => (ok ? [] : [...readableProblems((problems ?? []).toSorted((a, b) => (key(a) < key(b) ? -1 : 1)))])
  return { ajv: said(validate(value) === true, validate.errors), own: said(own(value), own.errors) }
}

function key({ instancePath, keyword, params }: { readonly instancePath: string; readonly keyword: string; readonly params?: object | undefined }): string {
  return `${instancePath} ${keyword} ${JSON.stringify(params)}`
}

const leaf: fc.Arbitrary<JsonSchema> = fc.oneof(
  fc.record({ minimum: fc.integer({ min: -3, max: 3 }), maximum: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] }).map((limits) => ({ type: "integer", ...limits })),
  fc.record({ minimum: fc.integer({ min: -3, max: 3 }), multipleOf: fc.constantFrom(0.5, 2) }, { requiredKeys: [] }).map((limits) => ({ type: "number", ...limits })),
  fc.record({ minLength: fc.nat(3), maxLength: fc.nat(5), pattern: fc.constantFrom("^a", "\\d$"), format: fc.constantFrom("uri", "date-time", "email") }, { requiredKeys: [] }).map((limits) => ({ type: "string", ...limits })),
  fc.constantFrom<JsonSchema>({ type: "boolean" }, { type: "null" }, {}, { enum: ["a", "b", 1] }, { const: "a" }, { type: ["string", "null"] }, { type: "string", enum: ["a", "b"] }),
)

const schemas: fc.Arbitrary<JsonSchema> = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3 },
    leaf,
    fc.record({ items: tie("schema"), minItems: fc.nat(2), maxItems: fc.nat(3), uniqueItems: fc.constant(true) }, { requiredKeys: ["items"] }).map((rest) => ({ type: "array", ...rest })),
    fc.record({ a: tie("schema"), b: tie("schema") }).map((properties) => ({ type: "object", properties, required: ["a"], additionalProperties: false })),
    tie("schema").map((inner) => ({ type: "object", additionalProperties: inner })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
})).schema

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.record({ a: fc.jsonValue({ maxDepth: 1 }), b: fc.jsonValue({ maxDepth: 1 }), c: fc.constant(1) }, { requiredKeys: [] }),
  fc.constantFrom<unknown>("a", "b", "a1", "https://a.test", 1, 2, -1, 0.5, null, [], ["a", "a"], [1, 2, 3, 4], {}, "ⓐ😀😀"),
)

describe("the schema interpreter", () => {
  it("finds what Ajv finds in values of drawn schemas", () => {
    fc.assert(fc.property(schemas, fc.array(values, { minLength: 1, maxLength: 6 }), (schema, tried) => {
      const validate = ajv.compile(schema)
      for (const value of tried) {
        const { ajv: expected, own } = bothSay(schema, validate, value)
        expect(own).toEqual(expected)
      }
    }), { seed: 7, numRuns: 500 })
  })

  it("finds what Ajv finds in the schemas of the corpus, for samples and for what is drawn", () => {
    const drawn = fc.sample(values, { seed: 11, numRuns: 40 })
    let compared = 0
    for (const name of programNames) {
      const plan = planOf(sourcesOf(name))
      const definitions = Object.fromEntries(plan.types.map((type) => [type.name, type.schema]))
      for (const { schema } of projectSchemas(plan, namesOf(plan))) {
        const whole = { ...(schema as object), $defs: definitions } as JsonSchema
        const validate = ajv.compile(whole)
        const sample = sampleOf(whole)
        for (const value of [...drawn, ...(sample === undefined ? [] : [sample.value, broken(sample.value)])]) {
          const { ajv: expected, own } = bothSay(whole, validate, value)
          expect(own, `${name}: ${JSON.stringify(whole)}`).toEqual(expected)
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(5_000)
  })

  it("makes a sample of every type of the corpus that fits it", () => {
    for (const name of programNames) {
      const plan = planOf(sourcesOf(name))
      const definitions = Object.fromEntries(plan.types.map((type) => [type.name, type.schema]))
      for (const { name: schemaName, schema } of projectSchemas(plan, namesOf(plan))) {
        const whole = { ...(schema as object), $defs: definitions } as JsonSchema
        const sample = sampleOf(whole)
        expect(sample, `${name}: ${schemaName}`).toBeDefined()
        expect(ajv.compile(whole)(sample!.value), `${name}: ${schemaName}`).toBe(true)
      }
    }
  })

  it.each([
    ["^[a-z]{3}-\\d{4}$", "a"], ["^(?:foo|bar)+$", ""], ["^\\w+@\\w+\\.test$", ""], ["[A-Z]{2}", ""], ["^#[0-9a-f]{6}$", ""],
  ])("makes a text of the pattern %s", (pattern) => {
    const sample = sampleOf({ type: "string", pattern })
    expect(new RegExp(pattern, "u").test(String(sample?.value))).toBe(true)
  })
})

/** The value with one thing wrong somewhere. */
function broken(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? {} : [broken(value[0]), ...value.slice(1)]
  if (typeof value === "object" && value !== null) {
    const [first, ...rest] = Object.entries(value)
    return first === undefined ? [] : Object.fromEntries([[first[0], broken(first[1])], ...rest, ["unknown", 1]])
  }
  return typeof value === "string" ? 7 : "x"
}
