// Random JSON Schemas of the kinds that the compiler writes, each with at least one value.

import fc from "fast-check"

type Schema = Record<string, unknown>

const strings: fc.Arbitrary<Schema> = fc
  .tuple(fc.nat(20), fc.nat(60), fc.boolean(), fc.boolean())
  .map(([shortest, more, hasMin, hasMax]) => ({
    type: "string",
    ...(hasMin ? { minLength: shortest } : {}),
    ...(hasMax ? { maxLength: shortest + more } : {}),
  }))
const formats: fc.Arbitrary<Schema> = fc
  .constantFrom("uri", "email", "date-time", "date", "time", "duration", "uuid", "ipv4", "ipv6", "hostname")
  .map((format) => ({ type: "string", format }))
const numbers: fc.Arbitrary<Schema> = fc
  .tuple(
    fc.integer({ min: -1000, max: 1000 }),
    fc.integer({ min: 2, max: 500 }),
    fc.constantFrom("integer", "number"),
    fc.nat(4),
  )
  .map(([low, range, type, form]) => {
    switch (form) {
      case 0:
        return { type }
      case 1:
        return { type, minimum: low, maximum: low + range }
      case 2:
        return { type, exclusiveMinimum: low, exclusiveMaximum: low + range }
      case 3:
        return { type, minimum: low, maximum: low + range, multipleOf: 1 }
      default:
        return { type, multipleOf: range }
    }
  })
const enums: fc.Arbitrary<Schema> = fc
  .uniqueArray(fc.string(), { minLength: 1, maxLength: 5 })
  .map((values) => ({ enum: values }))
const leaves = fc.oneof(
  strings,
  formats,
  numbers,
  enums,
  fc.constant({ type: "boolean" }),
  fc.constant({ type: "null" }),
  fc.constant<Schema>({}),
  fc.string().map((value) => ({ const: value })),
)

const names = fc.constantFrom("title", "url", "score", "items", "kind2", "note", "text", "count")

const { schema } = fc.letrec<{ schema: Schema }>((tie) => {
  const nested = tie("schema")
  const lists = fc.tuple(nested, fc.nat(3), fc.nat(3), fc.boolean()).map(([items, fewest, more, hasMax]): Schema => ({
    type: "array",
    items,
    minItems: fewest,
    ...(hasMax ? { maxItems: fewest + more } : {}),
  }))
  const sets = fc
    .tuple(fc.nat(3))
    .map(([fewest]): Schema => ({
      type: "array",
      items: { type: "integer", minimum: 0 },
      minItems: fewest,
      uniqueItems: true,
    }))
  const records = fc
    .tuple(fc.dictionary(names, nested, { maxKeys: 4 }), fc.boolean())
    .map(([properties, isStrict]): Schema => ({
      type: "object",
      properties,
      required: isStrict ? Object.keys(properties) : Object.keys(properties).slice(0, 1),
      additionalProperties: false,
    }))
  const maps = nested.map((value): Schema => ({ type: "object", additionalProperties: value }))
  const unions = fc.tuple(nested, nested).map(([left, right]): Schema => ({ anyOf: [left, right] }))
  const optional = nested.map((value): Schema => ({ anyOf: [value, { type: "null" }] }))
  const tagged = fc.tuple(nested, nested).map(([left, right]): Schema => ({
    anyOf: [left, right].map((inner, index) => ({
      type: "object",
      properties: { kind: { const: `K${index}` }, inner },
      required: ["kind", "inner"],
      additionalProperties: false,
    })),
  }))
  return { schema: fc.oneof({ maxDepth: 3 }, leaves, lists, sets, records, maps, unions, optional, tagged) }
})

export const jsonSchemas = schema
