// A value from outside becomes a value of a type, or a list of sentences that say why not.

import type { Schema, ValidationProblem } from "../contract.ts"
import { project } from "./project.ts"

export type Accepted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] }

const problemsMax = 8

export function accept<T>(schema: Schema<T>, value: unknown): Accepted<T> {
  const candidate = project(schema.json, value === undefined ? null : value)
  if (schema.validate(candidate)) return { ok: true, value: candidate as T }
  return { ok: false, problems: readableProblems(schema.validate.errors ?? []) }
}

/** One sentence per problem, outermost noise ("must match a schema in anyOf") left out where something says more. */
export function readableProblems(problems: readonly ValidationProblem[]): readonly string[] {
  const telling = problems.filter((problem) => !["anyOf", "oneOf", "if"].includes(problem.keyword))
  const sentences = [...new Set((telling.length > 0 ? telling : problems).map(sentence))]
  const shown = sentences.slice(0, problemsMax)
  if (sentences.length > problemsMax) shown.push(`and ${sentences.length - problemsMax} more`)
  return shown.length > 0 ? shown : ["the value does not fit its type"]
}

function sentence(problem: ValidationProblem): string {
  const place = placeOf(problem.instancePath)
  const parameters: Readonly<Record<string, unknown>> = { ...problem.params }
  switch (problem.keyword) {
    case "required":
      return `${inside(place, String(parameters["missingProperty"]))} is missing`
    case "additionalProperties":
      return `${inside(place, String(parameters["additionalProperty"]))} is not a field of this type`
    case "enum":
      return `${place} must be one of ${listed(parameters["allowedValues"])}`
    case "const":
      return `${place} must be ${JSON.stringify(parameters["allowedValue"])}`
    case "type":
      return `${place} must be ${named(parameters["type"])}`
    case "maxLength":
      return `${place} must have at most ${String(parameters["limit"])} characters`
    case "minLength":
      return `${place} must have at least ${String(parameters["limit"])} characters`
    case "maxItems":
      return `${place} must have at most ${String(parameters["limit"])} items`
    case "minItems":
      return `${place} must have at least ${String(parameters["limit"])} items`
    case "format":
      return `${place} must be a valid ${String(parameters["format"])}`
    default:
      return `${place} ${problem.message ?? `breaks ${problem.keyword}`}`
  }
}

function placeOf(path: string): string {
  if (path === "") return "the value"
  return path
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (written, segment) =>
        /^\d+$/.test(segment) ? `${written}[${segment}]` : written === "" ? segment : `${written}.${segment}`,
      "",
    )
}

function inside(place: string, name: string): string {
  return place === "the value" ? name : `${place}.${name}`
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(", ") : String(values)
}

function named(type: unknown): string {
  const words: Readonly<Record<string, string>> = {
    string: "a text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    object: "a record",
    null: "nothing",
  }
  const types = Array.isArray(type) ? type : String(type).split(",")
  return types.map((one) => words[String(one)] ?? String(one)).join(" or ")
}
