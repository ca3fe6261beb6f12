// Reading a JSON Schema without trusting it: references, branches, what kind of value a branch takes.

export interface SchemaObject {
  readonly [keyword: string]: unknown
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** A boolean schema says nothing about the shape: `true` allows everything, and a `false` fails at validation. */
export function schemaObject(schema: unknown): SchemaObject {
  return isRecord(schema) ? schema : {}
}

/** Follows `#/$defs/Name`; an unknown or remote reference allows everything here and is left to the validator. */
export function resolveReference(root: SchemaObject, reference: string): SchemaObject {
  if (!reference.startsWith("#")) return {}
  let found: unknown = root
  for (const segment of reference
    .slice(1)
    .split("/")
    .filter((part) => part !== "")) {
    const name = decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~")
    found = isRecord(found) && Object.hasOwn(found, name) ? found[name] : undefined
  }
  return schemaObject(found)
}

/** The schema that stands behind a chain of references; a chain that bites its tail ends as "everything". */
export function dereferenced(root: SchemaObject, schema: SchemaObject): SchemaObject {
  let current = schema
  for (let hops = 0; hops < 32; hops += 1) {
    const target = current["$ref"]
    if (typeof target !== "string") return current
    const { $ref: _, ...siblings } = current
    current = { ...resolveReference(root, target), ...siblings }
  }
  return {}
}

export function branchesOf(schema: SchemaObject): readonly SchemaObject[] | undefined {
  const branches = schema["anyOf"] ?? schema["oneOf"]
  return Array.isArray(branches) && branches.length > 0 ? branches.map(schemaObject) : undefined
}

/** The branch of a union that a value belongs to: by the constant fields of records (`kind`), else by the shape. */
export function branchFor(
  root: SchemaObject,
  branches: readonly SchemaObject[],
  value: unknown,
): SchemaObject | undefined {
  const solid = branches.map((branch) => dereferenced(root, branch))
  const possible = solid.filter((branch) => couldBe(root, branch, value))
  if (!isRecord(value) || possible.length < 2) return possible[0]
  const named = possible.filter((branch) => {
    const required = branch["required"]
    return Array.isArray(required) && required.every((name) => Object.hasOwn(value, String(name)))
  })
  const candidates = named.length > 0 ? named : possible
  return candidates.toSorted((left, right) => known(right, value) - known(left, value))[0]
}

function known(branch: SchemaObject, value: Record<string, unknown>): number {
  return Object.keys(schemaObject(branch["properties"])).filter((name) => Object.hasOwn(value, name)).length
}

/** A cheap test of the outermost shape: type, constants, and the tags of a record. */
function couldBe(root: SchemaObject, branch: SchemaObject, value: unknown): boolean {
  if ("const" in branch) return JSON.stringify(branch["const"]) === JSON.stringify(value)
  const choices = branch["enum"]
  if (Array.isArray(choices)) return choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value))
  const nested = branchesOf(branch)
  if (nested) return nested.some((one) => couldBe(root, dereferenced(root, one), value))
  const type = branch["type"]
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type]
  if (types.length > 0 && !types.some((one) => isOfType(one, value))) return false
  if (!isRecord(value)) return true
  return Object.entries(schemaObject(branch["properties"])).every(([name, property]) => {
    const { const: tag } = schemaObject(property)
    return tag === undefined || !Object.hasOwn(value, name) || value[name] === tag
  })
}

/** Whether a value has exactly the shape of a schema, all the way down; limits and formats are not looked at. */
export function fitsShape(root: SchemaObject, raw: SchemaObject, value: unknown): boolean {
  const schema = dereferenced(root, raw)
  const branches = branchesOf(schema)
  if (branches) return branches.some((branch) => fitsShape(root, branch, value))
  if (!couldBe(root, schema, value)) return false
  if (Array.isArray(value)) return value.every((item) => fitsShape(root, schemaObject(schema["items"]), item))
  if (!isRecord(value)) return true
  const properties = schemaObject(schema["properties"])
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  return (
    required.every((name) => Object.hasOwn(value, String(name))) &&
    Object.entries(value).every(([name, field]) => {
      if (Object.hasOwn(properties, name)) return fitsShape(root, schemaObject(properties[name]), field)
      return (
        schema["additionalProperties"] !== false && fitsShape(root, schemaObject(schema["additionalProperties"]), field)
      )
    })
  )
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null
    case "array":
      return Array.isArray(value)
    case "object":
      return isRecord(value)
    case "integer":
      return Number.isInteger(value)
    case "number":
      return typeof value === "number"
    case "string":
      return typeof value === "string"
    case "boolean":
      return typeof value === "boolean"
    default:
      return false
  }
}
