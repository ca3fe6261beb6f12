// Asks for a value in the shape of a schema, one question for each field: choices as a list, text and numbers checked as they are typed.

import * as vscode from "vscode"

export type Schema = { readonly [keyword: string]: unknown }

/** Where a question stands: the title of the form, and what was asked before. */
interface Place {
  readonly title: string
  /** Shown above the field: "review › headline". */
  readonly path: readonly string[]
  readonly definitions: Schema
}

/** A form that was answered: `value` may be anything, also null. */
export interface Filled {
  readonly value: unknown
}

const depthMax = 4

/** Undefined when the person changed their mind. Names of shapes are looked up in the schema's own `$defs` unless `definitions` are given. */
export function fillForm(schema: unknown, { title, ask, definitions }: { readonly title: string; readonly ask: string; readonly definitions?: Schema }): Promise<Filled | undefined> {
  const own = isSchema(schema) && isSchema(schema["$defs"]) ? schema["$defs"] : {}
  return fill(schema, { title, path: [ask], definitions: definitions ?? own })
}

async function fill(given: unknown, place: Place): Promise<Filled | undefined> {
  const schema = resolved(given, place.definitions)
  if (schema === undefined || place.path.length > depthMax) return typed(place, jsonProblem, JSON.parse)
  if (schema["const"] !== undefined) return { value: schema["const"] }
  if (Array.isArray(schema["enum"])) return chosen(place, schema["enum"])
  const among = (schema["anyOf"] ?? schema["oneOf"]) as unknown
  if (Array.isArray(among)) return oneOf(among, place)
  if (Array.isArray(schema["type"])) return oneOf(schema["type"].map((type) => ({ ...schema, type: type as unknown })), place)
  switch (schema["type"]) {
    case "null": return { value: null }
    case "boolean": return chosen(place, [true, false])
    case "string": return typed(place, (text) => textProblem(schema, text), (text) => text)
    case "integer":
    case "number": return typed(place, (text) => numberProblem(schema, text), Number)
    case "object": return isSchema(schema["properties"]) ? record(schema, schema["properties"], place) : typed(place, jsonProblem, JSON.parse)
    default: return typed(place, jsonProblem, JSON.parse)
  }
}

/** Each field in turn; one that may be left out is asked for, and left out when the person says so. */
async function record(schema: Schema, properties: Schema, place: Place): Promise<Filled | undefined> {
  const required = new Set((schema["required"] as readonly string[] | undefined) ?? [])
  const value: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(properties)) {
    const here = { ...place, path: [...place.path, name] }
    const filled = required.has(name) ? await fill(each, here) : await optional(each, here)
    if (filled === undefined) return undefined
    if (filled.value !== undefined) value[name] = filled.value
  }
  return { value }
}

async function optional(schema: unknown, place: Place): Promise<Filled | undefined> {
  const choice = await pick(place, ["leave out", "give a value"])
  if (choice === "leave out") return { value: undefined }
  return choice === undefined ? undefined : fill(withoutNull(schema), place)
}

/** What may be null and was said to be given is not asked for null again. */
function withoutNull(schema: unknown): unknown {
  if (!isSchema(schema)) return schema
  const { type, anyOf } = schema
  if (Array.isArray(type)) return onlyOne({ ...schema, type: type.filter((each) => each !== "null") as unknown[] }, "type")
  return Array.isArray(anyOf) ? { ...schema, anyOf: anyOf.filter((each) => !isSchema(each) || each["type"] !== "null") as unknown[] } : schema
}

function onlyOne(schema: Schema, keyword: string): Schema {
  const all = schema[keyword] as readonly unknown[]
  return all.length === 1 ? { ...schema, [keyword]: all[0] } : schema
}

async function oneOf(among: readonly unknown[], place: Place): Promise<Filled | undefined> {
  const [only] = among
  if (among.length === 1) return fill(only, place)
  const labels = among.map((each, index) => labelOf(each, place.definitions) ?? `shape ${index + 1}`)
  const choice = await pick(place, labels)
  return choice === undefined ? undefined : fill(among[labels.indexOf(choice)], place)
}

/** What a person calls one of several shapes: the constant that tells them apart, its title or its type. */
function labelOf(given: unknown, definitions: Schema): string | undefined {
  const schema = resolved(given, definitions)
  if (schema === undefined) return undefined
  if (schema["const"] !== undefined) return text(schema["const"])
  const constant = isSchema(schema["properties"]) ? Object.values(schema["properties"]).find((each) => isSchema(each) && each["const"] !== undefined) : undefined
  if (isSchema(constant)) return text(constant["const"])
  const named = isSchema(given) && typeof given["$ref"] === "string" ? given["$ref"].split("/").at(-1) : undefined
  return named ?? (typeof schema["title"] === "string" ? schema["title"] : typeof schema["type"] === "string" ? schema["type"] : undefined)
}

async function chosen(place: Place, values: readonly unknown[]): Promise<Filled | undefined> {
  const labels = values.map(text)
  const choice = await pick(place, labels)
  return choice === undefined ? undefined : { value: values[labels.indexOf(choice)] }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === true ? "yes" : value === false ? "no" : JSON.stringify(value)
}

function pick({ title, path }: Place, labels: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showQuickPick([...labels], { title, placeHolder: path.join(" › "), ignoreFocusOut: true })
}

async function typed({ title, path }: Place, problemOf: (text: string) => string | undefined, read: (text: string) => unknown): Promise<Filled | undefined> {
  const said = await vscode.window.showInputBox({
    title, prompt: `${path.join(" › ")}${problemOf === jsonProblem ? " (as JSON)" : ""}`, ignoreFocusOut: true, validateInput: problemOf,
  })
  return said === undefined ? undefined : { value: read(said) }
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (problem) {
    return problem instanceof Error ? problem.message : "This is no JSON."
  }
}

/** Counted as the runtime counts: in characters, not in halves of them. */
function textProblem({ minLength, maxLength, pattern }: Schema, text: string): string | undefined {
  const length = [...text].length
  if (typeof minLength === "number" && length < minLength) return `At least ${minLength} characters.`
  if (typeof maxLength === "number" && length > maxLength) return `At most ${maxLength} characters; these are ${length}.`
  return typeof pattern === "string" && !new RegExp(pattern, "u").test(text) ? `It has to match ${pattern}.` : undefined
}

function numberProblem({ type, minimum, maximum }: Schema, text: string): string | undefined {
  const value = Number(text)
  if (text.trim() === "" || !Number.isFinite(value)) return "A number is needed."
  if (type === "integer" && !Number.isInteger(value)) return "A whole number is needed."
  if (typeof minimum === "number" && value < minimum) return `At least ${minimum}.`
  return typeof maximum === "number" && value > maximum ? `At most ${maximum}.` : undefined
}

function resolved(schema: unknown, definitions: Schema): Schema | undefined {
  for (let at = schema, steps = 0; steps < 8; steps++) {
    if (!isSchema(at)) return undefined
    if (typeof at["$ref"] !== "string") return at
    at = definitions[at["$ref"].split("/").at(-1)!]
  }
  return undefined
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
