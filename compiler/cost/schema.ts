// From JSON Schemas: the shape of every value that fits one, and how long the schema itself is in a request.

import type { Location } from "../../base/text/span.ts"
import type { Json, JsonSchema, ValueType } from "../3-plan/types.ts"
import { bounded, unbounded } from "./arithmetic.ts"
import { utf8Length } from "./assumptions.ts"
import { absent, anyBoolean, anyNumber, boundless, either, exactly, text } from "./shape.ts"
import type { TypesByName } from "./context.ts"
import type { Shape } from "./shape.ts"

/** Texts of a checked format that can't be longer. */
const formatCharacters: Readonly<Record<string, number>> = { uuid: 45, date: 10, ipv4: 15 }

/** Deeper than any value that fits into a request, and not too deep for the call stack. */
const depthMax = 32

interface Place {
  /** What a reason calls it: "Source.text". */
  readonly name: string
  readonly origin: Location
  /** Declared types around it. */
  readonly inside: readonly string[]
}

export function shapeOfSchema(types: TypesByName, schema: JsonSchema, at: Omit<Place, "inside">): Shape {
  return shapeAt(types, schema, { ...at, inside: [] })
}

/** The shape of every value of a type that has one whatever `@` limits say, which an assignment does not check. */
export function shapeOfKind(types: TypesByName, type: ValueType): Shape | undefined {
  switch (type.kind) {
    case "int": case "number": case "duration": case "money": return anyNumber
    case "bool": return anyBoolean
    case "nothing": return absent
    case "literal": return exactly(type.value)
    case "optional": {
      const inner = shapeOfKind(types, type.type)
      return inner && either(inner, absent)
    }
    case "named": {
      const declared = types.get(type.name)
      return declared?.kind === "enum" ? shapeOfSchema(types, declared.schema, { name: type.name, origin: declared.origin }) : undefined
    }
    default: return undefined
  }
}

function shapeAt(types: TypesByName, schema: JsonSchema, place: Place): Shape {
  if (typeof schema["$ref"] === "string") return shapeOfDeclared(types, schema, place)
  if ("const" in schema) return shapeOfConstant(schema["const"]!, place)
  if (Array.isArray(schema["enum"])) return either(...schema["enum"].map((value) => shapeOfConstant(value, place)))
  const branches = schema["anyOf"] ?? schema["oneOf"]
  if (Array.isArray(branches)) return either(...branches.map((branch) => shapeAt(types, branch as JsonSchema, place)))
  const kinds = schema["type"]
  if (!Array.isArray(kinds)) return shapeOfType(types, String(kinds), schema, place)
  return either(...kinds.map((type) => shapeOfType(types, String(type), schema, place)))
}

function shapeOfDeclared(types: TypesByName, { $ref, ...siblings }: JsonSchema, place: Place): Shape {
  const name = String($ref).replace("#/$defs/", "")
  const declared = types.get(name)
  if (declared === undefined) return boundless(`\`${place.name}\` can be of any size`, place.origin)
  if (place.inside.length >= depthMax) return boundless(`\`${name}\` lies more than ${depthMax} types deep`, declared.origin)
  if (place.inside.includes(name)) return boundless(`\`${name}\` can contain itself without end`, declared.origin)
  const isAlias = declared.kind === "alias"
  const shape = (): Shape => shapeAt(types, { ...declared.schema, ...siblings }, {
    name: isAlias ? place.name : name, origin: declared.origin, inside: [...place.inside, name],
  })
  // What depends on nothing but the type itself is found once.
  const isOwn = !isAlias && place.inside.length === 0 && Object.keys(siblings).length === 0
  return isOwn ? known(types, name, shape) : shape()
}

const knownShapes = new WeakMap<TypesByName, Map<string, Shape>>()

function known(types: TypesByName, name: string, find: () => Shape): Shape {
  let shapes = knownShapes.get(types)
  if (shapes === undefined) knownShapes.set(types, shapes = new Map())
  let shape = shapes.get(name)
  if (shape === undefined) shapes.set(name, shape = find())
  return shape
}

function shapeOfConstant(value: Json, place: Place): Shape {
  return typeof value === "object" && value !== null
    ? boundless(`\`${place.name}\` can be of any size`, place.origin)
    : exactly(value as string | number | boolean | null)
}

function shapeOfType(types: TypesByName, type: string, schema: JsonSchema, place: Place): Shape {
  switch (type) {
    case "null": return absent
    case "boolean": return anyBoolean
    case "integer": case "number": return anyNumber
    case "string": return text(limitOf(schema, "maxLength") ?? formatLimit(schema) ?? lacks("maxLength", place))
    case "array": return {
      kind: "list",
      items: limitOf(schema, "maxItems") ?? lacks("maxItems", place),
      element: shapeAt(types, (schema["items"] ?? {}) as JsonSchema, { ...place, name: `${place.name}[]` }),
    }
    case "object": return shapeOfObject(types, schema, place)
    default: return boundless(`\`${place.name}\` can be of any size`, place.origin)
  }
}

function limitOf(schema: JsonSchema, keyword: string) {
  const limit = schema[keyword]
  return typeof limit === "number" ? bounded(limit) : undefined
}

function formatLimit(schema: JsonSchema) {
  const limit = formatCharacters[String(schema["format"])]
  return limit === undefined ? undefined : bounded(limit)
}

function lacks(keyword: "maxLength" | "maxItems", { name, origin }: Place) {
  return unbounded(`\`${name}\` has no @${keyword}`, origin)
}

/** Fields that are not declared are dropped from values from outside; a map keeps what comes. */
function shapeOfObject(types: TypesByName, schema: JsonSchema, place: Place): Shape {
  const properties = schema["properties"]
  if (typeof properties !== "object" || properties === null) {
    return boundless(`\`${place.name}\` is a map, which has no limit`, place.origin)
  }
  const fields = Object.keys(properties).map((name) => ({ name, shape: shapeOfField(types, schema, name, place) }))
  return { kind: "record", fields }
}

function shapeOfField(types: TypesByName, { properties, required }: JsonSchema, name: string, place: Place): Shape {
  const path = place.name === "" ? name : `${place.name}.${name}`
  const shape = shapeAt(types, (properties as JsonSchema)[name] as JsonSchema, { name: path, origin: place.origin, inside: place.inside })
  return Array.isArray(required) && required.includes(name) ? shape : either(shape, absent)
}

/** Of one parameter, undefined where the schema has none of that name. */
export function shapeOfParameter(types: TypesByName, schema: JsonSchema, { name, origin }: { readonly name: string; readonly origin: Location }): Shape | undefined {
  const properties = schema["properties"]
  if (typeof properties !== "object" || properties === null || !Object.hasOwn(properties, name)) return undefined
  return shapeOfField(types, schema, name, { name: "", origin, inside: [] })
}

// ---------------------------------------------------------------- the schema as text

/** As the generated project sends it: declared types in place, or as definitions where one contains itself. */
export function schemaBytes(types: TypesByName, schema: JsonSchema): number {
  return utf8Length(JSON.stringify(inPlace(types, schema)))
}

export function inPlace(types: TypesByName, schema: JsonSchema): Json {
  const reach = reachable(types, schema, new Set())
  const isRecursive = [...reach].some((name) => reachable(types, declaredSchema(types, name), new Set()).has(name))
  if (!isRecursive) return expanded(types, schema)
  return { ...schema, $defs: Object.fromEntries([...reach].map((name) => [name, declaredSchema(types, name)])) }
}

function expanded(types: TypesByName, value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => expanded(types, each))
  if (typeof value !== "object" || value === null) return value
  const { $ref, ...siblings } = value as JsonSchema
  const written = Object.entries(typeof $ref === "string" ? siblings : (value as JsonSchema))
  const own = written.map(([key, each]) => [key, expanded(types, each)])
  const target = typeof $ref === "string" ? expanded(types, declaredSchema(types, $ref.replace("#/$defs/", ""))) : {}
  return { ...(target as JsonSchema), ...Object.fromEntries(own) }
}

function declaredSchema(types: TypesByName, name: string): JsonSchema {
  return types.get(name)?.schema ?? {}
}

function reachable(types: TypesByName, value: Json, found: Set<string>): ReadonlySet<string> {
  if (typeof value !== "object" || value === null) return found
  const reference = Array.isArray(value) ? undefined : (value as JsonSchema)["$ref"]
  if (typeof reference === "string") {
    const name = reference.replace("#/$defs/", "")
    if (!found.has(name)) {
      found.add(name)
      reachable(types, declaredSchema(types, name), found)
    }
  }
  for (const each of Object.values(value)) reachable(types, each as Json, found)
  return found
}
