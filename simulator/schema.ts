// Checks values against JSON Schema without writing code: for hosts that allow no `eval`. Problems are worded as Ajv words them.

import type { JsonSchema, ValidationProblem, Validator } from "@agentflow/runtime/contract"
import { equal, formats, ucs2length } from "@agentflow/runtime/simulation"

const isEqual = equal as unknown as (a: unknown, b: unknown) => boolean
const lengthOf = ucs2length as unknown as (text: string) => number

type SchemaObject = Readonly<Record<string, unknown>>

/** A validator of the keywords that the compiler emits; `#/$defs/Name` is looked up in the schema itself. */
export function validatorOf(schema: JsonSchema): Validator {
  const validate: Validator = (data) => {
    const problems: ValidationProblem[] = []
    check({ root: schema, problems }, schema, data, "")
    validate.errors = problems.length === 0 ? null : problems
    return problems.length === 0
  }
  return validate
}

interface Context {
  readonly root: JsonSchema
  readonly problems: ValidationProblem[]
}

function check(cx: Context, schema: JsonSchema, value: unknown, path: string): void {
  if (schema === true) return
  if (schema === false) return report(cx, path, "false schema", "boolean schema is false", {})
  const { $ref } = schema
  if (typeof $ref === "string") check(cx, referred(cx.root, $ref), value, path)
  checkType(cx, schema, value, path)
  if (typeof value === "number") checkNumber(cx, schema, value, path)
  if (typeof value === "string") checkString(cx, schema, value, path)
  checkBranches(cx, schema, value, path)
  if ("const" in schema && !isEqual(value, schema["const"])) {
    report(cx, path, "const", "must be equal to constant", { allowedValue: schema["const"] })
  }
  const choices = schema["enum"]
  if (Array.isArray(choices) && !choices.some((choice) => isEqual(value, choice))) {
    report(cx, path, "enum", "must be equal to one of the allowed values", { allowedValues: choices })
  }
  if (Array.isArray(value)) checkList(cx, schema, value, path)
  else if (typeof value === "object" && value !== null) checkRecord(cx, schema, value as SchemaObject, path)
}

function report(cx: Context, instancePath: string, keyword: string, message: string, params: object): void {
  cx.problems.push({ instancePath, keyword, message, params })
}

function referred(root: JsonSchema, reference: string): JsonSchema {
  if (reference === "#") return root
  const definitions = typeof root === "object" ? (root["$defs"] as Readonly<Record<string, JsonSchema>> | undefined) : undefined
  const found = definitions?.[reference.replace("#/$defs/", "")]
  if (found === undefined) throw new Error(`the schema has no ${reference}`)
  return found
}

function checkType(cx: Context, { type }: SchemaObject, value: unknown, path: string): void {
  if (type === undefined) return
  const types = Array.isArray(type) ? (type as readonly string[]) : [type as string]
  if (types.some((each) => isOf(each, value))) return
  report(cx, path, "type", `must be ${types.join(",")}`, { type })
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "null": return value === null
    case "array": return Array.isArray(value)
    case "object": return typeof value === "object" && value !== null && !Array.isArray(value)
    case "integer": return typeof value === "number" && Number.isFinite(value) && value % 1 === 0
    case "number": return typeof value === "number" && Number.isFinite(value)
    default: return typeof value === type
  }
}

const comparisons = {
  maximum: ["<=", (value: number, limit: number) => value <= limit],
  minimum: [">=", (value: number, limit: number) => value >= limit],
  exclusiveMaximum: ["<", (value: number, limit: number) => value < limit],
  exclusiveMinimum: [">", (value: number, limit: number) => value > limit],
} as const

function checkNumber(cx: Context, schema: SchemaObject, value: number, path: string): void {
  for (const [keyword, [sign, holds]] of Object.entries(comparisons)) {
    const limit = schema[keyword]
    if (typeof limit !== "number" || (holds(value, limit) && !Number.isNaN(value))) continue
    report(cx, path, keyword, `must be ${sign} ${limit}`, { comparison: sign, limit })
  }
  const { multipleOf } = schema
  // As Ajv tests it, which takes a quotient that is written with an exponent for a fraction.
  if (typeof multipleOf === "number" && value / multipleOf !== Number.parseInt(String(value / multipleOf), 10)) {
    report(cx, path, "multipleOf", `must be multiple of ${multipleOf}`, { multipleOf })
  }
}

function checkString(cx: Context, schema: SchemaObject, value: string, path: string): void {
  checkSize(cx, schema, { size: lengthOf(value), most: "maxLength", least: "minLength", unit: "characters", path })
  const { pattern, format } = schema
  if (typeof pattern === "string" && !patternOf(pattern).test(value)) {
    report(cx, path, "pattern", `must match pattern "${pattern}"`, { pattern })
  }
  if (typeof format === "string" && !hasFormat(format, value)) {
    report(cx, path, "format", `must match format "${format}"`, { format })
  }
}

interface Size {
  readonly size: number
  readonly most: string
  readonly least: string
  readonly unit: string
  readonly path: string
}

function checkSize(cx: Context, schema: SchemaObject, { size, most, least, unit, path }: Size): void {
  const [max, min] = [schema[most], schema[least]]
  if (typeof max === "number" && size > max) report(cx, path, most, `must NOT have more than ${max} ${unit}`, { limit: max })
  if (typeof min === "number" && size < min) report(cx, path, least, `must NOT have fewer than ${min} ${unit}`, { limit: min })
}

const patterns = new Map<string, RegExp>()

function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, "u")
  patterns.set(pattern, known)
  return known
}

type Format = RegExp | ((value: string) => boolean) | { readonly validate: RegExp | ((value: string) => boolean) } | true

/** A format that nobody knows says nothing. */
function hasFormat(name: string, value: string): boolean {
  const found = (formats as unknown as Readonly<Record<string, Format | undefined>>)[name]
  if (found === undefined || found === true) return true
  const test = found instanceof RegExp || typeof found === "function" ? found : found.validate
  return test instanceof RegExp ? test.test(value) : test(value)
}

function checkBranches(cx: Context, schema: SchemaObject, value: unknown, path: string): void {
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const branches = schema[keyword]
    if (!Array.isArray(branches)) continue
    const outcomes = (branches as readonly JsonSchema[]).map((branch) => {
      const inner: Context = { root: cx.root, problems: [] }
      check(inner, branch, value, path)
      return inner.problems
    })
    const fitting = outcomes.flatMap((problems, index) => (problems.length === 0 ? [index] : []))
    if (keyword === "anyOf" ? fitting.length > 0 : fitting.length === 1) continue
    if (fitting.length === 0) cx.problems.push(...outcomes.flat())
    const params = keyword === "anyOf" ? {} : { passingSchemas: fitting.length === 0 ? null : fitting.slice(0, 2) }
    report(cx, path, keyword, keyword === "anyOf" ? "must match a schema in anyOf" : "must match exactly one schema in oneOf", params)
  }
  const { allOf } = schema
  if (Array.isArray(allOf)) for (const part of allOf as readonly JsonSchema[]) check(cx, part, value, path)
}

function checkList(cx: Context, schema: SchemaObject, list: readonly unknown[], path: string): void {
  checkSize(cx, schema, { size: list.length, most: "maxItems", least: "minItems", unit: "items", path })
  if (schema["uniqueItems"] === true) checkUnique(cx, schema, list, path)
  const prefix = Array.isArray(schema["prefixItems"]) ? (schema["prefixItems"] as readonly JsonSchema[]) : []
  for (const [index, item] of list.entries()) {
    const own = prefix[index] ?? (schema["items"] as JsonSchema | undefined)
    if (own !== undefined) check(cx, own, item, `${path}/${index}`)
  }
}

/** The pair that Ajv finds: from the end, and where all items are of plain types only among those of the right type. */
function checkUnique(cx: Context, schema: SchemaObject, list: readonly unknown[], path: string): void {
  const { type } = (schema["items"] ?? {}) as SchemaObject
  const types = (Array.isArray(type) ? type : type === undefined ? [] : [type]) as readonly string[]
  const isPlain = types.length > 0 && !types.includes("object") && !types.includes("array")
  const pair = isPlain ? samePlain(list, types) : sameAny(list)
  if (pair === undefined) return
  const [i, j] = pair
  report(cx, path, "uniqueItems", `must NOT have duplicate items (items ## ${j} and ${i} are identical)`, { i, j })
}

function samePlain(list: readonly unknown[], types: readonly string[]): readonly [number, number] | undefined {
  const places = new Map<unknown, number>()
  for (let i = list.length - 1; i >= 0; i--) {
    const item = list[i]
    if (!types.some((each) => isOf(each, item))) continue
    const place = places.get(item)
    if (place !== undefined) return [i, place]
    places.set(item, i)
  }
  return undefined
}

function sameAny(list: readonly unknown[]): readonly [number, number] | undefined {
  for (let i = list.length - 1; i > 0; i--) {
    for (let j = i - 1; j >= 0; j--) if (isEqual(list[i], list[j])) return [i, j]
  }
  return undefined
}

function checkRecord(cx: Context, schema: SchemaObject, record: SchemaObject, path: string): void {
  checkSize(cx, schema, { size: Object.keys(record).length, most: "maxProperties", least: "minProperties", unit: "properties", path })
  const required = Array.isArray(schema["required"]) ? (schema["required"] as readonly string[]) : []
  for (const name of required) {
    if (record[name] === undefined) report(cx, path, "required", `must have required property '${name}'`, { missingProperty: name })
  }
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>
  const others = schema["additionalProperties"] as JsonSchema | undefined
  for (const name of Object.keys(record)) {
    if (others === undefined || Object.hasOwn(properties, name)) continue
    if (others === false) report(cx, path, "additionalProperties", "must NOT have additional properties", { additionalProperty: name })
    else check(cx, others, record[name], `${path}/${escaped(name)}`)
  }
  for (const [name, property] of Object.entries(properties)) {
    if (record[name] !== undefined) check(cx, property, record[name], `${path}/${escaped(name)}`)
  }
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1")
}
